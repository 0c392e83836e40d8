"""The selective scan with time outside and the channels inside, a few sequences at a time on each thread.

The readable pair keeps its arrays as (N, T, E, S). Here they are (T, n, S, E): what a step of the loop reads and writes
is one piece of memory, and everything that is broadcast or summed over the states runs along the channels, which are
many, and not along the states, which are few. (To keep no states and compute them again on the way back, as the paper's
kernel does on a GPU, was slower here.)
"""

from typing import NamedTuple

import numpy as np

from ...ops import selective_scan
from ...ops.state_space import require_scan
from ...threads import each
from .. import add
from .layout import slices

STEP = 1 << 12  # numbers of one step for which a loop in Python costs little
SMALL = 1 << 14  # numbers of state in all; for fewer the readable pair is as fast


class Cache(NamedTuple):
    arrays: tuple  # u, delta, A, B, C, D, h0
    blocks: list  # slices of the sequences
    kept: list  # for each of them decay and h, (T, n, S, E)


def _refuses(u, delta, A, B, C, D=None, h0=None):
    if u.ndim != 3 or getattr(A, "ndim", None) != 2 or u.dtype.char not in "fd":
        return "its dtype or its axes"
    return "too small to be worth another order" if u.size * A.shape[1] < SMALL else None


def _time_first(block, *arrays):
    return [a[block].swapaxes(0, 1) for a in arrays]


def selective_scan_forward(u, delta, A, B, C, D=None, h0=None):
    """h_t = e^(Δ_t A) h_{t-1} + Δ_t B_t u_t, y_t = C_t · h_t + D u_t, as in the readable pair."""
    require_scan(u, delta, A, B, C, D, h0)
    y, last = np.empty_like(u, order="C"), np.empty((len(u), *A.shape), u.dtype)
    rows = np.ascontiguousarray(A.T)  # (S, E)

    def work(block):
        u_, delta_, B_, C_ = _time_first(block, u, delta, B, C)
        decay = delta_[:, :, None] * rows  # (T, n, S, E)
        np.exp(decay, out=decay)
        h = (delta_ * u_)[:, :, None] * B_[..., None]
        if h0 is not None:
            h[0] += decay[0] * h0[block].swapaxes(1, 2)
        carried = np.empty_like(h[0])
        for t in range(1, len(h)):
            h[t] += np.multiply(decay[t], h[t - 1], out=carried)
        y[block] = (C_[:, :, None] @ h)[:, :, 0].swapaxes(0, 1)
        last[block] = h[-1].swapaxes(1, 2)
        return decay, h

    blocks = slices(len(u), max(1, STEP // A.size))
    kept = each(work, blocks)
    if D is not None:
        y += D * u
    return (y, last), Cache((u, delta, A, B, C, D, h0), blocks, kept)


def selective_scan_backward(dout, cache, needs=(True,) * 7):
    """The recurrence back in time, and what follows from it, as in the readable pair."""
    (u, delta, A, B, C, D, h0), blocks, kept = cache
    dy, dlast = dout
    along_B, ddelta = np.empty_like(u, order="C"), np.empty_like(u, order="C")
    dB, dC = np.empty_like(B, order="C"), np.empty_like(C, order="C")
    dh0 = np.empty((len(u), *A.shape), u.dtype)
    rows = np.ascontiguousarray(A.T)

    def work(task):
        block, (decay, h) = task
        dy_, u_, delta_, B_, C_ = _time_first(block, dy, u, delta, B, C)
        dh = dy_[:, :, None] * C_[..., None]  # (T, n, S, E)
        dh[-1] += dlast[block].swapaxes(1, 2)
        carried = np.empty_like(dh[0])
        for t in range(len(dh) - 1, 0, -1):
            dh[t - 1] += np.multiply(decay[t], dh[t], out=carried)
        dB[block] = (dh @ (delta_ * u_)[..., None])[..., 0].swapaxes(0, 1)
        dC[block] = (h @ dy_[..., None])[..., 0].swapaxes(0, 1)
        along_B[block] = (B_[:, :, None] @ dh)[:, :, 0].swapaxes(0, 1)
        dh *= decay
        dh0[block] = dh[0].swapaxes(1, 2)
        g = dh  # in the same memory
        g[1:] *= h[:-1]
        g[0] *= 0 if h0 is None else h0[block].swapaxes(1, 2)
        ddelta[block] = np.einsum("tnse,se->nte", g, rows)
        return np.einsum("tnse,tne->se", g, delta_)

    dA = np.sum(each(work, zip(blocks, kept)), axis=0).T
    du = delta * along_B + (0 if D is None else D * dy) if needs[0] else None
    ddelta += u * along_B
    dD = (dy * u).sum(axis=(0, 1)) if needs[5] and D is not None else None
    gradients = du, ddelta, dA, dB, dC, dD, None if h0 is None else dh0
    return tuple(gradient if need else None for gradient, need in zip(gradients, needs))


add(selective_scan, selective_scan_forward, selective_scan_backward, array_type=np.ndarray, refuses=_refuses)
