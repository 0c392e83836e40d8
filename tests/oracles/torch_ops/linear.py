"""npdl.ops.linear in PyTorch."""

import torch
import torch.nn.functional as F


def affine(x, w, b=None):
    return F.linear(x.flatten(1), w.T, b)


def temporal_affine(x, w, b=None):
    return F.linear(x, w.T, b)


TORCH = {
    "matmul": torch.matmul,
    "affine": affine,
    "temporal_affine": temporal_affine,
}
