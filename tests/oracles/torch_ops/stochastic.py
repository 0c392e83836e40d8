"""npdl.ops.stochastic in PyTorch."""

import copy

import torch
import torch.nn.functional as F


def dropout(x, *, p, training=True, rng=None):
    if not training or p in (0, 1):
        return F.dropout(x, p, training)
    keep = torch.from_numpy(copy.deepcopy(rng).random(tuple(x.shape)) >= p)
    return torch.where(keep, x / (1 - p), torch.zeros_like(x))


TORCH = {
    "dropout": dropout,
}
