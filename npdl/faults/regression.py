"""Mistakes in losses of regression: squared, absolute and Huber errors, Gaussian likelihoods."""

from gradcheck.faults import Fault, register

from ..ops import regression as right
from ..ops.samples import Draw
from .loss import reductions


def _two(**options):
    return lambda seed: ({"x": Draw(seed).normal(3, 7), "target": Draw(seed + 7).normal(3, 7)}, options)


def shared(size):
    """Mistakes of any loss of x - target that keeps an array of this name in its cache."""
    return [
        Fault("no_div", "dout * scale", "dout", "the division by the number of entries is missing"),
        Fault("div_n", "dout * scale", f"dout / len({size})", "divided by N; the loss is the mean over all entries",
              "one column"),
        Fault("no_dout", "dout * scale", "scale", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
        Fault("sign", "dx = dout", "dx = -dout", "the sign is wrong"),
        Fault("dtarget_sign", "-dx if", "dx if", "dtarget has the sign of dx; it is -dx"),
        Fault("dtarget_zero", "-dx if", "0 * dx if", "dtarget is 0; it is -dx"),
    ]  # fmt: skip


def options_of(name):
    """A guess at the option of this name, where a check hides it, and at the reduction."""

    def guess(arguments, outs):
        for value in (0.1, 0.5, 0.7, 1.0, 1.5, 2.0):
            for reduction in ("mean", "sum", "none"):
                yield {name: value, "reduction": reduction}

    return guess


register(
    "mse",
    right.mse_forward,
    right.mse_backward,
    inputs=_two(),
    aliases=("l2_loss", "mse_loss"),
    guess=reductions,
    faults=[
        Fault("no_2", "(2 * scale)", "scale", "the factor 2 of the square's derivative is missing"),
        Fault("div_n_not_nd", "(2 * scale)", "(2 / len(difference))",
              "divided by N; the loss is the mean over N D numbers", "one column"),
        Fault("no_div", "(2 * scale)", "2", "the division by the number of entries is missing"),
        Fault("no_2_div_n", "(2 * scale)", "(1 / len(difference))",
              "2 / (N D) is 1 / N here: the factor 2 is missing, and it is divided by N"),
        Fault("sign", "dx = dout", "dx = -dout", "the sign is wrong: target - x; it is x - target"),
        Fault("no_dout", "dx = dout * ", "dx = ", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
        Fault("dtarget_sign", "-dx if", "dx if", "dtarget has the sign of dx; it is -dx"),
        Fault("dtarget_zero", "-dx if", "0 * dx if", "dtarget is 0; it is -dx"),
        Fault("square", "* difference", "* difference * difference",
              "the square is not differentiated: 2 (x - target)"),
        Fault("mae", "* difference", "* np.sign(difference)", "the sign of x - target, as for an absolute error"),
        Fault("div_d", "(2 * scale)", "(2 / difference.shape[-1])",
              "divided by D; the loss is the mean over N D numbers"),
    ],
)  # fmt: skip


SIGN = "np.sign(difference)"

register(
    "l1",
    right.l1_forward,
    right.l1_backward,
    inputs=_two(),
    aliases=("l1_loss", "mae"),
    guess=reductions,
    faults=[
        *shared("difference"),
        Fault("no_sign", SIGN, "difference", "the sign is missing: the derivative of |d| is sign d"),
        Fault("abs", SIGN, "np.abs(difference)", "|d|; its derivative is sign d"),
        Fault("ones", SIGN, "np.ones_like(difference)", "the derivative of |d| is sign d, -1 for d < 0"),
    ],
)

CLIP, INSIDE = "np.clip(d, -delta, delta)", "np.abs(d) <= delta"

register(
    "huber",
    right.huber_forward,
    right.huber_backward,
    inputs=_two(delta=1.3),
    aliases=("huber_loss",),
    guess=options_of("delta"),
    faults=[
        *shared("d"),
        Fault("no_sign", CLIP, f"np.where({INSIDE}, d, delta)", "outside, the sign of d is missing"),
        Fault("no_delta", CLIP, f"np.where({INSIDE}, d, np.sign(d))", "outside, the factor delta is missing",
              "delta = 1"),
        Fault("mse", CLIP, "d", "d everywhere; outside it is delta sign(d)", "small differences"),
        Fault("mae", CLIP, "np.sign(d)", "sign(d) everywhere; inside it is d"),
        Fault("double", CLIP, f"np.where({INSIDE}, 2 * d, delta * np.sign(d))",
              "2 d inside; forward has d²/2, whose derivative is d"),
        Fault("swapped", CLIP, f"np.where({INSIDE}, delta * np.sign(d), d)", "inside and outside are swapped"),
        Fault("zero", CLIP, f"({INSIDE}) * d", "outside the gradient is 0; it is delta sign(d)"),
        Fault("smooth_l1", CLIP, "np.clip(d / delta, -1, 1)",
              "divided by delta, as for smooth L1; Huber's is d inside and delta sign(d) outside", "delta = 1"),
    ],
)  # fmt: skip

RAMP, NEAR = "np.clip(d / beta, -1, 1)", "np.abs(d) < beta"

register(
    "smooth_l1",
    right.smooth_l1_forward,
    right.smooth_l1_backward,
    inputs=_two(beta=1.3),
    aliases=("smooth_l1_loss",),
    guess=options_of("beta"),
    faults=[
        *shared("d"),
        Fault("no_beta", RAMP, f"np.where({NEAR}, d, np.sign(d))", "inside, the division by beta is missing",
              "beta = 1"),
        Fault("huber", RAMP, "np.clip(d, -beta, beta)",
              "that is Huber's gradient; smooth L1 is Huber divided by beta", "beta = 1"),
        Fault("no_sign", RAMP, f"np.where({NEAR}, d / beta, 1)", "outside, the sign of d is missing"),
        Fault("l1", RAMP, "np.sign(d)", "sign(d) everywhere; inside it is d / beta"),
        Fault("l2", RAMP, "(d / beta)", "d / beta everywhere; outside it is sign(d)", "small differences"),
        Fault("double", RAMP, f"np.where({NEAR}, 2 * d / beta, np.sign(d))",
              "2 d / beta inside; forward has d² / (2 beta), whose derivative is d / beta"),
        Fault("swapped", RAMP, f"np.where({NEAR}, np.sign(d), d / beta)", "inside and outside are swapped"),
        Fault("zero", RAMP, f"({NEAR}) * d / beta", "outside the gradient is 0; it is sign(d)"),
    ],
)  # fmt: skip


def _likelihood(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 7), "mu": d.normal(3, 7), "logvar": d.normal(3, 7)}, {}


DLV = "0.5 * (1 - difference * pull)"

register(
    "gaussian_nll",
    right.gaussian_nll_forward,
    right.gaussian_nll_backward,
    inputs=_likelihood,
    aliases=("gaussian_nll_loss", "normal_nll"),
    guess=reductions,
    faults=[
        Fault("no_div", "dout * scale", "dout", "the division by the number of entries is missing"),
        Fault("no_dout", "dout * scale", "scale", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
        Fault("mu_sign", "-dout * pull", "dout * pull", "dmu has the wrong sign: it is (mu - x) / var"),
        Fault("x_sign", "dx = dout * pull", "dx = -dout * pull", "dx has the wrong sign: it is (x - mu) / var"),
        Fault("no_var", "difference * precision", "difference",
              "the division by the variance is missing: (x - mu) / var", "variances of 1"),
        Fault("std", "difference * precision", "difference * np.sqrt(precision)",
              "divided by the standard deviation; it is (x - mu) / var", "variances of 1"),
        Fault("no_half", DLV, "(1 - difference * pull)",
              "the factor 1/2 of dlogvar is missing: that is the gradient of log std"),
        Fault("no_1", DLV, "-0.5 * difference * pull", "the 1 of dlogvar, from the term logvar, is missing"),
        Fault("only_1", DLV, "(0.5 + 0 * pull)", "the squared error is missing in dlogvar: ½ [1 - (x - mu)² / var]"),
        Fault("plus", DLV, "0.5 * (1 + difference * pull)", "the sign of the squared error in dlogvar is wrong"),
        Fault("of_var", DLV, f"precision * {DLV}",
              "that is the gradient of the variance; that of its logarithm has the factor var", "variances of 1"),
        Fault("no_square", DLV, "0.5 * (1 - pull)", "x - mu is not squared in dlogvar"),
        Fault("logvar_sign", DLV, f"-{DLV}", "dlogvar has the wrong sign"),
        Fault("swapped", "return dx, dmu, dlogvar", "return dx, dlogvar, dmu", "dmu and dlogvar are swapped"),
    ],
)  # fmt: skip
