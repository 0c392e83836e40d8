"""Pixels moved as they are: flips and crops. Any dtype."""

import numpy as np

from ...errors import InputError, require_integer, require_range
from .base import Transform, as_size, draw


class RandomHorizontalFlip(Transform):
    """Left becomes right with probability p. (Not for digits or letters: a flipped 2 is no 2.)"""

    def __init__(self, p=0.5):
        require_range("RandomHorizontalFlip", "p", p, 0, 1)
        self.p = p

    def apply(self, x, rng):
        flipped = draw(rng, len(x), self.p)
        out = x.copy()
        out[flipped] = x[flipped, :, :, ::-1]
        return out


class RandomCrop(Transform):
    """A window of `size` anywhere in the image, after `pad` pixels were added on every side; each place equally likely.

    size: a side or (height, width). mode: what is added, "constant" (zeros), "edge", "reflect" or "symmetric" (np.pad).
    RandomCrop(32, pad=4) is the usual one for CIFAR. He et al. 2015, "Deep Residual Learning", section 4.2.
    """

    def __init__(self, size, pad=0, mode="constant"):
        self.size, self.pad, self.mode = as_size("RandomCrop", size), pad, mode
        require_integer("RandomCrop", "pad", pad, 0)
        if mode not in ("constant", "edge", "reflect", "symmetric"):
            raise InputError("RandomCrop", "mode", '"constant", "edge", "reflect" or "symmetric"', mode)

    def apply(self, x, rng):
        if self.pad:
            x = np.pad(x, ((0, 0), (0, 0), (self.pad, self.pad), (self.pad, self.pad)), self.mode)
        windows = _windows("RandomCrop", x, self.size)
        top, left = (rng.integers(0, places, len(x)) for places in windows.shape[2:4])
        return windows[np.arange(len(x)), :, top, left]


class CentreCrop(Transform):
    """The window of `size` in the middle; of two middles the upper or left one."""

    def __init__(self, size):
        self.size = as_size("CentreCrop", size)

    def apply(self, x, rng):
        windows = _windows("CentreCrop", x, self.size)
        return windows[:, :, (windows.shape[2] - 1) // 2, (windows.shape[3] - 1) // 2].copy()


def _windows(name, x, size):
    """All windows of this size, a view (N, C, places down, places across, height, width)."""
    if size[0] > x.shape[2] or size[1] > x.shape[3]:
        raise InputError(name, "x", f"images of at least {size[0]} x {size[1]} pixels with their padding", x)
    return np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
