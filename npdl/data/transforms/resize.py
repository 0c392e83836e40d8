"""Images resampled: each output pixel is a weighted mean of input pixels."""

import numpy as np

from ...errors import InputError
from .base import Transform, as_size, require_float


class Resize(Transform):
    """Bilinear interpolation to `size`, a side or (height, width); the aspect ratio is not kept.

    Pixel i of `count` has its centre at (i + 1/2) · length / count of the input. A pixel j of the input, with its
    centre at j + 1/2, counts with max(0, 1 - distance / reach), and these weights are divided by their sum. reach = 1
    is interpolation between the two nearest. When the image shrinks, reach = length / count takes in every pixel
    (antialias; without it, fine stripes turn into coarse ones). Pillow's BILINEAR; PyTorch's interpolate with
    antialias=True.
    """

    def __init__(self, size, *, antialias=True):
        self.size, self.antialias = as_size("Resize", size), antialias

    def apply(self, x, rng):
        _require_pixels("Resize", x)
        return _resampled(x, (0, 0), x.shape[2:], self.size, self.antialias)


class RandomResizedCrop(Transform):
    """A part of the image with a random area and aspect ratio, resized to `size`.

    The area is a share of the image's, uniform in `scale`; width / height is log-uniform in `ratio`. What does not fit
    into the image is drawn anew, ten times at most, then it is the largest part in the middle with such a ratio.
    Szegedy et al. 2015, "Going Deeper with Convolutions", section 6; SimCLR's most important augmentation.
    """

    def __init__(self, size, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)):
        self.size, self.scale, self.ratio = as_size("RandomResizedCrop", size), tuple(scale), tuple(ratio)
        if not (len(self.scale) == 2 and 0 < self.scale[0] <= self.scale[1] <= 1):
            raise InputError("RandomResizedCrop", "scale", "(least, most), shares of the area in (0, 1]", scale)
        if not (len(self.ratio) == 2 and 0 < self.ratio[0] <= self.ratio[1]):
            raise InputError("RandomResizedCrop", "ratio", "(least, most), width / height, above 0", ratio)

    def apply(self, x, rng):
        _require_pixels("RandomResizedCrop", x)
        top, left, height, width = self.boxes(len(x), *x.shape[2:], rng)
        return _resampled(x, (top, left), (height, width), self.size, antialias=True)

    def boxes(self, N, H, W, rng):
        """The parts of N images of H x W pixels: top, left, height and width, each (N,)."""
        area = H * W * rng.uniform(*self.scale, (N, 10))
        ratio = np.exp(rng.uniform(*np.log(self.ratio), (N, 10)))
        heights, widths = np.rint(np.sqrt(area / ratio)), np.rint(np.sqrt(area * ratio))
        fits = (heights >= 1) & (heights <= H) & (widths >= 1) & (widths <= W)
        first, none = fits.argmax(axis=1), ~fits.any(axis=1)
        nearest = min(max(W / H, self.ratio[0]), self.ratio[1])
        height = np.where(none, min(H, max(1, round(W / nearest))), heights[np.arange(N), first]).astype(int)
        width = np.where(none, min(W, max(1, round(H * nearest))), widths[np.arange(N), first]).astype(int)
        top, left = rng.integers(0, H - height + 1), rng.integers(0, W - width + 1)
        return np.where(none, (H - height) // 2, top), np.where(none, (W - width) // 2, left), height, width


def separable(x, rows, columns):
    """rows · x · columnsᵀ, a product of matrices for each image and channel.

    x (N, C, H, W), rows (N or 1, H', H), columns (N or 1, W', W): (N, C, H', W').
    """
    rows, columns = rows.astype(x.dtype), columns.astype(x.dtype)
    return rows[:, None] @ x @ columns[:, None].swapaxes(2, 3)


def _require_pixels(name, x):
    require_float(name, x)
    if 0 in x.shape[2:]:
        raise InputError(name, "x", "images of at least one pixel", x)


def _resampled(x, start, part, size, antialias):
    return separable(
        x,
        _weights(size[0], x.shape[2], start[0], part[0], antialias),
        _weights(size[1], x.shape[3], start[1], part[1], antialias),
    )


def _weights(count, length, start, part, antialias):
    """What each of `length` pixels gives to each of `count`, which cover the part that begins at `start`.

    start, part: numbers, or one for each image. Returns (images, count, length).
    """
    start, part = np.reshape(start, (-1, 1, 1)), np.reshape(part, (-1, 1, 1))
    scale = part / count  # input pixels for one output pixel
    reach = np.maximum(scale, 1) if antialias else 1
    centre = start + (np.arange(count)[:, None] + 0.5) * scale  # (images, count, 1)
    pixel = np.arange(length) + 0.5
    weights = np.maximum(0, 1 - np.abs(pixel - centre) / reach) * ((pixel > start) & (pixel < start + part))
    return weights / weights.sum(axis=2, keepdims=True)
