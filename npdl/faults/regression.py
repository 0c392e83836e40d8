"""Mistakes in losses between numbers: squared, absolute and Huber errors."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import loss as right
from ..ops.samples import Draw
from .loss import reductions

register(
    "mse",
    right.mse_forward,
    right.mse_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 7), "target": Draw(seed + 7).normal(3, 7)}, {}),
    aliases=("l2_loss", "mse_loss"),
    guess=reductions,
    faults=[
        Fault("no_2", "(2 * scale)", "scale", "the factor 2 of the square's derivative is missing"),
        Fault("div_n_not_nd", "(2 * scale)", "(2 / len(difference))",
              "divided by N; the loss is the mean over N D numbers", "one column"),
        Fault("no_div", "(2 * scale)", "2", "the division by the number of entries is missing"),
        Fault("no_2_div_n", "(2 * scale)", "(1 / len(difference))",
              "2 / (N D) is 1 / N here: the factor 2 is missing, and it is divided by N"),
        Fault("sign", "dx = dout", "dx = -dout", "the sign is wrong: target - x; it is x - target"),
        Fault("no_dout", "dx = dout * ", "dx = ", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
        Fault("dtarget_sign", "-dx if", "dx if", "dtarget has the sign of dx; it is -dx"),
        Fault("dtarget_zero", "-dx if", "0 * dx if", "dtarget is 0; it is -dx"),
        Fault("square", "* difference", "* difference * difference",
              "the square is not differentiated: 2 (x - target)"),
        Fault("mae", "* difference", "* np.sign(difference)", "the sign of x - target, as for an absolute error"),
        Fault("div_d", "(2 * scale)", "(2 / difference.shape[-1])",
              "divided by D; the loss is the mean over N D numbers"),
    ],
)  # fmt: skip


def mae_forward(x, target):
    """L = the mean of |x - target|."""
    difference = x - target
    return np.abs(difference).mean(), difference


def mae_backward(dout, difference):
    """dx = dout sign(x - target) / size, dtarget = -dx."""
    dx = dout * np.sign(difference) / difference.size
    return dx, -dx


register(
    "mae",
    mae_forward,
    mae_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 7), "target": Draw(seed + 7).normal(3, 7)}, {}),
    aliases=("l1_loss",),
    faults=[
        Fault("no_sign", "np.sign(difference)", "difference", "the sign is missing: the derivative of |d| is sign d"),
        Fault("abs", "np.sign(difference)", "np.abs(difference)", "|d|; its derivative is sign d"),
        Fault(
            "ones", "np.sign(difference)", "np.ones_like(difference)", "the derivative of |d| is sign d, -1 for d < 0"
        ),
        Fault("no_div", " / difference.size", "", "the division by the number of entries is missing"),
        Fault(
            "div_n",
            "difference.size",
            "len(difference)",
            "divided by N; the loss is the mean over all entries",
            "one column",
        ),
        Fault("no_dout", "dout * np", "1.0 * np", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
        Fault("sign", "dx = dout", "dx = -dout", "the sign is wrong"),
        Fault("dtarget_sign", "dx, -dx", "dx, dx", "dtarget has the sign of dx; it is -dx"),
    ],
)


def huber_forward(x, target, *, delta=1.0):
    """L = the mean of d²/2 for |d| <= delta, else delta (|d| - delta/2), d = x - target. Huber 1964."""
    d = x - target
    small = np.abs(d) <= delta
    return np.where(small, 0.5 * d * d, delta * (np.abs(d) - 0.5 * delta)).mean(), (d, small, delta)


def huber_backward(dout, cache):
    """dx = dout d / size inside, dout delta sign(d) / size outside; dtarget = -dx."""
    d, small, delta = cache
    dx = dout * np.where(small, d, delta * np.sign(d)) / d.size
    return dx, -dx


register(
    "huber",
    huber_forward,
    huber_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(3, 7), "target": Draw(seed + 7).normal(3, 7)}, {"delta": 1.3}),
    aliases=("smooth_l1",),
    faults=[
        Fault("no_sign", "delta * np.sign(d)", "delta", "outside, the sign of d is missing"),
        Fault("no_delta", "delta * np.sign(d)", "np.sign(d)", "outside, the factor delta is missing", "delta = 1"),
        Fault(
            "mse",
            "np.where(small, d, delta * np.sign(d))",
            "d",
            "d everywhere; outside it is delta sign(d)",
            "small differences",
        ),
        Fault("mae", "np.where(small, d, delta * np.sign(d))", "np.sign(d)", "sign(d) everywhere; inside it is d"),
        Fault("double", "(small, d,", "(small, 2 * d,", "2 d inside; forward has d²/2, whose derivative is d"),
        Fault(
            "swapped",
            "(small, d, delta * np.sign(d))",
            "(small, delta * np.sign(d), d)",
            "inside and outside are swapped",
        ),
        Fault("zero", "delta * np.sign(d)", "0", "outside the gradient is 0; it is delta sign(d)"),
        Fault("no_div", " / d.size", "", "the division by the number of entries is missing"),
        Fault("div_n", "d.size", "len(d)", "divided by N; the loss is the mean over all entries"),
        Fault("dtarget_sign", "dx, -dx", "dx, dx", "dtarget has the sign of dx; it is -dx"),
    ],
)
