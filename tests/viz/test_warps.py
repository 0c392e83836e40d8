"""What a spatial transformer sees, and where it looks."""

import numpy as np
import pytest

from npdl import InputError, ops
from npdl.viz import plot_warps

pytest.importorskip("matplotlib")

X = np.random.default_rng(0).random((2, 1, 6, 9))
THETA = np.array([[[1.0, 0, 0], [0, 1, 0]], [[0, -0.5, 0], [0.5, 0, 0]]])  # as it is; a quarter turn and nearer
GRID = ops.affine_grid(THETA, size=(4, 5))


@pytest.mark.topic("R297")
def test_images_above_what_is_seen_below_and_the_outline_between():
    every = plot_warps(X, GRID, ["a", 3]).axes
    upper, lower = every[:2], every[2:]
    seen = ops.grid_sample(X, GRID)
    for n in range(2):
        np.testing.assert_allclose(upper[n].images[0].get_array(), X[n, 0])
        np.testing.assert_allclose(lower[n].images[0].get_array(), seen[n, 0])
        corners = GRID[n][[0, 0, -1, -1], [0, -1, -1, 0]]
        np.testing.assert_allclose(upper[n].lines[0].get_xdata()[:4], (corners[:, 0] + 1) * 9 / 2 - 0.5)
        np.testing.assert_allclose(upper[n].lines[0].get_ydata()[:4], (corners[:, 1] + 1) * 6 / 2 - 0.5)
        assert len(upper[n].lines[1].get_xdata()) == 2  # what becomes the upper edge
    assert [axes.get_title() for axes in upper] == ["a", "3"]


def test_colours():
    assert len(plot_warps(np.tile(X, (1, 3, 1, 1)).astype("float32"), GRID).axes) == 4


@pytest.mark.parametrize(
    "images, grid, titles, says",
    [
        (X, GRID[:1], None, "grid should be an array of shape .* one grid for each image"),
        (X, GRID, ["a"], "titles should be 2, one for each image"),
        (np.tile(X, (7, 1, 1, 1)), GRID, None, "images should be 12 at most"),
    ],
)
def test_bad_input(images, grid, titles, says):
    with pytest.raises(InputError, match=f"plot_warps: {says}"):
        plot_warps(images, grid, titles)
