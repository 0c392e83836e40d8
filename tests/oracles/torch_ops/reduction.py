"""npdl.ops.reduction in PyTorch."""

from tests.oracles.torch_ops.base import axes

TORCH = {
    "sum": lambda x, *, axis=None, keepdims=False: x.sum(axes(x, axis), keepdims),
    "mean": lambda x, *, axis=None, keepdims=False: x.mean(axes(x, axis), keepdims),
    "max": lambda x, *, axis=None, keepdims=False: x.amax(axes(x, axis), keepdims),
}
