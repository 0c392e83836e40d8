"""Modules that follow one another, run in fewer passes over memory where nobody could tell.

relu(batchnorm(x) + shortcut) reads and writes the image three times, op by op, and once fused. It is fused for large
NumPy arrays, and only while nobody looks at a part or has put something in its place: not if the batchnorm is a
subclass or is watched (nn.watch), an op is swapped (npdl.swap), outputs are checked (detect_anomaly), or kernels are
off (npdl.kernels.use("reference")).
"""

import numpy as np

from .. import ops
from ..kernels.cpu.norm import batchnorm_relu
from ..tape import is_plain
from .activation import ReLU
from .norm import BatchNorm


def batchnorm_then_relu(norm, x, shortcut=None):
    """relu(norm(x) + shortcut); x and shortcut are Tensors or arrays."""
    if _fusible(norm, x, shortcut):
        running = norm.running_mean, norm.running_var
        return batchnorm_relu(x, norm.weight, norm.bias, shortcut, *running, training=norm.training, **norm.options)
    y = norm(x)
    return ops.relu(y if shortcut is None else ops.add(y, shortcut))


def follow(part, following):
    """Whether the two are a batchnorm and a relu, that nobody looks at."""
    return type(part) is BatchNorm and type(following) is ReLU and "forward" not in vars(following)


def _fusible(norm, x, shortcut):
    array = getattr(x, "_data", x)
    if shortcut is not None and getattr(shortcut, "shape", None) != array.shape:
        return False  # what add broadcasts, or refuses
    if type(norm) is not BatchNorm or "forward" in vars(norm) or type(array) is not np.ndarray:
        return False
    if not is_plain("batchnorm", "add", "relu"):
        return False
    arrays = array, norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var
    pair = ops.batchnorm.own_pair(arrays, dict(training=norm.training, **norm.options))
    return pair is not ops.batchnorm.reference
