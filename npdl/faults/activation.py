"""Mistakes in activation functions: the derivative missing, of the wrong number, or with the mask inverted."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import activation as right
from ..ops.samples import Draw

NO_DOUT = "the gradient from above, dout, is not multiplied in"


def _one(values, *shape, **options):
    return lambda seed: ({"x": getattr(Draw(seed), values)(*(shape or (3, 7)))}, options)


def _slopes(arguments, outs):
    """The slope, from an output below zero."""
    x, y = np.asarray(arguments["x"]).ravel(), np.asarray(outs[0]).ravel()
    if (x < 0).any():
        i = np.argmin(x)
        yield {"slope": float(y[i] / x[i])}


register(
    "relu",
    right.relu_forward,
    right.relu_backward,
    inputs=_one("off_zero"),
    faults=[
        Fault("mask_missing", "dout * (y > 0)", "dout", "dx = dout everywhere; where x < 0 it is 0", "all x > 0"),
        Fault("ones", "dout * (y > 0)", "1.0 * (y > 0)", NO_DOUT),
        Fault("inverted", "(y > 0)", "(y <= 0)", "the mask is inverted: the gradient passes where x > 0"),
        Fault("value", "(y > 0)", "y", "dout is multiplied by the output; the derivative is 1 where x > 0"),
        Fault("mask_of_dout", "(y > 0)", "(dout > 0)", "the mask is dout > 0; it is x > 0"),
        Fault("both_masks", "(y > 0)", "((y > 0) & (dout > 0))",
              "negative dout is set to 0, too (that is guided backpropagation); the mask is x > 0 alone"),
        Fault("sign", "(y > 0)", "np.where(y > 0, 1, -1)", "where x < 0 the gradient is 0, not -dout"),
    ],
)  # fmt: skip

LEAKY = "np.where(on, dout, slope * dout)"

register(
    "leaky_relu",
    right.leaky_relu_forward,
    right.leaky_relu_backward,
    inputs=_one("off_zero", slope=0.13),
    guess=_slopes,
    faults=[
        Fault("slope_missing", LEAKY, "dout", "dx = dout everywhere; where x < 0 it is slope dout", "all x > 0"),
        Fault("alpha_on_pos", LEAKY, "np.where(on, slope * dout, dout)", "the slope is on the positive side"),
        Fault("as_relu", LEAKY, "dout * on", "where x < 0 the gradient is slope dout, not 0", "all x > 0"),
        Fault("as_relu_constant", LEAKY, "np.where(on, dout, slope)",
              "where x < 0 the slope is not multiplied by dout"),
        Fault("ones", LEAKY, "np.where(on, 1.0, slope)", NO_DOUT),
        Fault("slope_sign", LEAKY, "np.where(on, dout, -slope * dout)", "the slope has the wrong sign where x < 0"),
        Fault("one_minus", LEAKY, "np.where(on, dout, (1 - slope) * dout)",
              "where x < 0 the factor is slope, not 1 - slope"),
        Fault("both", LEAKY, "slope * dout", "the slope is on both sides; where x > 0 the derivative is 1"),
        Fault("plus_one", LEAKY, "np.where(on, (1 + slope) * dout, slope * dout)",
              "the slope is added where x > 0, too"),
        Fault("inverse", LEAKY, "np.where(on, dout, dout / slope)", "divided by the slope where x < 0, not multiplied"),
        Fault("mask_of_dout", LEAKY, "np.where(dout > 0, dout, slope * dout)", "the mask is dout > 0; it is x > 0"),
    ],
)  # fmt: skip

SLOPE = "unbroadcast(dout * x * (x <= 0), a.shape).reshape(-1)"
OFF = "dout * x * (x <= 0)"
PRELU = "np.where(x > 0, dout, a * dout)"

register(
    "prelu",
    right.prelu_forward,
    right.prelu_backward,
    inputs=lambda seed: ({"x": Draw(seed).off_zero(5, 3), "a": Draw(seed + 9).positive(3)}, {}),
    faults=[
        Fault("da_unsummed", SLOPE, OFF, "da is not summed over the batch"),
        Fault("da_mean", SLOPE, f"({OFF}).mean(axis=0)", "da is the mean over the batch; it is the sum", "one sample"),
        Fault("da_no_mask", OFF, "dout * x", "da counts x > 0 too, where a has no part", "all x < 0"),
        Fault("da_mask", "(x <= 0)", "(x > 0)", "the mask of da is inverted: a has its part where x <= 0"),
        Fault("da_no_x", OFF, "dout * (x <= 0)", "the factor x of da is missing"),
        Fault("da_y", OFF, f"a * {OFF}", "da has the output a x; it has x"),
        Fault("da_sum_all", SLOPE, f"np.full(a.size, ({OFF}).sum())", "da is summed over all channels, not for each"),
        Fault("da_no_dout", OFF, "x * (x <= 0)", "dout is not multiplied into da"),
        Fault("dx_no_a", PRELU, "dout * (x > 0)", "dx is 0 where x < 0; it is a dout"),
        Fault("dx_missing", PRELU, "dout", "the factor a is missing where x < 0"),
        Fault("dx_inverted", PRELU, "np.where(x > 0, a * dout, dout)", "the two sides of dx are swapped"),
    ],
)  # fmt: skip


def _alpha(arguments, outs):
    x, y = np.asarray(arguments["x"]).ravel(), np.asarray(outs[0]).ravel()
    i = np.argmin(x)
    yield {"alpha": float(y[i] / np.expm1(x[i]))}


register(
    "elu",
    right.elu_forward,
    right.elu_backward,
    inputs=_one("off_zero", alpha=1.3),
    guess=_alpha,
    faults=[
        Fault("neg_is_out", "y + alpha", "y", "where x < 0 the derivative is alpha e^x = y + alpha, not the output y"),
        Fault("neg_one", "y + alpha", "1", "the gradient is dout on both sides; where x < 0 it is dout alpha e^x"),
        Fault("neg_zero", "y + alpha", "0", "where x < 0 the gradient is dout alpha e^x, not 0"),
        Fault("no_alpha", "y + alpha", "np.exp(x)", "where x < 0 the factor alpha is missing", "alpha = 1"),
        Fault("alpha_only", "y + alpha", "alpha", "where x < 0 alpha alone, as in leaky ReLU; it is alpha e^x"),
        Fault("plus_one", "y + alpha", "y + 1", "y + 1; where x < 0 the derivative is y + alpha", "alpha = 1"),
        Fault("exp_y", "y + alpha", "alpha * np.exp(y)", "e to the output is taken; the derivative is alpha e^x"),
        Fault("ones", "dout * np", "1.0 * np", NO_DOUT),
        Fault("pos_alpha", "(x > 0, 1, y + alpha)", "(x > 0, alpha, y + alpha)",
              "where x > 0 the derivative is 1, not alpha", "alpha = 1"),
        Fault("inverted", "(x > 0, 1, y + alpha)", "(x > 0, y + alpha, 1)", "the two sides are swapped"),
    ],
)  # fmt: skip

SIX = "dout * ((y > 0) & (y < 6))"

register(
    "relu6",
    right.relu6_forward,
    right.relu6_backward,
    inputs=lambda seed: ({"x": 10 * Draw(seed).distinct(3, 7)}, {}),
    faults=[
        Fault("no_high", SIX, "dout * (y > 0)", "above 6 the gradient is 0, too", "all x < 6"),
        Fault("mask_missing", SIX, "dout", "dx = dout everywhere; where x < 0 it is 0", "0 < x < 6"),
        Fault("ones", SIX, "1.0 * ((y > 0) & (y < 6))", NO_DOUT),
    ],
)

register(
    "softplus",
    right.softplus_forward,
    right.softplus_backward,
    inputs=_one("normal"),
    faults=[
        Fault("sigprime", "dout * s", "dout * s * (1 - s)",
              "s (1 - s) is the derivative of the sigmoid; that of softplus is s"),
        Fault("no_numerator", "dout * s", "dout / (1 + np.exp(x))", "1 / (1 + e^x); the derivative is e^x / (1 + e^x)"),
        Fault("exp", "dout * s", "dout * np.exp(x)", "e^x is not divided by 1 + e^x"),
        Fault("of_y", "dout * s", "dout / (1 + np.exp(-np.logaddexp(0, x)))",
              "the sigmoid is taken of the output, not of x"),
        Fault("missing", "dout * s", "dout", "the derivative sigmoid(x) is missing"),
        Fault("relu", "dout * s", "dout * (x > 0)", "that is the derivative of ReLU; for softplus it is sigmoid(x)"),
        Fault("ones", "dout * s", "s", NO_DOUT),
    ],
)  # fmt: skip

register(
    "sigmoid",
    right.sigmoid_forward,
    right.sigmoid_backward,
    inputs=_one("normal"),
    faults=[
        Fault("no_1ms", "dout * y * (1 - y)", "dout * y", "the factor 1 - s is missing: the derivative is s (1 - s)"),
        Fault("no_s", "dout * y * (1 - y)", "dout * (1 - y)", "the factor s is missing: the derivative is s (1 - s)"),
        Fault("no_dout", "dout * y * (1 - y)", "y * (1 - y)", NO_DOUT),
        Fault("missing", "dout * y * (1 - y)", "dout", "the derivative s (1 - s) is missing"),
        Fault("tanh", "dout * y * (1 - y)", "dout * (1 - y * y)",
              "1 - s² is the derivative of tanh; here it is s (1 - s)"),
        Fault("plus", "(1 - y)", "(1 + y)", "s (1 + s); the derivative is s (1 - s)"),
        Fault("sign", "(1 - y)", "(y - 1)", "the sign is wrong: s (s - 1); the derivative is s (1 - s)"),
        Fault("x", "y * (1 - y)", "np.log(y / (1 - y)) * (1 - np.log(y / (1 - y)))",
              "x (1 - x): the derivative s (1 - s) is of the output s"),
        Fault("square", "(1 - y)", "(1 - y) ** 2", "s (1 - s)²; the derivative is s (1 - s)"),
        Fault("again", "y * (1 - y)", "(1 / (1 + np.exp(-y))) * (1 - 1 / (1 + np.exp(-y)))",
              "the sigmoid is taken of the output again; s already is the sigmoid"),
    ],
)  # fmt: skip

register(
    "tanh",
    right.tanh_forward,
    right.tanh_backward,
    inputs=_one("normal"),
    faults=[
        Fault("no_square", "1 - y * y", "1 - y", "1 - y; the derivative of tanh is 1 - y²"),
        Fault(
            "x2", "1 - y * y", "1 - np.arctanh(y) ** 2", "1 - x² of the input; it is 1 - y² of the output", "small x"
        ),
        Fault("missing", "dout * (1 - y * y)", "dout", "the derivative 1 - y² is missing", "small x"),
        Fault("ones", "dout * (1 - y * y)", "1 - y * y", NO_DOUT),
        Fault(
            "sigmoid", "1 - y * y", "y * (1 - y)", "y (1 - y) is the derivative of the sigmoid; that of tanh is 1 - y²"
        ),
        Fault("no_one", "1 - y * y", "y * y", "y²; the derivative of tanh is 1 - y²"),
        Fault("plus", "1 - y * y", "1 + y * y", "1 + y²; the derivative of tanh is 1 - y²"),
        Fault("again", "1 - y * y", "1 - np.tanh(y) ** 2", "tanh is taken of the output again; y already is tanh x"),
        Fault("sqrt", "1 - y * y", "np.sqrt(1 - y * y)", "√(1 - y²); the derivative of tanh is 1 - y²"),
        Fault("dout_squared", "dout * (1 - y * y)", "dout - y * y", "dout - y²: dout multiplies all of 1 - y²"),
    ],
)

SUM = "(dout * y).sum(axis=axis, keepdims=True)"


def _axes(arguments, outs):
    return ({"axis": axis} for axis in range(arguments["x"].ndim - 1))


register(
    "softmax",
    right.softmax_forward,
    right.softmax_backward,
    inputs=_one("normal"),
    guess=_axes,
    faults=[
        Fault("diag_only", f"y * (dout - {SUM})", "dout * y * (1 - y)",
              "only the diagonal y (1 - y) of the Jacobian: each y also depends on the other x (dx = y (dout - Σ dout "
              "y))"),
        Fault("no_outer_s", f"y * (dout - {SUM})", f"dout - {SUM}", "the factor y in front is missing",
              "dout = ones"),
        Fault("sum_all", SUM, "(dout * y).sum()", "the sum is over the whole array, not over the classes of a row",
              "one row"),
        Fault("no_sum", f"y * (dout - {SUM})", "y * dout", "the sum Σ dout y is missing: dx = y (dout - Σ dout y)"),
        Fault("sum_dout", SUM, "dout.sum(axis=axis, keepdims=True)", "Σ dout; it is Σ dout y"),
        Fault("mean", SUM, "(dout * y).mean(axis=axis, keepdims=True)", "the mean of dout y; it is the sum"),
        Fault("plus", f"dout - {SUM}", f"dout + {SUM}", "the sum Σ dout y is added; it is subtracted"),
        Fault("sign", f"dout - {SUM}", f"{SUM} - dout", "the sign is wrong: dx = y (dout - Σ dout y)"),
        Fault("log_softmax", f"y * (dout - {SUM})", "dout - y * dout.sum(axis=axis, keepdims=True)",
              "this is the backward of log softmax; for softmax dx = y (dout - Σ dout y)"),
        Fault("ones", f"y * (dout - {SUM})", "y * (1 - y)", "y (1 - y), the diagonal of the Jacobian, without dout"),
        Fault("axis_0", SUM, "(dout * y).sum(axis=0, keepdims=True)", "the sum is over the batch, not over the classes",
              "a softmax over axis 0"),
        Fault("no_dout", f"y * (dout - {SUM})", f"y * (1 - {SUM})",
              "dout is missing before the sum: y (dout - Σ dout y)"),
        Fault("y_twice", f"y * (dout - {SUM})", f"y * dout - {SUM}", "the factor y is missing before the sum"),
        Fault("y_squared", f"y * (dout - {SUM})", f"y * (dout - y * {SUM})", "a factor y too many before the sum"),
        Fault("missing", f"y * (dout - {SUM})", "dout", "the derivative of softmax is missing"),
        Fault("minus_y", f"y * (dout - {SUM})", "y - dout",
              "y - dout, as for a cross-entropy; softmax alone has dx = y (dout - Σ dout y)"),
    ],
)  # fmt: skip

LOG = "np.exp(y) * dout.sum(axis=axis, keepdims=True)"

register(
    "log_softmax",
    right.log_softmax_forward,
    right.log_softmax_backward,
    inputs=_one("normal"),
    guess=_axes,
    faults=[
        Fault("no_sum_dout", LOG, "np.exp(y)", "softmax is not multiplied by Σ dout", "dout whose rows sum to 1"),
        Fault("no_exp", LOG, "y * dout.sum(axis=axis, keepdims=True)",
              "the output is used as a probability; it is its logarithm"),
        Fault("times_dout", LOG, "np.exp(y) * dout",
              "each class has its own dout, dout (1 - p), the diagonal of the Jacobian; it is dout - p Σ dout"),
        Fault("sum_all", LOG, "np.exp(y) * dout.sum()", "the sum is over the whole array, not over a row", "one row"),
        Fault("no_softmax", LOG, "dout.sum(axis=axis, keepdims=True)", "the factor softmax(x) is missing"),
        Fault("mean", LOG, "np.exp(y) * dout.mean(axis=axis, keepdims=True)", "the mean of dout; it is the sum"),
        Fault("softmax", f"dout - {LOG}", "np.exp(y) * (dout - (dout * np.exp(y)).sum(axis=axis, keepdims=True))",
              "this is the backward of softmax; for log softmax dx = dout - softmax(x) Σ dout"),
        Fault("plus", f"dout - {LOG}", f"dout + {LOG}", "the second term is added; it is subtracted"),
        Fault("sign", f"dout - {LOG}", f"{LOG} - dout", "the sign is wrong: dx = dout - softmax(x) Σ dout"),
        Fault("missing", f"dout - {LOG}", "dout", "the term of the normaliser, softmax(x) Σ dout, is missing"),
        Fault("axis_0", LOG, "np.exp(y) * dout.sum(axis=0, keepdims=True)",
              "the sum is over the batch, not over the classes", "a softmax over axis 0"),
        Fault("divided", f"dout - {LOG}", "dout / np.exp(y)",
              "dout / p is the gradient of the logarithm alone, not of softmax before it"),
    ],
)  # fmt: skip
