"""Initial weights. Too small and signals die out layer by layer, too large and they blow up.

A sum of fan_in products has fan_in times the variance of one, so weights of variance 1 / fan_in keep a signal's size.
"""

from math import prod, sqrt

import numpy as np

from ..backend import rng as shared_rng
from ..backend import to_device
from ..errors import InputError, is_integer
from .abstract import hollow, is_abstract

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


def normal(shape, *, std=0.01, rng=None):
    """Normal with this standard deviation."""
    return _normal(shape, std, rng)


def orthogonal(shape, *, gain=1.0, rng=None):
    """Rows (or columns, if there are more rows) of length `gain`, at right angles. Saxe, McClelland and Ganguli 2013.

    Square, it keeps all lengths, however often a recurrent network applies it. shape: (out, in) or (out, in, *kernel),
    then of the matrix (out, everything else). Uniform over all such matrices (Mezzadri 2007).
    """
    if is_abstract():
        return hollow(shape)
    rng = shared_rng() if rng is None else rng
    rows, columns = shape[0], fans(shape)[0]
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))  # QR is unique but for these signs
    return (gain * (q if rows >= columns else q.T)).reshape(shape).astype("float32")


def transposed_normal(shape, *, stride=1, groups=1, gain=SQRT2, rng=None):
    """kaiming_normal for a transposed convolution: normal with variance gain² / fan_in.

    shape: (C, F / groups, *kernel). A number of its output is a sum of prod(kernel) C / (groups prod(stride)) products
    on the average: that is its fan_in. stride: an int, or one for each axis of the kernel.
    """
    C, _, *kernel = shape
    strides = (stride,) * len(kernel) if is_integer(stride) else stride
    return _normal(shape, gain / sqrt(prod(kernel) * C / (groups * prod(strides))), rng)


def shrink(module, factor):
    """Multiply all parameters of a module, so that its branch starts small: ESRGAN's 0.1. Wang et al. 2018."""
    for parameter in [] if is_abstract() else module.parameters():
        parameter.data = factor * parameter.data


def redraw(module, *, std, rng=None):
    """New numbers for all matrices of a module, from N(0, std²): GPT's and BERT's 0.02. Biases and gains stay."""
    for parameter in module.parameters():
        if parameter.ndim == 2:
            parameter.data = to_device(_normal(parameter.shape, std, rng))


def bilinear(shape):
    """Weights with which a transposed convolution interpolates. Long, Shelhamer and Darrell 2015 (FCN).

    shape: (C, F / groups, *kernel); map c is made of channel c alone, so F = C, or groups = C. To enlarge f times, the
    kernel has k = 2f - f % 2 pixels, stride f, pad (k - f) / 2. Along each axis it is a tent, 1 - |distance| / f.
    """
    if len(shape) < 3 or shape[1] not in (1, shape[0]):
        raise InputError("bilinear", "shape", "(C, C, *kernel), or (C, 1, *kernel) for groups = C", tuple(shape))
    tent = np.ones(())
    for k in shape[2:]:
        distance = np.abs(np.arange(k) - (k - 1) / 2)  # from the middle of the kernel
        tent = np.multiply.outer(tent, 1 - distance / ((k + 1) // 2))
    own = np.eye(shape[0]) if shape[1] == shape[0] else np.ones(shape[:2])
    return np.multiply.outer(own, tent).astype("float32")


def _normal(shape, std, rng):
    if is_abstract():
        return hollow(shape)
    rng = shared_rng() if rng is None else rng
    return (std * rng.standard_normal(shape)).astype("float32")


def _uniform(shape, std, rng):
    if is_abstract():
        return hollow(shape)
    rng = shared_rng() if rng is None else rng
    bound = sqrt(3) * std  # uniform on [-a, a] has variance a² / 3
    return rng.uniform(-bound, bound, shape).astype("float32")
