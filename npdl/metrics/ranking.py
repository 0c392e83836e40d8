"""How well scores put the positive samples before the negative: curves over every threshold, and their areas."""

from typing import NamedTuple

import numpy as np

from ..backend import to_numpy
from ..errors import InputError, InputTypeError, require_shape


class ROC(NamedTuple):
    """fpr, tpr: the shares of the negatives and positives with a score of at least the threshold."""

    fpr: np.ndarray
    tpr: np.ndarray
    thresholds: np.ndarray


class PrecisionRecall(NamedTuple):
    """precision, recall: of "positive if the score is at least the threshold"."""

    precision: np.ndarray
    recall: np.ndarray
    thresholds: np.ndarray


def roc_curve(y, scores):
    """The receiver operating characteristic: fpr, tpr and thresholds, from (0, 0) at +∞ to (1, 1).

    y: (N,), 1 for positive samples and 0 for negative, some of each; scores: (N,), high for positive. One point for
    each different score, so that samples with equal scores come in together (scikit-learn: drop_intermediate=False).
    Fawcett 2006, "An introduction to ROC analysis", algorithm 1.
    """
    positives, negatives, thresholds = _cumulated("roc_curve", y, scores)
    if positives[-1] == 0 or negatives[-1] == 0:
        raise InputError("roc_curve", "y", "of both kinds, 0 and 1", y)
    start = np.zeros(1)
    return ROC(
        np.concatenate([start, negatives / negatives[-1]]),
        np.concatenate([start, positives / positives[-1]]),
        np.concatenate([start + np.inf, thresholds]),
    )


def roc_auc(y, scores):
    """The area under the ROC curve: the probability that a positive sample has a higher score than a negative one.

    P(s⁺ > s⁻) + P(s⁺ = s⁻) / 2, Mann and Whitney's U divided by the number of pairs. 1/2 is chance.
    """
    fpr, tpr, _ = roc_curve(y, scores)
    return float(np.trapezoid(tpr, fpr))


def precision_recall_curve(y, scores):
    """precision, recall and thresholds, one point for each different score, the highest first, so recall rises.

    y, scores: as for roc_curve; y needs a positive sample.
    """
    positives, negatives, thresholds = _cumulated("precision_recall_curve", y, scores)
    if positives[-1] == 0:
        raise InputError("precision_recall_curve", "y", "with a positive sample (1)", y)
    return PrecisionRecall(positives / (positives + negatives), positives / positives[-1], thresholds)


def average_precision(y, scores):
    """Σ_n (R_n - R_{n-1}) P_n, the area under the steps of the precision-recall curve. Chance is mean(y)."""
    precision, recall, _ = precision_recall_curve(y, scores)
    return float(np.sum(np.diff(recall, prepend=0) * precision))


def _cumulated(function, y, scores):
    """How many positives and negatives have at least each of the different scores, the highest first."""
    for name, array in (("y", y), ("scores", scores)):
        if not hasattr(array, "ndim"):
            raise InputTypeError(function, name, "an array", array)
    y, scores = to_numpy(y), to_numpy(scores)
    if y.ndim != 1 or y.size == 0 or y.dtype.kind not in "iub" or not np.isin(y, (0, 1)).all():
        raise InputError(function, "y", "integers 0 and 1 (N,), at least one", y)
    require_shape(function, "scores", scores, y.shape, "one for each sample")
    if scores.dtype.kind not in "fiu" or np.isnan(scores).any():
        raise InputError(function, "scores", "numbers, and no NaN", scores)
    order = np.argsort(scores, kind="stable")[::-1]
    scores, positive = scores[order], y[order].astype(np.int64)
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))  # the last sample with each score
    positives = np.cumsum(positive)[last]
    return positives, last + 1 - positives, scores[last]
