"""Attention in blocks: the T x S weights exist a block at a time, in the cache of the processor, and never all at once.

A softmax needs the largest score and the sum of all exponentials, but both can follow a running look at the scores
(Milakov and Gimelshein 2018). After some keys, a query has seen the largest score `top`, and holds

    total = Σ e^(s_j - top),    acc = Σ e^(s_j - top) v_j

Where a later block has a larger score, both are multiplied by e^(old top - new top); at the end y = acc / total. Where
all scores are small, as |q · k| <= |q| |k| shows, e^s neither overflows nor vanishes: top is 0, and none is looked for.

The backward pass computes the scores again, from q, k, top and total: that costs a product, and saves reading T x S
numbers. Dao et al. 2022 (FlashAttention). Of ds = a (da - D) the sum over the keys D = Σ da a is Σ dout y, of which
nothing is T x S.
"""

import math
from itertools import product as pairs
from math import prod
from typing import NamedTuple

import numpy as np

from ...ops import scaled_dot_product_attention
from ...ops.attention import require_attention
from ...ops.elementwise import unbroadcast
from ...threads import each
from .. import add
from .layout import slices, workspace
from .sums import row_sums

SMALL = 1 << 16  # scores that the readable pair computes sooner
QUERIES, KEYS = 256, 256  # in a block at most: 256 kB of scores; as many sequences as have no more together
BOUND = 40  # of the scores that need no largest one: e^40 = 2e17, and float32 reaches from 1e-38 to 3e38


class BlockCache(NamedTuple):
    q: object
    k: object
    v: object
    mask: object
    causal: bool
    y: object
    top: object
    total: object


def _refuses(q, k, v, mask=None, bias=None, *, causal=False, p=0.0, training=True, rng=None):
    if q.dtype.char not in "fd" or min(q.ndim, getattr(k, "ndim", 0), getattr(v, "ndim", 0)) < 2:
        return "its dtype or its axes"
    if bias is not None:
        return "a bias, whose gradient is as large as the weights"
    if p and training:
        return "dropout of the weights"
    return "too small to share" if q.size // q.shape[-1] * k.shape[-2] < SMALL else None


def _stacks(q, k, v, mask):
    """The arrays with their leading axes broadcast (views), and indices that cut the stack of sequences into parts."""
    lead = np.broadcast_shapes(*(a.shape[:-2] for a in (q, k, v)))
    q, k, v = (np.broadcast_to(a, (*lead, *a.shape[-2:])) for a in (q, k, v))
    if mask is not None:
        mask = np.broadcast_to(mask, (*lead, q.shape[-2], k.shape[-2]))
    together = max(1, QUERIES * KEYS // (q.shape[-2] * k.shape[-2]))
    return q, k, v, mask, _parts(lead, together)


def _parts(lead, together):
    """Indices of parts of a stack of this shape, each of at most `together` sequences, and no fewer than it must."""
    if not lead:
        return [()]
    inner = prod(lead[1:])
    if inner > together:
        return [(slice(n, n + 1), *rest) for n in range(lead[0]) for rest in _parts(lead[1:], together)]
    return [(some,) for some in slices(lead[0], together // max(inner, 1))]


def _rows(a, rows):
    """These vectors of each sequence of a part."""
    return a[..., rows, :]


def _visible(queries, T, S, causal):
    """The keys that some of these queries sees, in blocks."""
    return slices(queries.stop + S - T if causal else S, KEYS)


def _are_small(q, k):
    """Whether no score can be larger than BOUND, of either sign."""
    return bool(np.vecdot(q, q).max() * np.vecdot(k, k).max() <= BOUND * BOUND)


def _hide(scores, queries, keys, mask, first):
    """Minus infinity, in place, where a mask of booleans is False, or where a key comes later than its query.

    first: key that query 0 sees last; None if all are seen.
    """
    if mask is not None:
        np.copyto(scores, -math.inf, where=~mask[..., queries, keys])
    if first is not None and keys.stop > queries.start + first + 1:
        later = np.arange(keys.start, keys.stop) > np.arange(queries.start, queries.stop)[:, None] + first
        np.copyto(scores, -math.inf, where=later)


def scaled_dot_product_attention_forward(
    q, k, v, mask=None, bias=None, *, causal=False, p=0.0, training=True, rng=None
):
    """y = acc / total of each query, by a running softmax over blocks of keys; a task is a block of queries."""
    require_attention("scaled_dot_product_attention", q, k, v, mask, bias, causal)
    given = q, k, v
    q, k, v, mask, stack = _stacks(q, k, v, mask)
    T, S, scale = q.shape[-2], k.shape[-2], 1 / math.sqrt(q.shape[-1])
    added = mask is not None and mask.dtype.kind == "f"
    y = np.empty_like(q, shape=(*q.shape[:-1], v.shape[-1]))
    top, total = np.empty((2, *q.shape[:-1], 1), q.dtype)

    def work(task):
        i, queries = task
        of_mask = None if mask is None else mask[i]
        some = _rows(q[i], queries) * scale  # (..., queries, d)
        small = not added and _are_small(some, k[i])
        m = np.full((*some.shape[:-1], 1), 0 if small else np.finfo(q.dtype).min, q.dtype)
        l = acc = 0
        for keys in _visible(queries, T, S, causal):
            s = workspace("scores", (*some.shape[:-1], keys.stop - keys.start), q.dtype)
            np.matmul(some, _rows(k[i], keys).swapaxes(-1, -2), out=s)
            if added:
                s += of_mask[..., queries, keys]
            _hide(s, queries, keys, None if added else of_mask, S - T if causal else None)
            if not small:
                larger = np.maximum(m, s.max(axis=-1, keepdims=True))
                s -= larger
                shrink, m = np.exp(m - larger), larger
                l, acc = l * shrink, acc * shrink
            np.exp(s, out=s)
            l, acc = l + row_sums(s), acc + s @ _rows(v[i], keys)
        l[l == 0] = 1  # a query that sees no key: acc is 0
        np.divide(acc, l, out=_rows(y[i], queries))
        _rows(top[i], queries)[...], _rows(total[i], queries)[...] = m, l

    each(work, list(pairs(stack, slices(T, QUERIES))))
    return y, BlockCache(*given, mask, causal, y, top, total)


def scaled_dot_product_attention_backward(dout, cache, needs=(True, True, True, False, True)):
    """As the readable pair, a block of the weights at a time; a task is a part of the stack.

    With e = e^(s - top), a = e / total; dividing dout and D by total instead of e leaves dv = eᵀ (dout / total) and
    ds = e (dout vᵀ - D) / total, one product of two blocks. D is taken off in the matrix product: (dout, -D) (v, 1)ᵀ.
    """
    given, (_, _, _, mask, causal, y, top, total) = cache[:3], cache
    q, k, v, _, stack = _stacks(*given, None)
    T, S, scale = q.shape[-2], k.shape[-2], 1 / math.sqrt(q.shape[-1])
    added = mask is not None and mask.dtype.kind == "f"
    dq, dk, dv = (np.empty_like(a, subok=False) for a in (q, k, v))

    def work(i):
        of_mask = None if mask is None else mask[i]
        dk[i], dv[i] = 0, 0
        v1 = np.concatenate([v[i], np.ones((*v[i].shape[:-1], 1), q.dtype)], axis=-1)
        for queries in slices(T, QUERIES):
            some, largest, sums = (_rows(a[i], queries) for a in (q, top, total))
            some, d = some * scale, _rows(dout[i], queries) / sums
            d1 = np.concatenate([d, -np.vecdot(d, _rows(y[i], queries))[..., None]], axis=-1)
            sum_dq = np.zeros_like(some)
            for keys in _visible(queries, T, S, causal):
                shape = *some.shape[:-1], keys.stop - keys.start
                e, ds = workspace("scores", shape, q.dtype), workspace("ds", shape, q.dtype)
                np.matmul(some, _rows(k[i], keys).swapaxes(-1, -2), out=e)
                if added:
                    e += of_mask[..., queries, keys]
                if largest.any():
                    e -= largest
                _hide(e, queries, keys, None if added else of_mask, S - T if causal else None)
                np.exp(e, out=e)
                _rows(dv[i], keys)[...] += e.swapaxes(-1, -2) @ d
                np.matmul(d1, _rows(v1, keys).swapaxes(-1, -2), out=ds)
                ds *= e
                sum_dq += ds @ _rows(k[i], keys)
                _rows(dk[i], keys)[...] += ds.swapaxes(-1, -2) @ some
            np.multiply(sum_dq, scale, out=_rows(dq[i], queries))

    each(work, stack)
    dq, dk, dv = (unbroadcast(g, a.shape) for g, a in zip((dq, dk, dv), given))
    return dq, dk, dv, None, None


add(
    scaled_dot_product_attention,
    scaled_dot_product_attention_forward,
    scaled_dot_product_attention_backward,
    array_type=np.ndarray,
    refuses=_refuses,
)
