"""Linear classifiers: scores s = x w, two losses that compare them, and gradient descent.

Shapes everywhere: x (N, D), a sample a row, its last number 1 for the bias; w (D, C), a class a column; y (N,), the
right classes, whole numbers from 0 to C - 1. A loss is the mean over the samples plus the penalty reg Σ w².
"""

import numpy as np


def add_bias(x):
    """Every sample as a row, with a 1 at its end: then the last row of w is the bias, and scores are x w.

    x: (N, ...), of two or more axes. Returns (N, D + 1), where D is how many numbers a sample has.
    """
    raise NotImplementedError("add_bias")


def svm_loss_naive(w, x, y, reg):
    """The multiclass hinge loss and its gradient, with loops over samples and classes.

    L = 1/N Σ_n Σ_{j ≠ y_n} max(0, s_nj - s_ny + 1) + reg Σ w²,   s_ny the score of the right class

    w: (D, C), x: (N, D), y: (N,), reg: a number >= 0. Returns (loss, dw): a number, and dL/dw (D, C).
    """
    raise NotImplementedError("svm_loss_naive")


def svm_loss(w, x, y, reg):
    """The same loss and gradient without a loop.

    w: (D, C), x: (N, D), y: (N,), reg: a number >= 0. Returns (loss, dw).
    """
    raise NotImplementedError("svm_loss")


def softmax_loss_naive(w, x, y, reg):
    """The cross-entropy of the softmax and its gradient, with loops over samples and classes.

    L = 1/N Σ_n -log p_ny + reg Σ w²,   p_nj = e^{s_nj} / Σ_i e^{s_ni},   p_ny that of the right class

    w: (D, C), x: (N, D), y: (N,), reg: a number >= 0. Returns (loss, dw). Scores in the thousands must not overflow.
    """
    raise NotImplementedError("softmax_loss_naive")


def softmax_loss(w, x, y, reg):
    """The same loss and gradient without a loop. Scores in the thousands must not overflow.

    w: (D, C), x: (N, D), y: (N,), reg: a number >= 0. Returns (loss, dw).
    """
    raise NotImplementedError("softmax_loss")


def train_linear(loss, x, y, w, *, lr, reg, steps, batch, rng):
    """Mini-batch gradient descent from the weights w.

    Each step draws its samples by rng.integers(len(x), size=batch), asks for the loss on them and its gradient, and
    goes a little way against the gradient.

    loss: a function loss(w, x, y, reg) -> (loss, dw), such as svm_loss; x: (N, D), y: (N,), w: (D, C); lr: the learning
    rate; reg: handed on to loss; steps, batch: how many, and how many samples in each; rng: a np.random.Generator.
    Returns (w, losses): the new weights (the array w that came stays as it is), and a list of `steps` numbers, the loss
    at each step before its update.
    """
    raise NotImplementedError("train_linear")


def predict_linear(w, x):
    """The class with the highest score, for each sample.

    w: (D, C), x: (N, D). Returns the classes (N,), integers.
    """
    raise NotImplementedError("predict_linear")


def search(train, x_val, y_val, lrs, regs):
    """Try every pair of a learning rate and a regularisation strength, and keep what does best on the validation set.

    train: a function train(lr, reg) -> w that trains a classifier with them; x_val: (N, D), y_val: (N,); lrs, regs: the
    values to try. Train once for each pair. Returns (best, w, accuracies): the best pair (lr, reg), the first one tried
    where several are equally good, with the lrs in the outer loop; its weights (D, C); and a dict {(lr, reg): accuracy
    on the validation set} of all pairs. A training that has failed, with nan or inf among its weights, has accuracy 0.

    Build it on predict_linear.
    """
    raise NotImplementedError("search")
