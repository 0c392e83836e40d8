"""Activations that multiply x by a gate, a number from 0 to 1 that grows with x: small at the left, x at the right."""

import math

import numpy as np

from ..errors import InputError, require_shape
from ..tape import op
from .activation import sigmoid_forward

__all__ = [
    "gelu", "gelu_forward", "gelu_backward",
    "silu", "silu_forward", "silu_backward",
    "hard_sigmoid", "hard_sigmoid_forward", "hard_sigmoid_backward",
    "hard_swish", "hard_swish_forward", "hard_swish_backward",
    "swiglu", "swiglu_forward", "swiglu_backward",
]  # fmt: skip

SQRT_2_BY_PI = math.sqrt(2 / math.pi)


def gelu_forward(x, *, approximate="none"):
    """y = x Φ(x), Φ the distribution function of the normal distribution. Hendrycks and Gimpel 2016.

    approximate="tanh": Φ(x) ≈ (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, at most 5e-4 off in y; GPT-2 was trained so.
    """
    if approximate not in ("none", "tanh"):
        raise InputError("gelu", "approximate", '"none" or "tanh"', approximate)
    if approximate == "tanh":
        phi = 0.5 * (1 + np.tanh(SQRT_2_BY_PI * (x + 0.044715 * x * x * x)))
    else:
        from scipy.special import ndtr  # takes longer to load than all of npdl

        phi = ndtr(x)
    return x * phi, (x, phi, approximate)


def gelu_backward(dout, cache):
    """dx = dout (Φ + x Φ'), Φ' = e^(-x²/2) / √(2π); with t the tanh, Φ' = (1 - t²) / 2 √(2/π) (1 + 3 · 0.044715 x²)."""
    x, phi, approximate = cache
    if approximate == "tanh":
        t = 2 * phi - 1
        density = 0.5 * (1 - t * t) * SQRT_2_BY_PI * (1 + 3 * 0.044715 * x * x)
    else:
        density = 0.5 * SQRT_2_BY_PI * np.exp(-0.5 * x * x)
    return dout * (phi + x * density)


gelu = op(gelu_forward, gelu_backward)


def silu_forward(x):
    """y = x sigmoid(x), also called swish. Elfwing, Uchibe and Doya 2018; Ramachandran, Zoph and Le 2017."""
    s, _ = sigmoid_forward(x)
    return x * s, (x, s)


def silu_backward(dout, cache):
    """dx = dout (s + x s (1 - s))."""
    x, s = cache
    return dout * (s + x * s * (1 - s))


silu = op(silu_forward, silu_backward)


def hard_sigmoid_forward(x):
    """y = relu6(x + 3) / 6: a sigmoid of three straight pieces. Howard et al. 2019 (MobileNetV3). Cache: y."""
    y = np.clip(x + 3, 0, 6) / 6
    return y, y


def hard_sigmoid_backward(dout, y):
    """dx = dout / 6 where -3 < x < 3, else 0; 0 at the corners."""
    return dout * ((y > 0) & (y < 1)) / 6


hard_sigmoid = op(hard_sigmoid_forward, hard_sigmoid_backward)


def hard_swish_forward(x):
    """y = x relu6(x + 3) / 6: silu with the hard sigmoid for its gate. Howard et al. 2019 (MobileNetV3), Sect. 5.2."""
    gate, _ = hard_sigmoid_forward(x)
    return x * gate, (x, gate)


def hard_swish_backward(dout, cache):
    """dx = dout (gate + x / 6 where -3 < x < 3). At the corners the derivative is that of the outer side: 0 and 1."""
    x, gate = cache
    return dout * (gate + x / 6 * ((gate > 0) & (gate < 1)))


hard_swish = op(hard_swish_forward, hard_swish_backward)


def swiglu_forward(x, gate):
    """y = silu(gate) x, element by element: one half of a layer decides what of the other half passes. Shazeer 2020.

    gate and x: of the same shape, two affine layers of the same input. LLaMA's and PaLM's feed-forward network.
    """
    require_shape("swiglu", "gate", gate, x.shape, "like x")
    opened, cache = silu_forward(gate)
    return x * opened, (x, opened, cache)


def swiglu_backward(dout, cache, needs=(True, True)):
    """dx = dout silu(gate), dgate = dout x silu'(gate)."""
    x, opened, cache = cache
    dx = dout * opened if needs[0] else None
    dgate = silu_backward(dout * x, cache) if needs[1] else None
    return dx, dgate


swiglu = op(swiglu_forward, swiglu_backward)
