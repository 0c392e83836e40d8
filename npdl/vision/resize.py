"""Images of another size: y = R f Cᵀ for each channel, with a matrix R for the rows and one, C, for the columns."""

import numpy as np
from scipy.sparse import csr_array

from ..arguments import integer, number, reals, takes
from ..errors import InputError, is_one_of
from .images import require_image, require_size

METHODS = ("nearest", "bilinear", "bicubic", "area")


@takes(a=number())
def resize(image, size, method="bilinear", *, antialias=False, align_corners=False, a=-0.5):
    """The image as one of size (H', W'); (H, W) or (H, W, 3).

    Pixels are squares and the images' outer edges meet: the new pixel i has its centre at x = (i + ½) H / H' - ½ among
    the old ones, unless align_corners puts it at i (H - 1) / (H' - 1), so that the centres of the corner pixels meet.

    method: "nearest": the pixel whose square holds x. "bilinear": the two pixels beside it, the nearer the more;
        exact on planes. "bicubic": four, by Keys's cubic with the slope a at 1 (1981: -1/2, exact on parabolas but at
        the border, as in PIL; OpenCV and PyTorch have -3/4). "area": the mean over the square of the new pixel.
    antialias: widens the triangle or the cubic by H / H' when the image becomes smaller, so that no pixel is skipped;
        without it fine patterns come out as coarse ones.

    Beyond the border the outermost pixels go on, with antialias as in PIL: what is outside does not count.
    """
    image = require_image("resize", image)
    height, width = require_size("resize", size)
    options = {"antialias": antialias, "align_corners": align_corners, "a": a}
    H, W = image.shape[:2]
    R = resize_matrix(H, height, method, **options).astype(image.dtype)
    C = resize_matrix(W, width, method, **options).astype(image.dtype)
    tall = (R @ image.reshape(H, -1)).reshape(height, W, -1).swapaxes(0, 1)  # (W, H', channels)
    wide = (C @ tall.reshape(W, -1)).reshape(width, height, -1).swapaxes(0, 1)
    return np.ascontiguousarray(wide).reshape(height, width, *image.shape[2:])


@takes(n=integer(1), out=integer(1), a=number())
def resize_matrix(n, out, method, *, antialias=False, align_corners=False, a=-0.5):
    """The sparse matrix (out, n) of a resizing along an axis: how much of each old pixel, a column, is in each new one.

    1. Find where the new pixel's centre lies among the old ones.
    2. Give each old pixel the weight of the method's function of its distance to that place.
    3. Add the weights of places beyond the border to the outermost pixel's; or, with antialias, leave them away and
       divide the others by their sum.
    """
    if not is_one_of(method, METHODS):
        raise InputError("resize", "method", f"one of {', '.join(METHODS)}", method)
    if method in ("nearest", "area") and (antialias or align_corners):
        raise InputError("resize", "antialias and align_corners", f'False for "{method}"', (antialias, align_corners))
    new = np.arange(out)[:, None]
    if method == "nearest":
        return _sparse(np.ones((out, 1)), (2 * new + 1) * n // (2 * out), n)
    if method == "area":
        left, right = new * (n / out), (new + 1) * (n / out)
        taps = np.floor(left).astype(int) + np.arange(n // out + 3)
        covered = np.minimum(right, taps + 1) - np.maximum(left, taps)
        return _sparse(np.maximum(covered, 0) * (out / n) * (taps < n), np.minimum(taps, n - 1), n)
    place = new * ((n - 1) / max(out - 1, 1)) if align_corners else (new + 0.5) * (n / out) - 0.5
    stretch = max(n / out, 1) if antialias else 1
    reach = int(np.ceil(2 * stretch)) + 1
    taps = np.floor(place).astype(int) + np.arange(-reach, reach + 1)  # (out, 2 reach + 1)
    weight = (triangle if method == "bilinear" else keys)(np.abs(place - taps) / stretch, a)
    if antialias:
        weight = weight * ((taps >= 0) & (taps < n))
        weight /= weight.sum(axis=1, keepdims=True)
    return _sparse(weight, np.clip(taps, 0, n - 1), n)


def _sparse(weight, columns, n):
    """The matrix with these weights, (out, taps), in these columns; in the same column they add up."""
    out, taps = weight.shape
    matrix = csr_array((weight.ravel(), columns.ravel(), np.arange(0, out * taps + 1, taps)), shape=(out, n))
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


@takes(distance=reals())
def triangle(distance, a=None):
    """1 at the distance 0, 0 from 1 on: linear interpolation."""
    return np.maximum(1 - distance, 0)


@takes(distance=reals(), a=number())
def keys(distance, a=-0.5):
    """Keys's cubic: 1 at 0; 0 at 1, with the slope a, and from 2 on. The weights of neighbours have the sum 1."""
    x = distance
    inner = ((a + 2) * x - (a + 3)) * x * x + 1
    outer = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x < 1, inner, np.where(x < 2, outer, 0))


def downsample(image, factor):
    """Every factor-th pixel, from the first: patterns finer than two of the new pixels come out coarser.

    So do strides in a network. A dilated convolution, as some notes have it, makes no image smaller.
    """
    image = require_image("downsample", image)
    if not isinstance(factor, int) or factor < 1:
        raise InputError("downsample", "factor", "an integer >= 1", factor)
    return image[::factor, ::factor].copy()
