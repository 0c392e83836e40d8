"""Activation functions, exp and powers: rules that write y = f(x) and dy = f'(x); `elementwise` makes pairs of them.

NumPy takes 0.1 to 0.15 ns a number for a pass over a block in the cache (add, multiply, maximum), 0.3 to divide, 1.5
for exp, 1.8 for log and 2.6 for tanh; but 11 for expm1, 12 for log1p, 3 to choose by a mask, and 10 for a power. So the
rules choose by arithmetic, and write the slow functions in terms of the quick ones. (Measured on one processor without
AVX-512; with it, exp and its kind are quicker.)
"""

import math

import numpy as np

from ... import ops
from .elementwise import QUICK, elementwise
from .layout import workspace


def relu(x, y):
    """y = max(x, 0)."""
    np.maximum(x, 0, out=y)


def relu_slope(y, dy):
    """1 where the unit was on."""
    np.greater(y, 0, out=dy)


def relu6(x, y):
    """y = min(max(x, 0), 6)."""
    np.clip(x, 0, 6, out=y)


def relu6_slope(y, dy):
    """1 where 0 < y < 6."""
    np.logical_and(y > 0, y < 6, out=dy)


def leaky_relu(x, y, dy, *, slope=0.01):
    """dy = 1 for x > 0, else slope; y = x dy."""
    np.greater(x, 0, out=dy)
    dy *= 1 - slope
    dy += slope
    np.multiply(x, dy, out=y)


def elu(x, y, dy, *, alpha=1.0):
    """y = max(x, 0) + alpha (e^m - 1), m = min(x, 0); e^m - 1 = 2 t / (1 - t) with t = tanh(m / 2)."""
    np.minimum(x, 0, out=y)
    y *= 0.5
    np.tanh(y, out=y)
    np.subtract(1, y, out=dy)
    y /= dy
    y *= 2 * alpha
    np.add(y, alpha, out=dy)
    if alpha != 1:
        dy += np.multiply(x > 0, x.dtype.type(1 - alpha))
    y += np.maximum(x, 0, out=workspace("positive", x.shape, x.dtype))


def sigmoid(x, y):
    """y = 1 / (1 + e^-x). Where e^-x overflows, y = 1 / inf = 0."""
    with np.errstate(over="ignore"):
        np.negative(x, out=y)
        np.exp(y, out=y)
    y += 1
    np.reciprocal(y, out=y)


def sigmoid_slope(y, dy):
    """y (1 - y)."""
    np.subtract(1, y, out=dy)
    dy *= y


def silu(x, y, dy):
    """y = x s, dy = s + x s (1 - s), s the sigmoid."""
    s = workspace("s", x.shape, x.dtype)
    sigmoid(x, s)
    sigmoid_slope(s, dy)
    dy *= x
    dy += s
    np.multiply(x, s, out=y)


def tanh(x, y):
    """y = tanh x."""
    np.tanh(x, out=y)


def tanh_slope(y, dy):
    """1 - y²."""
    np.multiply(y, y, out=dy)
    np.subtract(1, dy, out=dy)


def softplus(x, y, dy):
    """y = max(x, 0) + ln(1 + z), z = e^-|x|; dy = e^min(x, 0) / (1 + z).

    With u = 1 + z as it was rounded, ln(1 + z) = ln u + (z - (u - 1)) / u: what the rounding lost is small enough for
    the tangent. (Kahan's way to log1p, which NumPy computes number by number.)
    """
    z, u = workspace("z", x.shape, x.dtype), workspace("u", x.shape, x.dtype)
    np.abs(x, out=z)
    np.negative(z, out=z)
    np.exp(z, out=z)
    np.add(z, 1, out=u)
    np.subtract(u, 1, out=y)
    np.subtract(z, y, out=y)
    y /= u
    np.maximum(z, x > 0, out=dy)
    dy /= u
    np.log(u, out=u)
    y += u
    y += np.maximum(x, 0, out=z)


def gelu(x, y, dy, *, approximate="none"):
    """y = x Φ(x), dy = Φ + x φ."""
    if approximate == "tanh":
        _gelu_tanh(x, y, dy)
    elif x.dtype == np.float32:
        _gelu_float32(x, y, dy)
    else:
        _gelu_float64(x, y, dy)


def _gelu_tanh(x, y, dy):
    """Φ ≈ (1 + tanh v) / 2 = sigmoid(2 v), 2 v = x (a + b x²); dy = Φ + x Φ (1 - Φ) (a + 3 b x²)."""
    a, b = 2 * math.sqrt(2 / math.pi), 2 * math.sqrt(2 / math.pi) * 0.044715
    square, phi = workspace("square", x.shape, x.dtype), workspace("phi", x.shape, x.dtype)
    np.multiply(x, x, out=square)
    np.multiply(square, b, out=y)
    y += a
    y *= x
    sigmoid(y, phi)
    sigmoid_slope(phi, dy)
    np.multiply(x, phi, out=y)
    square *= 3 * b
    square += a
    square *= x
    dy *= square
    dy += phi


def _gelu_float64(x, y, dy):
    from scipy.special import ndtr  # takes longer to load than all of npdl

    phi = ndtr(x)
    np.multiply(x, x, out=dy)
    dy *= -0.5
    np.exp(dy, out=dy)
    dy *= 1 / math.sqrt(2 * math.pi)
    dy *= x
    dy += phi
    np.multiply(x, phi, out=y)


HASTINGS = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)


def _gelu_float32(x, y, dy):
    """Φ(-|x|) = e^(-x²/2) (a₁ t + a₂ t² + ... + a₅ t⁵) / 2, t = 1 / (1 + 0.3275911 |x| / √2), at most 7.5e-8 off.

    Hastings 1955; Abramowitz and Stegun 1964, 7.1.26 (for erf). e^(-x²/2) serves φ as well. For x > 0, Φ(x) is
    1 - Φ(-x): so Φ(x) - 1/2 is odd, and has the sign of x.
    """
    e, t = workspace("e", x.shape, x.dtype), workspace("t", x.shape, x.dtype)
    np.multiply(x, x, out=e)
    e *= -0.5
    np.exp(e, out=e)
    np.abs(x, out=t)
    t *= 0.3275911 / math.sqrt(2)
    t += 1
    np.reciprocal(t, out=t)
    np.multiply(t, HASTINGS[-1] / 2, out=dy)
    for a in HASTINGS[-2::-1]:
        dy += a / 2
        dy *= t
    dy *= e
    np.subtract(0.5, dy, out=dy)
    np.copysign(dy, x, out=dy)
    dy += 0.5  # Φ
    np.multiply(x, dy, out=y)
    e *= 1 / math.sqrt(2 * math.pi)  # φ
    e *= x
    dy += e


def hard_sigmoid(x, y):
    """y = relu6(x + 3) / 6."""
    np.add(x, 3, out=y)
    np.clip(y, 0, 6, out=y)
    y /= 6


def hard_sigmoid_slope(y, dy):
    """1 / 6 where 0 < y < 1."""
    np.multiply((y > 0) & (y < 1), y.dtype.type(1 / 6), out=dy)


def hard_swish(x, y, dy):
    """y = x gate, dy = gate + x gate'."""
    gate = workspace("gate", x.shape, x.dtype)
    hard_sigmoid(x, gate)
    hard_sigmoid_slope(gate, dy)
    dy *= x
    dy += gate
    np.multiply(x, gate, out=y)


def exp(x, y):
    """y = e^x."""
    np.exp(x, out=y)


def exp_slope(y, dy):
    """y itself."""
    dy[...] = y


def power(x, y, dy, *, exponent):
    """y = x^p, dy = p x^(p-1), by products and a root."""
    if exponent % 1:
        x = np.add(x, 0, out=workspace("x", x.shape, x.dtype))  # -0 becomes 0: its root has no sign to be inverted
    _power(x, exponent, y)
    _power(x, exponent - 1, dy)
    dy *= exponent


def _power(x, p, out):
    """x^p for multiples p of 1/2: x^(2q) = (x^q)², x^(q+1) = x^q x, x^-q = 1 / x^q."""
    if p < 0:
        np.reciprocal(_power(x, -p, out), out=out)
    elif p == 0:
        out[...] = 1
    elif p == 0.5:
        np.sqrt(x, out=out)
    elif p == 1:
        out[...] = x
    elif p % 2 == 0:
        np.square(_power(x, p / 2, out), out=out)
    else:
        _power(x, p - 1, out)
        out *= x
    return out


def _refuses_exponent(x, *, exponent=None):
    simple = isinstance(exponent, (int, float)) and 0 < abs(exponent) <= 16 and exponent % 0.5 == 0
    return None if simple else "its exponent"


def _refuses_approximation(x, *, approximate="none"):
    return None if approximate in ("none", "tanh") else "its approximation"


for rule in (leaky_relu, elu, silu, softplus, hard_swish):
    elementwise(getattr(ops, rule.__name__), rule)
elementwise(ops.gelu, gelu, refuses=_refuses_approximation)
elementwise(ops.power, power, refuses=_refuses_exponent)
elementwise(ops.relu, relu, relu_slope, small=QUICK)
elementwise(ops.relu6, relu6, relu6_slope, small=QUICK)
elementwise(ops.sigmoid, sigmoid, sigmoid_slope)
elementwise(ops.tanh, tanh, tanh_slope)
elementwise(ops.exp, exp, exp_slope)
elementwise(ops.hard_sigmoid, hard_sigmoid, hard_sigmoid_slope)
