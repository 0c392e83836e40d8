"""Images of another size, as modules."""

from .. import ops
from ..errors import require_integer
from .module import Module


class Resize(Module):
    """ops.resize: to one size, whatever comes."""

    def __init__(self, size, *, mode="nearest", align_corners=False):
        self.options = dict(size=size, mode=mode, align_corners=align_corners)

    def forward(self, x):
        return ops.resize(x, **self.options)


class Upsample(Module):
    """ops.resize to `factor` times the height and width."""

    def __init__(self, factor, *, mode="nearest", align_corners=False):
        self.factor = require_integer("Upsample", "factor", factor, 1)
        self.options = dict(mode=mode, align_corners=align_corners)

    def forward(self, x):
        H, W = x.shape[2:]
        return ops.resize(x, size=(H * self.factor, W * self.factor), **self.options)


class PixelShuffle(Module):
    """ops.pixel_shuffle."""

    def __init__(self, factor):
        self.factor = factor

    def forward(self, x):
        return ops.pixel_shuffle(x, factor=self.factor)


class PixelUnshuffle(Module):
    """ops.pixel_unshuffle."""

    def __init__(self, factor):
        self.factor = factor

    def forward(self, x):
        return ops.pixel_unshuffle(x, factor=self.factor)
