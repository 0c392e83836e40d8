"""Mistakes in ops that move numbers: the wrong way back, pieces swapped, places that are read twice."""

from itertools import permutations

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import shape as right
from ..ops.samples import Draw

NO_DOUT = "the gradient from above, dout, is not multiplied in"

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

SCATTERED = [
    Fault("overwrite", SCATTER, "dx[places.reshape(-1)] = dout.reshape(-1)",
          "a place that was read twice keeps only the last dout; use np.add.at", FANCY),
    Fault("first", SCATTER, "dx[places.reshape(-1)[::-1]] = dout.reshape(-1)[::-1]",
          "a place that was read twice keeps only the first dout; use np.add.at", FANCY),
    Fault("reversed", SCATTER, "np.add.at(dx, places.reshape(-1), dout.reshape(-1)[::-1])",
          "dout is in reverse order"),
    Fault("ones", SCATTER, "np.add.at(dx, places.reshape(-1), 1.0)", NO_DOUT),
    Fault("not_scattered", "return dx.reshape(shape)", "return dout",
          "dx has the shape of the output; it has that of x"),
    Fault("all", SCATTER, "dx += dout.sum() / dx.size",
          "dout is spread over all of x; only what was read has a gradient"),
]  # fmt: skip

register(
    "getitem",
    right.getitem_forward,
    right.getitem_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(5, 7)}, {"index": (np.array([0, 3, 3, 4]), np.array([6, 1, 1, 0]))}),
    faults=SCATTERED,
)


def _any_axis(arguments, outs):
    return ({"axis": axis} for axis in range(arguments["x"].ndim))


register(
    "gather",
    right.gather_forward,
    right.gather_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 5), "index": Draw(seed + 7).integers(5, 3, 7)}, {"axis": 1}),
    guess=_any_axis,
    faults=SCATTERED,
)

JOINED = "np.concatenate(dout, axis=axis)"

register(
    "split",
    right.split_forward,
    right.split_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 6)}, {"sections": 3, "axis": 1}),
    guess=lambda arguments, outs: (
        {"sections": tuple(out.shape[axis] for out in outs), "axis": axis} for axis in range(arguments["x"].ndim)
    ),
    faults=[
        Fault("swapped", JOINED, "np.concatenate(dout[::-1], axis=axis)", "the pieces are joined in reverse order"),
        Fault("first_only", JOINED, "np.concatenate([dout[0], *(0 * d for d in dout[1:])], axis=axis)",
              "only the first piece has a gradient"),
        Fault("first_twice", JOINED, "np.concatenate([dout[0]] * len(dout), axis=axis)",
              "all pieces have the gradient of the first"),
        Fault("halved", JOINED, f"{JOINED} / len(dout)",
              "divided by the number of pieces; each place of x stands in one piece"),
        Fault("interleaved", JOINED, "np.stack(dout, axis=-1).reshape(len(dout[0]), -1)",
              "the pieces are interleaved; they stand one behind the other"),
    ],
)  # fmt: skip

SLICES = "tuple(piece.squeeze(axis=axis) for piece in np.split(dout, count, axis=axis))"

register(
    "stack",
    right.stack_forward,
    right.stack_backward,
    inputs=lambda seed: ({"x0": Draw(seed).normal(2, 3), "x1": Draw(seed + 7).normal(2, 3)}, {"axis": 1}),
    guess=lambda arguments, outs: ({"axis": axis} for axis in range(outs[0].ndim)),
    faults=[
        Fault("swapped", SLICES, f"{SLICES}[::-1]", "the slices of dout are given out in reverse order"),
        Fault("first_twice", SLICES, f"({SLICES}[0],) * count", "all inputs have the first slice"),
        Fault("summed", SLICES, "(dout.sum(axis=axis),) * count",
              "dout is summed over the new axis; each input has its own slice"),
        Fault("not_squeezed", SLICES, "tuple(np.split(dout, count, axis=axis))",
              "the new axis is still there; dx has the shape of x"),
        Fault("halved", SLICES, f"tuple(piece / count for piece in {SLICES})",
              "dout is divided by the number of inputs; each has its own slice of it"),
    ],
)  # fmt: skip

FOLDED = "_folded(np.moveaxis(dout, axis, 0), before, after, mode)"


def _paddings(arguments, outs):
    """The modes, and as much padding on both sides as the shapes say."""
    more = [(o - n) for o, n in zip(outs[0].shape, arguments["x"].shape)]
    pad = arguments.get("pad", tuple((n // 2, n - n // 2) for n in more))
    return ({"pad": pad, "mode": mode} for mode in ("constant", "reflect", "edge"))


register(
    "pad",
    right.pad_forward,
    right.pad_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(4, 5)}, {"pad": ((1, 2), (3, 1)), "mode": "reflect"}),
    guess=_paddings,
    faults=[
        Fault("margins_lost", FOLDED, FOLDED.replace("mode", '"constant"'),
              "the margins are only cut off; they are copies, whose gradients belong to the originals",
              'mode="constant"'),
        Fault("as_edge", FOLDED, FOLDED.replace("mode", '"edge"'),
              "the margins are added to the last numbers, as if those were repeated; they mirror the numbers inside",
              'mode="edge"'),
        Fault("swapped", FOLDED, FOLDED.replace("before, after", "after, before"),
              "the margins before and after are swapped", "margins as wide before as after"),
        Fault("not_cut", "if before or after:", "if False:", "the margins are not cut off: dx has the shape of x"),
        Fault("ones", FOLDED, FOLDED.replace("dout", "np.ones_like(dout)"), NO_DOUT),
    ],
)  # fmt: skip


def _shifts(arguments, outs):
    shape = arguments["x"].shape
    return ({"shift": s, "axis": axis} for axis in range(len(shape)) for s in range(-shape[axis] + 1, shape[axis]))


def _moved(back, forth, ends, message):
    """Mistakes of roll and shift: the right call, that in forward's direction, and what the other op does."""
    return [
        Fault("same_way", back, forth, "dout is moved on in the same direction; it is moved back"),
        Fault("not_moved", back, "dout", "dout is not moved back"),
        Fault("ends", back, ends, message),
        Fault("ones", back, back.replace("dout", "np.ones_like(dout)"), NO_DOUT, "a roll"),
    ]


BACK = "np.roll(dout, back, axis=axis)"

register(
    "roll",
    right.roll_forward,
    right.roll_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 7)}, {"shift": 2, "axis": 1}),
    guess=_shifts,
    faults=_moved(BACK, "np.roll(dout, shift, axis=axis)", "_shifted(dout, back, axis)",
                  "what came in again at the other end has no gradient; it has its dout as well"),
)  # fmt: skip

register(
    "shift",
    right.shift_forward,
    right.shift_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 7)}, {"shift": 2, "axis": 1}),
    guess=_shifts,
    faults=_moved("_shifted(dout, -shift, axis)", "_shifted(dout, shift, axis)", "np.roll(dout, -shift, axis=axis)",
                  "what was shifted out has a gradient, as for a roll; it is lost, and has none"),
)  # fmt: skip

DEALT = "_shuffled(dout, dout.shape[1] // groups)"

register(
    "channel_shuffle",
    right.channel_shuffle_forward,
    right.channel_shuffle_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 6, 2, 3)}, {"groups": 2}),
    guess=lambda arguments, outs: ({"groups": g} for g in range(2, arguments["x"].shape[1])),
    faults=[
        Fault("same", DEALT, "_shuffled(dout, groups)",
              "the channels are shuffled once more, with as many groups; backward has C / groups", "C = groups²"),
        Fault("not_shuffled", DEALT, "dout",
              "the channels are not put back (view there and back, without the transpose, changes nothing)"),
        Fault("reversed", DEALT, "dout[:, ::-1]", "the channels are in reverse order; backward has a shuffle with "
              "C / groups groups"),
        Fault("ones", DEALT, "np.ones_like(dout)", NO_DOUT),
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
