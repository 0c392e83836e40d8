"""Matrix products: matmul, and the affine (fully connected) layer, of whole samples and at each time step."""

from math import prod

from ..errors import InputError, require_ndim, require_shape
from ..tape import op
from .elementwise import unbroadcast

__all__ = [
    "matmul", "matmul_forward", "matmul_backward",
    "affine", "affine_forward", "affine_backward",
    "temporal_affine", "temporal_affine_forward", "temporal_affine_backward",
]  # fmt: skip


def matmul_forward(a, b):
    """y = a b for matrices (..., N, K) and (..., K, M), leading axes broadcast.

    A vector a is one row, a vector b one column (and that axis is then dropped from y).
    """
    for name, array in dict(a=a, b=b).items():
        if array.ndim == 0:
            raise InputError("matmul", name, "an array of one axis or more (for a number use *)", array)
    if a.shape[-1] != b.shape[max(b.ndim - 2, 0)]:
        raise InputError("matmul", "b", f"of {a.shape[-1]} rows, as a has {a.shape[-1]} columns", b)
    return a @ b, (a, b)


def matmul_backward(dout, cache, needs=(True, True)):
    """da = dout bᵀ, db = aᵀ dout."""
    a, b = cache
    rows = a[None, :] if a.ndim == 1 else a
    columns = b[:, None] if b.ndim == 1 else b
    dout = dout[..., None] if b.ndim == 1 else dout
    dout = dout[..., None, :] if a.ndim == 1 else dout
    da = unbroadcast(dout @ columns.swapaxes(-1, -2), rows.shape).reshape(a.shape) if needs[0] else None
    db = unbroadcast(rows.swapaxes(-1, -2) @ dout, columns.shape).reshape(b.shape) if needs[1] else None
    return da, db


matmul = op(matmul_forward, matmul_backward)


def affine_forward(x, w, b=None):
    """y = x w + b, each sample flattened to one row first.

    x: (N, d_1, ..., d_k), D = d_1 ... d_k; w: (D, M); b: (M,) or None; y: (N, M).
    """
    require_ndim("affine", "w", w, 2, "(D, M)")
    D, M = w.shape
    if x.ndim < 2 or prod(x.shape[1:]) != D:
        raise InputError("affine", "x", f"(N, ...) with {D} numbers a sample, as w is {tuple(w.shape)}", x)
    if b is not None:
        require_shape("affine", "b", b, (M,), f"as w is {tuple(w.shape)}")
    y = x.reshape(len(x), D) @ w
    return y if b is None else y + b, (x, w, b)


def affine_backward(dout, cache, needs=(True, True, True)):
    """dx = dout wᵀ, dw = xᵀ dout, db = Σ_n dout."""
    x, w, b = cache
    dx = (dout @ w.T).reshape(x.shape) if needs[0] else None
    dw = x.reshape(len(x), len(w)).T @ dout if needs[1] else None
    db = dout.sum(axis=0) if needs[2] and b is not None else None
    return dx, dw, db


affine = op(affine_forward, affine_backward)


def temporal_affine_forward(x, w, b=None):
    """y = x w + b at each time step, or whatever else stands before the last axis.

    x: (N, T, D) or (..., D); w: (D, M); b: (M,) or None; y: (N, T, M) or (..., M).
    """
    require_ndim("temporal_affine", "w", w, 2, "(D, M)")
    D, M = w.shape
    if x.ndim < 2 or x.shape[-1] != D:
        raise InputError("temporal_affine", "x", f"(..., {D}), as w is {tuple(w.shape)}", x)
    if b is not None:
        require_shape("temporal_affine", "b", b, (M,), f"as w is {tuple(w.shape)}")
    y = x.reshape(-1, D) @ w  # each step is a row
    return (y if b is None else y + b).reshape(*x.shape[:-1], M), (x, w, b)


def temporal_affine_backward(dout, cache, needs=(True, True, True)):
    """As affine, the sums over samples and time steps."""
    x, w, b = cache
    rows = dout.reshape(-1, w.shape[1])
    dx = (rows @ w.T).reshape(x.shape) if needs[0] else None
    dw = x.reshape(-1, len(w)).T @ rows if needs[1] else None
    db = rows.sum(axis=0) if needs[2] and b is not None else None
    return dx, dw, db


temporal_affine = op(temporal_affine_forward, temporal_affine_backward)
