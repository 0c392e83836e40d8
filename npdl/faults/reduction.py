"""Mistakes in sums, means, maxima and logsumexp."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import reduction as right
from ..ops.samples import Draw

NO_DOUT = "the gradient from above, dout, is not multiplied in"


def _cube(seed):
    return {"x": Draw(seed).distinct(3, 5, 2)}, {"axis": 1}


def _axes(arguments, outs):
    """axis and keepdims, where a check hides them in a closure."""
    for axis in (None, *range(arguments["x"].ndim)):
        for keepdims in (False, True):
            yield {"axis": axis, "keepdims": keepdims}


SUM = "np.broadcast_to(_like_input(dout, shape, axis, keepdims), shape)"

register(
    "sum",
    right.sum_forward,
    right.sum_backward,
    inputs=_cube,
    guess=_axes,
    faults=[
        Fault("not_broadcast", SUM, "dout", "dx has the shape of the output; each summand has the gradient of its sum"),
        Fault("mean", SUM, f"{SUM} * dout.size / np.prod(shape)",
              "dout is divided by the number of summands, as for a mean"),
        Fault("sum_dout", SUM, "np.full(shape, dout.sum())", "dout is summed; each summand has the dout of its own sum",
              "one number as output"),
        Fault("ones", SUM, "np.ones(shape)", NO_DOUT),
        Fault("first_only", SUM, f"{SUM} * (np.cumsum(np.ones(shape), axis) == 1)",
              "only the first summand has a gradient"),
    ],
)  # fmt: skip

register(
    "mean",
    right.mean_forward,
    right.mean_backward,
    inputs=_cube,
    guess=_axes,
    faults=[
        Fault("no_n", "dout / n", "dout", "the division by n, the number of summands, is missing"),
        Fault("times_n", "dout / n", "dout * n", "dout is multiplied by n; it is to be divided"),
        Fault("all_n", "dout / n", "dout / np.prod(shape)", "divided by the size of x, not by the length of the axis",
              "a mean over all"),
        Fault("batch_n", "dout / n", "dout / shape[0]", "divided by N, the first axis, not by the axis of the mean",
              "a mean over the first axis"),
        Fault("out_n", "dout / n", "dout / dout.size", "divided by the number of outputs, not of summands"),
        Fault("ones", "dout / n", "np.ones_like(dout) / n", NO_DOUT),
        Fault("n_minus_1", "dout / n", "dout / (n - 1)", "divided by n - 1; a mean has n"),
    ],
)  # fmt: skip

MAX = "winners * (_like_input(dout, x.shape, axis, keepdims) / count)"

register(
    "max",
    right.max_forward,
    right.max_backward,
    inputs=_cube,
    guess=_axes,
    faults=[
        Fault("all", MAX, "np.broadcast_to(_like_input(dout, x.shape, axis, keepdims), x.shape)",
              "every number has the gradient; only the largest has it"),
        Fault("mean", MAX, "np.broadcast_to(_like_input(dout, x.shape, axis, keepdims), x.shape) * y.size / x.size",
              "the gradient is shared by all, as for a mean; only the largest has it"),
        Fault("min", "x == _like_input(y, x.shape, axis, keepdims)", "x == x.min(axis=axis, keepdims=True)",
              "the smallest number has the gradient; it belongs to the largest"),
        Fault("global", MAX, "(x == x.max()) * _like_input(dout, x.shape, axis, keepdims)",
              "only the largest number of the whole array has a gradient; each slice has its own winner"),
        Fault("ones", MAX, "1.0 * winners", NO_DOUT),
        Fault("value", MAX, f"x * {MAX}", "the gradient is multiplied by the maximum"),
        Fault("first", "x == _like_input(y, x.shape, axis, keepdims)", "np.cumsum(np.ones_like(x), axis) == 1",
              "the first number has the gradient; it belongs to the largest"),
        Fault("ties", " / count", "", "equal winners have all of dout each; they share it", "no equal numbers"),
    ],
)  # fmt: skip


def logsumexp_forward(x, *, axis=-1):
    """y = ln Σ e^x along one axis, the largest x subtracted first."""
    largest = x.max(axis=axis, keepdims=True)
    y = largest + np.log(np.exp(x - largest).sum(axis=axis, keepdims=True))
    return y.squeeze(axis), (x, y, axis)


def logsumexp_backward(dout, cache):
    """dx = dout softmax(x)."""
    x, y, axis = cache
    dout = np.expand_dims(dout, axis)
    return dout * np.exp(x - y)


register(
    "logsumexp",
    logsumexp_forward,
    logsumexp_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 7)}, {}),
    guess=lambda arguments, outs: ({"axis": axis} for axis in range(arguments["x"].ndim)),
    faults=[
        Fault("argmax_only", "dout * np.exp(x - y)", "dout * (x == x.max(axis=axis, keepdims=True))",
              "only the largest number has the gradient; it is shared as softmax(x)",
              "one number far above the others"),
        Fault("exp", "dout * np.exp(x - y)", "dout * np.exp(x)", "e^x is not divided by its sum: dx = dout softmax(x)"),
        Fault("reciprocal", "dout * np.exp(x - y)", "dout / np.exp(y)",
              "the factor e^x is missing: dx = dout e^x / Σ e^x"),
        Fault("all", "dout * np.exp(x - y)", "dout * np.ones_like(x)", "the factor softmax(x) is missing"),
        Fault("ones", "dout * np.exp(x - y)", "np.exp(x - y)", NO_DOUT),
        Fault("softmax_twice", "dout * np.exp(x - y)", "dout * np.exp(x - y) * (1 - np.exp(x - y))",
              "s (1 - s) belongs to softmax; the derivative of logsumexp is s = softmax(x) itself"),
        Fault("sum_all", "np.exp(x - y)", "np.exp(x) / np.exp(x).sum()",
              "the softmax is over the whole array, not the axis", "one row"),
        Fault("log", "dout * np.exp(x - y)", "dout * (x - y)", "log softmax in place of softmax: the exp is missing"),
    ],
)  # fmt: skip
