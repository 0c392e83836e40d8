"""batchnorm and layernorm in few passes over memory.

Both halves of batchnorm are sums over each channel, a little arithmetic with C numbers, and one pass that writes. With
scale = gamma / std the forward is one product and one sum for each number, y = scale x + shift, and so is the backward:

    dx = a dy + b x + c,    a = scale,    b = -a dgamma / (m std),    c = -a dbeta / m - b mean

which is the formula of npdl.ops.norm, dx = a (dy - dbeta / m - xhat dgamma / m) with m numbers to a channel, sorted by
dy, x and the rest. x is kept and no xhat is written: 16 bytes for each number less than there and back.

layernorm has the same three terms, each row with its own a, b and c, but gamma stands at the columns, so that nothing
folds: dx = a (gamma dy) + b x + c.
"""

from typing import NamedTuple

import numpy as np

from ...errors import require_shape
from ...ops import batchnorm, layernorm
from ...ops.norm import require_batchnorm
from ...tape import op
from ...threads import each
from .. import add
from .layout import is_channels_last, workspace
from .sums import channel_rows, cut, row_sums, sums, unbuffered

SMALL = 1 << 16  # numbers that NumPy normalises before threads have begun
SHORT = 16  # numbers to a row, for which the work is in the loop over rows


def _refuses(x, *arrays, **options):
    if x.dtype.char not in "fd" or x.ndim < 2:
        return "its dtype or its axes"
    return "too small to share" if x.size < SMALL else None


class BatchNormCache(NamedTuple):
    x: object
    mean: object
    std: object
    gamma: object
    training: bool


def batchnorm_forward(x, gamma, beta, running_mean=None, running_var=None, *, training=True, momentum=0.9, eps=1e-5):
    """y = scale x + shift, scale = gamma / std, shift = beta - mean scale: what is left of npdl.ops.norm's formula."""
    require_batchnorm(x, gamma, beta, running_mean, running_var, training, momentum)
    x = _without_gaps(x)
    scale, shift, cache = _scale_and_shift(x, gamma, beta, running_mean, running_var, training, momentum, eps)
    return scale_shift(x, scale, shift), cache


def _scale_and_shift(x, gamma, beta, running_mean, running_var, training, momentum, eps):
    if training:
        mean, var = _statistics(x)
        for running, batch in ((running_mean, mean), (running_var, var)):
            if running is not None:
                running[...] = momentum * running + (1 - momentum) * batch.astype(x.dtype)
    else:
        mean, var = running_mean.astype(np.float64), running_var.astype(np.float64)
    std = np.sqrt(var + eps)
    scale = gamma / std
    return scale, beta - mean * scale, BatchNormCache(x, mean, std, gamma, training)


def _without_gaps(x):
    return x if x.flags.c_contiguous or is_channels_last(x) else np.ascontiguousarray(x)


def _statistics(x):
    """Mean and variance of each channel, in float64, from those of each part of it that lies in one block:

        Σ (x - mean)² = Σ_parts [Σ (x - mean_part)² + n (mean_part - mean)²]

    which squares no mean, as Σ x² would: float32 keeps its digits however far the mean is from 0. Chan, Golub and
    LeVeque 1983.
    """
    rows, channel = channel_rows(x)
    blocks = cut(rows)
    long = channel.shape[1] == 1
    n = float(rows.shape[1]) if long else np.array([[len(rows[block])] for block in blocks], float)

    def moments(block):
        part = rows[block]
        total = sums(part, channel)
        mean = total / part.size * total.size
        centred = np.subtract(part, mean[:, None] if long else mean, out=_like(part))
        return total, _products(centred, centred, channel, out=centred)

    with unbuffered():
        parts = each(moments, blocks)
    total, squares = _gather(parts, channel)
    m = x.size // x.shape[1]
    mean = _fold(total, channel, x.shape[1]) / m
    squares += n * (total / n - mean[channel.reshape(-1)]) ** 2
    return mean, _fold(squares, channel, x.shape[1]) / m


def _like(part):
    return workspace("norm", part.shape, part.dtype)


def _products(p, q, channel, out):
    """`sums` of p q."""
    return np.vecdot(p, q) if channel.shape[1] == 1 else sums(np.multiply(p, q, out=out), channel)


def _gather(parts, channel):
    """What the blocks gave, in float64: rows (R,), or columns for each block (blocks, L)."""
    join = np.concatenate if channel.shape[1] == 1 else np.stack
    return [join(part).astype(np.float64) for part in zip(*parts)]


def _fold(parts, channel, C):
    """Their sum for each channel."""
    return np.bincount(channel.reshape(-1), parts if parts.ndim == 1 else parts.sum(axis=0), C)


def _of(channel, dtype, *parameters):
    """Each parameter (C,) for the rows or columns, and how to take a block of it."""
    return [p.astype(dtype)[channel] for p in parameters], (lambda p, block: p[block] if len(p) > 1 else p)


def scale_shift(x, scale, shift, plus=None, relu=False):
    """y = scale x + shift (+ plus), each channel with its own (C,), and with relu max(y, 0).

    x: (N, C, *sizes) without gaps; plus: like x, and in memory as x.
    """
    rows, channel = channel_rows(x)
    out = np.empty_like(x)
    y, more = channel_rows(out)[0], None if plus is None else channel_rows(plus)[0]
    (scale, shift), of = _of(channel, x.dtype, scale, shift)

    def work(block):
        np.multiply(rows[block], of(scale, block), out=y[block])
        y[block] += of(shift, block)
        if plus is not None:
            y[block] += more[block]
        if relu:
            np.maximum(y[block], 0, out=y[block])

    with unbuffered():
        each(work, cut(rows))
    return out


def batchnorm_backward(dout, cache, needs=(True, True, True, False, False)):
    """dgamma = Σ dy xhat, dbeta = Σ dy, dx = a dy + b x + c."""
    dout = _in_order_of(cache.x, dout)
    return _gradients(dout, cache, needs, *_parameter_gradients(dout, cache.x, cache.mean, cache.std))


def _gradients(dout, cache, needs, dgamma, dbeta):
    x, mean, std, gamma, training = cache
    dx = None
    if needs[0] and training:
        m = x.size // x.shape[1]
        a = gamma / std
        b = -a * dgamma / (m * std)
        dx = _combine(dout, x, a, b, -a * dbeta / m - b * mean)
    elif needs[0]:  # mean and variance were constants
        dx = scale_shift(dout, gamma / std, np.zeros_like(std))
    dgamma, dbeta = (g.astype(x.dtype) if need else None for g, need in zip((dgamma, dbeta), needs[1:]))
    return dx, dgamma, dbeta, None, None


def _in_order_of(x, dout):
    """dout in memory as x is."""
    if dout.strides == x.strides:
        return dout
    ordered = np.empty_like(x)
    ordered[...] = dout
    return ordered


def _parameter_gradients(dout, x, mean, std, y=None):
    """(dgamma, dbeta); and with the y of a relu dout is set to 0, in place, where that was off."""
    (rows, channel), (dy, _) = channel_rows(x), channel_rows(dout)
    on = None if y is None else channel_rows(y)[0]

    def reduce(block):
        if y is not None:
            dy[block] *= on[block] > 0
        return sums(dy[block], channel), _products(dy[block], rows[block], channel, out=_like(dy[block]))

    parts = each(reduce, cut(rows))
    dbeta, along_x = (_fold(part, channel, x.shape[1]) for part in _gather(parts, channel))
    return (along_x - mean * dbeta) / std, dbeta


def _combine(dout, x, a, b, c):
    """dx = a dout + b x + c."""
    (rows, channel), (dy, _) = channel_rows(x), channel_rows(dout)
    (a, b, c), of = _of(channel, x.dtype, a, b, c)
    out = np.empty_like(x)
    dx, _ = channel_rows(out)

    def work(block):
        np.multiply(dy[block], of(a, block), out=dx[block])
        dx[block] += np.multiply(rows[block], of(b, block), out=_like(dx[block]))
        dx[block] += of(c, block)

    with unbuffered():
        each(work, cut(rows))
    return out


add(batchnorm, batchnorm_forward, batchnorm_backward, array_type=np.ndarray, refuses=_refuses)


def batchnorm_relu_forward(
    x, gamma, beta, plus=None, running_mean=None, running_var=None, *, training=True, momentum=0.9, eps=1e-5
):
    """y = max(batchnorm(x) + plus, 0) with one pass that writes, where the three ops make three.

    plus: like x, or None: what a residual block adds. For modules that fuse their parts: npdl/nn/fusion.py.
    """
    require_batchnorm(x, gamma, beta, running_mean, running_var, training, momentum)
    x = _without_gaps(x)
    if plus is not None:
        require_shape("batchnorm_relu", "plus", plus, x.shape, "like x")
        plus = _in_order_of(x, plus)
    scale, shift, cache = _scale_and_shift(x, gamma, beta, running_mean, running_var, training, momentum, eps)
    y = scale_shift(x, scale, shift, plus, relu=True)
    return y, (y, cache, plus is not None)


def batchnorm_relu_backward(dout, cache, needs=(True, True, True, True, False, False)):
    """dplus = dout where y > 0, and the rest is batchnorm_backward of that."""
    y, cache, has_plus = cache
    ordered = np.empty_like(cache.x)
    ordered[...] = dout
    sums_of_dy = _parameter_gradients(ordered, cache.x, cache.mean, cache.std, y)
    dx, dgamma, dbeta, _, _ = _gradients(ordered, cache, needs[:3], *sums_of_dy)
    return dx, dgamma, dbeta, ordered if has_plus and needs[3] else None, None, None


batchnorm_relu = op(
    batchnorm_relu_forward, batchnorm_relu_backward, constant=("running_mean", "running_var"), registered=False
)


def layernorm_forward(x, gamma, beta, *, eps=1e-5):
    """y = gamma xhat + beta, a block of rows at a time."""
    for name, array in dict(gamma=gamma, beta=beta).items():
        require_shape("layernorm", name, array, x.shape[-1:], "as that is x's last axis")
    rows = x.reshape(-1, x.shape[-1])
    D = rows.shape[1]
    y = np.empty(rows.shape, x.dtype)
    mean, std = np.empty((2, len(rows), 1), x.dtype)

    def work(block):
        part = y[block]
        mean[block] = row_sums(rows[block]) / D
        np.subtract(rows[block], mean[block], out=part)
        std[block, 0] = np.sqrt(np.vecdot(part, part) / D + eps)
        part /= std[block]
        part *= gamma
        part += beta

    with unbuffered():
        each(work, cut(rows))
    return y.reshape(x.shape), (rows, mean, std, gamma)


def layernorm_backward(dout, cache, needs=(True, True, True)):
    """dx = a (gamma dy) + b x + c with, for each row, s = mean(gamma dy) and t = mean(gamma dy xhat):

        a = 1 / std,    b = -t / std²,    c = -s / std - b mean
    """
    rows, mean, std, gamma = cache
    dy = dout.reshape(rows.shape)
    dx = np.empty_like(rows) if needs[0] else None
    D = rows.shape[1]

    def work(block):
        d, x, a, shift = dy[block], rows[block], 1 / std[block], mean[block]
        dx_dy = np.multiply(d, x, out=_like(x))
        if needs[0]:
            s = (d @ gamma)[:, None] / D
            b = -a * a * a * ((dx_dy @ gamma)[:, None] / D - shift * s)
            part = np.multiply(d, gamma, out=dx[block])
            part *= a
        dgamma = a[:, 0] @ dx_dy - (a * shift)[:, 0] @ d
        if needs[0]:
            part += np.multiply(x, b, out=dx_dy)
            part -= a * s + b * shift
        return dgamma, np.ones(len(d), d.dtype) @ d

    with unbuffered():
        parts = each(work, cut(rows))
    dgamma, dbeta = (np.sum(part, axis=0, dtype=np.float64).astype(dout.dtype) for part in zip(*parts))
    return None if dx is None else dx.reshape(dout.shape), dgamma if needs[1] else None, dbeta if needs[2] else None


def _refuses_layernorm(x, *arrays, **options):
    return "short rows" if x.ndim and x.shape[-1] < SHORT else _refuses(x)


add(layernorm, layernorm_forward, layernorm_backward, array_type=np.ndarray, refuses=_refuses_layernorm)
