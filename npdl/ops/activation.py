"""Activation functions. All but the softmaxes work element by element."""

import numpy as np

from ..errors import InputError
from ..tape import op
from .elementwise import unbroadcast

__all__ = [
    "relu", "relu_forward", "relu_backward",
    "leaky_relu", "leaky_relu_forward", "leaky_relu_backward",
    "prelu", "prelu_forward", "prelu_backward",
    "elu", "elu_forward", "elu_backward",
    "relu6", "relu6_forward", "relu6_backward",
    "softplus", "softplus_forward", "softplus_backward",
    "sigmoid", "sigmoid_forward", "sigmoid_backward",
    "tanh", "tanh_forward", "tanh_backward",
    "softmax", "softmax_forward", "softmax_backward",
    "log_softmax", "log_softmax_forward", "log_softmax_backward",
]  # fmt: skip


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


def prelu_forward(x, a):
    """y = x for x > 0, else a x, where the slope a is learnt. He et al. 2015.

    x: (N, C, ...); a: (C,), one for each channel, or (1,), one for all. At x = 0 the derivative is a.
    """
    if a.ndim != 1 or (len(a) != 1 and (x.ndim < 2 or len(a) != x.shape[1])):
        raise InputError("prelu", "a", f"of shape (1,), or (C,) for the C channels of x {tuple(x.shape)}", a)
    a = a.reshape((-1, *(1,) * (x.ndim - 2)) if x.ndim else ())  # (C, 1, 1) beside (N, C, H, W)
    return np.where(x > 0, x, a * x), (x, a)


def prelu_backward(dout, cache, needs=(True, True)):
    """dx = dout where the unit was on, else a dout; da = Σ dout x where it was off."""
    x, a = cache
    dx = np.where(x > 0, dout, a * dout) if needs[0] else None
    da = unbroadcast(dout * x * (x <= 0), a.shape).reshape(-1) if needs[1] else None
    return dx, da


prelu = op(prelu_forward, prelu_backward)


def elu_forward(x, *, alpha=1.0):
    """y = x for x > 0, else alpha (e^x - 1). At x = 0 the derivative is alpha. Clevert et al. 2016."""
    y = np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    return y, (x, y, alpha)


def elu_backward(dout, cache):
    """dx = dout where x > 0, else dout alpha e^x = dout (y + alpha)."""
    x, y, alpha = cache
    return dout * np.where(x > 0, 1, y + alpha)


elu = op(elu_forward, elu_backward)


def relu6_forward(x):
    """y = min(max(x, 0), 6). Cache: y. At 0 and at 6 the derivative is taken as 0.

    The bound keeps the step of 8-bit numbers at 6 / 255, whatever x. Howard et al. 2017 (MobileNets).
    """
    y = np.clip(x, 0, 6)
    return y, y


def relu6_backward(dout, y):
    """dx = dout where 0 < x < 6."""
    return dout * ((y > 0) & (y < 6))


relu6 = op(relu6_forward, relu6_backward)


def softplus_forward(x):
    """y = ln(1 + e^x), a smooth relu; its derivative is the sigmoid. Dugas et al. 2001.

    Computed as max(x, 0) + ln(1 + e^-|x|), which cannot overflow.
    """
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))), x


def softplus_backward(dout, x):
    """dx = dout sigmoid(x)."""
    s, _ = sigmoid_forward(x)
    return dout * s


softplus = op(softplus_forward, softplus_backward)


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
