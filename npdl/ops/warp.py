"""Images seen through a grid of places, and the grid of an affine map: the two halves of a spatial transformer.

Places are pairs (x, y), x to the right and y down, from -1 to 1 whatever the image's size. Pixels are squares: -1 and 1
are the image's outer edges, pixel i has its centre at (2i + 1) / n - 1. With align_corners they are the centres of the
first and the last pixel: 2i / (n - 1) - 1.
"""

import numpy as np

from ..errors import InputError, is_integer, require_ndim, require_shape
from ..tape import op

__all__ = [
    "affine_grid", "affine_grid_forward", "affine_grid_backward",
    "grid_sample", "grid_sample_forward", "grid_sample_backward",
]  # fmt: skip


def _centres(n, align_corners, like):
    """Where the centres of n pixels lie between -1 and 1."""
    i = np.arange(n, like=like).astype(like.dtype)
    return (2 * i - (n - 1)) / max(n - 1 if align_corners else n, 1)


def affine_grid_forward(theta, *, size, align_corners=False):
    """grid[n, i, j] = θ_n (x_j, y_i, 1): where the pixel (i, j) of the new image looks in the old one.

    theta: (N, 2, 3); size: (H, W), or an int for both; grid: (N, H, W, 2), pairs (x, y). θ = [[1, 0, 0], [0, 1, 0]] is
    the identity; [[cos a, -sin a, 0], [sin a, cos a, 0]] turns the places by a, clockwise as y points down, and so what
    is seen anticlockwise. Equation (1) of Jaderberg et al. 2015; PyTorch's affine_grid.
    """
    if getattr(theta, "shape", (0,))[1:] != (2, 3):
        raise InputError("affine_grid", "theta", "an array of shape (N, 2, 3)", theta)
    pair = (size, size) if is_integer(size) else size
    if not (isinstance(pair, tuple) and len(pair) == 2 and all(is_integer(n, 1) for n in pair)):
        raise InputError("affine_grid", "size", "an integer >= 1 or a pair (height, width) of them", size)
    H, W = pair
    places = np.zeros_like(theta, shape=(H, W, 3)) + 1  # (x, y, 1)
    places[..., 0] = _centres(W, align_corners, theta)
    places[..., 1] = _centres(H, align_corners, theta)[:, None]
    places = places.reshape(H * W, 3)
    return (places @ theta.transpose(0, 2, 1)).reshape(len(theta), H, W, 2), places


def affine_grid_backward(dout, places):
    """dθ = Σ dgrid (x, y, 1)ᵀ over all places of the grid."""
    return dout.reshape(len(dout), len(places), 2).transpose(0, 2, 1) @ places


affine_grid = op(affine_grid_forward, affine_grid_backward)


def _neighbours(place, n, padding, align_corners):
    """The two of n pixels on either side of a place in [-1, 1]: [(index, weight, dweight / dplace), ...]."""
    span = n - 1 if align_corners else n  # pixels from -1 to 1
    at = ((place + 1) * span + (n - 1 - span)) / 2  # in pixels, the centre of the first at 0
    slope = np.zeros_like(at) + span / 2
    if padding == "border":
        slope = slope * ((at > 0) & (at < n - 1))  # beyond the centres of the outer pixels nothing changes
        at = np.clip(at, 0, n - 1)
    left = np.floor(at)
    pair = []
    for pixel, sign in ((left, -1), (left + 1, 1)):
        there = (pixel >= 0) & (pixel <= n - 1)
        index = np.where(there, pixel, 0).astype(np.int64)
        pair.append((index, (1 - np.abs(at - pixel)) * there, sign * slope * there))
    return pair


def grid_sample_forward(x, grid, *, padding="zeros", align_corners=False):
    """y[n, :, i, j] = x[n] at the place grid[n, i, j], mixed from the four pixels around it (bilinear).

    x: (N, C, H, W); grid: (N, H', W', 2), pairs (x, y) from -1 to 1; y: (N, C, H', W'). A pixel at the distance (a, b)
    counts (1 - |a|) (1 - |b|). padding: outside there are "zeros", or the pixels of the "border" go on for ever.
    Equation (5) of Jaderberg et al. 2015; PyTorch's grid_sample.
    """
    require_ndim("grid_sample", "x", x, 4, "(N, C, H, W)")
    if 0 in x.shape[2:]:
        raise InputError("grid_sample", "x", "images with a pixel at least", x)
    require_ndim("grid_sample", "grid", grid, 4, "(N, H', W', 2)")
    require_shape("grid_sample", "grid", grid, (len(x), *grid.shape[1:3], 2), "one grid of pairs (x, y) for each image")
    if padding not in ("zeros", "border"):
        raise InputError("grid_sample", "padding", '"zeros" or "border"', padding)
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(N * H * W, C)  # a row a pixel
    first = (np.arange(N, like=x) * (H * W)).astype(np.int64)[:, None, None]  # of each image's rows
    columns = _neighbours(grid[..., 0], W, padding, align_corners)
    rows = _neighbours(grid[..., 1], H, padding, align_corners)
    y = np.zeros_like(x, shape=(*grid.shape[:3], C))
    for i, p, _ in rows:
        for j, q, _ in columns:
            y += (p * q)[..., None] * pixels[first + i * W + j]
    return y.transpose(0, 3, 1, 2), (pixels, first, rows, columns, x.shape)


def grid_sample_backward(dout, cache, needs=(True, True)):
    """dx: each pixel has its share of every dout that it went into. dgrid: by how much a step changes the shares.

    At a pixel's centre, where the slope jumps, it is that to the right of it; with padding "border" it is 0 on the edge
    and beyond, as in PyTorch.
    """
    pixels, first, rows, columns, (N, C, H, W) = cache
    dout = dout.transpose(0, 2, 3, 1)  # (N, H', W', C)
    dpixels = np.zeros_like(pixels) if needs[0] else None
    dgrid = np.zeros_like(dout, shape=(*dout.shape[:3], 2)) if needs[1] else None
    for i, p, dp in rows:
        for j, q, dq in columns:
            place = first + i * W + j
            if needs[0]:
                np.add.at(dpixels, place.reshape(-1), ((p * q)[..., None] * dout).reshape(-1, C))
            if needs[1]:
                share = (pixels[place] * dout).sum(axis=3)  # the gradient of the weight p q
                dgrid[..., 0] += p * dq * share
                dgrid[..., 1] += dp * q * share
    return dpixels.reshape(N, H, W, C).transpose(0, 3, 1, 2) if needs[0] else None, dgrid


grid_sample = op(grid_sample_forward, grid_sample_backward)
