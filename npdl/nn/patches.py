"""An image as a sequence: its patches, and a token in front that stands for all. Dosovitskiy et al. 2021 (ViT)."""

import numpy as np

from .. import ops
from ..backend import to_device
from ..errors import InputError
from . import init
from .conv import Conv2d
from .module import Module, Parameter


class PatchEmbedding(Module):
    """(N, C, H, W) -> (N, H W / P², dim): each patch of P x P pixels through the same affine layer, row by row.

    A convolution with kernel P and stride P is just that: each kernel sees one patch.
    """

    def __init__(self, channels, dim, patch, *, bias=True, rng=None):
        self.patch = patch
        self.proj = Conv2d(channels, dim, patch, stride=patch, bias=bias, rng=rng)

    def forward(self, x):
        if x.ndim != 4 or x.shape[2] % self.patch or x.shape[3] % self.patch:
            expected = f"(N, C, H, W) with H and W multiples of the patch {self.patch}"
            raise InputError("PatchEmbedding", "x", expected, tuple(x.shape))
        y = self.proj(x)  # (N, D, H / P, W / P)
        N, D, h, w = y.shape
        return y.reshape(N, D, h * w).transpose(0, 2, 1)


class ClassToken(Module):
    """One learnt vector, weight (1, dim), in front of every sequence: (N, T, dim) -> (N, T + 1, dim).

    It belongs to no patch, so what the layers write to it is about the whole image. BERT's [class].
    """

    def __init__(self, dim, *, std=0.02, rng=None):
        self.weight = Parameter(to_device(init.normal((1, dim), std=std, rng=rng)))

    def forward(self, x):
        first = to_device(np.zeros((len(x), 1), np.int64))  # row 0 of a table of one row, for each sequence
        return ops.concat(ops.embedding(first, self.weight), x, axis=1)
