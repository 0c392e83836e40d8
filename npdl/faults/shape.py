"""Mistakes in ops that move numbers: the wrong way back, pieces swapped, places that are read twice."""

from itertools import permutations

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import shape as right
from ..ops.samples import Draw

register(
    "reshape",
    right.reshape_forward,
    right.reshape_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 5)}, {"shape": (6, 5)}),
    guess=lambda arguments, outs: [{"shape": outs[0].shape}],
    faults=[
        Fault(
            "order_F",
            "dout.reshape(shape)",
            'dout.reshape(shape, order="F")',
            "Fortran order; forward reshaped in C order",
        ),
        Fault("transposed", "dout.reshape(shape)", "dout.T.reshape(shape)", "dout is transposed before it is reshaped"),
        Fault(
            "transpose_after",
            "dout.reshape(shape)",
            "dout.reshape(shape[::-1]).T",
            "transposed, where a reshape is enough",
        ),
        Fault("not_reshaped", "dout.reshape(shape)", "dout", "dx has the shape of the output; it has that of x"),
        Fault(
            "scaled",
            "dout.reshape(shape)",
            "dout.reshape(shape) / shape[0]",
            "divided by N; a reshape changes no number",
        ),
    ],
)


def _permutations(arguments, outs):
    """The permutations of up to four axes."""
    return ({"axes": axes} for axes in permutations(range(min(arguments["x"].ndim, 4))))


INVERSE = "dout.transpose(inverse)"

register(
    "transpose",
    right.transpose_forward,
    right.transpose_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 3, 3)}, {"axes": (1, 2, 0)}),
    guess=_permutations,
    faults=[
        Fault("same_axes", INVERSE, "dout.transpose(axes)",
              "the axes are permuted once more; backward has the inverse permutation",
              "a permutation that is its own inverse, as any swap of two axes"),
        Fault("reversed", INVERSE, "dout.T", "all axes are reversed; backward has the inverse permutation"),
        Fault("not_transposed", INVERSE, "dout", "dout is not transposed back (a reshape mixes the numbers)"),
        Fault("last_two", INVERSE, "dout.swapaxes(-1, -2)",
              "the last two axes are swapped; backward has the inverse permutation"),
    ],
)  # fmt: skip

SPLIT = "tuple(np.split(dout, ends, axis=axis))"

register(
    "concat",
    right.concat_forward,
    right.concat_backward,
    inputs=lambda seed: ({"x0": Draw(seed).normal(2, 3), "x1": Draw(seed + 7).normal(2, 3)}, {"axis": 1}),
    guess=lambda arguments, outs: ({"axis": axis} for axis in range(arguments[0].ndim)),
    faults=[
        Fault("swapped", SPLIT, f"{SPLIT}[::-1]", "the pieces of dout are given out in reverse order"),
        Fault("first_twice", SPLIT, "(np.split(dout, ends, axis=axis)[0],) * (len(ends) + 1)",
              "all inputs have the first piece"),
        Fault("zero", SPLIT, "tuple(0 * piece for piece in np.split(dout, ends, axis=axis))",
              "the pieces are left at zero"),
        Fault("halved", SPLIT, "tuple(piece / (len(ends) + 1) for piece in np.split(dout, ends, axis=axis))",
              "dout is divided by the number of inputs; each has its own piece of it"),
        Fault("interleaved", SPLIT, "tuple(np.take(dout, range(i, dout.shape[axis], len(ends) + 1), axis=axis)"
              " for i in range(len(ends) + 1))", "every second number is taken; the pieces stand one behind the other"),
    ],
)  # fmt: skip

SCATTER = "np.add.at(dx, places.reshape(-1), dout.reshape(-1))"
FANCY = "an index that reads no place twice"

register(
    "getitem",
    right.getitem_forward,
    right.getitem_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(5, 7)}, {"index": (np.array([0, 3, 3, 4]), np.array([6, 1, 1, 0]))}),
    faults=[
        Fault("overwrite", SCATTER, "dx[places.reshape(-1)] = dout.reshape(-1)",
              "a place that was read twice keeps only the last dout; use np.add.at", FANCY),
        Fault("first", SCATTER, "dx[places.reshape(-1)[::-1]] = dout.reshape(-1)[::-1]",
              "a place that was read twice keeps only the first dout; use np.add.at", FANCY),
        Fault("reversed", SCATTER, "np.add.at(dx, places.reshape(-1), dout.reshape(-1)[::-1])",
              "dout is in reverse order"),
        Fault("ones", SCATTER, "np.add.at(dx, places.reshape(-1), 1.0)", "dout is not multiplied in"),
        Fault("not_scattered", "return dx.reshape(shape)", "return dout",
              "dx has the shape of the output; it has that of x"),
        Fault("all", SCATTER, "dx += dout.sum() / dx.size",
              "dout is spread over all of x; only what was read has a gradient"),
    ],
)  # fmt: skip


def mha_merge_forward(x):
    """The heads side by side: (N, H, T, d) -> (N, T, H d)."""
    N, H, T, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(N, T, H * d), x.shape


def mha_merge_backward(dout, shape):
    """Cut into heads again: (N, T, H d) -> (N, T, H, d) -> (N, H, T, d)."""
    N, H, T, d = shape
    return dout.reshape(N, T, H, d).transpose(0, 2, 1, 3)


HEADS = "dout.reshape(N, T, H, d).transpose(0, 2, 1, 3)"

register(
    "mha_merge",
    mha_merge_forward,
    mha_merge_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 5, 3)}, {}),
    faults=[
        Fault("no_transpose", HEADS, "dout.reshape(N, H, T, d)",
              "reshaped to (N, H, T, d) at once; reshape to (N, T, H, d), then transpose", "one head or one time step"),
        Fault("wrong_split", HEADS, "dout.reshape(N, T, d, H).transpose(0, 3, 1, 2)",
              "cut into (d, H); the heads stand outside, (H, d)"),
        Fault("wrong_transpose", HEADS, "dout.reshape(N, T, H, d).transpose(0, 2, 3, 1)",
              "the wrong permutation: time and features are swapped"),
        Fault("not_transposed", HEADS, "dout.reshape(N, T, H, d)", "the axes of heads and time are not swapped back"),
        Fault("scaled", HEADS, f"{HEADS} / H", "divided by the number of heads; merging changes no number"),
    ],
)  # fmt: skip


def mha_split_forward(x, *, heads):
    """The features cut into heads: (N, T, H d) -> (N, H, T, d)."""
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).transpose(0, 2, 1, 3), x.shape


def mha_split_backward(dout, shape):
    """The heads side by side again."""
    return dout.transpose(0, 2, 1, 3).reshape(shape)


MERGED = "dout.transpose(0, 2, 1, 3).reshape(shape)"

register(
    "mha_split",
    mha_split_forward,
    mha_split_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 9)}, {"heads": 3}),
    guess=lambda arguments, outs: [{"heads": outs[0].shape[1]}],
    faults=[
        Fault("no_transpose", MERGED, "dout.reshape(shape)",
              "reshaped at once; the axes of heads and time are to be swapped first", "one head or one time step"),
        Fault("wrong_transpose", MERGED, "dout.transpose(0, 3, 2, 1).reshape(shape)",
              "the wrong permutation before the reshape"),
        Fault("interleaved", MERGED, "dout.transpose(0, 2, 3, 1).reshape(shape)",
              "the heads are interleaved; they stand side by side"),
    ],
)  # fmt: skip


def residual_forward(x, w):
    """y = x + tanh(x w): a residual branch. x: (N, D); w: (D, D)."""
    t = np.tanh(x @ w)
    return x + t, (x, w, t)


def residual_backward(dout, cache):
    """dx = dout + the gradient through the branch."""
    x, w, t = cache
    dz = dout * (1 - t * t)
    return dout + dz @ w.T, x.T @ dz


register(
    "residual_tanh",
    residual_forward,
    residual_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 5), "w": Draw(seed + 7).normal(5, 5)}, {}),
    faults=[
        Fault("no_branch", "dout + dz @ w.T", "dout", "the gradient through the branch is missing"),
        Fault("no_skip", "dout + dz @ w.T", "dz @ w.T", "the gradient of the skip connection, dout, is missing"),
        Fault("no_tanh", "dout * (1 - t * t)", "dout", "the derivative of tanh, 1 - t², is missing in the branch"),
        Fault("no_T", "dz @ w.T", "dz @ w", "w is to be transposed in the branch", "w symmetric"),
        Fault(
            "dw_no_tanh",
            "x.T @ dz",
            "x.T @ dout",
            "dw has dout in place of dz: the derivative of tanh is missing there",
        ),
        Fault("dw_T", "x.T @ dz", "dz.T @ x", "dw is transposed"),
        Fault(
            "out_for_t", "1 - t * t", "1 - (x + t) ** 2", "tanh's derivative is of the sum; it is of the branch alone"
        ),
        Fault("halved", "dout + dz @ w.T", "(dout + dz @ w.T) / 2", "dx is halved; the two paths are added up"),
    ],
)
