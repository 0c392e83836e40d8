"""Images, and what is seen of them through a grid."""

import numpy as np

from .. import ops
from ..errors import InputError, require_shape
from .figures import INK, ORANGE, new_figure, show
from .grids import as_array, as_images


def plot_warps(images, grid, titles=None):
    """Above the images with the outline of each grid, below what is seen through it: what a spatial transformer does.

    images: (N, C, H, W) with 1 or 3 channels, floats in [0, 1], at most 12; grid: (N, H', W', 2), as ops.grid_sample
    takes it, such as a SpatialTransformerNetwork's stn.grid(x).data. The thick side of the outline becomes the upper
    edge of the picture below. titles: N strings or labels.
    """
    images, grid = as_array("plot_warps", "images", images), as_array("plot_warps", "grid", grid)
    above = as_images("plot_warps", images)
    N, H, W = above.shape[:3]
    if N > 12:
        raise InputError("plot_warps", "images", "12 at most", images)
    require_shape("plot_warps", "grid", grid, (N, *grid.shape[1:3], 2), "one grid for each image")
    if titles is not None and len(titles) != N:
        raise InputError("plot_warps", "titles", f"{N}, one for each image", titles)
    dtype = above.dtype
    seen = ops.grid_sample(above.transpose(0, 3, 1, 2), grid.astype(dtype)).transpose(0, 2, 3, 1)  # (N, H', W', C)

    figure = new_figure(1.25 * N + 0.1, 1.25 * (H / W + seen.shape[1] / seen.shape[2]) + 0.4)
    for n, (upper, lower) in enumerate(figure.subplots(2, N, squeeze=False).T):
        show(upper, above[n], cmap="gray", vmin=0, vmax=1)
        corners = grid[n][[0, 0, -1, -1, 0], [0, -1, -1, 0, 0]]  # round the grid, and back
        x, y = (((corners + 1) * np.array([W, H]) - 1) / 2).T  # in pixels
        upper.plot(x, y, color=ORANGE, linewidth=1)
        upper.plot(x[:2], y[:2], color=ORANGE, linewidth=2.5)
        upper.set(xlim=(-0.5, W - 0.5), ylim=(H - 0.5, -0.5))
        upper.set_title("" if titles is None else str(titles[n]), fontsize=9, color=INK, pad=3)
        show(lower, seen[n], cmap="gray", vmin=0, vmax=1)
        upper.set_axis_off()
        lower.set_axis_off()
    return figure
