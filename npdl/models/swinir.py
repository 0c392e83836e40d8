"""Image restoration with Swin transformers. Liang et al. 2021 (SwinIR)."""

import math

import numpy as np

from .. import nn, ops
from ..errors import require_integer, require_ndim
from .swin import swin_blocks


class RSTB(nn.Module):
    """Residual Swin transformer block, Eq. 5: x + conv(layers(x)). x: (N, H, W, dim).

    The convolution at the end brings back what attention lacks: a preference for what is near. Names are the authors'.
    """

    def __init__(self, dim, depth, heads, window, *, mlp_ratio=2, rng=None):
        self.blocks = swin_blocks(depth, dim, heads, window, mlp_ratio=mlp_ratio, rng=rng)
        self.conv = _conv(dim, dim, rng)

    def forward(self, x):
        y = x
        for block in self.blocks:
            y = block(y)
        return ops.add(x, _last(self.conv(_first(y))))


def _conv(channels, filters, rng):
    """3 x 3, no relu behind it: He et al.'s variance halved, so that what comes out is as large as what goes in."""
    conv = nn.Conv2d(channels, filters, 3, pad=1, rng=rng)
    conv.weight.data = conv.weight.data / np.float32(math.sqrt(2))
    return conv


def _first(x):
    """(N, H, W, C) -> (N, C, H, W)."""
    return x.transpose(0, 3, 1, 2)


def _last(x):
    """(N, C, H, W) -> (N, H, W, C)."""
    return x.transpose(0, 2, 3, 1)


class SwinIR(nn.Module):
    """The image `factor` times as large: shallow features by a convolution, deep ones by RSTBs, both to pixels.

    (N, channels, H, W) -> (N, channels, factor · H, factor · W): F0 = conv(x), F = F0 + conv(norm(RSTBs(F0))) and
    y = pixel_shuffle(conv(F)), Sect. 3.1. The sum lets the low frequencies, which x has already, go past the
    transformers. factor 1 is for denoising: y = x + conv(F). By default the paper's lightweight network for factor 2:
    910,152 parameters.

    Sides that are no multiples of the window are extended by reflection, and what belongs to it is cut off again.
    """

    def __init__(
        self, factor=2, *, channels=3, dim=60, depths=(6, 6, 6, 6), heads=6, window=8, mlp_ratio=2, rng=None
    ):  # fmt: skip
        self.factor, self.window = require_integer("SwinIR", "factor", factor, 1), window
        self.conv_first = _conv(channels, dim, rng)
        self.first_norm = nn.LayerNorm(dim)
        self.layers = [RSTB(dim, depth, heads, window, mlp_ratio=mlp_ratio, rng=rng) for depth in depths]
        self.norm = nn.LayerNorm(dim)
        self.conv_after_body = _conv(dim, dim, rng)
        self.conv_last = _conv(dim, channels * factor**2, rng)
        self._start_as_nearest_neighbours(channels)

    def _start_as_nearest_neighbours(self, channels):
        """The first features are the image itself, and go to all pixels alike; the others begin small.

        So what is learnt is what the image lacks, from the first step on. Aitken et al. 2017 have the same idea.
        """
        first, last = self.conv_first.weight.data, self.conv_last.weight.data
        first[:channels] = 0
        last *= 0.1
        self.conv_after_body.weight.data *= 0.1
        for c in range(channels):
            first[c, c, 1, 1] = 1
            if self.factor > 1:
                last[c * self.factor**2 : (c + 1) * self.factor**2, c, 1, 1] += 1

    def forward(self, x):
        require_ndim("SwinIR", "x", x, 4, "(N, C, H, W)")
        H, W = x.shape[2:]
        x = self._extended(x)
        shallow = self.conv_first(x)  # (N, D, H, W)
        y = self.first_norm(_last(shallow))
        for layer in self.layers:
            y = layer(y)
        y = self.conv_last(ops.add(shallow, self.conv_after_body(_first(self.norm(y)))))
        y = ops.add(x, y) if self.factor == 1 else ops.pixel_shuffle(y, factor=self.factor)
        return y[:, :, : H * self.factor, : W * self.factor]

    def _extended(self, x):
        missing = [-side % self.window for side in x.shape[2:]]
        if not any(missing):
            return x
        return ops.pad(x, pad=tuple((0, n) for n in missing), mode="reflect")
