"""Losses: how wrong the scores are, as one number (or one for each sample, with reduction="none")."""

import numpy as np

from ..errors import InputError, InputTypeError, require_indices, require_ndim, require_range, require_shape
from ..tape import op
from .activation import log_softmax_forward, sigmoid_forward


def _reduce(function, losses, reduction, count=None):
    """(value, scale): all losses as one number, their sum or their mean over `count`, or as they are ("none").

    The scale is what backward multiplies each loss's gradient by.
    """
    if reduction == "none":
        return losses, 1
    if reduction == "sum":
        return losses.sum(), 1
    if reduction != "mean":
        raise InputError(function, "reduction", '"mean", "sum" or "none"', reduction)
    if losses.size == 0:
        raise InputError(function, "the batch", "of at least one sample, to have a mean", losses)
    scale = 1 / (losses.size if count is None else count)
    return losses.sum() * scale, scale


def _require_labels(function, y, shape, classes, ignore=None):
    if getattr(y, "dtype", None) is None or y.dtype.kind not in "iu":
        raise InputTypeError(function, "y", "an array of integer class labels", y)
    require_shape(function, "y", y, shape, "one label for each row of scores")
    require_indices(function, "y", y, classes, ignore)


def _one_hot(y, scores):
    """True where the class axis (1) of scores stands at y: (N, C, ...)."""
    classes = np.arange(scores.shape[1], like=scores).reshape(-1, *(1,) * (scores.ndim - 2))
    return y[:, None] == classes


def softmax_cross_entropy_forward(scores, y, *, reduction="mean", ignore_index=None, label_smoothing=0.0):
    """L_n = -Σ_c q_nc log p_nc with p = softmax(scores), q the wanted distribution: 1 at y_n, 0 elsewhere.

    scores: (N, C) or (N, C, ...), classes on axis 1; y: integers (N,) or (N, ...).
    label_smoothing s: q = (1 - s) · one_hot + s / C (Szegedy et al. 2015). Samples with y = ignore_index have no loss,
    no gradient, and do not count in the mean (a mean over no sample is 0). At chance the loss is log C.
    """
    if scores.ndim < 2:
        raise InputError("softmax_cross_entropy", "scores", "(N, C) or (N, C, ...)", scores)
    C = scores.shape[1]
    _require_labels("softmax_cross_entropy", y, (scores.shape[0], *scores.shape[2:]), C, ignore_index)
    require_range("softmax_cross_entropy", "label_smoothing", label_smoothing, 0, 1)
    log_p, _ = log_softmax_forward(scores, axis=1)
    q = _one_hot(y, scores).astype(scores.dtype) * (1 - label_smoothing) + label_smoothing / C
    count = None
    if ignore_index is not None:
        valid = y != ignore_index
        q *= valid[:, None]
        count = np.maximum(valid.sum(dtype=scores.dtype), 1)
    losses = -(q * np.where(q == 0, 0, log_p)).sum(axis=1)  # 0 log 0 = 0: a score of -inf rules a class out
    value, scale = _reduce("softmax_cross_entropy", losses, reduction, count)
    return value, (log_p, q, scale, reduction)


def softmax_cross_entropy_backward(dout, cache):
    """dscores = p - q (for a sample that counts): probability too high goes down, too low goes up."""
    log_p, q, scale, reduction = cache
    weight = dout[:, None] if reduction == "none" else dout * scale
    counted = q.sum(axis=1, keepdims=True)  # Σ_c q_c: 1, or 0 for an ignored sample
    return weight * (np.exp(log_p) * counted - q), None


softmax_cross_entropy = op(softmax_cross_entropy_forward, softmax_cross_entropy_backward, constant=("y",))


def svm_loss_forward(scores, y, *, delta=1.0):
    """The mean over n of L_n = Σ_{j ≠ y_n} max(0, s_j - s_{y_n} + delta): the multiclass hinge loss.

    Weston and Watkins 1999. scores: (N, C); y: integers (N,).
    """
    require_ndim("svm_loss", "scores", scores, 2, "(N, C)")
    _require_labels("svm_loss", y, scores.shape[:1], scores.shape[1])
    right = _one_hot(y, scores)
    margins = np.maximum(scores - np.take_along_axis(scores, y[:, None], axis=1) + delta, 0) * ~right
    value, _ = _reduce("svm_loss", margins.sum(axis=1), "mean")
    return value, (margins > 0, right)


def svm_loss_backward(dout, cache):
    """Each class inside the margin is pushed down by 1/N, and the right class up by 1/N for each of them."""
    inside, right = cache
    pushes = inside.sum(axis=1, keepdims=True, dtype=dout.dtype)
    return dout / len(right) * (inside - pushes * right), None


svm_loss = op(svm_loss_forward, svm_loss_backward, constant=("y",))


def bce_with_logits_forward(x, z, *, reduction="mean"):
    """Binary cross-entropy of p = sigmoid(x) against z in [0, 1]: L = -z log p - (1 - z) log(1 - p).

    Computed as max(x, 0) - x z + log(1 + e^-|x|), which is the same and stays finite for any x. x, z: the same shape;
    z may be integers or booleans.
    """
    require_shape("bce_with_logits", "z", z, x.shape, "like x")
    z = z.astype(x.dtype, copy=False)
    value, scale = _reduce("bce_with_logits", np.maximum(x, 0) - x * z + np.log1p(np.exp(-np.abs(x))), reduction)
    return value, (x, z, scale)


def bce_with_logits_backward(dout, cache):
    """dx = sigmoid(x) - z."""
    x, z, scale = cache
    p, _ = sigmoid_forward(x)
    return dout * scale * (p - z), None


bce_with_logits = op(bce_with_logits_forward, bce_with_logits_backward, constant=("z",))


def mse_forward(x, target, *, reduction="mean"):
    """L = (x - target)², averaged over all numbers (or summed, or as it is). x, target: the same shape."""
    require_shape("mse", "target", target, x.shape, "like x")
    difference = x - target
    value, scale = _reduce("mse", difference * difference, reduction)
    return value, (difference, scale)


def mse_backward(dout, cache, needs=(True, True)):
    """dx = 2 dout (x - target), dtarget = -dx."""
    difference, scale = cache
    dx = dout * (2 * scale) * difference
    return dx if needs[0] else None, -dx if needs[1] else None


mse = op(mse_forward, mse_backward)
