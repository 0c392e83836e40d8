"""Metrics of classification. They take host and device arrays and Tensors, and give host numbers."""

import numpy as np

from ..backend import to_numpy
from ..errors import InputError, InputTypeError, require_indices


def accuracy(y, predicted):
    """The share of right answers, a float in [0, 1].

    y: integer labels of any shape. predicted: integer labels of the same shape, or scores with one axis more, the
    classes on axis 1: (N, C) for y (N,), (N, C, H, W) for y (N, H, W). The highest score wins, of equal ones the first.
    """
    y, predicted, _ = _labels("accuracy", y, predicted)
    return float(np.mean(y == predicted))


def confusion_matrix(y, predicted, classes=None):
    """How often class i was taken for class j, int64 (classes, classes): rows are the truth, columns the answers.

    y, predicted: as for accuracy, with labels in [0, classes). classes: their number, by default the largest label + 1
    (for scores, at least the number of scores). A row's sum is the number of samples of that class, and the diagonal is
    what was right.
    """
    y, predicted, scores = _labels("confusion_matrix", y, predicted)
    if classes is None:
        classes = max(scores, int(y.max()) + 1, int(predicted.max()) + 1)
    if not isinstance(classes, int) or classes < 1:
        raise InputError("confusion_matrix", "classes", "the number of classes, an integer >= 1", classes)
    require_indices("confusion_matrix", "y", y, classes)
    require_indices("confusion_matrix", "predicted", predicted, classes)
    pairs = classes * y.astype(np.int64) + predicted  # (truth, answer) as one number
    return np.bincount(pairs.reshape(-1), minlength=classes * classes).reshape(classes, classes)


def _labels(function, y, predicted):
    """Both as host arrays of integer labels of one shape, and how many scores those were made from (0: none)."""
    for name, array in (("y", y), ("predicted", predicted)):
        if not hasattr(array, "ndim"):
            raise InputTypeError(function, name, "an array", array)
    y, predicted, scores = to_numpy(y), to_numpy(predicted), 0
    if predicted.ndim == y.ndim + 1 >= 2 and predicted.size:
        scores = predicted.shape[1]
        predicted = predicted.argmax(axis=1)
    for name, array in (("y", y), ("predicted", predicted)):
        if array.dtype.kind not in "iu":
            raise InputTypeError(function, name, "of integer labels", array)
    if predicted.shape != y.shape or y.size == 0:
        expected = f"labels of shape {y.shape}, like y and not empty, or scores with the classes as one more axis 1"
        raise InputError(function, "predicted", expected, predicted)
    return y, predicted, scores
