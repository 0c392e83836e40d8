"""npdl.ops.shape in PyTorch."""

import numpy as np
import torch


def getitem(x, *, index):
    """By position, as PyTorch lacks some of NumPy's indices (negative steps)."""
    positions = np.arange(x.numel()).reshape(x.shape)[index]
    return x.flatten()[torch.tensor(np.array(positions))]


TORCH = {
    "reshape": lambda x, *, shape: x.reshape(shape),
    "transpose": lambda x, *, axes=None: x.permute(axes or tuple(range(x.ndim))[::-1]),
    "concat": lambda *xs, axis=0: torch.cat(xs, axis),
    "getitem": getitem,
}
