"""Functions of each entry."""

import math

import numpy as np

from .base import layer


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _x(*shape):
    return lambda r: dict(x=r.normal(size=shape))


def leaky_relu_forward(x, alpha=0.07):
    return np.where(x > 0, x, alpha * x), (x, alpha)


def leaky_relu_backward(dout, cache):
    x, alpha = cache
    dx = dout.copy()
    dx[x < 0] *= alpha
    return dx


layer(
    leaky_relu_forward,
    leaky_relu_backward,
    _x(4, 6),
    ("the slope goes to the positive entries", "dx[x < 0]", "dx[x > 0]"),
    ("negative entries are set to the slope, not multiplied by it", "*= alpha", "= alpha"),
    ("a plain ReLU's backward", "*= alpha", "= 0"),
)


def prelu_forward(x, a):
    return np.where(x > 0, x, a[:, None, None] * x), (x, a)


def prelu_backward(dout, cache):
    x, a = cache
    dx = np.where(x > 0, dout, a[:, None, None] * dout)
    da = (dout * x * (x <= 0)).sum(axis=(0, 2, 3))
    return dx, da


layer(
    prelu_forward,
    prelu_backward,
    lambda r: dict(x=r.normal(size=(2, 3, 4, 5)), a=r.uniform(0.1, 0.4, size=3)),
    ("da also counts the positive entries", "dout * x * (x <= 0)", "dout * x"),
    ("da without x: the mask alone", "dout * x * (x <= 0)", "dout * (x <= 0)"),
)


def elu_forward(x, alpha=0.7):
    out = np.where(x > 0, x, alpha * (np.exp(x) - 1))
    return out, (x, out, alpha)


def elu_backward(dout, cache):
    x, out, alpha = cache
    return dout * np.where(x > 0, 1, out + alpha)


layer(
    elu_forward,
    elu_backward,
    _x(5, 4),
    ("out in place of out + alpha below zero", "out + alpha)", "out)"),
    ("alpha is forgotten: exp(x) below zero", "out + alpha)", "np.exp(x))"),
    ("the two branches are exchanged", "1, out + alpha", "out + alpha, 1"),
)


def selu_forward(x, scale=1.0507, alpha=1.6733):
    return scale * np.where(x > 0, x, alpha * np.expm1(x)), (x, scale, alpha)


def selu_backward(dout, cache):
    x, scale, alpha = cache
    return dout * np.where(x > 0, scale, scale * alpha * np.exp(x))


layer(
    selu_forward,
    selu_backward,
    _x(3, 7),
    ("the outer scale is missing above zero", "x > 0, scale,", "x > 0, 1,"),
    ("the outer scale is missing below zero", "scale * alpha * np.exp(x)", "alpha * np.exp(x)"),
)


def gelu_tanh_forward(x):
    k = np.sqrt(2 / np.pi)
    t = np.tanh(k * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + t), (x, t, k)


def gelu_tanh_backward(dout, cache):
    x, t, k = cache
    dinner = k * (1 + 3 * 0.044715 * x**2)
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * dinner)


layer(
    gelu_tanh_forward,
    gelu_tanh_backward,
    _x(4, 5),
    ("only the first term of the product rule", " + 0.5 * x * (1 - t**2) * dinner", ""),
    ("the cube's 3 is lost", "1 + 3 * 0.044715", "1 + 0.044715"),
    ("the inner derivative is forgotten", "(1 - t**2) * dinner", "(1 - t**2)"),
    ("tanh's derivative is forgotten", "x * (1 - t**2) * dinner", "x * dinner"),
)


def gelu_erf_forward(x):
    cdf = 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))
    return x * cdf, (x, cdf)


def gelu_erf_backward(dout, cache):
    x, cdf = cache
    pdf = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi)
    return dout * (cdf + x * pdf)


layer(
    gelu_erf_forward,
    gelu_erf_backward,
    _x(3, 6),
    ("the density without its 1/sqrt(2 pi)", " / np.sqrt(2 * np.pi)", ""),
    ("the density without the factor 0.5 in the exponent", "-0.5 * x**2", "-(x**2)"),
    ("x is missing in front of the density", "cdf + x * pdf", "cdf + pdf"),
)


def swish_forward(x, beta):
    s = _sigmoid(beta * x)
    return x * s, (x, beta, s)


def swish_backward(dout, cache):
    x, beta, s = cache
    dx = dout * (s + beta * x * s * (1 - s))
    dbeta = np.sum(dout * x**2 * s * (1 - s), axis=0)
    return dx, dbeta


layer(
    swish_forward,
    swish_backward,
    lambda r: dict(x=r.normal(size=(6, 4)), beta=r.uniform(0.5, 1.5, size=4)),
    ("beta is forgotten in dx", "s + beta * x * s", "s + x * s"),
    ("dbeta with x in place of its square", "x**2 * s", "x * s"),
    ("dx with the sigmoid's derivative alone", "(s + beta * x * s * (1 - s))", "(beta * x * s * (1 - s))"),
)


def softplus_forward(x, beta=1.7):
    return np.log1p(np.exp(beta * x)) / beta, (x, beta)


def softplus_backward(dout, cache):
    x, beta = cache
    return dout * _sigmoid(beta * x)


layer(
    softplus_forward,
    softplus_backward,
    _x(4, 4),
    (
        "the sigmoid's derivative in place of the sigmoid",
        "_sigmoid(beta * x)",
        "_sigmoid(beta * x) * (1 - _sigmoid(beta * x))",
    ),
    ("beta is forgotten in the sigmoid", "_sigmoid(beta * x)", "_sigmoid(x)"),
    ("the 1/beta is counted, the inner beta is not", "_sigmoid(beta * x)", "_sigmoid(beta * x) / beta"),
)


def mish_forward(x):
    sp = np.log1p(np.exp(x))
    t = np.tanh(sp)
    return x * t, (x, t)


def mish_backward(dout, cache):
    x, t = cache
    s = _sigmoid(x)
    return dout * (t + x * (1 - t**2) * s)


layer(
    mish_forward,
    mish_backward,
    _x(5, 3),
    ("softplus's derivative is left out of the chain", "(1 - t**2) * s", "(1 - t**2)"),
    ("only the first term of the product rule", "(t + x * (1 - t**2) * s)", "t"),
)


def hard_sigmoid_forward(x):
    return np.clip(0.2 * x + 0.5, 0, 1), x


def hard_sigmoid_backward(dout, cache):
    x = cache
    return dout * 0.2 * (np.abs(x) < 2.5)


layer(
    hard_sigmoid_forward,
    hard_sigmoid_backward,
    lambda r: dict(x=3 * r.normal(size=(5, 6))),
    ("the slope 0.2 is missing", "dout * 0.2 *", "dout *"),
    ("the region is that of the output, [0, 1], asked of the input", "(np.abs(x) < 2.5)", "((x > 0) & (x < 1))"),
    ("the upper end is not cut off", "(np.abs(x) < 2.5)", "(x > -2.5)"),
)


def relu6_forward(x):
    return np.minimum(np.maximum(x, 0), 6), x


def relu6_backward(dout, cache):
    x = cache
    return dout * ((x > 0) & (x < 6))


layer(
    relu6_forward,
    relu6_backward,
    lambda r: dict(x=9 * r.normal(size=(4, 7))),
    ("ReLU's backward: the clip at 6 is forgotten", "((x > 0) & (x < 6))", "(x > 0)"),
    ("'or' in place of 'and'", "(x > 0) & (x < 6)", "(x > 0) | (x < 6)"),
)


def softsign_forward(x):
    return x / (1 + np.abs(x)), x


def softsign_backward(dout, cache):
    x = cache
    return dout / (1 + np.abs(x)) ** 2


layer(
    softsign_forward,
    softsign_backward,
    _x(4, 3),
    ("the denominator is not squared", "(1 + np.abs(x)) ** 2", "(1 + np.abs(x))"),
    ("no absolute value in the denominator", "(1 + np.abs(x)) ** 2", "(1 + x) ** 2"),
)


def sigmoid_forward(x):
    out = _sigmoid(x)
    return out, out


def sigmoid_backward(dout, cache):
    s = cache
    return dout * s * (1 - s)


layer(
    sigmoid_forward,
    sigmoid_backward,
    _x(3, 5),
    ("forward keeps x, backward takes it for the output", "return out, out", "return out, x"),
    ("minus and plus exchanged in s (1 - s)", "(1 - s)", "(1 + s)"),
    ("the sigmoid is applied again to the cached output", "s = cache", "s = _sigmoid(cache)"),
)


def log_sigmoid_forward(x):
    return -np.log1p(np.exp(-x)), x


def log_sigmoid_backward(dout, cache):
    return dout * (1 - _sigmoid(cache))


layer(
    log_sigmoid_forward,
    log_sigmoid_backward,
    _x(4, 5),
    ("sigmoid(x) in place of sigmoid(-x)", "(1 - _sigmoid(cache))", "_sigmoid(cache)"),
)
