"""Arithmetic with broadcasting, powers, exp and log.

Broadcasting copies a number into many places, so its backward is the sum over those places: `unbroadcast`.
"""

import numpy as np

from ..errors import InputTypeError
from ..tape import op

__all__ = [
    "add", "add_forward", "add_backward",
    "sub", "sub_forward", "sub_backward",
    "mul", "mul_forward", "mul_backward",
    "div", "div_forward", "div_backward",
    "neg", "neg_forward", "neg_backward",
    "exp", "exp_forward", "exp_backward",
    "log", "log_forward", "log_backward",
    "power", "power_forward", "power_backward",
    "sqrt", "sqrt_forward", "sqrt_backward",
    "abs", "abs_forward", "abs_backward",
    "unbroadcast",
]  # fmt: skip


def unbroadcast(gradient, shape):
    """The gradient of an array of this shape, from that of the array broadcast: summed over the axes that it made."""
    if gradient.shape == shape:
        return gradient
    added = gradient.ndim - len(shape)
    stretched = tuple(axis + added for axis, n in enumerate(shape) if n == 1 and gradient.shape[axis + added] != 1)
    return gradient.sum(axis=tuple(range(added)) + stretched, keepdims=True).reshape(shape)


def add_forward(a, b):
    """y = a + b, with NumPy's broadcasting."""
    return a + b, (np.shape(a), np.shape(b))


def add_backward(dout, cache, needs=(True, True)):
    """da = dout, db = dout."""
    a_shape, b_shape = cache
    da = unbroadcast(dout, a_shape) if needs[0] else None
    db = unbroadcast(dout, b_shape) if needs[1] else None
    return da, db


add = op(add_forward, add_backward, numbers=True)


def sub_forward(a, b):
    """y = a - b, with NumPy's broadcasting."""
    return a - b, (np.shape(a), np.shape(b))


def sub_backward(dout, cache, needs=(True, True)):
    """da = dout, db = -dout."""
    a_shape, b_shape = cache
    da = unbroadcast(dout, a_shape) if needs[0] else None
    db = unbroadcast(-dout, b_shape) if needs[1] else None
    return da, db


sub = op(sub_forward, sub_backward, numbers=True)


def mul_forward(a, b):
    """y = a b, elementwise, with NumPy's broadcasting."""
    return a * b, (a, b)


def mul_backward(dout, cache, needs=(True, True)):
    """da = dout b, db = dout a."""
    a, b = cache
    da = unbroadcast(dout * b, np.shape(a)) if needs[0] else None
    db = unbroadcast(dout * a, np.shape(b)) if needs[1] else None
    return da, db


mul = op(mul_forward, mul_backward, numbers=True)


def div_forward(a, b):
    """y = a / b, elementwise, with NumPy's broadcasting."""
    y = a / b
    return y, (a, b, y)


def div_backward(dout, cache, needs=(True, True)):
    """da = dout / b, db = -dout a / b² = -dout y / b."""
    a, b, y = cache
    da = unbroadcast(dout / b, np.shape(a)) if needs[0] else None
    db = unbroadcast(-dout * y / b, np.shape(b)) if needs[1] else None
    return da, db


div = op(div_forward, div_backward, numbers=True)


def neg_forward(x):
    """y = -x."""
    return -x, None


def neg_backward(dout, cache):
    """dx = -dout."""
    return -dout


neg = op(neg_forward, neg_backward)


def exp_forward(x):
    """y = e^x. Cache: y, its own derivative."""
    y = np.exp(x)
    return y, y


def exp_backward(dout, y):
    """dx = dout e^x."""
    return dout * y


exp = op(exp_forward, exp_backward)


def log_forward(x):
    """y = ln x, for x > 0 (NumPy's -inf at 0 and nan below)."""
    return np.log(x), x


def log_backward(dout, x):
    """dx = dout / x."""
    return dout / x


log = op(log_forward, log_backward)


def power_forward(x, *, exponent):
    """y = x^p for a number p. NumPy's rules: nan for x < 0 unless p is whole, infinite at 0 for p < 0."""
    if isinstance(exponent, bool) or not isinstance(exponent, (int, float)):
        raise InputTypeError("power", "exponent", "a number (where it has a gradient: exp(p log(x)))", exponent)
    return x**exponent, (x, exponent)


def power_backward(dout, cache):
    """dx = dout p x^(p-1); 0 for p = 0, also where x = 0. Infinite at x = 0 for p < 1."""
    x, exponent = cache
    if exponent == 0:
        return np.zeros_like(dout)
    return dout * exponent * x ** (exponent - 1)


power = op(power_forward, power_backward)


def sqrt_forward(x):
    """y = √x, for x > 0. Cache: y. (At 0 the derivative is infinite; for x < 0 NumPy gives nan.)"""
    y = np.sqrt(x)
    return y, y


def sqrt_backward(dout, y):
    """dx = dout / (2 √x)."""
    return dout * 0.5 / y


sqrt = op(sqrt_forward, sqrt_backward)


def abs_forward(x):
    """y = |x|. At x = 0 the derivative is taken as 0."""
    return np.abs(x), x


def abs_backward(dout, x):
    """dx = dout where x > 0, -dout where x < 0."""
    return dout * np.sign(x)


abs = op(abs_forward, abs_backward)
