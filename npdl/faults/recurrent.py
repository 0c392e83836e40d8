"""Mistakes in recurrent layers: the carried gradient, tanh, weights of one time step only.

States are rows, h = tanh(x Wx + h Wh + b).
"""

from gradcheck.faults import Fault, register

from ..ops import recurrent as right
from ..ops.samples import Draw


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
    right.rnn_step_forward,
    right.rnn_step_backward,
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


def sequence(gates=1):
    """Inputs of four steps, D = H = 5."""

    def draw(seed):
        d = Draw(seed)
        return {"x": d.normal(2, 4, 5), "h0": d.normal(2, 5), **_weights(d, 5, 5, gates)}, {}

    return draw


T1 = "T = 1"
CARRY, TANH, BACK = "dout[:, t] + carried", " * (1 - h[:, t] ** 2)", "carried = dz[:, t] @ Wh.T"
DX, DWX, DWH, DB = "dz @ Wx.T", "over_time(x, dz)", "over_time(before(h0, h), dz)", "dz.sum(axis=(0, 1))"
FIRST = ("x[:, 0].T @ dz[:, 0]", "h0.T @ dz[:, 0]", "dz[:, 0].sum(axis=0)")

register(
    "rnn",
    right.rnn_forward,
    right.rnn_backward,
    inputs=sequence(),
    aliases=("rnn_seq", "rnn_sequence"),
    faults=[
        Fault("no_carry", CARRY, "dout[:, t]",
              "the gradient carried from the next step is missing: dh = dout_t + carried", T1),
        Fault("carry_only", CARRY, "(dout[:, t] if t == x.shape[1] - 1 else carried)",
              "only the last step has the gradient from above: dh = dout_t + carried", "a loss at the last step alone"),
        Fault("carry_mean", CARRY, "(dout[:, t] + carried) / 2",
              "dout_t and the carried gradient are averaged; they add up"),
        Fault("no_tanh", TANH, "", "the derivative of tanh, 1 - h², is missing", "small activations"),
        Fault("tanh_before_sum", (CARRY, "dh * (1 - h[:, t] ** 2)"),
              ("carried", "dout[:, t] * (1 - h[:, t] ** 2) + dh"),
              "the carried gradient does not go through tanh: (dout_t + carried) (1 - h²)"),
        Fault("tanh_prev", TANH, " * (1 - before(h0, h)[:, t] ** 2)",
              "tanh's derivative is of the state before; it is of this step's h"),
        Fault("wh_T", BACK, "carried = dz[:, t] @ Wh", "Wh is to be transposed (a square matrix: nothing raises)",
              "Wh symmetric"),
        Fault("wx_T", DX, "dz @ Wx", "Wx is to be transposed in dx"),
        Fault("weights_last", (DWX, DWH, DB), FIRST,
              "dWx, dWh, db are overwritten at each step: only the first step's are left; use +=", T1),
        Fault("dwx_overwrite", DWX, FIRST[0], "dWx is overwritten at each step; use +=", T1),
        Fault("dwh_overwrite", DWH, FIRST[1], "dWh is overwritten at each step; use +=", T1),
        Fault("db_overwrite", DB, FIRST[2], "db is overwritten at each step; use +=", T1),
        Fault("weights_end", (DWX, DWH, DB),
              ("x[:, -1].T @ dz[:, -1]", "before(h0, h)[:, -1].T @ dz[:, -1]", "dz[:, -1].sum(axis=0)"),
              "dWx, dWh, db have the last step's part alone; all steps add up", T1),
        Fault("weights_mean", (DWX, DWH, DB),
              ("over_time(x, dz) / x.shape[1]", "over_time(before(h0, h), dz) / x.shape[1]",
               "dz.sum(axis=(0, 1)) / x.shape[1]"),
              "dWx, dWh, db are divided by T; the steps add up", T1),
        Fault("h_of_step", DWH, "over_time(h, dz)", "dWh has this step's h; it has the state before"),
        Fault("h0_zero", DWH, "over_time(before(0 * h0, h), dz)", "h0 is taken as zero in dWh", "h0 = 0"),
        Fault("h0_last", DWH, "over_time(before(h[:, -1], h), dz)",
              "at t = 0 h[:, t - 1] is the last state: Python counts -1 from the end; it is h0"),
        Fault("dwh_x", DWH, "over_time(x, dz)", "dWh has x in place of the state before"),
        Fault("dh0_zero", "return dx, carried", "return dx, 0 * carried", "dh0 is left at zero"),
        Fault("dh0_dz", "return dx, carried", "return dx, dz[:, 0]",
              "dh0 is the gradient before Wh; multiply by Whᵀ"),
        Fault("dh0_last", "return dx, carried", "return dx, dz[:, -1] @ Wh.T",
              "dh0 is that of the last step; it is what the first step carries", T1),
        Fault("forward_order", "reversed(range(x.shape[1]))", "range(x.shape[1])",
              "the loop runs forwards in time; it is to run backwards", T1),
        Fault("dx_flip", DX, "(dz @ Wx.T)[:, ::-1]", "dx is reversed in time", T1),
        Fault("dout_flip", CARRY, "dout[:, -1 - t] + carried", "dout is read in the wrong order", T1),
        Fault("dout_last", CARRY, "dout[:, -1] + carried", "every step has the last step's dout", T1),
        Fault("last_x", DWX, "x[:, -1].T @ dz.sum(axis=1)",
              "dWx has the last x in all steps: the caches are one array", T1),
        Fault("last_h", TANH, " * (1 - h[:, -1] ** 2)",
              "the last state is used in all steps: the caches are one array", T1),
        Fault("decay", BACK, "carried = carried + dz[:, t] @ Wh.T",
              "what is carried is added to; it is to be replaced", T1),
        Fault("accumulated_dx", DX, "(dz @ Wx.T)[:, ::-1].cumsum(axis=1)[:, ::-1]",
              "dx is added up over the steps; each step has its own"),
        Fault("db_unsummed", DB, "dz.sum(axis=1)", "db is not summed over the batch"),
    ],
)  # fmt: skip
