"""Mistakes in matrix products, the affine layer and the bilinear layer: transposes, sums over the batch, 1/N."""

from gradcheck.faults import Fault, register

from ..ops import linear as right
from ..ops.samples import Draw


def _matmul(seed):
    d = Draw(seed)
    return {"a": d.normal(3, 5, 5), "b": d.normal(5, 5)}, {}


DA = "unbroadcast(dout @ columns.swapaxes(-1, -2), rows.shape)"
DB = "unbroadcast(rows.swapaxes(-1, -2) @ dout, columns.shape)"

register(
    "matmul",
    right.matmul_forward,
    right.matmul_backward,
    inputs=_matmul,
    faults=[
        Fault("da_no_T", "dout @ columns.swapaxes(-1, -2)", "dout @ columns", "da = dout b; b is to be transposed",
              "b symmetric"),
        Fault("db_no_T", "rows.swapaxes(-1, -2) @ dout", "rows @ dout", "db = a dout; a is to be transposed",
              "a symmetric"),
        Fault("da_order", "dout @ columns.swapaxes(-1, -2)", "columns.swapaxes(-1, -2) @ dout",
              "da = bᵀ dout; it is dout bᵀ"),
        Fault("db_order", "rows.swapaxes(-1, -2) @ dout", "dout @ rows.swapaxes(-1, -2)",
              "db = dout aᵀ; it is aᵀ dout"),
        Fault("da_dout_T", "dout @ columns.swapaxes(-1, -2)", "dout.swapaxes(-1, -2) @ columns",
              "da = doutᵀ b; it is dout bᵀ"),
        Fault("db_dout_T", "rows.swapaxes(-1, -2) @ dout", "dout.swapaxes(-1, -2) @ rows",
              "db is transposed: doutᵀ a; it is aᵀ dout"),
        Fault("da_T", "dout @ columns.swapaxes(-1, -2)", "columns @ dout.swapaxes(-1, -2)",
              "da is transposed: b doutᵀ; it is dout bᵀ"),
        Fault("db_unsummed", f"{DB}.reshape(b.shape)", "rows.swapaxes(-1, -2) @ dout",
              "db is not summed over the axis that broadcasting made", "a and b of as many axes"),
        Fault("db_mean", DB, f"({DB} * columns.size / rows.size)", "db is the mean over the matrices, not the sum"),
        Fault("db_last", "rows.swapaxes(-1, -2) @ dout", "(rows.swapaxes(-1, -2) @ dout)[-1]",
              "db is overwritten: only the last matrix counts; use +="),
        Fault("elementwise_a", "dout @ columns.swapaxes(-1, -2)", "dout * columns",
              "da = dout * b number by number; it is dout bᵀ"),
        Fault("elementwise_b", "rows.swapaxes(-1, -2) @ dout", "rows * dout",
              "db = a * dout number by number; it is aᵀ dout"),
        Fault("sign", "dout @ columns.swapaxes(-1, -2)", "-dout @ columns.swapaxes(-1, -2)", "da has the wrong sign"),
    ],
)  # fmt: skip


def _affine(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 2, 5), "w": d.normal(10, 7), "b": d.normal(7)}, {}


def _square_affine(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 5), "w": d.normal(5, 5), "b": d.normal(5)}, {}


DX = "(dout @ w.T).reshape(x.shape)"
DW = "x.reshape(len(x), len(w)).T @ dout"
SUM = "dout.sum(axis=0)"

_AFFINE = [
    Fault("dx_no_reshape", DX, "dout @ w.T", "dx has not the shape of x: reshape it", "x of two axes"),
    Fault("dx_mean", DX, f"{DX} / len(x)", "dx is divided by N; the loss has done that"),
    Fault("dx_sign", DX, f"-{DX}", "dx has the wrong sign"),
    Fault("dx_plus_b", DX, "((dout + b) @ w.T).reshape(x.shape)", "the bias enters dx; it has no part in it"),
    Fault("dw_div_n", DW, f"{DW} / len(x)", "dw is divided by N; the loss has done that", "one sample"),
    Fault("dw_sign", DW, f"-{DW}", "dw has the wrong sign"),
    Fault("dw_T", DW, f"({DW}).T", "dw is transposed: doutᵀ x; it is xᵀ dout"),
    Fault("dw_sum_x", DW, "np.outer(x.reshape(len(x), len(w)).sum(axis=0), dout.sum(axis=0))",
          "x and dout are summed over the batch before the product; it is the sum of the products", "one sample"),
    Fault("dw_last", DW, "np.outer(x.reshape(len(x), len(w))[-1], dout[-1])",
          "dw is overwritten for each sample: only the last one counts; use +=", "one sample"),
    Fault("dw_plus_w", DW, f"{DW} + w", "w is added to dw, as a penalty would"),
    Fault("dw_zero", DW, f"0 * ({DW})", "dw is left at zero"),
    Fault("db_keepdims", SUM, "dout.sum(axis=0, keepdims=True)", "db is (1, M); it is (M,), without keepdims"),
    Fault("db_mean", SUM, "dout.mean(axis=0)", "db is the mean over the batch; it is the sum", "one sample"),
    Fault("db_wrong_axis", SUM, "dout.sum(axis=1)", "db is summed over the features; it is over the batch, axis 0"),
    Fault("db_unsummed", SUM, "dout", "db is not summed over the batch"),
    Fault("db_sum_all", SUM, "dout.sum() * np.ones_like(b)",
          "db is the sum of all of dout; it is over the batch alone"),
    Fault("db_last", SUM, "dout[-1]", "db is overwritten for each sample: only the last one counts; use +=",
          "one sample"),
    Fault("db_ones", SUM, "np.ones_like(b)", "db is 1; it is dout summed over the batch"),
    Fault("db_times_b", SUM, "dout.sum(axis=0) * b", "db is multiplied by b; the derivative of + b is 1"),
    Fault("db_sign", SUM, "-dout.sum(axis=0)", "db has the wrong sign"),
    Fault("db_zero", SUM, "0 * b", "db is left at zero"),
    Fault("all_div_n", (DX, DW, SUM), (f"{DX} / len(x)", f"{DW} / len(x)", "dout.mean(axis=0)"),
          "all gradients are divided by N; the loss has done that", "one sample"),
]  # fmt: skip

register(
    "affine",
    right.affine_forward,
    right.affine_backward,
    inputs=_affine,
    aliases=("linear", "dense", "fc"),
    faults=_AFFINE,
)

register(
    "square_affine",
    right.affine_forward,
    right.affine_backward,
    inputs=_square_affine,
    faults=[
        Fault("dx_no_T", DX, "dout @ w", "dx = dout w; w is to be transposed: dout wᵀ", "w symmetric"),
        Fault("dw_swapped", DW, "dout.T @ x", "dw = doutᵀ x; it is xᵀ dout"),
        Fault("dw_w", DW, "w.T @ w", "dw has w in place of x and dout; it is xᵀ dout"),
        Fault("dx_elementwise", DX, "dout * w.sum(axis=1)", "dout is multiplied number by number; it is dout wᵀ"),
        Fault("db_axis_1", SUM, "dout.sum(axis=-1)", "db is summed over the features; it is over the batch, axis 0"),
    ],
)


def _temporal(seed):
    d = Draw(seed)
    return {"x": d.normal(2, 3, 5), "w": d.normal(5, 7), "b": d.normal(7)}, {}


ROWS, EACH_ROW = "rows.sum(axis=0)", "x.reshape(-1, len(w)).T @ rows"

register(
    "temporal_affine",
    right.temporal_affine_forward,
    right.temporal_affine_backward,
    inputs=_temporal,
    faults=[
        Fault("db_batch_only", ROWS, "dout.sum(axis=0)", "db is summed over the batch alone; it is over time, too"),
        Fault("db_time_only", ROWS, "dout.sum(axis=1)", "db is summed over time alone; it is over the batch, too"),
        Fault("db_mean_time", ROWS, "dout.mean(axis=1).sum(axis=0)", "db is the mean over time; it is the sum"),
        Fault("db_mean", ROWS, "rows.mean(axis=0)", "db is the mean over samples and time; it is the sum"),
        Fault("dw_last_step", EACH_ROW, "x[:, -1].T @ dout[:, -1]",
              "dw is overwritten at each time step: only the last counts; use +=", "T = 1"),
        Fault("dw_first_step", EACH_ROW, "x[:, 0].T @ dout[:, 0]",
              "dw is overwritten at each time step, going backwards: only the first counts; use +=", "T = 1"),
        Fault("dw_mean_time", EACH_ROW, f"{EACH_ROW} / x.shape[1]", "dw is divided by T"),
        Fault("dw_sum_x", EACH_ROW, "x.sum(axis=1).T @ dout.sum(axis=1)",
              "x and dout are summed over time before the product; it is the sum of the products", "T = 1"),
        Fault("dw_reshape", EACH_ROW, "x.swapaxes(0, 1).reshape(-1, len(w)).T @ rows",
              "x is reshaped where its axes are to be kept: samples and time steps are mixed"),
        Fault("db_unsummed", ROWS, "dout", "db is not summed over samples and time"),
    ],
)  # fmt: skip


def _vectors(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 5), "y": d.normal(3, 5), "w": d.normal(5, 5)}, {}


def bilinear_forward(x, y, w):
    """s_n = x_nᵀ w y_n. x: (N, D); y: (N, E); w: (D, E); s: (N,)."""
    return ((x @ w) * y).sum(axis=1), (x, y, w)


def bilinear_backward(dout, cache):
    """dx = dout (y wᵀ), dy = dout (x w), dw = Σ_n dout_n x_n y_nᵀ."""
    x, y, w = cache
    dout = dout[:, None]
    dx = dout * (y @ w.T)
    dy = dout * (x @ w)
    dw = x.T @ (dout * y)
    return dx, dy, dw


register(
    "bilinear",
    bilinear_forward,
    bilinear_backward,
    inputs=_vectors,
    faults=[
        Fault("dx_swapped", "y @ w.T", "y @ w", "dx = y w; w is to be transposed, y wᵀ", "w symmetric"),
        Fault("dy_swapped", "(x @ w)", "(x @ w.T)", "dy = x wᵀ; it is x w", "w symmetric"),
        Fault("dw_T", "x.T @ (dout * y)", "(dout * y).T @ x", "dw is transposed: yᵀ x; it is xᵀ y"),
        Fault("dx_own", "y @ w.T", "x @ w.T", "dx has x in it; it has the other vector, y"),
        Fault("dw_no_dout", "x.T @ (dout * y)", "x.T @ y", "dout is not multiplied into dw"),
        Fault("dw_outer", "x.T @ (dout * y)", "np.outer((dout * x).sum(axis=0), y.sum(axis=0))",
              "x and y are summed over the batch before the product; it is the sum of the products", "one sample"),
        Fault("dw_mean", "x.T @ (dout * y)", "x.T @ (dout * y) / len(x)", "dw is divided by N", "one sample"),
        Fault("swapped", "return dx, dy, dw", "return dy, dx, dw", "dx and dy are swapped"),
        Fault("no_w", "y @ w.T", "y", "w is missing from dx = dout (y wᵀ)"),
    ],
)  # fmt: skip
