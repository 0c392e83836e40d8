"""Sequences of rnn, lstm and gru: one product for the inputs of all steps, one a step for all gates.

Samples do not see each other, so a block of them goes through all steps on one thread, without waiting for another.
Inside, time comes first: what a step reads and writes lies together. Gates are computed in place, sigmoid(z) as
(1 + tanh(z / 2)) / 2, with the half already in the weights, so that all gates are one tanh. Backward leaves the
gradients of what went into the gates, dz, and makes those of the weights from all steps in one product each.
"""

import numpy as np

from ...ops import gru, lstm, rnn
from ...threads import each
from .. import add

ROWS = 32  # samples to a block, about: with fewer, BLAS spends its time on bringing Wh into its own order
SMALL = 1 << 14  # numbers in all gates up to which the readable pair takes as long


def blocks(N):
    """Slices of about ROWS samples, an even number of them if there are several."""
    count = 1 if N < 2 * ROWS else 2 * (N // (2 * ROWS))
    step = -(-N // count)
    return [slice(i, i + step) for i in range(0, N, step)]


def fits(gates, x, states, Wx, Wh, biases, mask):
    """Why the call is not for these pairs, or None. What the readable pairs complain about is left to them."""
    shapes = [getattr(a, "shape", ()) for a in (x, Wx, Wh, *states, *biases)]
    if x.dtype.char not in "fd" or [len(s) for s in shapes[:3]] != [3, 2, 2] or 0 in x.shape:
        return "its dtype or its axes"
    N, D, H = len(x), x.shape[2], len(Wh)
    wanted = [x.shape, (D, gates * H), (H, gates * H), *[(N, H)] * len(states), *[(gates * H,)] * len(biases)]
    if shapes != wanted:
        return "shapes that do not fit together"
    if mask is not None:
        return "a mask"
    return "too small to be worth it" if x.shape[0] * x.shape[1] * gates * H < SMALL else None


def projected(x, Wx, b):
    """(x with time first (T, n, D), x Wx + b of all steps (T, n, G H)) of a block."""
    x = np.ascontiguousarray(x.swapaxes(0, 1))
    z = x.reshape(-1, x.shape[2]) @ Wx
    z += b
    return x, z.reshape(*x.shape[:2], -1)


def begun(state, T):
    """(T + 1, n, H): the first state, and room for those after each step."""
    states = np.empty((T + 1, *state.shape), state.dtype)
    states[0] = state
    return states


def halved(H, sigmoids, gates, dtype):
    """1/2 for the columns of the sigmoids, which come first, 1 for those of the tanh."""
    return np.repeat(np.array([0.5] * sigmoids + [1] * (gates - sigmoids), dtype), H)


def as_sigmoid(t):
    """tanh(z / 2) to sigmoid(z), in place."""
    t *= 0.5
    t += 0.5


def slope_of_tanh(y, out):
    """1 - y²."""
    np.multiply(y, y, out=out)
    np.subtract(1, out, out=out)


def slope_of_sigmoid(y, out):
    """y (1 - y)."""
    np.subtract(1, y, out=out)
    out *= y


def product(x, dz, like):
    """xᵀ dz over samples and steps, in memory as `like` is."""
    x, dz = x.reshape(-1, x.shape[-1]), dz.reshape(-1, dz.shape[-1])
    return x.T @ dz if like.flags.c_contiguous else (dz.T @ x).T


def total(dz):
    """Σ over samples and steps."""
    dz = dz.reshape(-1, dz.shape[-1])
    return np.ones(len(dz), dz.dtype) @ dz


def inputs_gradient(dz, Wx, dx):
    """dx = dz Wxᵀ, into a block of dx, where samples come first."""
    dx[...] = (dz.reshape(-1, dz.shape[2]) @ Wx.T).reshape(*dz.shape[:2], -1).swapaxes(0, 1)


def summed(parts):
    """The sums over the blocks of each entry; None where it is None."""
    return [None if entry[0] is None else sum(entry[1:], entry[0]) for entry in zip(*parts)]


# --- rnn ------------------------------------------------------------------------------------------------------------


def rnn_forward(x, h0, Wx, Wh, b, mask=None):
    """The readable pair's h, a block of samples after the other."""
    N, T, _ = x.shape
    out = np.empty((N, T, len(Wh)), x.dtype)

    def work(rows):
        xt, z = projected(x[rows], Wx, b)
        h = begun(h0[rows], T)
        for t in range(T):
            np.matmul(h[t], Wh, out=h[t + 1])
            h[t + 1] += z[t]
            np.tanh(h[t + 1], out=h[t + 1])
        out[rows] = h[1:].swapaxes(0, 1)
        return rows, xt, h

    return out, (Wx, Wh, each(work, blocks(N)))


def rnn_backward(dout, cache, needs=(True,) * 6):
    """dz_t = (dout_t + carried) (1 - h_t²), carried = dz_t Whᵀ."""
    Wx, Wh, saved = cache
    dx, dh0 = _room(dout, Wx, needs[0]), np.empty_like(dout[:, 0])
    back = np.ascontiguousarray(Wh.T)

    def work(block):
        rows, xt, h = block
        dz, dh = np.empty_like(h[1:]), np.zeros_like(h[0])
        for t in reversed(range(len(dz))):
            dh += dout[rows, t]
            slope_of_tanh(h[t + 1], dz[t])
            dz[t] *= dh
            np.matmul(dz[t], back, out=dh)
        dh0[rows] = dh
        if needs[0]:
            inputs_gradient(dz, Wx, dx[rows])
        return (
            product(xt, dz, Wx) if needs[2] else None,
            product(h[:-1], dz, Wh) if needs[3] else None,
            total(dz) if needs[4] else None,
        )

    dWx, dWh, db = summed(each(work, saved))
    return dx, dh0 if needs[1] else None, dWx, dWh, db, None


def _room(dout, Wx, needed):
    return np.empty((*dout.shape[:2], len(Wx)), dout.dtype) if needed else None


def _refuses_rnn(x, h0, Wx, Wh, b, mask=None):
    return fits(1, x, (h0,), Wx, Wh, (b,), mask)


add(rnn, rnn_forward, rnn_backward, array_type=np.ndarray, refuses=_refuses_rnn)

# --- lstm -----------------------------------------------------------------------------------------------------------


def lstm_forward(x, h0, c0, Wx, Wh, b, mask=None):
    """The readable pair's h and last cell, a block of samples after the other."""
    N, T, _ = x.shape
    H = len(Wh)
    scale = halved(H, 3, 4, x.dtype)
    half_Wx, half_Wh, half_b = Wx * scale, Wh * scale, b * scale
    out, last = np.empty((N, T, H), x.dtype), np.empty((N, H), x.dtype)

    def work(rows):
        xt, gates = projected(x[rows], half_Wx, half_b)  # gates: (T, n, 4H)
        h, c = begun(h0[rows], T), begun(c0[rows], T)
        tanh_c, from_h = np.empty_like(c[1:]), np.empty_like(gates[0])
        for t in range(T):
            np.matmul(h[t], half_Wh, out=from_h)
            gates[t] += from_h
            np.tanh(gates[t], out=gates[t])
            as_sigmoid(gates[t, :, : 3 * H])
            i, f, o, g = (gates[t, :, k * H : (k + 1) * H] for k in range(4))
            np.multiply(i, g, out=tanh_c[t])
            np.multiply(f, c[t], out=c[t + 1])
            c[t + 1] += tanh_c[t]
            np.tanh(c[t + 1], out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=h[t + 1])
        out[rows], last[rows] = h[1:].swapaxes(0, 1), c[T]
        return rows, xt, h, c, tanh_c, gates

    return (out, last), (Wx, Wh, each(work, blocks(N)))


def lstm_backward(dout, cache, needs=(True,) * 7):
    """dz from the gates as in lstm_gates_backward, each in its place of one array."""
    Wx, Wh, saved = cache
    dhs, dlast = dout
    dx, dh0, dc0 = _room(dhs, Wx, needs[0]), np.empty_like(dlast), np.empty_like(dlast)
    back, H = np.ascontiguousarray(Wh.T), len(Wh)

    def work(block):
        rows, xt, h, c, tanh_c, gates = block
        dz, dh, dc, way = np.empty_like(gates), np.zeros_like(h[0]), dlast[rows].copy(), np.empty_like(h[0])
        for t in reversed(range(len(dz))):
            i, f, o, g = (gates[t, :, k * H : (k + 1) * H] for k in range(4))
            dzi, dzf, dzo, dzg = (dz[t, :, k * H : (k + 1) * H] for k in range(4))
            dh += dhs[rows, t]
            slope_of_tanh(tanh_c[t], way)
            way *= o
            way *= dh
            dc += way
            slope_of_sigmoid(gates[t, :, : 3 * H], dz[t, :, : 3 * H])
            slope_of_tanh(g, dzg)
            for one, d, factor in ((dzi, dc, g), (dzf, dc, c[t]), (dzo, dh, tanh_c[t]), (dzg, dc, i)):
                np.multiply(d, factor, out=way)
                one *= way
            dc *= f
            np.matmul(dz[t], back, out=dh)
        dh0[rows], dc0[rows] = dh, dc
        if needs[0]:
            inputs_gradient(dz, Wx, dx[rows])
        return (
            product(xt, dz, Wx) if needs[3] else None,
            product(h[:-1], dz, Wh) if needs[4] else None,
            total(dz) if needs[5] else None,
        )

    dWx, dWh, db = summed(each(work, saved))
    return dx, dh0 if needs[1] else None, dc0 if needs[2] else None, dWx, dWh, db, None


def _refuses_lstm(x, h0, c0, Wx, Wh, b, mask=None):
    return fits(4, x, (h0, c0), Wx, Wh, (b,), mask)


add(lstm, lstm_forward, lstm_backward, array_type=np.ndarray, refuses=_refuses_lstm)

# --- gru ------------------------------------------------------------------------------------------------------------


def gru_forward(x, h0, Wx, Wh, bx, bh, mask=None):
    """The readable pair's h, a block of samples after the other."""
    N, T, _ = x.shape
    H = len(Wh)
    scale = halved(H, 2, 3, x.dtype)
    half_Wx, half_Wh, half_bx, half_bh = Wx * scale, Wh * scale, bx * scale, bh * scale
    out = np.empty((N, T, H), x.dtype)

    def work(rows):
        xt, gates = projected(x[rows], half_Wx, half_bx)  # gates: (T, n, 3H)
        h, from_h = begun(h0[rows], T), np.empty_like(gates[0])
        m = np.empty_like(h[1:])  # what the reset gate is multiplied with
        for t in range(T):
            np.matmul(h[t], half_Wh, out=from_h)
            from_h += half_bh
            rz, r, z, n = gates[t, :, : 2 * H], gates[t, :, :H], gates[t, :, H : 2 * H], gates[t, :, 2 * H :]
            rz += from_h[:, : 2 * H]
            np.tanh(rz, out=rz)
            as_sigmoid(rz)
            m[t] = from_h[:, 2 * H :]
            n += np.multiply(r, m[t], out=h[t + 1])
            np.tanh(n, out=n)
            np.subtract(h[t], n, out=h[t + 1])  # n + z (h - n)
            h[t + 1] *= z
            h[t + 1] += n
        out[rows] = h[1:].swapaxes(0, 1)
        return rows, xt, h, m, gates

    return out, (Wx, Wh, each(work, blocks(N)))


def gru_backward(dout, cache, needs=(True,) * 7):
    """dzx and dzh from the gates as in gru_gates_backward, each in its place of two arrays."""
    Wx, Wh, saved = cache
    dx, dh0 = _room(dout, Wx, needs[0]), np.empty_like(dout[:, 0])
    back, H = np.ascontiguousarray(Wh.T), len(Wh)

    def work(block):
        rows, xt, h, m, gates = block
        dzx, dzh, dh, way = np.empty_like(gates), np.empty_like(gates), np.zeros_like(h[0]), np.empty_like(h[0])
        for t in reversed(range(len(dzx))):
            r, z, n = (gates[t, :, k * H : (k + 1) * H] for k in range(3))
            dr, dz, dn = (dzx[t, :, k * H : (k + 1) * H] for k in range(3))
            dh += dout[rows, t]
            slope_of_sigmoid(gates[t, :, : 2 * H], dzx[t, :, : 2 * H])
            np.subtract(h[t], n, out=way)
            way *= dh
            dz *= way
            slope_of_tanh(n, dn)
            np.subtract(1, z, out=way)
            way *= dh
            dn *= way
            dr *= np.multiply(dn, m[t], out=way)
            dzh[t, :, : 2 * H] = dzx[t, :, : 2 * H]
            np.multiply(dn, r, out=dzh[t, :, 2 * H :])
            dh *= z
            dh += np.matmul(dzh[t], back, out=way)
        dh0[rows] = dh
        if needs[0]:
            inputs_gradient(dzx, Wx, dx[rows])
        return (
            product(xt, dzx, Wx) if needs[2] else None,
            product(h[:-1], dzh, Wh) if needs[3] else None,
            total(dzx) if needs[4] else None,
            total(dzh) if needs[5] else None,
        )

    dWx, dWh, dbx, dbh = summed(each(work, saved))
    return dx, dh0 if needs[1] else None, dWx, dWh, dbx, dbh, None


def _refuses_gru(x, h0, Wx, Wh, bx, bh, mask=None):
    return fits(3, x, (h0,), Wx, Wh, (bx, bh), mask)


add(gru, gru_forward, gru_backward, array_type=np.ndarray, refuses=_refuses_gru)
