"""Mistakes in sums, means, variances, maxima and logsumexp."""

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

SPREAD = "_like_input(dout / n, centred.shape, axis, keepdims)"


def _ddof(arguments, outs):
    return ({**options, "ddof": ddof} for options in _axes(arguments, outs) for ddof in (0, 1))


register(
    "var",
    right.var_forward,
    right.var_backward,
    inputs=_cube,
    guess=_ddof,
    faults=[
        Fault("no_2", "2 * centred", "centred", "the factor 2 of 2 (x - mean) / n is missing"),
        Fault("no_n", "dout / n", "dout", "the division by n, the number of values, is missing"),
        Fault("n_minus_1", "dout / n", "dout / (n - 1)", "divided by n - 1; forward divides by n"),
        Fault("no_mean", "(centred, n, axis, keepdims)", "(x, n, axis, keepdims)",
              "the mean is not subtracted: dx = 2 (x - mean) / n", "x of mean 0"),
        Fault("mean_alone", "2 * centred", "2 * (1 - 1 / n) * centred",
              "the way through the mean counts for this one number; summed over all of them it is 0"),
        Fault("square", "2 * centred", "centred * centred", "(x - mean)²; its derivative is 2 (x - mean)"),
        Fault("abs", "2 * centred", "2 * np.abs(centred)", "2 |x - mean|; it is negative below the mean"),
        Fault("sign", "2 * centred", "-2 * centred", "the sign is wrong: dx = 2 (x - mean) / n"),
        Fault("ones", SPREAD, "1 / n", NO_DOUT),
        Fault("all_n", "dout / n", "dout / centred.size", "divided by the size of x, not by the length of the axis",
              "a variance over all"),
    ],
)  # fmt: skip

SOFTMAX = "_like_input(dout, p.shape, axis, keepdims) * p"

register(
    "logsumexp",
    right.logsumexp_forward,
    right.logsumexp_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 7)}, {}),
    guess=_axes,
    faults=[
        Fault("argmax_only", "e / total", "1.0 * (x == largest)",
              "only the largest number has the gradient; it is shared as softmax(x)",
              "one number far above the others"),
        Fault("exp", "e / total", "np.exp(x)", "e^x is not divided by its sum: dx = dout softmax(x)"),
        Fault("reciprocal", "e / total", "np.ones_like(x) / np.exp(x).sum(axis=axis, keepdims=True)",
              "the factor e^x is missing: dx = dout e^x / Σ e^x"),
        Fault("all", "e / total", "np.ones_like(x)", "the factor softmax(x) is missing"),
        Fault("ones", SOFTMAX, "p", NO_DOUT),
        Fault("softmax_twice", SOFTMAX, f"{SOFTMAX} * (1 - p)",
              "s (1 - s) belongs to softmax; the derivative of logsumexp is s = softmax(x) itself"),
        Fault("sum_all", "e / total", "np.exp(x) / np.exp(x).sum()",
              "the softmax is over the whole array, not the axis", "one row"),
        Fault("log", "e / total", "np.log(e / total)", "log softmax in place of softmax: the exp is missing"),
    ],
)  # fmt: skip
