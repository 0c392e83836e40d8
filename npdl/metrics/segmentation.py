"""Metrics of segmentation: labels against labels, masks against masks, boundaries against boundaries.

Classes: y and predicted (any shape) hold the same numbers for the same things, n_ij of the confusion matrix counts the
pixels of class i that were said to be j, and t_i = Σ_j n_ij. Segments: the numbers mean nothing, only which pixels
share one.
"""

import numpy as np
from scipy.spatial import KDTree

from ..backend import to_numpy
from ..errors import InputError, InputTypeError, require_range, require_shape
from .classification import accuracy, confusion_matrix


def pixel_accuracy(y, predicted):
    """Σ_i n_ii / Σ_i t_i: the share of the pixels that are right. The denominator is the sum of the whole matrix."""
    return accuracy(y, predicted)


def mean_class_accuracy(y, predicted):
    """The mean of n_ii / t_i over the classes that occur in y. Long, Shelhamer and Darrell 2015, section 5."""
    matrix = confusion_matrix(y, predicted)
    true = matrix.sum(axis=1)
    return float(np.mean((matrix.diagonal() / np.maximum(true, 1))[true > 0]))


def class_iou(y, predicted, classes=None):
    """n_ii / (t_i + Σ_j n_ji - n_ii), intersection over union of each class (classes,); nan if in neither."""
    matrix = confusion_matrix(y, predicted, classes)
    both, either = matrix.diagonal(), matrix.sum(axis=0) + matrix.sum(axis=1) - matrix.diagonal()
    return np.where(either > 0, both / np.maximum(either, 1), np.nan)


def mean_iou(y, predicted):
    """The mean of class_iou over the classes that occur in y or predicted."""
    return float(np.nanmean(class_iou(y, predicted)))


def frequency_weighted_iou(y, predicted):
    """Σ_i t_i IoU_i / Σ_i t_i. Long, Shelhamer and Darrell 2015."""
    frequency = confusion_matrix(y, predicted).sum(axis=1)
    return float(np.nansum(frequency * class_iou(y, predicted)) / frequency.sum())


def iou(mask, wanted):
    """|A ∩ B| / |A ∪ B| of two masks of bool (Jaccard 1901); 1 if both are empty."""
    mask, wanted = _masks("iou", mask, wanted)
    union = np.count_nonzero(mask | wanted)
    return np.count_nonzero(mask & wanted) / union if union else 1.0


def dice(mask, wanted):
    """2 |A ∩ B| / (|A| + |B|) = 2 IoU / (1 + IoU), the F1 of the pixels (Dice 1945); 1 if both are empty."""
    mask, wanted = _masks("dice", mask, wanted)
    total = np.count_nonzero(mask) + np.count_nonzero(wanted)
    return 2 * np.count_nonzero(mask & wanted) / total if total else 1.0


def boundary_f(boundary, wanted, tolerance=2.0):
    """The harmonic mean of precision and recall of boundary pixels: 2 P R / (P + R).

    P: the share of the pixels of `boundary` (H, W) of bool that have one of `wanted` within `tolerance` pixels; R: the
    same the other way round. 1 if both are empty, 0 if one is. Csurka et al. 2013. (Martin, Fowlkes and Malik 2004 pair
    the pixels one to one, which is stricter with thick boundaries.)
    """
    boundary, wanted = _masks("boundary_f", boundary, wanted)
    if not boundary.any() or not wanted.any():
        return float(boundary.any() == wanted.any())
    P, R = boundary_recall(wanted, boundary, tolerance), boundary_recall(boundary, wanted, tolerance)
    return 2 * P * R / (P + R) if P + R else 0.0


def boundary_recall(boundary, wanted, tolerance=2.0):
    """The share of the pixels of `wanted` with one of `boundary` within `tolerance` pixels; 1 if there are none."""
    boundary, wanted = _masks("boundary_recall", boundary, wanted)
    require_range("boundary_recall", "tolerance", tolerance, 0, np.inf)
    if not wanted.any():
        return 1.0
    if not boundary.any():
        return 0.0
    return float(np.mean(KDTree(np.argwhere(boundary)).query(np.argwhere(wanted))[0] <= tolerance))


def adjusted_rand(segments, wanted):
    """How far two partitions agree on which pairs of pixels belong together, 1 for equal ones, 0 on average by chance.

    (Σ_ij C(n_ij, 2) - e) / (½ (A + B) - e), with A = Σ_i C(t_i, 2), B = Σ_j C(s_j, 2) and e = A B / C(N, 2) expected.
    Hubert and Arabie 1985.
    """
    table = _overlaps("adjusted_rand", segments, wanted).astype(float)

    def pairs(n):
        return float(np.sum(n * (n - 1)) / 2)

    together, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / max(pairs(table.sum()), 1)
    most = (rows + columns) / 2
    return (together - expected) / (most - expected) if most != expected else 1.0


def undersegmentation_error(segments, wanted):
    """What leaks: (1/N) Σ_s Σ_g min(|s ∩ g|, |s \\ g|), over the objects g that segment s touches.

    Neubert and Protzel 2012. 0 if no segment crosses the border of an object.
    """
    table = _overlaps("undersegmentation_error", segments, wanted)
    return float(np.minimum(table, table.sum(axis=1, keepdims=True) - table).sum() / table.sum())


def achievable_accuracy(segments, wanted):
    """The pixel accuracy if every segment took the object that it overlaps most: (1/N) Σ_s max_g |s ∩ g|."""
    table = _overlaps("achievable_accuracy", segments, wanted)
    return float(table.max(axis=1).sum() / table.sum())


def _overlaps(function, segments, wanted):
    """The number of pixels that each segment (rows) shares with each wanted one (columns)."""
    segments, wanted = (to_numpy(a) if hasattr(a, "ndim") else np.asarray(a) for a in (segments, wanted))
    for name, array in (("segments", segments), ("wanted", wanted)):
        if array.dtype.kind not in "iub":
            raise InputTypeError(function, name, "an array of integers", array)
    if segments.size == 0:
        raise InputError(function, "segments", "not empty", segments)
    require_shape(function, "segments", segments, wanted.shape, "as wanted")
    rows, columns = (np.unique(a, return_inverse=True)[1].ravel() for a in (segments, wanted))
    shape = rows.max() + 1, columns.max() + 1
    return np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1]).reshape(shape)


def _masks(function, mask, wanted):
    mask, wanted = (to_numpy(a) if hasattr(a, "ndim") else np.asarray(a) for a in (mask, wanted))
    for name, array in (("mask", mask), ("wanted", wanted)):
        if array.dtype != bool:
            raise InputTypeError(function, name, "an array of bool", array)
    require_shape(function, "mask", mask, wanted.shape, "as wanted")
    return mask, wanted
