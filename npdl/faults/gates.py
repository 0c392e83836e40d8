"""Activations and gates that npdl.ops has not yet, each with its reference pair: GELU, SiLU, ELU, PReLU, GLU ..."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops.activation import sigmoid_forward, tanh_forward
from ..ops.samples import Draw
from .activation import NO_DOUT


def _one(values, **options):
    return lambda seed: ({"x": getattr(Draw(seed), values)(3, 7)}, options)


def gelu_forward(x):
    """y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))). Hendrycks and Gimpel 2016, the approximation that GPT-2 uses."""
    c = np.sqrt(2 / np.pi)
    t, _ = tanh_forward(c * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + t), (x, t, c)


def gelu_backward(dout, cache):
    """dx = dout (Φ + x Φ'), Φ = (1 + t) / 2, Φ' = (1 - t²) c (1 + 3 · 0.044715 x²) / 2."""
    x, t, c = cache
    phi = 0.5 * (1 - t * t) * c * (1 + 3 * 0.044715 * x**2)
    return dout * (0.5 * (1 + t) + x * phi)


register(
    "gelu",
    gelu_forward,
    gelu_backward,
    inputs=_one("normal"),
    faults=[
        Fault("no_xphi", "0.5 * (1 + t) + x * phi", "0.5 * (1 + t)", "the term x φ(x) of the product rule is missing"),
        Fault("no_phi", "0.5 * (1 + t) + x * phi", "x * phi", "the term Φ(x) of the product rule is missing"),
        Fault("no_x", "0.5 * (1 + t) + x * phi", "0.5 * (1 + t) + phi", "the factor x of x φ(x) is missing"),
        Fault("no_half", "0.5 * (1 - t * t)", "(1 - t * t)", "the factor 1/2 of φ is missing"),
        Fault("no_tanh_derivative", "(1 - t * t) * ", "", "the derivative of tanh, 1 - t², is missing"),
        Fault("no_inner", " * (1 + 3 * 0.044715 * x**2)", "", "the derivative of the cubic inside tanh is missing"),
        Fault("no_3", "3 * 0.044715", "0.044715", "the factor 3 of the derivative of x³ is missing"),
        Fault("no_c", " * c * ", " * ", "the factor √(2/π) of the chain rule is missing"),
        Fault("minus", "+ x * phi", "- x * phi", "x φ(x) is subtracted; it is added"),
        Fault("ones", "dout * (0.5", "1.0 * (0.5", NO_DOUT),
        Fault("tanh_1", "1 - t * t", "1 - t", "1 - t; the derivative of tanh is 1 - t²"),
        Fault("cdf_t", "0.5 * (1 + t) + ", "0.5 * t + ", "t / 2 in place of Φ = (1 + t) / 2"),
        Fault("exact", "return dout", "phi = np.exp(-x * x / 2) / np.sqrt(2 * np.pi)\n    return dout",
              "φ is that of the exact GELU, but forward is its tanh approximation"),
    ],
)  # fmt: skip


def silu_forward(x):
    """y = x sigmoid(x), also called swish."""
    s, _ = sigmoid_forward(x)
    return x * s, (x, s)


def silu_backward(dout, cache):
    """dx = dout (s + x s (1 - s))."""
    x, s = cache
    return dout * (s + x * s * (1 - s))


register(
    "silu",
    silu_forward,
    silu_backward,
    inputs=_one("normal"),
    aliases=("swish",),
    faults=[
        Fault("no_x_term", "s + x * s * (1 - s)", "s", "the term x s (1 - s) of the product rule is missing"),
        Fault("no_s_term", "s + x * s * (1 - s)", "x * s * (1 - s)", "the term s of the product rule is missing"),
        Fault("no_x", "x * s * (1 - s)", "s * (1 - s)", "the factor x of x s (1 - s) is missing"),
        Fault("sigmoid", "s + x * s * (1 - s)", "s * (1 - s)",
              "the derivative of the sigmoid alone; of x s it is s + x s (1 - s)"),
        Fault("no_1ms", "x * s * (1 - s)", "x * s", "the factor 1 - s is missing"),
        Fault("no_s", "x * s * (1 - s)", "x * (1 - s)", "the factor s is missing in x s (1 - s)"),
        Fault("minus", "s + x * s", "s - x * s", "x s (1 - s) is subtracted; it is added"),
        Fault("y_for_s", "s + x * s * (1 - s)", "x * s + s * (1 - s)", "y + s (1 - s); it is y + s (1 - y)"),
        Fault("ones", "dout * (s", "1.0 * (s", NO_DOUT),
        Fault("times_x", "s + x * s * (1 - s)", "x", "the derivative is x; it is s + x s (1 - s)"),
    ],
)  # fmt: skip


def elu_forward(x, *, slope=1.0):
    """y = x for x > 0, else slope (e^x - 1). Clevert, Unterthiner and Hochreiter 2015."""
    y = np.where(x > 0, x, slope * np.expm1(np.minimum(x, 0)))
    return y, (x, y, slope)


def elu_backward(dout, cache):
    """dx = dout for x > 0, else dout slope e^x = dout (y + slope)."""
    x, y, slope = cache
    return dout * np.where(x > 0, 1, y + slope)


def _elu_slope(arguments, outs):
    x, y = np.asarray(arguments["x"]).ravel(), np.asarray(outs[0]).ravel()
    i = np.argmin(x)
    yield {"slope": float(y[i] / np.expm1(x[i]))}


register(
    "elu",
    elu_forward,
    elu_backward,
    inputs=_one("off_zero", slope=1.3),
    guess=_elu_slope,
    faults=[
        Fault("neg_is_out", "y + slope", "y", "where x < 0 the derivative is slope e^x = y + slope, not the output y"),
        Fault("neg_one", "y + slope", "1", "the gradient is dout on both sides; where x < 0 it is dout slope e^x"),
        Fault("neg_zero", "y + slope", "0", "where x < 0 the gradient is dout slope e^x, not 0"),
        Fault("no_slope", "y + slope", "np.exp(x)", "where x < 0 the factor slope is missing", "slope = 1"),
        Fault("slope", "y + slope", "slope", "where x < 0 the slope alone, as in leaky ReLU; it is slope e^x"),
        Fault("plus_one", "y + slope", "y + 1", "y + 1; where x < 0 the derivative is y + slope", "slope = 1"),
        Fault("exp_y", "y + slope", "slope * np.exp(y)", "e to the output is taken; the derivative is slope e^x"),
        Fault("ones", "dout * np", "1.0 * np", NO_DOUT),
        Fault("pos_slope", "(x > 0, 1, y + slope)", "(x > 0, slope, y + slope)",
              "where x > 0 the derivative is 1, not slope", "slope = 1"),
        Fault("inverted", "(x > 0, 1, y + slope)", "(x > 0, y + slope, 1)", "the two sides are swapped"),
    ],
)  # fmt: skip


def softplus_forward(x):
    """y = ln(1 + e^x)."""
    return np.logaddexp(0, x), x


def softplus_backward(dout, x):
    """dx = dout sigmoid(x)."""
    s, _ = sigmoid_forward(x)
    return dout * s


register(
    "softplus",
    softplus_forward,
    softplus_backward,
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


def softsign_forward(x):
    """y = x / (1 + |x|)."""
    return x / (1 + np.abs(x)), x


def softsign_backward(dout, x):
    """dx = dout / (1 + |x|)²."""
    return dout / (1 + np.abs(x)) ** 2


register(
    "softsign",
    softsign_forward,
    softsign_backward,
    inputs=_one("off_zero"),
    faults=[
        Fault("no_square", " ** 2", "", "the square is missing: the derivative is 1 / (1 + |x|)²"),
        Fault("no_abs", "np.abs(x)", "x", "|x| is missing: the derivative is 1 / (1 + |x|)²", "all x > 0"),
        Fault("square", "1 + np.abs(x)", "1 + x * x", "1 + x² in place of 1 + |x|"),
        Fault("sign", "dout / (", "dout * np.sign(x) / (", "a factor sign(x) too many; it cancels"),
        Fault("ones", "dout / (", "1.0 / (", NO_DOUT),
    ],
)


def prelu_forward(x, a):
    """y = x for x > 0, else a x, a learnt, one for each feature. He et al. 2015. x: (N, D); a: (D,)."""
    return np.where(x > 0, x, a * x), (x, a)


def prelu_backward(dout, cache):
    """dx = dout for x > 0, else a dout; da = Σ_n dout x where x <= 0."""
    x, a = cache
    dx = dout * np.where(x > 0, 1, a)
    da = (dout * x * (x <= 0)).sum(axis=0)
    return dx, da


register(
    "prelu",
    prelu_forward,
    prelu_backward,
    inputs=lambda seed: ({"x": Draw(seed).off_zero(5, 3), "a": Draw(seed + 9).positive(3)}, {}),
    faults=[
        Fault(
            "da_unsummed", "(dout * x * (x <= 0)).sum(axis=0)", "dout * x * (x <= 0)", "da is not summed over the batch"
        ),
        Fault("da_mean", ".sum(axis=0)", ".mean(axis=0)", "da is the mean over the batch; it is the sum", "one sample"),
        Fault("da_no_mask", "dout * x * (x <= 0)", "dout * x", "da counts x > 0 too, where a has no part", "all x < 0"),
        Fault("da_mask", "(x <= 0)", "(x > 0)", "the mask of da is inverted: a has its part where x <= 0"),
        Fault("da_no_x", "dout * x * (x <= 0)", "dout * (x <= 0)", "the factor x of da is missing"),
        Fault("da_y", "dout * x * (x <= 0)", "dout * x * a * (x <= 0)", "da has the output a x; it has x"),
        Fault(
            "da_sum_all", ".sum(axis=0)", ".sum() * np.ones_like(a)", "da is summed over all features, not for each one"
        ),
        Fault("da_no_dout", "dout * x * (x", "x * (x", "dout is not multiplied into da"),
        Fault("dx_no_a", "np.where(x > 0, 1, a)", "(x > 0)", "dx is 0 where x < 0; it is a dout"),
        Fault("dx_missing", "dout * np.where(x > 0, 1, a)", "dout", "the factor a is missing where x < 0"),
        Fault("dx_inverted", "(x > 0, 1, a)", "(x > 0, a, 1)", "the two sides of dx are swapped"),
    ],
)


def glu_forward(x):
    """y = u sigmoid(g), x = (u, g) cut in halves along the last axis: (..., 2 D) -> (..., D). Dauphin et al. 2017."""
    u, g = np.split(x, 2, axis=-1)
    s, _ = sigmoid_forward(g)
    return u * s, (u, s)


def glu_backward(dout, cache):
    """du = dout s, dg = dout u s (1 - s)."""
    u, s = cache
    du = dout * s
    dg = dout * u * s * (1 - s)
    return np.concatenate([du, dg], axis=-1)


register(
    "glu",
    glu_forward,
    glu_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 10)}, {}),
    faults=[
        Fault("gate_no_deriv", "dout * u * s * (1 - s)", "dout * u", "the gate's derivative s (1 - s) is missing"),
        Fault(
            "gate_no_u",
            "dout * u * s * (1 - s)",
            "dout * s * (1 - s)",
            "the factor u is missing from the gate's gradient",
        ),
        Fault("gate_no_1ms", " * (1 - s)", "", "the factor 1 - s is missing from the gate's gradient"),
        Fault("gate_no_s", "u * s * (1 - s)", "u * (1 - s)", "the factor s is missing from the gate's gradient"),
        Fault("value_no_gate", "du = dout * s", "du = dout", "du is not multiplied by the gate"),
        Fault("swapped", "[du, dg]", "[dg, du]", "the gradients of the two halves are swapped"),
        Fault("gate_zero", "dg = dout * u", "dg = 0 * dout * u", "the gate has no gradient"),
        Fault("value_u", "du = dout * s", "du = dout * u", "du = dout u; it is dout s"),
        Fault("value_zero", "du = dout * s", "du = 0 * dout * s", "only the gate has a gradient"),
        Fault("tanh", "s * (1 - s)", "(1 - s * s)", "1 - s² is the derivative of tanh; the gate's is s (1 - s)"),
    ],
)
