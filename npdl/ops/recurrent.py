"""Recurrent layers: a state that each step reads and replaces. Backward carries its gradient back through time.

A step takes x: (N, D) and states (N, H); a sequence x: (N, T, D) and the first states, and gives the states after each
step, (N, T, H). All steps share Wx: (D, G H), Wh: (H, G H) and the biases (G H,), where G blocks of H columns belong to
G gates. mask: (N, T) booleans or None; a step whose mask is False leaves the states as they are, so that sequences of
different lengths, padded at either end, fit in one array.

In each backward dz is the gradient of what goes into tanh and sigmoid, for all steps: since the weights are the same in
each step, their gradient is one product over samples and steps.
"""

from typing import NamedTuple

import numpy as np

from ..errors import InputError, InputTypeError, require_ndim, require_shape
from ..tape import op
from .activation import sigmoid_forward

__all__ = [
    "rnn_step", "rnn_step_forward", "rnn_step_backward",
    "rnn", "rnn_forward", "rnn_backward",
    "lstm_step", "lstm_step_forward", "lstm_step_backward",
    "lstm", "lstm_forward", "lstm_backward",
    "gru_step", "gru_step_forward", "gru_step_backward",
    "gru", "gru_forward", "gru_backward",
]  # fmt: skip


class Step(NamedTuple):
    """What backward wants of a step; `gates`: what it wants of the part after the matrix products."""

    x: object
    prev_h: object
    Wx: object
    Wh: object
    gates: object


class Sequence(NamedTuple):
    """What backward wants of a sequence; `gates`: one entry a step."""

    x: object
    h0: object
    Wx: object
    Wh: object
    h: object
    gates: object
    mask: object


def require_recurrent(function, gates, x, states, Wx, Wh, biases, mask=None, steps=False):
    """Raise unless the shapes fit together; states and biases: {name: array}; steps: whether x has a time axis."""
    require_ndim(function, "x", x, 3 if steps else 2, "(N, T, D)" if steps else "(N, D)")
    if steps and x.shape[1] == 0:
        raise InputError(function, "x", "a sequence of at least one step", x)
    require_ndim(function, "Wh", Wh, 2, "(H, H)" if gates == 1 else f"(H, {gates} H)")
    N, D, H = len(x), x.shape[-1], len(Wh)
    columns = f"({gates} gate(s) of H = {H})"
    require_shape(function, "Wh", Wh, (H, gates * H), columns)
    require_shape(function, "Wx", Wx, (D, gates * H), f"as x has D = {D} and Wh {columns}")
    for name, state in states.items():
        require_shape(function, name, state, (N, H), f"for N = {N} samples and H = {H} units")
    for name, b in biases.items():
        require_shape(function, name, b, (gates * H,), columns)
    if mask is not None:
        require_shape(function, "mask", mask, x.shape[:2], "(N, T), as x")
        if mask.dtype != bool:
            raise InputTypeError(function, "mask", "an array of booleans: True where a step counts", mask)


def kept(mask, t, new, old):
    """The state after step t: the new one, or the old one where the step is masked."""
    return new if mask is None else np.where(mask[:, t, None], new, old)


def parted(mask, t, d):
    """The gradient of the state after step t in two: what goes back through the step, and what goes past it."""
    return (d, 0) if mask is None else (d * mask[:, t, None], d * ~mask[:, t, None])


def before(h0, h):
    """The states that the steps begin with: h0, then all but the last. (N, T, H)"""
    return np.concatenate([h0[:, None], h[:, :-1]], axis=1)


def over_time(x, dz):
    """Σ over samples and steps of xᵀ dz: the gradient of weights that all steps share. (D, G H)"""
    return np.tensordot(x, dz, axes=((0, 1), (0, 1)))


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """h = tanh(x Wx + prev_h Wh + b). Elman 1990.

    x: (N, D); prev_h: (N, H); Wx: (D, H); Wh: (H, H); b: (H,); h: (N, H).
    """
    require_recurrent("rnn_step", 1, x, dict(prev_h=prev_h), Wx, Wh, dict(b=b))
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, Step(x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dout, cache, needs=(True,) * 5):
    """Through tanh, dz = dout (1 - h²); then as an affine layer of two inputs."""
    x, prev_h, Wx, Wh, next_h = cache
    dz = dout * (1 - next_h**2)
    dx = dz @ Wx.T if needs[0] else None
    dprev_h = dz @ Wh.T if needs[1] else None
    dWx = x.T @ dz if needs[2] else None
    dWh = prev_h.T @ dz if needs[3] else None
    db = dz.sum(axis=0) if needs[4] else None
    return dx, dprev_h, dWx, dWh, db


rnn_step = op(rnn_step_forward, rnn_step_backward)


def rnn_forward(x, h0, Wx, Wh, b, mask=None):
    """h_t = tanh(x_t Wx + h_{t-1} Wh + b) for t = 1 ... T.

    x: (N, T, D); h0: (N, H); Wx: (D, H); Wh: (H, H); b: (H,); mask: (N, T) booleans; h: (N, T, H).
    """
    require_recurrent("rnn", 1, x, dict(h0=h0), Wx, Wh, dict(b=b), mask, steps=True)
    states, prev = [], h0
    for t in range(x.shape[1]):
        prev = kept(mask, t, np.tanh(x[:, t] @ Wx + prev @ Wh + b), prev)
        states.append(prev)
    h = np.stack(states, axis=1)  # (N, T, H)
    return h, Sequence(x, h0, Wx, Wh, h, None, mask)


def rnn_backward(dout, cache, needs=(True,) * 6):
    """Back through time: each h has the gradient from above and, carried, that of the next step.

    dz_t = (dout_t + carried) (1 - h_t²), carried = dz_t Whᵀ. Werbos 1990.
    """
    x, h0, Wx, Wh, h, _, mask = cache
    dz, carried = np.zeros_like(h), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        dh, past = parted(mask, t, dout[:, t] + carried)
        dz[:, t] = dh * (1 - h[:, t] ** 2)
        carried = dz[:, t] @ Wh.T + past
    dx = dz @ Wx.T if needs[0] else None
    dWx = over_time(x, dz) if needs[2] else None
    dWh = over_time(before(h0, h), dz) if needs[3] else None
    db = dz.sum(axis=(0, 1)) if needs[4] else None
    return dx, carried if needs[1] else None, dWx, dWh, db, None


rnn = op(rnn_forward, rnn_backward, constant=("mask",))


def lstm_gates(z, prev_c):
    """(h, c) and what their backward wants, from z = [zi zf zo zg]: c = f prev_c + i g, h = o tanh(c)."""
    H = prev_c.shape[1]
    ifo, _ = sigmoid_forward(z[:, : 3 * H])
    i, f, o = ifo[:, :H], ifo[:, H : 2 * H], ifo[:, 2 * H :]
    g = np.tanh(z[:, 3 * H :])
    next_c = f * prev_c + i * g
    t = np.tanh(next_c)
    return (o * t, next_c), (prev_c, i, f, o, g, t)


def lstm_gates_backward(dnext_h, dnext_c, gates):
    """(dz, dprev_c): c has a gradient of its own, and that of h."""
    prev_c, i, f, o, g, t = gates
    dc = dnext_c + dnext_h * o * (1 - t * t)
    dzi, dzf = dc * g * i * (1 - i), dc * prev_c * f * (1 - f)
    dzo, dzg = dnext_h * t * o * (1 - o), dc * i * (1 - g * g)
    return np.concatenate([dzi, dzf, dzo, dzg], axis=1), dc * f


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """c = f prev_c + i g, h = o tanh(c). Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000.

    [zi zf zo zg] = x Wx + prev_h Wh + b, the gates i, f, o = sigmoid(zi, zf, zo), the candidate g = tanh(zg): this is
    CS231n's order; PyTorch has i, f, g, o. x: (N, D); prev_h, prev_c: (N, H); Wx: (D, 4H); Wh: (H, 4H); b: (4H,).
    Returns (h, c), each (N, H).
    """
    require_recurrent("lstm_step", 4, x, dict(prev_h=prev_h, prev_c=prev_c), Wx, Wh, dict(b=b))
    outs, gates = lstm_gates(x @ Wx + prev_h @ Wh + b, prev_c)
    return outs, Step(x, prev_h, Wx, Wh, gates)


def lstm_step_backward(dout, cache, needs=(True,) * 6):
    """Through the gates, then as an affine layer of two inputs. dout: (dh, dc)."""
    x, prev_h, Wx, Wh, gates = cache
    dz, dprev_c = lstm_gates_backward(*dout, gates)
    dx = dz @ Wx.T if needs[0] else None
    dprev_h = dz @ Wh.T if needs[1] else None
    dWx = x.T @ dz if needs[3] else None
    dWh = prev_h.T @ dz if needs[4] else None
    db = dz.sum(axis=0) if needs[5] else None
    return dx, dprev_h, dprev_c if needs[2] else None, dWx, dWh, db


lstm_step = op(lstm_step_forward, lstm_step_backward)


def lstm_forward(x, h0, c0, Wx, Wh, b, mask=None):
    """lstm_step for t = 1 ... T.

    x: (N, T, D); h0, c0: (N, H); Wx: (D, 4H); Wh: (H, 4H); b: (4H,); mask: (N, T) booleans.
    Returns h: (N, T, H), after each step, and the cell after the last one: (N, H).
    """
    require_recurrent("lstm", 4, x, dict(h0=h0, c0=c0), Wx, Wh, dict(b=b), mask, steps=True)
    h, c, states, steps = h0, c0, [], []
    for t in range(x.shape[1]):
        (next_h, next_c), gates = lstm_gates(x[:, t] @ Wx + h @ Wh + b, c)
        h, c = kept(mask, t, next_h, h), kept(mask, t, next_c, c)
        states.append(h)
        steps.append(gates)
    hs = np.stack(states, axis=1)  # (N, T, H)
    return (hs, c), Sequence(x, h0, Wx, Wh, hs, steps, mask)


def lstm_backward(dout, cache, needs=(True,) * 7):
    """Back through time, carrying two gradients: dc goes from step to step through f alone. dout: (dh, dc of the last).

    Where f is near 1, dc neither vanishes nor explodes: no matrix is in its way.
    """
    x, h0, Wx, Wh, h, steps, mask = cache
    dhs, dc = dout
    dz, dh = np.zeros_like(x, shape=(*x.shape[:2], Wh.shape[1])), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        dh, past_h = parted(mask, t, dhs[:, t] + dh)
        dc, past_c = parted(mask, t, dc)
        dz[:, t], dc = lstm_gates_backward(dh, dc, steps[t])
        dh, dc = dz[:, t] @ Wh.T + past_h, dc + past_c
    dx = dz @ Wx.T if needs[0] else None
    dWx = over_time(x, dz) if needs[3] else None
    dWh = over_time(before(h0, h), dz) if needs[4] else None
    db = dz.sum(axis=(0, 1)) if needs[5] else None
    return dx, dh if needs[1] else None, dc if needs[2] else None, dWx, dWh, db, None


lstm = op(lstm_forward, lstm_backward, constant=("mask",))


def gru_gates(zx, zh, prev_h):
    """h and what its backward wants, from zx = x Wx + bx and zh = prev_h Wh + bh, each [r z n]."""
    H = prev_h.shape[1]
    rz, _ = sigmoid_forward(zx[:, : 2 * H] + zh[:, : 2 * H])
    r, z, m = rz[:, :H], rz[:, H:], zh[:, 2 * H :]
    n = np.tanh(zx[:, 2 * H :] + r * m)
    return (1 - z) * n + z * prev_h, (prev_h, r, z, n, m)


def gru_gates_backward(dout, gates):
    """(dzx, dzh, dprev_h as far as it does not go through Wh); dzx and dzh differ in n, where r stands before zh."""
    prev_h, r, z, n, m = gates
    dn = dout * (1 - z) * (1 - n * n)
    dz = dout * (prev_h - n) * z * (1 - z)
    dr = dn * m * r * (1 - r)
    return np.concatenate([dr, dz, dn], axis=1), np.concatenate([dr, dz, dn * r], axis=1), dout * z


def gru_step_forward(x, prev_h, Wx, Wh, bx, bh):
    """h = (1 - z) n + z prev_h: the update gate z keeps the state, the reset gate r hides it from the candidate n.

    r, z = sigmoid(x Wx + bx + prev_h Wh + bh), n = tanh(x Wx + bx + r (prev_h Wh + bh)), each with its own H columns,
    in the order r, z, n. Cho et al. 2014, with r after the product as in PyTorch and cuDNN, so there are two biases.
    x: (N, D); prev_h: (N, H); Wx: (D, 3H); Wh: (H, 3H); bx, bh: (3H,); h: (N, H).
    """
    require_recurrent("gru_step", 3, x, dict(prev_h=prev_h), Wx, Wh, dict(bx=bx, bh=bh))
    next_h, gates = gru_gates(x @ Wx + bx, prev_h @ Wh + bh, prev_h)
    return next_h, Step(x, prev_h, Wx, Wh, gates)


def gru_step_backward(dout, cache, needs=(True,) * 6):
    """prev_h has a gradient on two ways: directly, by z, and through Wh."""
    x, prev_h, Wx, Wh, gates = cache
    dzx, dzh, dprev_h = gru_gates_backward(dout, gates)
    dx = dzx @ Wx.T if needs[0] else None
    dprev_h = dprev_h + dzh @ Wh.T if needs[1] else None
    dWx = x.T @ dzx if needs[2] else None
    dWh = prev_h.T @ dzh if needs[3] else None
    dbx = dzx.sum(axis=0) if needs[4] else None
    dbh = dzh.sum(axis=0) if needs[5] else None
    return dx, dprev_h, dWx, dWh, dbx, dbh


gru_step = op(gru_step_forward, gru_step_backward)


def gru_forward(x, h0, Wx, Wh, bx, bh, mask=None):
    """gru_step for t = 1 ... T.

    x: (N, T, D); h0: (N, H); Wx: (D, 3H); Wh: (H, 3H); bx, bh: (3H,); mask: (N, T) booleans; h: (N, T, H).
    """
    require_recurrent("gru", 3, x, dict(h0=h0), Wx, Wh, dict(bx=bx, bh=bh), mask, steps=True)
    h, states, steps = h0, [], []
    for t in range(x.shape[1]):
        next_h, gates = gru_gates(x[:, t] @ Wx + bx, h @ Wh + bh, h)
        h = kept(mask, t, next_h, h)
        states.append(h)
        steps.append(gates)
    hs = np.stack(states, axis=1)  # (N, T, H)
    return hs, Sequence(x, h0, Wx, Wh, hs, steps, mask)


def gru_backward(dout, cache, needs=(True,) * 7):
    """Back through time, as gru_step_backward in each step."""
    x, h0, Wx, Wh, h, steps, mask = cache
    dzx = np.zeros_like(x, shape=(*x.shape[:2], Wh.shape[1]))
    dzh, dh = np.zeros_like(dzx), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        dh, past = parted(mask, t, dout[:, t] + dh)
        dzx[:, t], dzh[:, t], direct = gru_gates_backward(dh, steps[t])
        dh = direct + dzh[:, t] @ Wh.T + past
    dx = dzx @ Wx.T if needs[0] else None
    dWx = over_time(x, dzx) if needs[2] else None
    dWh = over_time(before(h0, h), dzh) if needs[3] else None
    dbx = dzx.sum(axis=(0, 1)) if needs[4] else None
    dbh = dzh.sum(axis=(0, 1)) if needs[5] else None
    return dx, dh if needs[1] else None, dWx, dWh, dbx, dbh, None


gru = op(gru_forward, gru_backward, constant=("mask",))
