"""Activation functions. All but the softmaxes work element by element."""

import numpy as np

from ..tape import op


def relu_forward(x):
    """y = max(x, 0). Cache: y. At x = 0 the derivative is taken as 0."""
    y = np.maximum(x, 0)
    return y, y


def relu_backward(dout, y):
    """dx = dout where the unit was on."""
    return dout * (y > 0)


relu = op(relu_forward, relu_backward)


def leaky_relu_forward(x, *, slope=0.01):
    """y = x for x > 0, else slope · x. Maas, Hannun and Ng 2013. At x = 0 the derivative is `slope`."""
    on = x > 0
    return np.where(on, x, slope * x), (on, slope)


def leaky_relu_backward(dout, cache):
    """dx = dout where the unit was on, else slope · dout."""
    on, slope = cache
    return np.where(on, dout, slope * dout)


leaky_relu = op(leaky_relu_forward, leaky_relu_backward)


def sigmoid_forward(x):
    """y = 1 / (1 + e^-x). Cache: y.

    e^-|x| never overflows: for x < 0 the fraction is expanded by e^x.
    """
    z = np.exp(-np.abs(x))
    y = np.where(x >= 0, 1, z) / (1 + z)
    return y, y


def sigmoid_backward(dout, y):
    """dx = dout y (1 - y)."""
    return dout * y * (1 - y)


sigmoid = op(sigmoid_forward, sigmoid_backward)


def tanh_forward(x):
    """y = tanh x. Cache: y."""
    y = np.tanh(x)
    return y, y


def tanh_backward(dout, y):
    """dx = dout (1 - y²)."""
    return dout * (1 - y * y)


tanh = op(tanh_forward, tanh_backward)


def softmax_forward(x, *, axis=-1):
    """y_i = e^{x_i} / Σ_j e^{x_j} along one axis.

    The largest x is subtracted first: it changes nothing (it cancels) and no exponential can overflow.
    """
    z = np.exp(x - x.max(axis=axis, keepdims=True))
    y = z / z.sum(axis=axis, keepdims=True)
    return y, (y, axis)


def softmax_backward(dout, cache):
    """The Jacobian is diag(y) - y yᵀ, so dx = y (dout - Σ_j dout_j y_j)."""
    y, axis = cache
    return y * (dout - (dout * y).sum(axis=axis, keepdims=True))


softmax = op(softmax_forward, softmax_backward)


def log_softmax_forward(x, *, axis=-1):
    """y_i = x_i - ln Σ_j e^{x_j} along one axis, with the largest x subtracted first."""
    shifted = x - x.max(axis=axis, keepdims=True)
    y = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return y, (y, axis)


def log_softmax_backward(dout, cache):
    """dx = dout - softmax(x) Σ_j dout_j."""
    y, axis = cache
    return dout - np.exp(y) * dout.sum(axis=axis, keepdims=True)


log_softmax = op(log_softmax_forward, log_softmax_backward)
