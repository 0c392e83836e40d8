"""The nearest neighbours: keep every sample, and ask those that are most alike."""

import numpy as np


def distances_two_loops(x, train):
    """The Euclidean distance of every sample from every training sample, one number at a time.

    d_nm = sqrt(Σ_k (x_nk - train_mk)²)

    x: (N, D), train: (M, D). Returns the distances (N, M), a row for each sample of x. Loop over n and over m, and
    compute each number with NumPy, without np.linalg.norm.
    """
    raise NotImplementedError("distances_two_loops")


def distances_one_loop(x, train):
    """The same distances, a row at a time: the only loop is over the samples of x.

    x: (N, D), train: (M, D). Returns the distances (N, M).
    """
    raise NotImplementedError("distances_one_loop")


def distances_no_loops(x, train):
    """The same distances, all at once: no loop, and no array with N M D numbers either.

    x: (N, D), train: (M, D). Returns the distances (N, M). None of them is nan, also where a sample of x is one of the
    training samples.
    """
    raise NotImplementedError("distances_no_loops")


def distances_l1(x, train):
    """The city-block distance of every sample from every training sample, without a loop.

    d_nm = Σ_k |x_nk - train_mk|

    x: (N, D), train: (M, D). Returns the distances (N, M).
    """
    raise NotImplementedError("distances_l1")


def predict_labels(distances, labels, k):
    """The label of each sample: the one that most of its k nearest training samples have.

    distances: (N, M); labels: (M,), whole numbers >= 0, those of the training samples; k: an integer from 1 to M.
    Returns the labels (N,), integers. Of labels with equally many votes the smaller one wins.
    """
    raise NotImplementedError("predict_labels")


def split_folds(x, y, folds):
    """Cut the samples, in the order in which they are, into as many pieces as there are folds.

    x: (N, ...), y: (N,). Returns (x_folds, y_folds): two lists of `folds` arrays each, those at the same place in the
    two lists belong together. The sizes differ by one at most: where `folds` does not divide N, the first N mod folds
    pieces have one sample more.
    """
    raise NotImplementedError("split_folds")


def cross_validate(x, y, ks, folds):
    """How well each k does on samples that it has not seen.

    Each fold in turn is predicted from all the others. x: (N, D), y: (N,), ks: the values of k to try. Returns a dict
    {k: [accuracy on fold 0, accuracy on fold 1, ...]}; an accuracy is the share of right answers, from 0 to 1.

    Build it on split_folds, distances_no_loops and predict_labels. The distances do not depend on k.
    """
    raise NotImplementedError("cross_validate")


def choose_k(accuracies):
    """The k with the highest mean accuracy; of equally good ones the smallest.

    accuracies: a dict {k: [accuracy on each fold]}, its keys in any order. Returns k.
    """
    raise NotImplementedError("choose_k")


def classify(x_train, y_train, x, ks, folds):
    """The whole classifier: choose k by cross-validation on the training samples, then label new samples.

    x_train: (M, D), y_train: (M,), x: (N, D), ks: the values of k to choose from. Returns (labels, k): the labels (N,)
    of x by their k nearest among all training samples, and the k chosen.

    Build it on cross_validate, choose_k, distances_no_loops and predict_labels.
    """
    raise NotImplementedError("classify")
