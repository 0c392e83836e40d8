"""Losses of regression: how far numbers lie from numbers. All but gaussian_nll are functions of d = x - target."""

import math

import numpy as np

from ..errors import require_positive, require_shape
from ..tape import op
from ._losses import reduce_losses

__all__ = [
    "mse", "mse_forward", "mse_backward",
    "l1", "l1_forward", "l1_backward",
    "huber", "huber_forward", "huber_backward",
    "smooth_l1", "smooth_l1_forward", "smooth_l1_backward",
    "gaussian_nll", "gaussian_nll_forward", "gaussian_nll_backward",
]  # fmt: skip


def mse_forward(x, target, *, reduction="mean"):
    """L = (x - target)², averaged over all numbers (or summed, or as it is). x, target: the same shape."""
    require_shape("mse", "target", target, x.shape, "like x")
    difference = x - target
    value, scale = reduce_losses("mse", difference * difference, reduction)
    return value, (difference, scale)


def mse_backward(dout, cache, needs=(True, True)):
    """dx = 2 dout (x - target), dtarget = -dx."""
    difference, scale = cache
    dx = dout * (2 * scale) * difference
    return dx if needs[0] else None, -dx if needs[1] else None


mse = op(mse_forward, mse_backward)


def l1_forward(x, target, *, reduction="mean"):
    """L = |x - target|: the best constant is the median, where mse's is the mean. x, target: the same shape."""
    require_shape("l1", "target", target, x.shape, "like x")
    difference = x - target
    value, scale = reduce_losses("l1", np.abs(difference), reduction)
    return value, (difference, scale)


def l1_backward(dout, cache, needs=(True, True)):
    """dx = dout sign(x - target), 0 where they are equal; dtarget = -dx."""
    difference, scale = cache
    dx = dout * scale * np.sign(difference)
    return dx if needs[0] else None, -dx if needs[1] else None


l1 = op(l1_forward, l1_backward)


def huber_forward(x, target, *, delta=1.0, reduction="mean"):
    """L = d²/2 for |d| <= delta, else delta (|d| - delta/2), d = x - target: a parabola that goes on as its tangents.

    Huber 1964. x, target: the same shape. With c = min(|d|, delta) both cases are c (|d| - c/2).
    """
    require_shape("huber", "target", target, x.shape, "like x")
    require_positive("huber", "delta", delta)
    d = x - target
    size = np.abs(d)
    c = np.minimum(size, delta)
    value, scale = reduce_losses("huber", c * (size - c / 2), reduction)
    return value, (d, delta, scale)


def huber_backward(dout, cache, needs=(True, True)):
    """dx = dout d, clipped to [-delta, delta]; dtarget = -dx. So no outlier pulls by more than delta."""
    d, delta, scale = cache
    dx = dout * scale * np.clip(d, -delta, delta)
    return dx if needs[0] else None, -dx if needs[1] else None


huber = op(huber_forward, huber_backward)


def smooth_l1_forward(x, target, *, beta=1.0, reduction="mean"):
    """L = d²/(2 beta) for |d| < beta, else |d| - beta/2, d = x - target: l1 with its corner rounded off.

    Girshick 2015 (beta = 1). x, target: the same shape. It is huber with delta = beta, divided by beta: a smaller beta
    approaches l1, where a smaller delta makes huber vanish.
    """
    require_shape("smooth_l1", "target", target, x.shape, "like x")
    require_positive("smooth_l1", "beta", beta)
    d = x - target
    size = np.abs(d)
    c = np.minimum(size, beta)
    value, scale = reduce_losses("smooth_l1", c / beta * (size - c / 2), reduction)
    return value, (d, beta, scale)


def smooth_l1_backward(dout, cache, needs=(True, True)):
    """dx = dout d / beta, clipped to [-1, 1]; dtarget = -dx."""
    d, beta, scale = cache
    dx = dout * scale * np.clip(d / beta, -1, 1)
    return dx if needs[0] else None, -dx if needs[1] else None


smooth_l1 = op(smooth_l1_forward, smooth_l1_backward)


def gaussian_nll_forward(x, mu, logvar, *, reduction="mean"):
    """L = -log N(x; mu, e^logvar) = ½ [log 2π + logvar + (x - mu)² / e^logvar], for each number.

    x, mu, logvar: the same shape. A network that gives logvar beside mu says how sure it is (Nix and Weigend 1994).
    With logvar = 0 it is mse / 2 and a constant. e^-logvar overflows for logvar below -88 in float32, -709 in float64.
    """
    for name, array in dict(mu=mu, logvar=logvar).items():
        require_shape("gaussian_nll", name, array, x.shape, "like x")
    precision = np.exp(-logvar)
    difference = x - mu
    losses = 0.5 * (math.log(2 * math.pi) + logvar + difference * difference * precision)
    value, scale = reduce_losses("gaussian_nll", losses, reduction)
    return value, (difference, precision, scale)


def gaussian_nll_backward(dout, cache, needs=(True, True, True)):
    """dx = (x - mu) / var, dmu = -dx, dlogvar = ½ [1 - (x - mu)² / var]: var is right where it is the squared error."""
    difference, precision, scale = cache
    dout = dout * scale
    pull = difference * precision
    dx = dout * pull if needs[0] else None
    dmu = -dout * pull if needs[1] else None
    dlogvar = dout * 0.5 * (1 - difference * pull) if needs[2] else None
    return dx, dmu, dlogvar


gaussian_nll = op(gaussian_nll_forward, gaussian_nll_backward)
