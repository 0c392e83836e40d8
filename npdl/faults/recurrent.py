"""Mistakes in recurrent layers: the carried gradient, tanh, weights of one time step only.

Reference pairs with CS231n's signatures; states are rows, h = tanh(x Wx + h Wh + b).
"""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops.samples import Draw


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """h = tanh(x Wx + prev_h Wh + b). x: (N, D); prev_h: (N, H); Wx: (D, H); Wh: (H, H); b: (H,)."""
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dout, cache):
    """Through tanh, then as an affine layer of two inputs."""
    x, prev_h, Wx, Wh, next_h = cache
    dz = dout * (1 - next_h**2)
    dx = dz @ Wx.T
    dprev_h = dz @ Wh.T
    dWx = x.T @ dz
    dWh = prev_h.T @ dz
    db = dz.sum(axis=0)
    return dx, dprev_h, dWx, dWh, db


def _weights(d, D, H, gates=1):
    return {"Wx": d.normal(D, gates * H) / 2, "Wh": d.normal(H, gates * H) / 2, "b": d.normal(gates * H) / 2}


def step(gates=1, cell=False):
    """Inputs of one step: D = H = 5, for a transpose of a square matrix raises nothing."""

    def draw(seed):
        d = Draw(seed)
        states = {"prev_h": d.normal(3, 5), **({"prev_c": d.normal(3, 5)} if cell else {})}
        return {"x": d.normal(3, 5), **states, **_weights(d, 5, 5, gates)}, {}

    return draw


register(
    "rnn_step",
    rnn_step_forward,
    rnn_step_backward,
    inputs=step(),
    aliases=("rnn_cell",),
    faults=[
        Fault("no_tanh", "dout * (1 - next_h**2)", "dout", "the derivative of tanh, 1 - h², is missing",
              "small activations"),
        Fault("tanh_1", "1 - next_h**2", "1 - next_h", "1 - h; the derivative of tanh is 1 - h²"),
        Fault("tanh_prev", "1 - next_h**2", "1 - prev_h**2", "tanh's derivative is of prev_h; it is of next_h"),
        Fault("tanh_again", "1 - next_h**2", "1 - np.tanh(next_h) ** 2",
              "tanh is taken of next_h again; next_h already is the tanh"),
        Fault("sigmoid", "1 - next_h**2", "next_h * (1 - next_h)",
              "h (1 - h) is the derivative of the sigmoid; that of tanh is 1 - h²"),
        Fault("tanh_on_dout", "dout * (1 - next_h**2)", "1 - dout**2", "1 - dout² in place of dout (1 - h²)"),
        Fault("wx_T", "dz @ Wx.T", "dz @ Wx", "Wx is to be transposed in dx", "Wx symmetric"),
        Fault("wh_T", "dz @ Wh.T", "dz @ Wh", "Wh is to be transposed in dprev_h (a square matrix: nothing raises)",
              "Wh symmetric"),
        Fault("swap_wx_wh", "dWx, dWh, db", "dWh, dWx, db", "dWx and dWh are swapped"),
        Fault("swap_dx_dh", "return dx, dprev_h", "return dprev_h, dx", "dx and dprev_h are swapped"),
        Fault("dx_wh", "dz @ Wx.T", "dz @ Wh.T", "dx has Wh in place of Wx"),
        Fault("dh_wx", "dz @ Wh.T", "dz @ Wx.T", "dprev_h has Wx in place of Wh"),
        Fault("dwh_x", "prev_h.T @ dz", "x.T @ dz", "dWh has x in place of prev_h"),
        Fault("dwh_next", "prev_h.T @ dz", "next_h.T @ dz", "dWh has next_h in place of prev_h"),
        Fault("dwx_T", "x.T @ dz", "dz.T @ x", "dWx is transposed"),
        Fault("dwh_order", "prev_h.T @ dz", "dz.T @ prev_h", "dWh is transposed"),
        Fault("dwh_no_tanh", "prev_h.T @ dz", "prev_h.T @ dout",
              "dWh has dout in place of dz: the derivative of tanh is missing there"),
        Fault("dwx_no_tanh", "x.T @ dz", "x.T @ dout",
              "dWx has dout in place of dz: the derivative of tanh is missing there"),
        Fault("dx_no_tanh", "dz @ Wx.T", "dout @ Wx.T",
              "dx has dout in place of dz: the derivative of tanh is missing there"),
        Fault("dh_no_tanh", "dz @ Wh.T", "dout @ Wh.T",
              "dprev_h has dout in place of dz: the derivative of tanh is missing there"),
        Fault("db_no_tanh", "dz.sum(axis=0)", "dout.sum(axis=0)",
              "db has dout in place of dz: the derivative of tanh is missing there"),
        Fault("db_unsummed", "dz.sum(axis=0)", "dz", "db is not summed over the batch", "one sample"),
        Fault("db_mean", "dz.sum(axis=0)", "dz.mean(axis=0)", "db is the mean over the batch; it is the sum",
              "one sample"),
        Fault("db_axis1", "dz.sum(axis=0)", "dz.sum(axis=1)", "db is summed over the features; it is over the batch"),
        Fault("dw_mean", ("x.T @ dz", "prev_h.T @ dz"), ("x.T @ dz / len(x)", "prev_h.T @ dz / len(x)"),
              "dWx and dWh are divided by N", "one sample"),
        Fault("dh_direct", "dz @ Wh.T", "dout", "dprev_h is dout; it goes through tanh and Wh"),
    ],
)  # fmt: skip


def rnn_forward(x, h0, Wx, Wh, b):
    """All time steps. x: (N, T, D); h0: (N, H); h: (N, T, H)."""
    N, T, _ = x.shape
    h = np.zeros((N, T, len(b)))
    for t in range(T):
        prev = h[:, t - 1] if t > 0 else h0
        h[:, t] = np.tanh(x[:, t] @ Wx + prev @ Wh + b)
    return h, (x, h0, Wx, Wh, h)


def rnn_backward(dout, cache):
    """Back through time: each h has the gradient from above and, carried, that of the next step."""
    x, h0, Wx, Wh, h = cache
    T = x.shape[1]
    dx, dWx, dWh, db, carried = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), 0, np.zeros_like(h0)
    for t in reversed(range(T)):
        prev = h[:, t - 1] if t > 0 else h0
        dz = (dout[:, t] + carried) * (1 - h[:, t] ** 2)
        dx[:, t] = dz @ Wx.T
        carried = dz @ Wh.T
        dWx += x[:, t].T @ dz
        dWh += prev.T @ dz
        db += dz.sum(axis=0)
    return dx, carried, dWx, dWh, db


def sequence(gates=1):
    """Inputs of four steps, D = H = 5."""

    def draw(seed):
        d = Draw(seed)
        return {"x": d.normal(2, 4, 5), "h0": d.normal(2, 5), **_weights(d, 5, 5, gates)}, {}

    return draw


PREV, T1 = "prev = h[:, t - 1] if t > 0 else h0", "T = 1"

register(
    "rnn_seq",
    rnn_forward,
    rnn_backward,
    inputs=sequence(),
    aliases=("rnn", "rnn_sequence"),
    faults=[
        Fault("no_carry", "(dout[:, t] + carried)", "dout[:, t]",
              "the gradient carried from the next step is missing: dh = dout_t + carried", T1),
        Fault("carry_only", "(dout[:, t] + carried)", "(dout[:, t] if t == T - 1 else carried)",
              "only the last step has the gradient from above: dh = dout_t + carried", "a loss at the last step alone"),
        Fault("carry_mean", "(dout[:, t] + carried)", "(dout[:, t] + carried) / 2",
              "dout_t and the carried gradient are averaged; they add up"),
        Fault("no_tanh", " * (1 - h[:, t] ** 2)", "", "the derivative of tanh, 1 - h², is missing",
              "small activations"),
        Fault("tanh_before_sum", "(dout[:, t] + carried) * (1 - h[:, t] ** 2)",
              "dout[:, t] * (1 - h[:, t] ** 2) + carried",
              "the carried gradient does not go through tanh: (dout_t + carried) (1 - h²)"),
        Fault("tanh_prev", "1 - h[:, t] ** 2", "1 - prev**2",
              "tanh's derivative is of the state before; it is of this step's h"),
        Fault("wh_T", "carried = dz @ Wh.T", "carried = dz @ Wh",
              "Wh is to be transposed (a square matrix: nothing raises)", "Wh symmetric"),
        Fault("wx_T", "dz @ Wx.T", "dz @ Wx", "Wx is to be transposed in dx"),
        Fault("weights_last", ("dWx += x", "dWh += prev", "db += dz"), ("dWx = x", "dWh = prev", "db = dz"),
              "dWx, dWh, db are overwritten at each step: only the first step's are left; use +=", T1),
        Fault("dwx_overwrite", "dWx += x", "dWx = x", "dWx is overwritten at each step; use +=", T1),
        Fault("dwh_overwrite", "dWh += prev", "dWh = prev", "dWh is overwritten at each step; use +=", T1),
        Fault("db_overwrite", "db += dz", "db = dz", "db is overwritten at each step; use +=", T1),
        Fault("weights_end", ("dWx += x", "dWh += prev", "db += dz"), ("dWx += (t == T - 1) * x",
              "dWh += (t == T - 1) * prev", "db += (t == T - 1) * dz"),
              "dWx, dWh, db have the last step's part alone; all steps add up", T1),
        Fault("weights_mean", ("return dx, carried, dWx, dWh, db"), "return dx, carried, dWx / T, dWh / T, db / T",
              "dWx, dWh, db are divided by T; the steps add up", T1),
        Fault("h_of_step", PREV, "prev = h[:, t]", "dWh has this step's h; it has the state before"),
        Fault("h0_zero", PREV, "prev = h[:, t - 1] if t > 0 else 0 * h0", "h0 is taken as zero in dWh", "h0 = 0"),
        Fault("h0_last", PREV, "prev = h[:, t - 1]",
              "at t = 0 h[:, t - 1] is the last state: Python counts -1 from the end; it is h0"),
        Fault("dwh_x", "prev.T @ dz", "x[:, t].T @ dz", "dWh has x in place of the state before"),
        Fault("dh0_zero", "return dx, carried", "return dx, 0 * carried", "dh0 is left at zero"),
        Fault("dh0_dz", "return dx, carried", "return dx, dz", "dh0 is the gradient before Wh; multiply by Whᵀ"),
        Fault("dh0_last", "carried = dz @ Wh.T",
              "carried = dz @ Wh.T\n        dlast = carried if t == T - 1 else dlast\n"
              "        if t == 0:\n            carried = dlast",
              "dh0 is that of the last step; it is what the first step carries", T1),
        Fault("forward_order", "reversed(range(T))", "range(T)",
              "the loop runs forwards in time; it is to run backwards", T1),
        Fault("dx_flip", "dx[:, t] =", "dx[:, T - 1 - t] =", "dx is reversed in time", T1),
        Fault("dout_flip", "(dout[:, t]", "(dout[:, T - 1 - t]", "dout is read in the wrong order", T1),
        Fault("dout_last", "(dout[:, t]", "(dout[:, -1]", "every step has the last step's dout", T1),
        Fault("last_x", "x[:, t].T @ dz", "x[:, -1].T @ dz",
              "dWx has the last x in all steps: the caches are one array", T1),
        Fault("last_h", "1 - h[:, t] ** 2", "1 - h[:, -1] ** 2",
              "the last state is used in all steps: the caches are one array", T1),
        Fault("decay", "carried = dz @ Wh.T", "carried += dz @ Wh.T",
              "what is carried is added to; it is to be replaced", T1),
        Fault("accumulated_dx", "dx[:, t] = dz", "dx[:, t] = dx[:, (t + 1) % T] + dz",
              "dx is added up over the steps; each step has its own"),
        Fault("db_unsummed", "dz.sum(axis=0)", "dz", "db is not summed over the batch"),
    ],
)  # fmt: skip
