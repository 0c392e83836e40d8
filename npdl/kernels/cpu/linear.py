"""matmul and the affine layers on our own threads: a product is cut into tiles of the output, each a product by itself.

BLAS has threads of its own, which spin for a while after each product to be there for the next, and take the processors
from everything else that a training step does. Here BLAS runs on one thread, in each of ours; a product that it would
have run on one thread anyway is left to it.
"""

from math import prod

import numpy as np

from ...ops import affine, matmul, temporal_affine
from ...ops.elementwise import unbroadcast
from ...threads import each
from .. import add
from .sums import channel_sums

SMALL = 1 << 18  # multiplications up to which OpenBLAS uses one thread
ALONE = 1 << 23  # that one thread does before a second one has begun
LARGE = 1 << 25  # from here on four tiles; below, two
TILE = 1 << 27  # in a tile at most


def product(a, b, bias=None):
    """a b + bias for (..., N, K), (..., K, M) and (M,), leading axes broadcast."""
    if a.ndim > 2 and b.ndim == 2:  # one product of all rows
        return product(a.reshape(-1, a.shape[-1]), b).reshape(*a.shape[:-1], b.shape[1])
    lead = ()
    if b.ndim > 2:
        lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a, b = (np.broadcast_to(m, (*lead, *m.shape[-2:])) for m in (a, b))
    y = np.empty((*lead, a.shape[-2], b.shape[-1]), a.dtype)

    def multiply(tile):
        *stack, rows, columns = tile
        np.matmul(a[(*stack, rows)], b[(*stack, slice(None), columns)], out=y[tile])
        if bias is not None:
            y[tile] += bias[columns]

    each(multiply, tiles(y.shape, a.shape[-1]))
    return y


def tiles(shape, K):
    """Indices that cut y, of this shape (..., N, M) and K products to a number, along one axis.

    That is the longest one of the stack, if the stack is long enough; or the rows, if there are 128 for each tile: BLAS
    brings its operands into another order first, and takes less time for it there; or the columns.
    """
    work = prod(shape) * K
    count = 1 if work <= ALONE else 2 if work <= LARGE else 4 * -(-work // (4 * TILE))
    *stack, N, M = shape
    axis = max(range(len(stack)), key=stack.__getitem__, default=-1)
    if axis < 0 or stack[axis] < count:
        axis = len(shape) - (2 if N >= min(M, 128 * count) else 1)
    step = -(-shape[axis] // count)
    whole = [slice(None)] * len(shape)
    return [(*whole[:axis], slice(i, i + step), *whole[axis + 1 :]) for i in range(0, shape[axis], step)]


def _refuses_matmul(a, b):
    if a.dtype.char not in "fd" or min(a.ndim, getattr(b, "ndim", 0)) < 2 or a.shape[-1] != b.shape[-2]:
        return "its dtype or its axes"
    if not all(m == n or 1 in (m, n) for m, n in zip(a.shape[-3::-1], b.shape[-3::-1])):
        return "stacks that do not broadcast"
    return "too small to share" if max(a.size * b.shape[-1], b.size * a.shape[-2]) <= SMALL else None


def matmul_forward(a, b):
    """y = a b in tiles."""
    return product(a, b), (a, b)


def matmul_backward(dout, cache, needs=(True, True)):
    """da = dout bᵀ, db = aᵀ dout; for one b beside a stack of a, their rows are those of one large a."""
    a, b = cache
    da = unbroadcast(product(dout, b.swapaxes(-1, -2)), a.shape) if needs[0] else None
    db = None
    if needs[1] and b.ndim == 2:
        db = product(a.reshape(-1, a.shape[-1]).T, dout.reshape(-1, dout.shape[-1]))
    elif needs[1]:
        db = unbroadcast(product(a.swapaxes(-1, -2), dout), b.shape)
    return da, db


add(matmul, matmul_forward, matmul_backward, array_type=np.ndarray, refuses=_refuses_matmul)


def _refuses_affine(x, w, b=None):
    if x.dtype.char not in "fd" or x.ndim < 2 or getattr(w, "ndim", 0) != 2 or x.size != len(x) * len(w):
        return "its dtype or its axes"
    if b is not None and getattr(b, "shape", None) != w.shape[1:]:
        return "its bias"
    return "too small to share" if x.size * w.shape[1] <= SMALL else None


def affine_forward(x, w, b=None):
    """y = x w + b, the bias added to a tile while it lies in the cache."""
    return product(x.reshape(len(x), len(w)), w, b), (x, w, b)


def affine_backward(dout, cache, needs=(True, True, True)):
    """dx = dout wᵀ, dw = xᵀ dout, db = Σ_n dout."""
    x, w, b = cache
    rows, dw = x.reshape(len(x), len(w)), None
    dx = product(dout, w.T).reshape(x.shape) if needs[0] else None
    if needs[1]:  # in memory as w, which in nn.Affine is the transpose of a (M, D)
        dw = product(rows.T, dout) if w.flags.c_contiguous else product(dout.T, rows).T
    db = channel_sums(dout) if needs[2] and b is not None else None
    return dx, dw, db


add(affine, affine_forward, affine_backward, array_type=np.ndarray, refuses=_refuses_affine)


def _refuses_temporal_affine(x, w, b=None):
    if x.ndim < 2 or getattr(w, "ndim", 0) != 2 or x.shape[-1] != len(w):
        return "its axes"
    return _refuses_affine(x.reshape(-1, x.shape[-1]), w, b)


def temporal_affine_forward(x, w, b=None):
    """affine, each step a row."""
    y, (rows, w, b) = affine_forward(x.reshape(-1, x.shape[-1]), w, b)
    return y.reshape(*x.shape[:-1], -1), (x.shape, rows, w, b)


def temporal_affine_backward(dout, cache, needs=(True, True, True)):
    """affine's."""
    shape, *cache = cache
    dx, dw, db = affine_backward(dout.reshape(-1, dout.shape[-1]), cache, needs)
    return dx if dx is None else dx.reshape(shape), dw, db


add(
    temporal_affine,
    temporal_affine_forward,
    temporal_affine_backward,
    array_type=np.ndarray,
    refuses=_refuses_temporal_affine,
)
