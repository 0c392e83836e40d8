"""Softmax and its losses over the last axis, in blocks of rows: all that happens to a row happens while it is near.

With z = x - max x, the loss is ln Σ e^z - z_y, and its gradient e^z / Σ e^z, less 1 at the label y. The exponentials
are computed once and kept for backward: they take longer than all the rest.
"""

import numpy as np

from ...ops import log_softmax, softmax, softmax_cross_entropy
from ...ops._losses import reduce_losses
from ...ops.loss import require_labels
from ...threads import each
from .. import add
from .sums import cut, row_sums, unbuffered

SMALL = 1 << 15  # scores of which the readable loss takes less time; softmax alone, twice as many


def _too_small(x, small):
    if x.dtype.char not in "fd" or x.ndim < 1 or x.shape[-1] < 2:
        return "its dtype or its axes"
    return "too small to share" if x.size < small else None


def _refuses_loss(scores, y, *, label_smoothing=0.0, weight=None, **options):
    if scores.ndim != 2:
        return "classes are not the last axis"
    if weight is not None or label_smoothing != 0:
        return "its weight or label_smoothing"
    return _too_small(scores, SMALL)


def _refuses_axis(x, *, axis=-1):
    return _too_small(x, 2 * SMALL) if axis in (-1, x.ndim - 1) else "its axis is not the last one"


def _below_max(x, out):
    """out = x - max x, row by row."""
    return np.subtract(x, x.max(axis=1, keepdims=True), out=out)


def softmax_cross_entropy_forward(scores, y, *, reduction="mean", ignore_index=None, label_smoothing=0.0, weight=None):
    """L = ln Σ e^z - z_y for each row that is not ignored."""
    require_labels("softmax_cross_entropy", y, scores.shape[:1], scores.shape[1], ignore_index)
    counts = np.ones(len(y), bool) if ignore_index is None else y != ignore_index
    label = np.where(counts, y, 0)
    p = np.empty(scores.shape, scores.dtype)
    total, losses = np.empty((2, len(p), 1), p.dtype)

    def work(block):
        z = _below_max(scores[block], out=p[block])
        right = np.take_along_axis(z, label[block, None], axis=1)
        total[block] = row_sums(np.exp(z, out=z))
        losses[block] = np.log(total[block]) - right

    with unbuffered():
        each(work, cut(p))
    losses = np.where(counts, losses[:, 0], 0)
    count = None if ignore_index is None else max(1, int(counts.sum()))
    value, scale = reduce_losses("softmax_cross_entropy", losses, reduction, count)
    return value, (p, total, label, counts * scale)


def softmax_cross_entropy_backward(dout, cache):
    """dscores = p - 1 at the label, p elsewhere, times dout and the row's share of the mean."""
    p, total, label, scale = cache
    scale = (dout * scale).astype(p.dtype).reshape(-1, 1)  # 0 where a row is ignored
    dscores = np.empty_like(p)

    def work(block):
        np.multiply(p[block], scale[block] / total[block], out=dscores[block])
        dscores[block][np.arange(len(p[block])), label[block]] -= scale[block, 0]

    with unbuffered():
        each(work, cut(p))
    return dscores, None


add(softmax_cross_entropy, softmax_cross_entropy_forward, softmax_cross_entropy_backward,
    array_type=np.ndarray, refuses=_refuses_loss)  # fmt: skip


def _each_row(work, *arrays):
    """work(*rows) for blocks of the rows of all arrays, which are as long in their last axis as the first, or 1."""
    rows = [a.reshape(-1, a.shape[-1]) for a in arrays]
    with unbuffered():
        each(lambda block: work(*[a[block] for a in rows]), cut(rows[0]))


def softmax_forward(x, *, axis=-1):
    """y = e^z / Σ e^z, z = x - max x."""

    def work(y, x):
        np.exp(_below_max(x, out=y), out=y)
        y /= row_sums(y)

    y = np.empty(x.shape, x.dtype)
    _each_row(work, y, x)
    return y, y


def softmax_backward(dout, y):
    """dx = y (dout - Σ dout y)."""

    def work(dx, dout, y):
        np.subtract(dout, np.vecdot(dout, y)[:, None], out=dx)
        dx *= y

    dx = np.empty_like(y)
    _each_row(work, dx, dout, y)
    return dx


add(softmax, softmax_forward, softmax_backward, array_type=np.ndarray, refuses=_refuses_axis)


def log_softmax_forward(x, *, axis=-1):
    """y = z - ln Σ e^z, z = x - max x. Cache: e^z, as exponentials take longer than all the rest, and their sums."""

    def work(y, p, total, x):
        np.exp(_below_max(x, out=y), out=p)
        total[...] = row_sums(p)
        y -= np.log(total)

    y, p = np.empty((2, *x.shape), x.dtype)
    total = np.empty((*x.shape[:-1], 1), x.dtype)
    _each_row(work, y, p, total, x)
    return y, (p, total)


def log_softmax_backward(dout, cache):
    """dx = dout - softmax(x) Σ dout."""
    p, total = cache

    def work(dx, dout, p, total):
        np.multiply(p, -row_sums(dout) / total, out=dx)
        dx += dout

    dx = np.empty_like(p)
    _each_row(work, dx, dout, p, total)
    return dx


add(log_softmax, log_softmax_forward, log_softmax_backward, array_type=np.ndarray, refuses=_refuses_axis)
