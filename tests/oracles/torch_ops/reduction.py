"""npdl.ops.reduction in PyTorch."""

import torch

from tests.oracles.torch_ops.base import axes

TORCH = {
    "sum": lambda x, *, axis=None, keepdims=False: x.sum(axes(x, axis), keepdims),
    "mean": lambda x, *, axis=None, keepdims=False: x.mean(axes(x, axis), keepdims),
    "max": lambda x, *, axis=None, keepdims=False: x.amax(axes(x, axis), keepdims),
    "var": lambda x, *, axis=None, keepdims=False, ddof=0: x.var(axes(x, axis), correction=ddof, keepdim=keepdims),
    "logsumexp": lambda x, *, axis=-1, keepdims=False: torch.logsumexp(x, axes(x, axis), keepdims),
}
