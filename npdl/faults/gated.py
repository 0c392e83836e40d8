"""Mistakes in LSTM and GRU: a gate's derivative, the cell's two gradients, the order of the gates.

lstm_step and lstm_seq are reference pairs with CS231n's signatures, for any order of the gates; gru_step_cho has the
reset gate before the product, as in the paper.
"""

from itertools import permutations

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import recurrent as right
from ..ops.activation import sigmoid_forward
from ..ops.samples import Draw
from .inner import Inner
from .recurrent import DB, DWH, DWX, DX, T1, sequence, step


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b, *, order="ifog"):
    """c = f prev_c + i g, h = o tanh(c); the gates stand in Wx, Wh, b in this order. Hochreiter, Schmidhuber 1997."""
    z = np.split(x @ Wx + prev_h @ Wh + b, 4, axis=1)
    gates = {name: np.tanh(part) if name == "g" else sigmoid_forward(part)[0] for name, part in zip(order, z)}
    i, f, o, g = (gates[name] for name in "ifog")
    next_c = f * prev_c + i * g
    t = np.tanh(next_c)
    return (o * t, next_c), (x, prev_h, prev_c, Wx, Wh, i, f, o, g, t, order)


def lstm_step_backward(dout, cache):
    """h and c both have a gradient from above; c's has h's part too."""
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, t, order = cache
    dnext_h, dnext_c = dout
    do = dnext_h * t
    dc = dnext_c + dnext_h * o * (1 - t**2)
    di, dg = dc * g, dc * i
    df = dc * prev_c
    dprev_c = dc * f
    dzi, dzf = di * i * (1 - i), df * f * (1 - f)
    dzo = do * o * (1 - o)
    dzg = dg * (1 - g**2)
    dz = np.concatenate([dict(i=dzi, f=dzf, o=dzo, g=dzg)[name] for name in order], axis=1)
    return dz @ Wx.T, dz @ Wh.T, dprev_c, x.T @ dz, prev_h.T @ dz, dz.sum(axis=0)


def _gate_orders(arguments, outs):
    return ({"order": "".join(order)} for order in permutations("ifog"))


GATES = "dict(i=dzi, f=dzf, o=dzo, g=dzg)"

_LSTM = [
    Fault("dc_not_added", "dnext_c + dnext_h * o", "dnext_h * o",
          "the gradient of next_c from above is missing: dc = dnext_c + dnext_h o (1 - tanh² c)",
          "dnext_c = 0, as at the last step"),
    Fault("dc_only", "dnext_c + dnext_h * o * (1 - t**2)", "dnext_c",
          "the path from h to c is missing: dc = dnext_c + dnext_h o (1 - tanh² c)"),
    Fault("no_tanh_c", "dnext_h * o * (1 - t**2)", "dnext_h * o", "the derivative of tanh(c), 1 - tanh² c, is missing",
          "small c"),
    Fault("no_o", "dnext_h * o * (1 - t**2)", "dnext_h * (1 - t**2)", "the factor o is missing in dc"),
    Fault("tanh_1", "1 - t**2", "1 - t", "1 - tanh c; the derivative is 1 - tanh² c"),
    Fault("tanh_of_h", "1 - t**2", "1 - (o * t) ** 2",
          "1 - next_h²; the derivative is of tanh(c), not of h = o tanh(c)"),
    Fault("tanh_of_c", "1 - t**2", "1 - np.arctanh(t) ** 2", "1 - c²; the derivative is 1 - tanh² c"),
    Fault("do_c", "do = dnext_h * t", "do = dnext_h * np.arctanh(t)", "do has c; it has tanh(c)"),
    Fault("do_dc", "do = dnext_h * t", "do = (dnext_h + dnext_c) * t", "dnext_c enters do; o has no part in c"),
    Fault("do_zero", "dzo = do", "dzo = 0 * do", "the output gate has no gradient"),
    Fault("input_no_deriv", "di * i * (1 - i)", "di", "the input gate's derivative i (1 - i) is missing"),
    Fault("forget_no_sigmoid", "df * f * (1 - f)", "df", "the forget gate's derivative f (1 - f) is missing"),
    Fault("forget_no_deriv", "df * f * (1 - f)", "df * f",
          "the factor 1 - f of the forget gate's derivative is missing", "prev_c = 0, as at the first step"),
    Fault("input_no_1mi", "di * i * (1 - i)", "di * i", "the factor 1 - i of the input gate's derivative is missing"),
    Fault("output_no_deriv", "do * o * (1 - o)", "do", "the output gate's derivative o (1 - o) is missing"),
    Fault("output_no_1mo", "do * o * (1 - o)", "do * o", "the factor 1 - o of the output gate's derivative is missing"),
    Fault("candidate_no_deriv", "dg * (1 - g**2)", "dg", "the candidate's derivative 1 - g² is missing"),
    Fault("candidate_sigmoid", "dg * (1 - g**2)", "dg * g * (1 - g)", "g (1 - g); the candidate is a tanh, 1 - g²"),
    Fault("candidate_1", "1 - g**2", "1 - g", "1 - g; the derivative of the candidate's tanh is 1 - g²"),
    Fault("gates_tanh", "di * i * (1 - i), df * f * (1 - f)", "di * (1 - i**2), df * (1 - f**2)",
          "1 - i² and 1 - f²; these gates are sigmoids, i (1 - i)"),
    Fault("gate_swap_fo", GATES, "dict(i=dzi, f=dzo, o=dzf, g=dzg)",
          "forget and output gate are swapped in the concatenation"),
    Fault("gate_swap_if", GATES, "dict(i=dzf, f=dzi, o=dzo, g=dzg)",
          "input and forget gate are swapped in the concatenation"),
    Fault("gate_swap_og", GATES, "dict(i=dzi, f=dzf, o=dzg, g=dzo)",
          "output gate and candidate are swapped in the concatenation"),
    Fault("gate_swap_io", GATES, "dict(i=dzo, f=dzf, o=dzi, g=dzg)",
          "input and output gate are swapped in the concatenation"),
    Fault("gate_swap_ig", GATES, "dict(i=dzg, f=dzf, o=dzo, g=dzi)",
          "input gate and candidate are swapped in the concatenation"),
    Fault("di_dg_swapped", "di, dg = dc * g, dc * i", "di, dg = dc * i, dc * g",
          "di and dg are swapped: di = dc g, dg = dc i"),
    Fault("df_c", "dc * prev_c", "dc * np.arctanh(t)", "df has next_c; it has prev_c"),
    Fault("df_zero", "df = dc * prev_c", "df = 0 * dc", "the forget gate has no gradient", "prev_c = 0"),
    Fault("dprev_c_no_f", "dprev_c = dc * f", "dprev_c = dc", "the factor f is missing in dprev_c"),
    Fault("dprev_c_next", "dprev_c = dc * f", "dprev_c = dnext_c * f",
          "dprev_c has dnext_c alone; the path through h is missing"),
    Fault("dprev_c_zero", "dprev_c = dc * f", "dprev_c = 0 * dc", "dprev_c is left at zero"),
    Fault("dprev_c_i", "dprev_c = dc * f", "dprev_c = dc * i", "dprev_c has the input gate; it has the forget gate"),
]  # fmt: skip

register(
    "lstm_step",
    lstm_step_forward,
    lstm_step_backward,
    inputs=step(4, cell=True),
    aliases=("lstm_cell",),
    guess=_gate_orders,
    faults=[
        *_LSTM,
        Fault("dwx_h", "x.T @ dz", "prev_h.T @ dz", "dWx has prev_h in place of x"),
        Fault("dwh_x", "prev_h.T @ dz", "x.T @ dz", "dWh has x in place of prev_h"),
        Fault("swap_wx_wh", "x.T @ dz, prev_h.T @ dz", "prev_h.T @ dz, x.T @ dz", "dWx and dWh are swapped"),
        Fault("swap_h_c", "dz @ Wh.T, dprev_c", "dprev_c, dz @ Wh.T", "dprev_h and dprev_c are swapped"),
        Fault("swap_dout", "dnext_h, dnext_c = dout", "dnext_c, dnext_h = dout", "dnext_h and dnext_c are swapped"),
        Fault("dx_wh", "dz @ Wx.T", "dz @ Wh.T", "dx has Wh in place of Wx"),
        Fault("dh_wx", "dz @ Wh.T", "dz @ Wx.T", "dprev_h has Wx in place of Wh"),
        Fault("db_unsummed", "dz.sum(axis=0)", "dz", "db is not summed over the batch"),
        Fault("db_mean", "dz.sum(axis=0)", "dz.mean(axis=0)", "db is the mean over the batch; it is the sum"),
        Fault("dh_direct", "dz @ Wh.T", "dz @ Wh.T + dnext_h",
              "dnext_h is added to dprev_h; h reaches the next step through the gates alone"),
    ],
)  # fmt: skip


def lstm_forward(x, h0, Wx, Wh, b, *, order="ifog"):
    """All time steps, the cell starting at 0. x: (N, T, D); h0: (N, H); h: (N, T, H)."""
    h, c, hs, steps = h0, np.zeros_like(h0), [], []
    for t in range(x.shape[1]):
        (h, c), kept = lstm_step_forward(x[:, t], h, c, Wx, Wh, b, order=order)
        hs.append(h)
        steps.append(kept)
    return np.stack(hs, axis=1), (x, steps)


def lstm_backward(dout, cache):
    """Back through time, carrying the gradients of h and c."""
    x, steps = cache
    dx, dWx, dWh, db, dh, dc = np.zeros_like(x), 0, 0, 0, 0, 0
    for t in reversed(range(len(steps))):
        dxt, dh, dc, dWxt, dWht, dbt = lstm_step_backward((dout[:, t] + dh, dc), steps[t])
        dx[:, t] = dxt
        dWx += dWxt
        dWh += dWht
        db += dbt
    return dx, dh, dWx, dWh, db


register(
    "lstm_seq",
    lstm_forward,
    lstm_backward,
    inputs=sequence(4),
    aliases=("lstm_sequence",),
    guess=_gate_orders,
    faults=[
        Fault("no_carry_h", "dout[:, t] + dh", "dout[:, t]", "the gradient of h carried from the next step is missing",
              T1),
        Fault("no_carry_c", "dout[:, t] + dh, dc", "dout[:, t] + dh, 0",
              "the gradient of c carried from the next step is missing", T1),
        Fault("no_carry", "dout[:, t] + dh, dc", "dout[:, t], 0", "no gradient is carried from step to step", T1),
        Fault("carry_only", "(dout[:, t] + dh, dc)", "(dout[:, t] if t == len(steps) - 1 else dh, dc)",
              "only the last step has the gradient from above: dout_t + carried", "a loss at the last step alone"),
        Fault("carry_c_in_h", "(dout[:, t] + dh, dc)", "(dout[:, t] + dh + dc, 0)",
              "the cell's gradient is added to that of h"),
        Fault("carry_twice", "(dout[:, t] + dh, dc)", "(dout[:, t] + dh, dc + dh)",
              "the gradient of h is added to that of the cell, too"),
        Fault("weights_last", ("dWx += d", "dWh += d", "db += d"), ("dWx = d", "dWh = d", "db = d"),
              "dWx, dWh, db are overwritten at each step; use +=", T1),
        Fault("dwx_overwrite", "dWx += d", "dWx = d", "dWx is overwritten at each step; use +=", T1),
        Fault("dwh_overwrite", "dWh += d", "dWh = d", "dWh is overwritten at each step; use +=", T1),
        Fault("db_overwrite", "db += d", "db = d", "db is overwritten at each step; use +=", T1),
        Fault("weights_mean", "return dx, dh, dWx, dWh, db",
              "return dx, dh, dWx / len(steps), dWh / len(steps), db / len(steps)",
              "dWx, dWh, db are divided by T; the steps add up", T1),
        Fault("dh0_dc", "return dx, dh, ", "return dx, dc, ", "dh0 is the gradient of the cell"),
        Fault("dh0_zero", "return dx, dh, ", "return dx, 0 * dh, ", "dh0 is left at zero"),
        Fault("forward_order", "reversed(range(len(steps)))", "range(len(steps))",
              "the loop runs forwards in time; it is to run backwards", T1),
        Fault("last_cache", "steps[t])", "steps[-1])", "every step has the last step's cache", T1),
        Fault("dx_flip", "dx[:, t] =", "dx[:, -1 - t] =", "dx is reversed in time", T1),
        Fault("dout_flip", "(dout[:, t]", "(dout[:, -1 - t]", "dout is read in the wrong order", T1),
        Fault("dout_last", "(dout[:, t]", "(dout[:, -1]", "every step has the last step's dout", T1),
    ],
)  # fmt: skip


MASK = np.array([[True, True, True, True], [True, True, False, False]])


def _masked(gates, cell=False, biases=("b",)):
    """Inputs of four steps, of which the second sequence has two; D = H = 5."""

    def draw(seed):
        d = Draw(seed)
        states = {"h0": d.normal(2, 5), **({"c0": d.normal(2, 5)} if cell else {})}
        weights = {"Wx": d.normal(5, gates * 5) / 2, "Wh": d.normal(5, gates * 5) / 2}
        return {
            **{"x": d.normal(2, 4, 5), **states, **weights},
            **{name: d.normal(gates * 5) / 2 for name in biases},
            "mask": MASK,
        }, {}

    return draw


NO_MASK = "no masked step"
CELL, STATE = "dnext_c + dnext_h * o * (1 - t * t)", "dz[:, t] @ Wh.T + past_h"

register(
    "lstm",
    right.lstm_forward,
    right.lstm_backward,
    inputs=_masked(4, cell=True),
    faults=[
        Fault("no_carry_h", "dhs[:, t] + dh", "dhs[:, t]", "the gradient of h carried from the next step is missing",
              T1),
        Fault("no_carry_c", "parted(mask, t, dc)", "parted(mask, t, 0 * dc)",
              "the gradient of c carried from the next step is missing"),
        Fault("dc_last", "dhs, dc = dout", "dhs, dc = dout[0], 0 * dout[1]",
              "the gradient of the last cell is not passed on", "dc = 0"),
        Fault("past_h", STATE, "dz[:, t] @ Wh.T", "the gradient of h does not go past masked steps", NO_MASK),
        Fault("past_c", "dc + past_c", "dc", "the gradient of c does not go past masked steps", NO_MASK),
        Fault("through_mask", "dh, past_h = parted(mask, t, dhs[:, t] + dh)", "dh, past_h = dhs[:, t] + dh, 0",
              "a masked step has no part in the gradient: it goes past it", NO_MASK),
        Fault("dh0_zero", "return dx, dh if", "return dx, 0 * dh if", "dh0 is left at zero"),
        Fault("dc0_zero", "dc if needs[2]", "0 * dc if needs[2]", "dc0 is left at zero"),
        Fault("swap_h0_c0", "dh if needs[1] else None, dc if", "dc if needs[1] else None, dh if",
              "dh0 and dc0 are swapped"),
        Fault("dx_flip", DX, "(dz @ Wx.T)[:, ::-1]", "dx is reversed in time", T1),
        Fault("h_of_step", DWH, "over_time(h, dz)", "dWh has this step's h; it has the state before"),
        Fault("dwx_overwrite", DWX, "x[:, 0].T @ dz[:, 0]", "dWx is overwritten at each step; use +=", T1),
        Fault("dwh_overwrite", DWH, "h0.T @ dz[:, 0]", "dWh is overwritten at each step; use +=", T1),
        Fault("db_overwrite", DB, "dz[:, 0].sum(axis=0)", "db is overwritten at each step; use +=", T1),
        Fault("forward_order", "reversed(range(x.shape[1]))", "range(x.shape[1])",
              "the loop runs forwards in time; it is to run backwards", T1),
        Inner("no_tanh_c", CELL, "dnext_c + dnext_h * o", "the derivative of tanh(c), 1 - tanh² c, is missing",
              function=right.lstm_gates_backward),
        Inner("no_o", CELL, "dnext_c + dnext_h * (1 - t * t)", "the factor o is missing in dc",
              function=right.lstm_gates_backward),
    ],
)  # fmt: skip


def gru_step_forward(x, prev_h, Wx, Wh, b, *, order="zrn", keep=True):
    """n = tanh(x Wxn + (r prev_h) Whn + bn); h = (1 - z) n + z prev_h; keep=False swaps z, 1 - z. Cho et al. 2014."""
    H = prev_h.shape[1]
    at = {name: slice(k * H, (k + 1) * H) for k, name in enumerate(order)}
    zx = x @ Wx + b
    z, _ = sigmoid_forward(zx[:, at["z"]] + prev_h @ Wh[:, at["z"]])
    r, _ = sigmoid_forward(zx[:, at["r"]] + prev_h @ Wh[:, at["r"]])
    n = np.tanh(zx[:, at["n"]] + (r * prev_h) @ Wh[:, at["n"]])
    kept = z if keep else 1 - z
    return (1 - kept) * n + kept * prev_h, (x, prev_h, Wx, Wh, z, r, n, kept, at, keep)


def gru_step_backward(dout, cache):
    """Four paths lead back to prev_h: z prev_h, r prev_h, and those through both gates."""
    x, prev_h, Wx, Wh, z, r, n, kept, at, keep = cache
    dkept = dout * (prev_h - n)
    dn = dout * (1 - kept)
    dzn = dn * (1 - n**2)
    drh = dzn @ Wh[:, at["n"]].T
    dr = drh * prev_h
    dz = dkept if keep else -dkept
    dzz = dz * z * (1 - z)
    dzr = dr * r * (1 - r)
    dgates, dWh = np.zeros((len(x), Wx.shape[1])), np.zeros_like(Wh)
    dgates[:, at["z"]], dgates[:, at["r"]], dgates[:, at["n"]] = dzz, dzr, dzn
    dWh[:, at["z"]], dWh[:, at["r"]] = prev_h.T @ dzz, prev_h.T @ dzr
    dWh[:, at["n"]] = (r * prev_h).T @ dzn
    dprev_h = dout * kept + drh * r + dzz @ Wh[:, at["z"]].T + dzr @ Wh[:, at["r"]].T
    return dgates @ Wx.T, dprev_h, x.T @ dgates, dWh, dgates.sum(axis=0)


def _gru_guess(arguments, outs):
    return ({"order": "".join(order), "keep": keep} for order in permutations("zrn") for keep in (True, False))


register(
    "gru_step_cho",
    gru_step_forward,
    gru_step_backward,
    inputs=step(3),
        guess=_gru_guess,
    faults=[
        Fault("dz_sign", "dout * (prev_h - n)", "dout * (n - prev_h)", "dz has the wrong sign", "n = h"),
        Fault("dz_no_n", "dout * (prev_h - n)", "dout * prev_h", "the part of the candidate n is missing in dz"),
        Fault("dz_no_h", "dout * (prev_h - n)", "-dout * n", "the part of prev_h is missing in dz"),
        Fault("dz_no_deriv", "dz * z * (1 - z)", "dz", "the update gate's derivative z (1 - z) is missing"),
        Fault("dz_no_1mz", "dz * z * (1 - z)", "dz * z", "the factor 1 - z of the update gate's derivative is missing"),
        Fault("dr_no_deriv", "dr * r * (1 - r)", "dr", "the reset gate's derivative r (1 - r) is missing"),
        Fault("dr_no_1mr", "dr * r * (1 - r)", "dr * r", "the factor 1 - r of the reset gate's derivative is missing"),
        Fault("dr_no_h", "dr = drh * prev_h", "dr = drh", "the factor prev_h is missing in dr"),
        Fault("dn_no_tanh", "dn * (1 - n**2)", "dn", "the candidate's derivative 1 - n² is missing"),
        Fault("dn_kept", "dn = dout * (1 - kept)", "dn = dout * kept",
              "n has the weight of prev_h: 1 - z and z are swapped"),
        Fault("dn_full", "dn = dout * (1 - kept)", "dn = dout", "the weight of the candidate is missing in dn"),
        Fault("reset_path", " + drh * r", "", "the path through r prev_h is missing in dprev_h", "r = 0"),
        Fault("reset_no_r", " + drh * r", " + drh", "the factor r is missing in the path through r prev_h"),
        Fault("no_direct", "dout * kept + drh", "drh", "the direct path z prev_h is missing in dprev_h", "z = 0"),
        Fault("direct_full", "dout * kept + drh", "dout + drh", "the factor z is missing in the direct path to prev_h"),
        Fault("direct_swapped", "dout * kept + drh", "dout * (1 - kept) + drh",
              "the direct path has the weight of n: z and 1 - z are swapped"),
        Fault("no_update_path", ' + dzz @ Wh[:, at["z"]].T', "",
              "the path through the update gate is missing in dprev_h"),
        Fault("no_reset_gate_path", ' + dzr @ Wh[:, at["r"]].T', "",
              "the path through the reset gate is missing in dprev_h"),
        Fault("gates_paths", ' + dzz @ Wh[:, at["z"]].T + dzr @ Wh[:, at["r"]].T', "",
              "the paths through both gates are missing in dprev_h"),
        Fault("wh_no_T", 'dzn @ Wh[:, at["n"]].T', 'dzn @ Wh[:, at["n"]]', "Wh of the candidate is to be transposed"),
        Fault("dwh_no_r", "(r * prev_h).T @ dzn", "prev_h.T @ dzn",
              "the factor r is missing in dWh of the candidate: r prev_h entered it"),
        Fault("gate_swap", '= dzz, dzr, dzn', '= dzr, dzz, dzn',
              "the gradients of update and reset gate are swapped in dx, dWx and db"),
        Fault("db_mean", "dgates.sum(axis=0)", "dgates.mean(axis=0)", "db is the mean over the batch; it is the sum"),
        Fault("db_unsummed", "dgates.sum(axis=0)", "dgates", "db is not summed over the batch"),
    ],
)  # fmt: skip

STEP_STATE, GRU_STATE = "dprev_h + dzh @ Wh.T", "direct + dzh[:, t] @ Wh.T + past"


def _gru_step(seed):
    d = Draw(seed)
    weights = {"Wx": d.normal(5, 15) / 2, "Wh": d.normal(5, 15) / 2, "bx": d.normal(15) / 2, "bh": d.normal(15) / 2}
    return {"x": d.normal(3, 5), "prev_h": d.normal(3, 5), **weights}, {}


def _gates(name, old, new, message):
    return Inner(name, old, new, message, function=right.gru_gates_backward)


_GRU = [
    _gates("dz_sign", "(prev_h - n)", "(n - prev_h)", "dz has the wrong sign"),
    _gates("dz_no_deriv", " * z * (1 - z)", "", "the update gate's derivative z (1 - z) is missing"),
    _gates("dr_no_deriv", " * r * (1 - r)", "", "the reset gate's derivative r (1 - r) is missing"),
    _gates("dr_h", "dn * m", "dn * prev_h", "dr has prev_h; r multiplies prev_h Wh + bh here, not prev_h"),
    _gates("dn_no_tanh", " * (1 - n * n)", "", "the candidate's derivative 1 - n² is missing"),
    _gates("dn_kept", "dout * (1 - z) * (1", "dout * z * (1", "n has the weight of prev_h: 1 - z and z are swapped"),
    _gates("no_r", "[dr, dz, dn * r]", "[dr, dz, dn]", "the factor r is missing in the way through Wh"),
    _gates("direct_swapped", "axis=1), dout * z", "axis=1), dout * (1 - z)",
           "the direct path has the weight of n: z and 1 - z are swapped"),
]  # fmt: skip

register(
    "gru_step",
    right.gru_step_forward,
    right.gru_step_backward,
    inputs=_gru_step,
    aliases=("gru_cell",),
    faults=[
        *_GRU,
        Fault("no_direct", STEP_STATE, "dzh @ Wh.T", "the direct path z prev_h is missing in dprev_h"),
        Fault("no_wh", STEP_STATE, "dprev_h", "the path through Wh is missing in dprev_h"),
        Fault("dwh_zx", "prev_h.T @ dzh", "prev_h.T @ dzx", "dWh has dzx; r stands before its candidate"),
        Fault("dbh_zx", "dzh.sum(axis=0)", "dzx.sum(axis=0)", "dbh has dzx; r stands before its candidate"),
        Fault("dbx_zh", "dzx.sum(axis=0)", "dzh.sum(axis=0)", "dbx has dzh; r stands before the other bias alone"),
        Fault("dbx_mean", "dzx.sum(axis=0)", "dzx.mean(axis=0)", "dbx is the mean over the batch; it is the sum"),
    ],
)  # fmt: skip

register(
    "gru",
    right.gru_forward,
    right.gru_backward,
    inputs=_masked(3, biases=("bx", "bh")),
    faults=[
        *_GRU,
        Fault("no_carry", "dout[:, t] + dh", "dout[:, t]", "the gradient carried from the next step is missing", T1),
        Fault("no_direct", GRU_STATE, "dzh[:, t] @ Wh.T + past", "the direct path z h is missing"),
        Fault("no_wh", GRU_STATE, "direct + past", "the path through Wh is missing"),
        Fault("past", GRU_STATE, "direct + dzh[:, t] @ Wh.T", "the gradient does not go past masked steps", NO_MASK),
        Fault("dh0_zero", "return dx, dh if", "return dx, 0 * dh if", "dh0 is left at zero"),
        Fault("h_of_step", "over_time(before(h0, h), dzh)", "over_time(h, dzh)",
              "dWh has this step's h; it has the state before"),
        Fault("dwx_overwrite", "over_time(x, dzx)", "x[:, 0].T @ dzx[:, 0]",
              "dWx is overwritten at each step; use +=", T1),
        Fault("dwh_zx", "over_time(before(h0, h), dzh)", "over_time(before(h0, h), dzx)",
              "dWh has dzx; r stands before its candidate"),
        Fault("forward_order", "reversed(range(x.shape[1]))", "range(x.shape[1])",
              "the loop runs forwards in time; it is to run backwards", T1),
    ],
)  # fmt: skip
