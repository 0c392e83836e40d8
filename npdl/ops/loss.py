"""Losses of classification: how wrong the scores are, as one number (or one for each sample, with reduction="none").

Targets are labels (integers), or distributions q over the classes; they are constants, and have no gradient.
"""

import math

import numpy as np

from ..errors import InputError, InputTypeError, require_indices, require_ndim, require_range, require_shape
from ..tape import op
from ._losses import reduce_losses, require_distributions, require_probabilities, scaled
from .activation import log_softmax_forward, sigmoid_forward

__all__ = [
    "softmax_cross_entropy", "softmax_cross_entropy_forward", "softmax_cross_entropy_backward",
    "soft_cross_entropy", "soft_cross_entropy_forward", "soft_cross_entropy_backward",
    "nll", "nll_forward", "nll_backward",
    "temporal_softmax_loss", "temporal_softmax_loss_forward", "temporal_softmax_loss_backward",
    "svm_loss", "svm_loss_forward", "svm_loss_backward",
    "bce_with_logits", "bce_with_logits_forward", "bce_with_logits_backward",
    "bce", "bce_forward", "bce_backward",
]  # fmt: skip


def require_labels(function, y, shape, classes, ignore=None):
    if getattr(y, "dtype", None) is None or y.dtype.kind not in "iu":
        raise InputTypeError(function, "y", "an array of integer class labels", y)
    require_shape(function, "y", y, shape, "one label for each row of scores")
    require_indices(function, "y", y, classes, ignore)


def _one_hot(y, scores):
    """True where the class axis (1) of scores stands at y: (N, C, ...)."""
    classes = np.arange(scores.shape[1], like=scores).reshape(-1, *(1,) * (scores.ndim - 2))
    return y[:, None] == classes


def _weights(scores, y, weight, ignore_index):
    """How much each class of each sample counts: its class's weight (or 1), and 0 in samples that are ignored."""
    weights = np.ones_like(scores[:1])
    if weight is not None:
        require_shape("softmax_cross_entropy", "weight", weight, scores.shape[1:2], "one number for each class")
        if isinstance(weight, np.ndarray) and not (weight >= 0).all():  # a look that a GPU would make the host wait for
            raise InputError("softmax_cross_entropy", "weight", ">= 0", float(weight[~(weight >= 0)][0]))
        weights = weights * weight.astype(scores.dtype).reshape(-1, *(1,) * (scores.ndim - 2))
    return weights if ignore_index is None else weights * (y != ignore_index)[:, None]


def softmax_cross_entropy_forward(scores, y, *, reduction="mean", ignore_index=None, label_smoothing=0.0, weight=None):
    """L_n = -Σ_c w_c q_nc log p_nc with p = softmax(scores), q the wanted distribution: 1 at y_n, 0 elsewhere.

    scores: (N, C) or (N, C, ...), classes on axis 1; y: integers (N,) or (N, ...).
    label_smoothing s: q = (1 - s) · one_hot + s / C (Szegedy et al. 2015). Samples with y = ignore_index have no loss,
    no gradient, and do not count in the mean (a mean over no sample is 0). At chance the loss is log C.
    weight: (C,), the w_c of classes that are rare or dear, by default 1; the mean then is ΣL_n / Σw_{y_n}.
    """
    if scores.ndim < 2:
        raise InputError("softmax_cross_entropy", "scores", "(N, C) or (N, C, ...)", scores)
    C = scores.shape[1]
    require_labels("softmax_cross_entropy", y, (scores.shape[0], *scores.shape[2:]), C, ignore_index)
    require_range("softmax_cross_entropy", "label_smoothing", label_smoothing, 0, 1)
    log_p, _ = log_softmax_forward(scores, axis=1)
    right = _one_hot(y, scores).astype(scores.dtype)
    q = right * (1 - label_smoothing) + label_smoothing / C
    count = None
    if ignore_index is not None or weight is not None:
        weights = _weights(scores, y, weight, ignore_index)
        q *= weights
        count = (right * weights).sum()
        count = count + (count == 0)
    losses = -(q * np.where(q == 0, 0, log_p)).sum(axis=1)  # 0 log 0 = 0: a score of -inf rules a class out
    value, scale = reduce_losses("softmax_cross_entropy", losses, reduction, count)
    return value, (log_p, q, scale)


def softmax_cross_entropy_backward(dout, cache):
    """dscores = p - q (for a sample that counts): probability too high goes down, too low goes up."""
    log_p, q, scale = cache
    counted = q.sum(axis=1, keepdims=True)  # Σ_c w_c q_c: without weights 1, or 0 for an ignored sample
    return scaled(dout, scale, 1) * (np.exp(log_p) * counted - q), None


softmax_cross_entropy = op(softmax_cross_entropy_forward, softmax_cross_entropy_backward, constant=("y",))


def soft_cross_entropy_forward(scores, q, *, reduction="mean"):
    """L_n = -Σ_c q_nc log p_nc with p = softmax(scores): the target is a distribution q: of a teacher, of mixed labels.

    scores, q: (N, C) or (N, C, ...), classes on axis 1; q is a constant: not negative, with sum 1. The least loss is
    not 0 but q's entropy, for p = q. Hinton, Vinyals and Dean 2015 (distillation).
    """
    if scores.ndim < 2:
        raise InputError("soft_cross_entropy", "scores", "(N, C) or (N, C, ...)", scores)
    require_shape("soft_cross_entropy", "q", q, scores.shape, "like scores (for labels use softmax_cross_entropy)")
    require_distributions("soft_cross_entropy", "q", q)
    q = q.astype(scores.dtype, copy=False)
    log_p, _ = log_softmax_forward(scores, axis=1)
    losses = -(q * np.where(q == 0, 0, log_p)).sum(axis=1)
    value, scale = reduce_losses("soft_cross_entropy", losses, reduction)
    return value, (log_p, q, scale)


def soft_cross_entropy_backward(dout, cache):
    """dscores = p - q."""
    log_p, q, scale = cache
    return scaled(dout, scale, 1) * (np.exp(log_p) - q), None


soft_cross_entropy = op(soft_cross_entropy_forward, soft_cross_entropy_backward, constant=("q",))


def nll_forward(log_p, y, *, reduction="mean", ignore_index=None):
    """L_n = -log p[n, y_n], the negative log-likelihood of the labels.

    log_p: (N, C) or (N, C, ...), logarithms of probabilities, such as log_softmax(scores, axis=1); then this is
    softmax_cross_entropy(scores, y). y, ignore_index: as there.
    """
    if log_p.ndim < 2:
        raise InputError("nll", "log_p", "(N, C) or (N, C, ...)", log_p)
    require_labels("nll", y, (log_p.shape[0], *log_p.shape[2:]), log_p.shape[1], ignore_index)
    right = _one_hot(y, log_p)
    count = None
    if ignore_index is not None:
        right &= (y != ignore_index)[:, None]
        count = np.maximum(right.sum(dtype=log_p.dtype), 1)
    value, scale = reduce_losses("nll", -np.where(right, log_p, 0).sum(axis=1), reduction, count)
    return value, (right, scale)


def nll_backward(dout, cache):
    """dlog_p = -1 at the label, 0 elsewhere."""
    right, scale = cache
    return -scaled(dout, scale, 1) * right, None


nll = op(nll_forward, nll_backward, constant=("y",))


def temporal_softmax_loss_forward(scores, y, mask=None):
    """L = -1/N Σ_{n, t} mask_nt log p[n, t, y_nt], p = softmax(scores): a sum over time, a mean over samples.

    scores: (N, T, V), one row for each word of each sentence; y: integers (N, T); mask: booleans (N, T) or None, False
    for a word that does not count, such as padding. CS231n's loss of captions; at chance it is (words a sample) log V.
    """
    require_ndim("temporal_softmax_loss", "scores", scores, 3, "(N, T, V)")
    require_labels("temporal_softmax_loss", y, scores.shape[:2], scores.shape[2])
    if mask is None:
        mask = y == y
    require_shape("temporal_softmax_loss", "mask", mask, y.shape, "like y")
    if mask.dtype != bool:
        raise InputTypeError("temporal_softmax_loss", "mask", "an array of booleans: True where a word counts", mask)
    log_p, _ = log_softmax_forward(scores, axis=2)
    at_label = np.take_along_axis(log_p, y[..., None], axis=2)[..., 0]  # (N, T)
    return -np.where(mask, at_label, 0).sum() / len(scores), (log_p, y, mask)


def temporal_softmax_loss_backward(dout, cache):
    """dscores = mask (p - onehot) / N."""
    log_p, y, mask = cache
    N, _, V = log_p.shape
    p, onehot = np.exp(log_p), np.arange(V, like=y) == y[..., None]
    dx = (p - onehot) * mask[..., None]
    return dout * dx / N, None, None


temporal_softmax_loss = op(temporal_softmax_loss_forward, temporal_softmax_loss_backward, constant=("y", "mask"))


def svm_loss_forward(scores, y, *, delta=1.0, reduction="mean"):
    """L_n = Σ_{j ≠ y_n} max(0, s_j - s_{y_n} + delta): the multiclass hinge loss. Weston and Watkins 1999.

    scores: (N, C); y: integers (N,); delta: the margin, >= 0.
    """
    require_range("svm_loss", "delta", delta, 0, math.inf)
    require_ndim("svm_loss", "scores", scores, 2, "(N, C)")
    require_labels("svm_loss", y, scores.shape[:1], scores.shape[1])
    right = _one_hot(y, scores)
    margins = np.maximum(scores - np.take_along_axis(scores, y[:, None], axis=1) + delta, 0) * ~right
    value, scale = reduce_losses("svm_loss", margins.sum(axis=1), reduction)
    return value, (margins > 0, right, scale)


def svm_loss_backward(dout, cache):
    """Each class inside the margin is pushed down by 1, and the right class up by 1 for each of them."""
    inside, right, scale = cache
    pushes = inside.sum(axis=1, keepdims=True, dtype=dout.dtype)
    return scaled(dout, scale, 1) * (inside - pushes * right), None


svm_loss = op(svm_loss_forward, svm_loss_backward, constant=("y",))


def bce_with_logits_forward(x, z, *, reduction="mean"):
    """Binary cross-entropy of p = sigmoid(x) against z in [0, 1]: L = -z log p - (1 - z) log(1 - p).

    Computed as max(x, 0) - x z + log(1 + e^-|x|), which is the same and stays finite for any x. x, z: the same shape;
    z may be integers or booleans.
    """
    require_shape("bce_with_logits", "z", z, x.shape, "like x")
    z = z.astype(x.dtype, copy=False)
    value, scale = reduce_losses("bce_with_logits", np.maximum(x, 0) - x * z + np.log1p(np.exp(-np.abs(x))), reduction)
    return value, (x, z, scale)


def bce_with_logits_backward(dout, cache):
    """dx = sigmoid(x) - z."""
    x, z, scale = cache
    p, _ = sigmoid_forward(x)
    return dout * scale * (p - z), None


bce_with_logits = op(bce_with_logits_forward, bce_with_logits_backward, constant=("z",))


def _logs(p):
    """ln p and ln(1 - p), but -100 where they are smaller (ln 0 = -inf): a loss stays finite, as PyTorch's."""
    log_p = np.maximum(np.log(np.where(p > 0, p, 1)), -100)
    return np.where(p > 0, log_p, -100), np.where(p < 1, np.log1p(-np.where(p < 1, p, 0)), -100)


def bce_forward(p, z, *, reduction="mean"):
    """Binary cross-entropy of probabilities p against z in [0, 1]: L = -[z log p + (1 - z) log(1 - p)].

    p, z: the same shape; logarithms below -100 are taken as -100. From logits, bce_with_logits is exact where a sigmoid
    has already rounded p to 0 or 1.
    """
    require_shape("bce", "z", z, p.shape, "like p")
    for name, array in dict(p=p, z=z).items():
        require_probabilities("bce", name, array)
    z = z.astype(p.dtype, copy=False)
    log_p, log_not_p = _logs(p)
    value, scale = reduce_losses("bce", -(z * log_p + (1 - z) * log_not_p), reduction)
    return value, (p, z, scale)


def bce_backward(dout, cache):
    """dp = (p - z) / (p (1 - p)), the denominator no smaller than 1e-12 (PyTorch's bound, too)."""
    p, z, scale = cache
    return dout * scale * (p - z) / np.maximum(p * (1 - p), 1e-12), None


bce = op(bce_forward, bce_backward, constant=("z",))
