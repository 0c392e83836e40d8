"""Attention: a look-up that is soft. Every query is compared with all keys and takes a mean of their values.

Sequences are (..., T, d): T vectors of d numbers; what stands in front (batch, heads) is broadcast, as in matmul. So
keys (N, 1, S, d) beside queries (N, h, T, d) are one pair of keys and values for all heads: multi-query attention.
"""

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputError, InputTypeError, is_integer, require_ndim
from ..tape import op
from .activation import softmax_backward, softmax_forward
from .elementwise import unbroadcast
from .stochastic import dropout_backward, dropout_forward

__all__ = [
    "scaled_dot_product_attention",
    "scaled_dot_product_attention_forward", "scaled_dot_product_attention_backward",
    "linear_attention", "linear_attention_forward", "linear_attention_backward",
    "rotary", "rotary_forward", "rotary_backward",
    "window_partition", "window_partition_forward", "window_partition_backward",
    "window_reverse", "window_reverse_forward", "window_reverse_backward",
]  # fmt: skip


def require_attention(function, q, k, v, mask=None, bias=None, causal=False):
    """Raise unless these are queries (..., T, d), keys (..., S, d), values (..., S, e) and what is added for (T, S)."""
    for name, array in dict(q=q, k=k, v=v).items():
        if array.ndim < 2 or 0 in array.shape[-2:]:
            raise InputError(function, name, "(..., T, d): a sequence of one vector or more", array)
    if k.shape[-1] != q.shape[-1]:
        raise InputError(function, "k", f"(..., S, {q.shape[-1]}), of as many features as q {tuple(q.shape)}", k)
    if v.shape[-2] != k.shape[-2]:
        raise InputError(function, "v", f"(..., {k.shape[-2]}, e), a value for each key of k {tuple(k.shape)}", v)
    T, S = q.shape[-2], k.shape[-2]
    if causal and T > S:
        raise InputError(function, "q", f"of no more than the {S} positions of k, as causal=True", q)
    try:
        lead = np.broadcast_shapes(*(array.shape[:-2] for array in (q, k, v)))
    except ValueError:
        given = tuple(q.shape), tuple(k.shape), tuple(v.shape)
        raise InputError(function, "q, k and v", "of leading axes that broadcast", given) from None
    if mask is not None and getattr(getattr(mask, "dtype", None), "kind", None) not in ("b", "f"):
        raise InputTypeError(function, "mask", "an array of booleans (True: may be seen) or floats (added)", mask)
    for name, array in dict(mask=mask, bias=bias).items():
        if array is not None and not _fits(array.shape, (*lead, T, S)):
            raise InputError(function, name, f"of a shape that broadcasts to {(*lead, T, S)}, (..., T, S)", array)


def _fits(shape, whole):
    return len(shape) <= len(whole) and all(n in (1, m) for n, m in zip(shape[::-1], whole[::-1]))


class AttentionCache(NamedTuple):
    q: object
    k: object
    v: object
    a: object
    dropped: object
    bias: object


def scaled_dot_product_attention_forward(
    q, k, v, mask=None, bias=None, *, causal=False, p=0.0, training=True, rng=None
):
    """y = a v, a = softmax(q kᵀ / √d + bias) over the keys: each query's weights sum to 1. Vaswani et al. 2017, Eq. 1.

    q: (..., T, d); k: (..., S, d); v: (..., S, e); y: (..., T, e). q · k of d independent numbers of variance 1 has
    variance d: divided by √d it is 1 again, and the softmax is not saturated.
    mask: a constant that broadcasts to (..., T, S): booleans, True where the query may see the key, or floats, which
        are added. bias: the same, with a gradient (relative positions).
    causal: a query sees no later key. The T queries are the last of S positions (as in decoding with the keys of what
        came before), so query i sees keys 0 to i + S - T; for T = S that is the lower triangle.
    A query that may see no key at all has weights 0 and y = 0, and no gradient passes.
    p, training, rng: dropout of the weights.
    """
    require_attention("scaled_dot_product_attention", q, k, v, mask, bias, causal)
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])  # (..., T, S)
    if bias is not None:
        scores = scores + bias
    a = _softmax(_masked(scores, mask, causal))
    kept, dropped = dropout_forward(a, p=p, training=training, rng=rng)
    return kept @ v, AttentionCache(q, k, v, a, dropped, bias)


def _masked(scores, mask, causal):
    """The scores, minus infinity where a query may not look."""
    if mask is not None and mask.dtype.kind == "f":
        scores = scores + mask.astype(scores.dtype)
    elif mask is not None:
        scores = np.where(mask, scores, -math.inf)
    if causal:
        T, S = scores.shape[-2:]
        last = np.arange(T, like=scores)[:, None] + (S - T)  # the last key that each query sees
        scores = np.where(np.arange(S, like=scores) <= last, scores, -math.inf)
    return scores


def _softmax(scores):
    """softmax over the last axis, zeros for a row that is all minus infinity."""
    top = scores.max(axis=-1, keepdims=True)
    z = np.exp(scores - np.where(top > -math.inf, top, 0))
    total = z.sum(axis=-1, keepdims=True)
    return z / np.where(total > 0, total, 1)


def scaled_dot_product_attention_backward(dout, cache, needs=(True, True, True, False, True)):
    """dv = aᵀ dout, da = dout vᵀ; through the softmax, ds = a (da - Σ da a); dq = ds k / √d, dk = dsᵀ q / √d."""
    q, k, v, a, dropped, bias = cache
    kept = dropout_backward(a, dropped)  # the same mask again
    dv = unbroadcast(kept.swapaxes(-1, -2) @ dout, v.shape) if needs[2] else None
    da = dropout_backward(dout @ v.swapaxes(-1, -2), dropped)
    ds = a * (da - (da * a).sum(axis=-1, keepdims=True))
    dbias = unbroadcast(ds, bias.shape) if bias is not None and needs[4] else None
    ds = ds / math.sqrt(q.shape[-1])
    dq = unbroadcast(ds @ k, q.shape) if needs[0] else None
    dk = unbroadcast(ds.swapaxes(-1, -2) @ q, k.shape) if needs[1] else None
    return dq, dk, dv, None, dbias


scaled_dot_product_attention = op(
    scaled_dot_product_attention_forward, scaled_dot_product_attention_backward, constant=("mask",)
)


def linear_attention_forward(q, k, v):
    """y = q c, c = wᵀ v, w = softmax(k) over the positions: attention that costs T, not T². Shen et al. 2021.

    q: (..., T, d); k: (..., S, d); v: (..., S, e), all of the same leading axes; y: (..., T, e). Each of the d columns
    of w sums to 1 and takes one mean of all values: c (d, e) is what the sequence says, whatever its length, and a
    query mixes these d means. (q vᵀ is never formed. Shen et al. put a softmax over q's features in front, too.)
    """
    require_attention("linear_attention", q, k, v)
    if not q.shape[:-2] == k.shape[:-2] == v.shape[:-2]:
        given = tuple(q.shape), tuple(k.shape), tuple(v.shape)
        raise InputError("linear_attention", "q, k and v", "of the same leading axes", given)
    w, _ = softmax_forward(k, axis=-2)
    c = w.swapaxes(-1, -2) @ v  # (..., d, e)
    return q @ c, (q, v, w, c)


def linear_attention_backward(dout, cache, needs=(True, True, True)):
    """dq = dout cᵀ; dc = qᵀ dout, dv = w dc, dw = v dcᵀ, and dk through the softmax over the positions."""
    q, v, w, c = cache
    dq = dout @ c.swapaxes(-1, -2) if needs[0] else None
    dc = q.swapaxes(-1, -2) @ dout
    dk = softmax_backward(v @ dc.swapaxes(-1, -2), (w, -2)) if needs[1] else None
    dv = w @ dc if needs[2] else None
    return dq, dk, dv


linear_attention = op(linear_attention_forward, linear_attention_backward)


def rotary_forward(x, angles):
    """Turn each pair (x_2i, x_2i+1) of a vector by its angle. Su et al. 2021 (RoFormer), Eq. 34.

    x: (..., T, d), d even; angles: (T, d / 2), a constant, position times frequency (npdl.nn.rotary_angles). Of a query
    turned by m θ and a key turned by n θ the product depends on m - n alone: the positions become relative.
    """
    if x.ndim < 2 or x.shape[-1] % 2:
        raise InputError("rotary", "x", "(..., T, d) with an even d, for pairs of numbers", x)
    if not _fits(angles.shape, (*x.shape[:-1], x.shape[-1] // 2)):
        raise InputError("rotary", "angles", f"(T, d / 2) for x {tuple(x.shape)}", angles)
    cos, sin = np.cos(angles).astype(x.dtype), np.sin(angles).astype(x.dtype)
    return _turned(x, cos, sin), (cos, sin)


def _turned(x, cos, sin):
    even, odd = x[..., ::2], x[..., 1::2]
    return np.stack([even * cos - odd * sin, even * sin + odd * cos], axis=-1).reshape(x.shape)


def rotary_backward(dout, cache):
    """dx is dout turned back."""
    cos, sin = cache
    return _turned(dout, cos, -sin)


rotary = op(rotary_forward, rotary_backward, constant=("angles",))


def _cut(x, M):
    """(N, H, W, C) -> (N, windows, M², C)."""
    N, H, W, C = x.shape
    return x.reshape(N, H // M, M, W // M, M, C).transpose(0, 1, 3, 2, 4, 5).reshape(N, -1, M * M, C)


def _joined(windows, size, M):
    """(N, windows, M², C) -> (N, H, W, C)."""
    (H, W), N, C = size, len(windows), windows.shape[-1]
    return windows.reshape(N, H // M, W // M, M, M, C).transpose(0, 1, 3, 2, 4, 5).reshape(N, H, W, C)


def window_partition_forward(x, *, window):
    """An image cut into windows of M x M pixels, each a sequence of its own. Liu et al. 2021 (Swin).

    x: (N, H, W, C), H and W multiples of M = window; y: (N, H W / M², M², C), windows and their pixels row by row.
    """
    require_ndim("window_partition", "x", x, 4, "(N, H, W, C)")
    if not is_integer(window, 1) or x.shape[1] % window or x.shape[2] % window:
        raise InputError("window_partition", "window", f"a divisor of the image's sides {tuple(x.shape[1:3])}", window)
    return _cut(x, window), (x.shape[1:3], window)


def window_partition_backward(dout, cache):
    """dx is the windows of dout, joined."""
    size, window = cache
    return _joined(dout, size, window)


window_partition = op(window_partition_forward, window_partition_backward)


def window_reverse_forward(windows, *, size):
    """The image (N, H, W, C), size = (H, W), from its windows (N, H W / M², M², C): undoes window_partition."""
    require_ndim("window_reverse", "windows", windows, 4, "(N, windows, M², C)")
    (H, W), M = size, math.isqrt(windows.shape[2])
    if not M or M * M != windows.shape[2] or H % M or W % M or windows.shape[1] != (H // M) * (W // M):
        expected = f"(N, windows, M², C) that make an image of {tuple(size)}"
        raise InputError("window_reverse", "windows", expected, windows)
    return _joined(windows, size, M), M


def window_reverse_backward(dout, M):
    """dwindows is dout, cut into windows."""
    return _cut(dout, M)


window_reverse = op(window_reverse_forward, window_reverse_backward)
