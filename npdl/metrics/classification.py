"""Metrics of classification. They take host and device arrays and Tensors, and give host numbers."""

import numpy as np

from ..backend import to_numpy
from ..errors import InputError, InputTypeError, is_integer, is_one_of, require_indices


def accuracy(y, predicted):
    """The share of right answers, a float in [0, 1].

    y: integer labels of any shape. predicted: integer labels of the same shape, or scores with one axis more, the
    classes on axis 1: (N, C) for y (N,), (N, C, H, W) for y (N, H, W). The highest score wins, of equal ones the first;
    a sample with a score that is NaN is never right.
    """
    y, answer, scores = _labels("accuracy", y, predicted, nan=True)
    right = y == answer
    if scores:
        right &= ~np.isnan(to_numpy(predicted)).any(axis=1)
    return float(np.mean(right))


def confusion_matrix(y, predicted, classes=None):
    """How often class i was taken for class j, int64 (classes, classes): rows are the truth, columns the answers.

    y, predicted: as for accuracy, with labels in [0, classes). classes: their number, by default the largest label + 1
    (for scores, at least the number of scores). A row's sum is the number of samples of that class, and the diagonal is
    what was right.
    """
    y, predicted, scores = _labels("confusion_matrix", y, predicted)
    if classes is None:
        classes = max(scores, int(y.max()) + 1, int(predicted.max()) + 1)
    if not is_integer(classes, 1):
        raise InputError("confusion_matrix", "classes", "the number of classes, an integer >= 1", classes)
    require_indices("confusion_matrix", "y", y, classes)
    require_indices("confusion_matrix", "predicted", predicted, classes)
    pairs = classes * y.astype(np.int64) + predicted  # (truth, answer) as one number
    return np.bincount(pairs.reshape(-1), minlength=classes * classes).reshape(classes, classes)


def top_k_accuracy(y, scores, k=5):
    """The share of samples whose class is among the k with the highest scores, a float in [0, 1].

    y: integer labels (N,) or (N, H, W); scores: (N, C) or (N, C, H, W). Of equal scores the smaller class is ahead, so
    that k = 1 is `accuracy`; a score that is NaN is never right.
    """
    y, _, C = _labels("top_k_accuracy", y, scores, nan=True)
    if not C:
        raise InputError("top_k_accuracy", "scores", "scores with the classes on axis 1", scores)
    if not is_integer(k, 1) or k > C:
        raise InputError("top_k_accuracy", "k", f"an integer in [1, {C}]", k)
    require_indices("top_k_accuracy", "y", y, C)
    scores, label = to_numpy(scores), np.expand_dims(y, 1)  # (N, 1, ...)
    own = np.take_along_axis(scores, label, axis=1)
    classes = np.arange(C).reshape(-1, *[1] * (y.ndim - 1))
    behind = (scores < own) | ((scores == own) & (classes >= label))  # itself as well, but never a NaN
    return float(np.mean(C - behind.sum(axis=1) < k))


def precision(y, predicted, average="binary"):
    """Of what was said to be of a class, the share that is: TP / (TP + FP).

    y, predicted: as for accuracy. TP, FP, FN of class c: n_cc of the confusion matrix n, and what else is in its
    column, and in its row. average:
        "binary"  of class 1, where there are but 0 and 1: a float
        "macro"   the mean over the classes that occur in y or predicted: a float, every class counts the same
        "micro"   TP, FP and FN summed over the classes first: a float, the accuracy if each sample has one label
        None      of every class, an array (classes,)
    0 / 0 is 0 (scikit-learn's zero_division=0): nothing was said to be of the class.
    """
    right, said, _ = _counts("precision", y, predicted, average)
    return _averaged(right, said, average)


def recall(y, predicted, average="binary"):
    """Of what is of a class, the share that was said to be: TP / (TP + FN). average: as for precision."""
    right, _, true = _counts("recall", y, predicted, average)
    return _averaged(right, true, average)


def f1(y, predicted, average="binary"):
    """The harmonic mean of precision P and recall R: 2 P R / (P + R) = 2 TP / (2 TP + FP + FN). average: as there.

    "macro" is the mean of the classes' F1, which is not the F1 of the mean precision and recall.
    """
    right, said, true = _counts("f1", y, predicted, average)
    return _averaged(2 * right, said + true, average)


def classification_report(y, predicted, names=None):
    """A table as text: precision, recall, F1 and number of samples of every class, their mean, and the accuracy."""
    counts = confusion_matrix(y, predicted).sum(axis=1)
    names = [str(label) for label in range(len(counts))] if names is None else [str(name) for name in names]
    if len(names) != len(counts):
        raise InputError("classification_report", "names", f"{len(counts)}, one for each class", names)
    metrics = precision, recall, f1
    every = zip(names, *(metric(y, predicted, None) for metric in metrics), counts, strict=True)
    rows = [*every, ("mean", *(metric(y, predicted, "macro") for metric in metrics), counts.sum())]
    wide = max(len(name) for name, *_ in rows)
    lines = [f"{'':{wide}}  precision  recall     F1  samples"]
    lines += [f"{name:{wide}}  {p:9.3f}  {r:6.3f}  {f:5.3f}  {count:7d}" for name, p, r, f, count in rows]
    return "\n".join([*lines, f"accuracy {accuracy(y, predicted):.3f}"])


def _counts(function, y, predicted, average):
    """For each class how often it was right, said and true: (C,) each, or sums of them."""
    if not is_one_of(average, ("binary", "macro", "micro", None)):
        raise InputError(function, "average", '"binary", "macro", "micro" or None', average)
    y, predicted, scores = _labels(function, y, predicted)
    classes = max(2 if average == "binary" else 1, scores, int(y.max()) + 1, int(predicted.max()) + 1)
    if average == "binary" and classes > 2:
        raise InputError(function, "average", f'"macro", "micro" or None for {classes} classes', average)
    require_indices(function, "y", y, classes)
    require_indices(function, "predicted", predicted, classes)
    matrix = confusion_matrix(y, predicted, classes)
    right, said, true = matrix.diagonal(), matrix.sum(axis=0), matrix.sum(axis=1)
    if average == "micro":
        right, said, true = (counts.sum(keepdims=True) for counts in (right, said, true))
    if average == "macro":
        right, said, true = (counts[said + true > 0] for counts in (right, said, true))
    return right, said, true


def _averaged(part, whole, average):
    shares = part / np.maximum(whole, 1)  # whole counts: where it is 0, part is
    if average is None:
        return shares
    return float(shares[1] if average == "binary" else shares.mean())


def _labels(function, y, predicted, nan=False):
    """Both as host arrays of integer labels of one shape, and how many scores those were made from (0: none).

    nan: whether a score may be NaN; an argmax calls it the highest.
    """
    for name, array in (("y", y), ("predicted", predicted)):
        if not hasattr(array, "ndim"):
            raise InputTypeError(function, name, "an array", array)
    y, predicted, scores = to_numpy(y), to_numpy(predicted), 0
    if predicted.ndim == y.ndim + 1 >= 2 and predicted.size:
        scores = predicted.shape[1]
        if predicted.dtype.kind not in "fiub":
            raise InputTypeError(function, "the scores", "real numbers", predicted)
        if scores == 1:
            expected = "of two classes or more; of one score a sample make labels: (scores[:, 0] > 0).astype(int)"
            raise InputError(function, "the scores", expected, predicted)
        if not nan and np.isnan(predicted).any():
            raise InputError(function, "the scores", "numbers, and no NaN", predicted)
        predicted = predicted.argmax(axis=1)
    for name, array in (("y", y), ("predicted", predicted)):
        if array.dtype.kind not in "iu":
            raise InputTypeError(function, name, "of integer labels", array)
    if predicted.shape != y.shape or y.size == 0:
        expected = f"labels of shape {y.shape}, like y and not empty, or scores with the classes as one more axis 1"
        raise InputError(function, "predicted", expected, predicted)
    return y, predicted, scores
