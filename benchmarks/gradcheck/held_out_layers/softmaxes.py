"""Sines, radial functions, softmax, log-softmax, maxout."""

import numpy as np

from .base import layer


def _x(*shape):
    return lambda r: dict(x=r.normal(size=shape))


def siren_forward(x, w, omega=3.0):
    z = omega * (x @ w)
    return np.sin(z), (x, w, z, omega)


def siren_backward(dout, cache):
    x, w, z, omega = cache
    dz = dout * np.cos(z)
    return omega * dz @ w.T, omega * x.T @ dz


layer(
    siren_forward,
    siren_backward,
    lambda r: dict(x=r.normal(size=(4, 3)), w=0.4 * r.normal(size=(3, 5))),
    ("the cosine of x @ w: omega is forgotten inside", "np.cos(z)", "np.cos(z / omega)"),
    ("the cosine with a minus sign", "np.cos(z)", "-np.cos(z)"),
    ("dw without omega", "omega * x.T @ dz", "x.T @ dz"),
)


def rbf_forward(x, c, sigma):
    d = x[:, None, :] - c
    sq = (d**2).sum(axis=2)
    out = np.exp(-sq / (2 * sigma**2))
    return out, (d, sq, sigma, out)


def rbf_backward(dout, cache):
    d, sq, sigma, out = cache
    g = dout * out
    dd = -g[:, :, None] * d / sigma[None, :, None] ** 2
    dsigma = (g * sq / sigma**3).sum(axis=0)
    return dd.sum(axis=1), -dd.sum(axis=0), dsigma


layer(
    rbf_forward,
    rbf_backward,
    lambda r: dict(x=r.normal(size=(5, 2)), c=r.normal(size=(4, 2)), sigma=r.uniform(0.8, 1.6, size=4)),
    ("dsigma with the square in place of the cube", "sigma**3", "sigma**2"),
    ("the exponential itself is forgotten in the chain", "g = dout * out", "g = dout"),
    ("dx is positive: the minus of the exponent is lost (dc right)", "return dd.sum(axis=1)", "return -dd.sum(axis=1)"),
)


def softmax_temperature_forward(x, T=2.5):
    e = np.exp((x - x.max(axis=-1, keepdims=True)) / T)
    p = e / e.sum(axis=-1, keepdims=True)
    return p, (p, T)


def softmax_temperature_backward(dout, cache):
    p, T = cache
    return p * (dout - (dout * p).sum(axis=-1, keepdims=True)) / T


layer(
    softmax_temperature_forward,
    softmax_temperature_backward,
    _x(4, 5),
    ("the temperature is forgotten", ", keepdims=True)) / T\n", ", keepdims=True))\n"),
    (
        "the diagonal of the Jacobian alone: p (1 - p)",
        "p * (dout - (dout * p).sum(axis=-1, keepdims=True))",
        "dout * p * (1 - p)",
    ),
    ("the sum runs over the batch", "(dout * p).sum(axis=-1,", "(dout * p).sum(axis=0,"),
    ("the sum is of dout, not of dout times p", "(dout * p).sum", "dout.sum"),
)


def log_softmax_forward(x):
    z = x - x.max(axis=1, keepdims=True)
    out = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return out, out


def log_softmax_backward(dout, cache):
    logp = cache
    return dout - np.exp(logp) * dout.sum(axis=1, keepdims=True)


layer(
    log_softmax_forward,
    log_softmax_backward,
    _x(3, 6),
    ("the log-probabilities taken for probabilities", "np.exp(logp)", "logp"),
    (
        "softmax's backward used for log-softmax",
        "dout - np.exp(logp) * dout.sum(axis=1, keepdims=True)",
        "np.exp(logp) * (dout - (dout * np.exp(logp)).sum(axis=1, keepdims=True))",
    ),
    ("the sum of dout is left out", "np.exp(logp) * dout.sum(axis=1, keepdims=True)", "np.exp(logp) * dout"),
)


def maxout_forward(x, w, b):
    z = np.einsum("nd,dhk->nhk", x, w) + b
    k = z.argmax(axis=2)
    out = np.take_along_axis(z, k[:, :, None], axis=2)[:, :, 0]
    return out, (x, w, k, z.shape)


def maxout_backward(dout, cache):
    x, w, k, shape = cache
    dz = np.zeros(shape)
    np.put_along_axis(dz, k[:, :, None], dout[:, :, None], axis=2)
    dx = np.einsum("nhk,dhk->nd", dz, w)
    dw = np.einsum("nd,nhk->dhk", x, dz)
    return dx, dw, dz.sum(axis=0)


layer(
    maxout_forward,
    maxout_backward,
    lambda r: dict(x=r.normal(size=(5, 3)), w=r.normal(size=(3, 4, 2)), b=r.normal(size=(4, 2))),
    (
        "every piece gets the gradient, not the winner alone",
        "np.put_along_axis(dz, k[:, :, None], dout[:, :, None], axis=2)",
        "dz += dout[:, :, None]",
    ),
    ("the loser gets the gradient", "np.put_along_axis(dz, k[", "np.put_along_axis(dz, 1 - k["),
)
