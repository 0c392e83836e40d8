"""The derivative of a function on a line by differences, and how their error falls with the step.

    backward   (f(x) - f(x - h)) / h            error  -h/2 f'' + ...    order 1
    forward    (f(x + h) - f(x)) / h                   +h/2 f'' + ...    order 1
    central    (f(x + h) - f(x - h)) / 2h              h²/6 f''' + ...   order 2

(Notes that write the forward one as f(x) - f(x + 1) have its sign wrong, and those with (f(x) - f(x - 1)) / 2 for the
central one have half a slope: of x² at 5, -11 and 4.5 instead of 11 and 10.)
"""

import numpy as np

from ..arguments import FUNCTION, instance, number, reals, takes
from ..errors import InputError, require_ndim


@takes(f=FUNCTION, x=reals(), h=number(above=0))
def backward_difference(f, x, h=1.0):
    """(f(x) - f(x - h)) / h."""
    return (f(x) - f(x - h)) / h


@takes(f=FUNCTION, x=reals(), h=number(above=0))
def forward_difference(f, x, h=1.0):
    """(f(x + h) - f(x)) / h."""
    return (f(x + h) - f(x)) / h


@takes(f=FUNCTION, x=reals(), h=number(above=0))
def central_difference(f, x, h=1.0):
    """(f(x + h) - f(x - h)) / 2h."""
    return (f(x + h) - f(x - h)) / (2 * h)


@takes(f=FUNCTION, x=reals(), h=number(above=0))
def second_difference(f, x, h=1.0):
    """f'': (f(x + h) - 2 f(x) + f(x - h)) / h². Order 2."""
    return (f(x + h) - 2 * f(x) + f(x - h)) / (h * h)


@takes(difference=FUNCTION, f=FUNCTION, x=number(), exact=number(), steps=reals("N", 1e-300))
def order_of_error(difference, f, x, exact, steps=(0.1, 0.05, 0.025, 0.0125)):
    """p of an error that falls as hᵖ: the slope of log error by log h, by least squares."""
    steps = np.asarray(steps, float)
    errors = np.array([abs(difference(f, x, h) - exact) for h in steps])
    if len(np.unique(steps)) < 2:
        raise InputError("order_of_error", "steps", "two different ones at least", steps)
    if (errors == 0).any():
        raise InputError("order_of_error", "f", "a function on which the difference is not exact", f)
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


@takes(samples=reals("n"), rule=instance(str))
def differences(samples, rule="central"):
    """The derivative of samples f[0], f[1], ... one apart: (n,) -> (n - 1,) for forward and backward, (n - 2,) central.

    The entries are those of the samples that have the neighbours: f'[0] ... f'[n - 2] forward, f'[1] ... f'[n - 1]
    backward, f'[1] ... f'[n - 2] central. As kernels of a convolution, which turns them: [1, -1], [1, 0, -1] / 2.
    """
    samples = np.asarray(samples)
    require_ndim("differences", "samples", samples, 1, "(n,)")
    if rule in ("forward", "backward"):
        return samples[1:] - samples[:-1]
    if rule == "central":
        return (samples[2:] - samples[:-2]) / 2
    raise InputError("differences", "rule", '"forward", "backward" or "central"', rule)
