"""Images of another size: by interpolation, or by moving channels to pixels and back."""

import numpy as np

from ..errors import InputError, require_integer, require_ndim
from ..tape import op
from .separable import apart, lengths

__all__ = [
    "resize", "resize_forward", "resize_backward",
    "pixel_shuffle", "pixel_shuffle_forward", "pixel_shuffle_backward",
    "pixel_unshuffle", "pixel_unshuffle_forward", "pixel_unshuffle_backward",
]  # fmt: skip


def _interpolation(n, out, *, mode, align_corners, like):
    """The matrix (out, n) of a resizing along one axis: row i says how much of each old pixel is in the new pixel i."""
    new, old = np.arange(out, like=like)[:, None], np.arange(n, like=like)
    if mode == "nearest":
        return (new * n // out == old).astype(like.dtype)
    place = new * (n - 1) / max(out - 1, 1) if align_corners else (new + 0.5) * (n / out) - 0.5
    if mode == "bicubic":
        return _cubic_shares(place, old, n).astype(like.dtype)
    return np.maximum(1 - np.abs(np.clip(place, 0, n - 1) - old), 0).astype(like.dtype)  # 1 in its place, 0 at the next


def _cubic_shares(place, old, n):
    """Four pixels for each place, two on each side; beyond the edge stands the last pixel again."""
    first = np.floor(place) - 1
    return sum((np.clip(first + k, 0, n - 1) == old) * _cubic(np.abs(place - first - k)) for k in range(4))


def _cubic(t, a=-0.75):
    """1 at 0, 0 at 1 and 2, smooth in between. Keys 1981, with a = -1/2; PyTorch and OpenCV have a = -3/4."""
    near = ((a + 2) * t - (a + 3)) * t * t + 1
    return np.where(t <= 1, near, (((t - 5) * t + 8) * t - 4) * a)


def resize_forward(x, *, size, mode="nearest", align_corners=False):
    """x: (N, C, H, W) as an image of `size` = (H', W'), or an int for both. y = R x Cᵀ, as in PyTorch's interpolate.

    mode "nearest": the pixel floor(i H / H') (PyTorch, of float32 images, multiplies by a rounded
    H / H': of the 16,641 pairs of sizes below 130, it takes some other pixel in 195).
    mode "bilinear": new pixel i lies at (i + 1/2) H / H' - 1/2 among the old ones: the images' outer edges meet. With
    align_corners at i (H - 1) / (H' - 1): the centres of their corner pixels meet. The two old pixels beside it are
    mixed, the nearer the more; beyond the first and the last centre these count alone.
    mode "bicubic": at the same places, four old pixels along each axis by Keys' cubic. Sharper; it may overshoot.

    Making smaller skips pixels (no antialiasing; adaptive_avg_pool2d gives means). A nan or inf spoils its row and its
    column, as 0 · inf is nan.
    """
    if mode not in ("nearest", "bilinear", "bicubic"):
        raise InputError("resize", "mode", '"nearest", "bilinear" or "bicubic"', mode)
    if align_corners and mode == "nearest":
        raise InputError("resize", "align_corners", 'False for mode "nearest"', align_corners)
    rows, columns = (
        _interpolation(n, out, mode=mode, align_corners=align_corners, like=x) for n, out in lengths("resize", x, size)
    )
    return apart(x, rows, columns), (rows, columns)


def resize_backward(dout, cache):
    """dx = Rᵀ dout C: an old pixel has its share of each new pixel that it went into."""
    rows, columns = cache
    return apart(dout, rows.T, columns.T)


resize = op(resize_forward, resize_backward)


def _channels_to_pixels(x, r):
    """(N, C r², H, W) -> (N, C, H r, W r)"""
    N, channels, H, W = x.shape
    C = channels // (r * r)
    return x.reshape(N, C, r, r, H, W).transpose(0, 1, 4, 2, 5, 3).reshape(N, C, H * r, W * r)


def _pixels_to_channels(x, r):
    """(N, C, H r, W r) -> (N, C r², H, W)"""
    N, C, tall, wide = x.shape
    H, W = tall // r, wide // r
    return x.reshape(N, C, H, r, W, r).transpose(0, 1, 3, 5, 2, 4).reshape(N, C * r * r, H, W)


def _require_factor(function, x, factor):
    require_ndim(function, "x", x, 4, "(N, C, H, W)")
    require_integer(function, "factor", factor, 1)


def pixel_shuffle_forward(x, *, factor):
    """y[n, c, h r + i, w r + j] = x[n, c r² + i r + j, h, w], r = factor: (N, C r², H, W) -> (N, C, H r, W r).

    After a convolution with r² times the filters: each pixel becomes r x r, learnt at the small size. "Sub-pixel
    convolution", Shi et al. 2016.
    """
    _require_factor("pixel_shuffle", x, factor)
    if x.shape[1] % (factor * factor):
        raise InputError("pixel_shuffle", "x", f"of a multiple of factor² = {factor * factor} channels", x)
    return _channels_to_pixels(x, factor), factor


def pixel_shuffle_backward(dout, factor):
    """Every number goes back to where it came from."""
    return _pixels_to_channels(dout, factor)


pixel_shuffle = op(pixel_shuffle_forward, pixel_shuffle_backward)


def pixel_unshuffle_forward(x, *, factor):
    """The inverse of pixel_shuffle: (N, C, H r, W r) -> (N, C r², H, W), smaller images without a loss."""
    _require_factor("pixel_unshuffle", x, factor)
    if x.shape[2] % factor or x.shape[3] % factor:
        raise InputError("pixel_unshuffle", "x", f"of height and width that are multiples of factor = {factor}", x)
    return _pixels_to_channels(x, factor), factor


def pixel_unshuffle_backward(dout, factor):
    """Every number goes back to where it came from."""
    return _channels_to_pixels(dout, factor)


pixel_unshuffle = op(pixel_unshuffle_forward, pixel_unshuffle_backward)
