"""Initial weights. Too small and signals die out layer by layer, too large and they blow up.

A sum of fan_in products has fan_in times the variance of one, so weights of variance 1 / fan_in keep a signal's size.
"""

from math import prod, sqrt

from ..backend import rng as shared_rng
from ..errors import InputError

SQRT2 = sqrt(2)


def fans(shape):
    """(fan_in, fan_out): how many numbers a unit reads, and how many units read a number. shape: (out, in, *kernel)."""
    if len(shape) < 2:
        raise InputError("fans", "shape", "(out, in) or (out, in, kernel height, kernel width)", tuple(shape))
    field = prod(shape[2:])
    return shape[1] * field, shape[0] * field


def kaiming_normal(shape, *, gain=SQRT2, rng=None):
    """Normal with variance gain² / fan_in; gain √2 makes up for relu, which halves the power. He et al. 2015."""
    return _normal(shape, gain / sqrt(fans(shape)[0]), rng)


def kaiming_uniform(shape, *, gain=SQRT2, rng=None):
    """Uniform with variance gain² / fan_in. He et al. 2015."""
    return _uniform(shape, gain / sqrt(fans(shape)[0]), rng)


def xavier_normal(shape, *, gain=1.0, rng=None):
    """Normal with variance 2 gain² / (fan_in + fan_out): a compromise for both passes. Glorot and Bengio 2010."""
    return _normal(shape, gain * sqrt(2 / sum(fans(shape))), rng)


def xavier_uniform(shape, *, gain=1.0, rng=None):
    """Uniform with variance 2 gain² / (fan_in + fan_out). Glorot and Bengio 2010."""
    return _uniform(shape, gain * sqrt(2 / sum(fans(shape))), rng)


def _normal(shape, std, rng):
    rng = shared_rng() if rng is None else rng
    return (std * rng.standard_normal(shape)).astype("float32")


def _uniform(shape, std, rng):
    rng = shared_rng() if rng is None else rng
    bound = sqrt(3) * std  # uniform on [-a, a] has variance a² / 3
    return rng.uniform(-bound, bound, shape).astype("float32")
