"""Mistakes in gated activations: a term of the product rule missing, the gate's slope wrong.

Softsign and GLU, which npdl.ops has not yet, stand here with their reference pair.
"""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import gates as right
from ..ops.activation import sigmoid_forward
from ..ops.samples import Draw
from .activation import NO_DOUT


def _one(values):
    return lambda seed: ({"x": getattr(Draw(seed), values)(3, 7)}, {})


EXACT = "0.5 * SQRT_2_BY_PI * np.exp(-0.5 * x * x)"
TANH = "0.5 * (1 - t * t) * SQRT_2_BY_PI * (1 + 3 * 0.044715 * x * x)"
PRODUCT_RULE = [
    Fault("no_xphi", "phi + x * density", "phi", "the term x φ(x) of the product rule is missing"),
    Fault("no_phi", "phi + x * density", "x * density", "the term Φ(x) of the product rule is missing"),
    Fault("no_x", "phi + x * density", "phi + density", "the factor x of x φ(x) is missing"),
    Fault("minus", "phi + x * density", "phi - x * density", "x φ(x) is subtracted; it is added"),
    Fault("ones", "dout * (phi", "1.0 * (phi", NO_DOUT),
]

register(
    "gelu",
    right.gelu_forward,
    right.gelu_backward,
    inputs=_one("normal"),
    faults=[
        *PRODUCT_RULE,
        Fault("no_half", EXACT, EXACT.replace("0.5 * SQRT", "SQRT"),
              "the factor 1/2 of Φ = (1 + erf(x / √2)) / 2 is missing from φ = e^(-x²/2) / √(2π)"),
        Fault("no_norm", EXACT, "np.exp(-0.5 * x * x)", "the factor 1 / √(2π) of φ is missing"),
        Fault("no_half_inside", EXACT, EXACT.replace("-0.5 * x * x", "-x * x"), "e^(-x²); φ has e^(-x²/2)"),
        Fault("chain", EXACT, EXACT.replace("0.5 * SQRT_2_BY_PI", "np.sqrt(1 / np.pi)"),
              "the factor 1 / √2 of the chain rule, of erf(x / √2), is missing"),
        Fault("tanh", EXACT, TANH.replace("t * t", "np.tanh(SQRT_2_BY_PI * (x + 0.044715 * x**3)) ** 2"),
              "φ is that of the tanh approximation, but forward is the exact GELU"),
    ],
)  # fmt: skip


def gelu_tanh_forward(x):
    """The approximation, for checks that do not say which one they are of."""
    return right.gelu_forward(x, approximate="tanh")


register(
    "gelu_tanh",
    gelu_tanh_forward,
    right.gelu_backward,
    inputs=_one("normal"),
    faults=[
        *PRODUCT_RULE,
        Fault("no_half", "0.5 * (1 - t * t)", "(1 - t * t)", "the factor 1/2 of φ is missing"),
        Fault("no_tanh_derivative", "(1 - t * t) * ", "", "the derivative of tanh, 1 - t², is missing"),
        Fault("no_inner", " * (1 + 3 * 0.044715 * x * x)", "", "the derivative of the cubic inside tanh is missing"),
        Fault("no_3", "3 * 0.044715", "0.044715", "the factor 3 of the derivative of x³ is missing"),
        Fault("no_c", " * SQRT_2_BY_PI * (", " * (", "the factor √(2/π) of the chain rule is missing"),
        Fault("tanh_1", "1 - t * t", "1 - t", "1 - t; the derivative of tanh is 1 - t²"),
        Fault("cdf_t", "(phi + x", "(0.5 * t + x", "t / 2 in place of Φ = (1 + t) / 2"),
        Fault("exact", "return dout", f"density = {EXACT}\n    return dout",
              "φ is that of the exact GELU, but forward is its tanh approximation"),
    ],
)  # fmt: skip

register(
    "silu",
    right.silu_forward,
    right.silu_backward,
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

LINE = "dout * ((y > 0) & (y < 1)) / 6"


def _corners(seed):
    return {"x": 5 * Draw(seed).distinct(3, 7)}, {}


register(
    "hard_sigmoid",
    right.hard_sigmoid_forward,
    right.hard_sigmoid_backward,
    inputs=_corners,
    faults=[
        Fault("no_6", LINE, LINE.removesuffix(" / 6"), "the division by 6 is missing"),
        Fault("no_mask", LINE, "dout / 6", "outside of -3 and 3 the gradient is 0", "-3 < x < 3"),
        Fault("no_low", LINE, "dout * (y < 1) / 6", "below -3 the gradient is 0, too", "x > -3"),
        Fault("no_high", LINE, "dout * (y > 0) / 6", "above 3 the gradient is 0, too", "x < 3"),
        Fault("inverted", LINE, "dout * ((y <= 0) | (y >= 1)) / 6", "the mask is inverted"),
        Fault("sigmoid", LINE, "dout * y * (1 - y)",
              "s (1 - s) is the derivative of the sigmoid; the hard one has 1 / 6"),
        Fault("ones", LINE, LINE.replace("dout", "1.0"), NO_DOUT),
    ],
)  # fmt: skip

SWISH = "gate + x / 6 * ((gate > 0) & (gate < 1))"

register(
    "hard_swish",
    right.hard_swish_forward,
    right.hard_swish_backward,
    inputs=_corners,
    aliases=("h_swish", "hardswish"),
    faults=[
        Fault("no_x_term", SWISH, "gate", "the term x / 6 of the product rule is missing"),
        Fault("no_gate", SWISH, SWISH.removeprefix("gate + "), "the gate itself is missing from the product rule"),
        Fault("no_mask", SWISH, "gate + x / 6", "the gate's slope 1 / 6 is 0 outside of -3 and 3", "-3 < x < 3"),
        Fault("middle", SWISH, "(2 * x + 3) / 6", "(2 x + 3) / 6 everywhere; below -3 it is 0, above 3 it is 1",
              "-3 < x < 3"),
        Fault("no_6", SWISH, SWISH.replace("x / 6", "x"), "the division by 6 is missing from the gate's slope"),
        Fault("no_x", SWISH, SWISH.replace("x / 6", "1 / 6"), "the factor x of the product rule is missing"),
        Fault("minus", SWISH, SWISH.replace("+", "-"), "the term x / 6 is subtracted; it is added"),
        Fault("silu", SWISH, "gate + x * gate * (1 - gate)",
              "g (1 - g) is the slope of the sigmoid; the hard one has 1 / 6 between -3 and 3"),
        Fault("ones", f"dout * ({SWISH})", SWISH, NO_DOUT),
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


register(
    "swiglu",
    right.swiglu_forward,
    right.swiglu_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 7), "gate": Draw(seed + 7).normal(3, 7)}, {}),
    faults=[
        Fault("dx_gate", "dout * opened", "dout * cache[0]", "dx has the gate itself; it has silu(gate)"),
        Fault("dx_sigmoid", "dout * opened", "dout * cache[1]", "dx has sigmoid(gate); it has silu(gate)"),
        Fault("dx_all", "dout * opened", "dout", "dx is not multiplied by silu(gate)"),
        Fault("dgate_no_x", "silu_backward(dout * x, cache)", "silu_backward(dout, cache)",
              "the factor x is missing from the gate's gradient"),
        Fault("dgate_no_silu", "silu_backward(dout * x, cache)", "dout * x", "silu is not differentiated"),
        Fault("dgate_sigmoid", "silu_backward(dout * x, cache)", "dout * x * cache[1] * (1 - cache[1])",
              "s (1 - s) is the derivative of the sigmoid; silu's is s + g s (1 - s)"),
        Fault("dgate_opened", "silu_backward(dout * x, cache)", "dout * x * opened", "dgate has silu; it has silu'"),
        Fault("swapped", "return dx, dgate", "return dgate, dx", "dx and dgate are swapped"),
    ],
)  # fmt: skip


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
