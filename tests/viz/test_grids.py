"""Grids of images, pixel by pixel."""

import subprocess
import sys

import numpy as np
import pytest

from npdl import InputError, InputTypeError, Tensor
from npdl.viz import make_grid, unnormalise


@pytest.mark.topic("R497")
@pytest.mark.parametrize("C", [1, 3])
@pytest.mark.parametrize("N, columns, rows", [(6, 3, 2), (5, 3, 2), (1, 1, 1), (4, 5, 1)])
@pytest.mark.parametrize("pad", [0, 1, 3])
def test_every_pixel_of_a_grid(C, N, columns, rows, pad):
    images = np.random.default_rng(0).random((N, C, 4, 7), dtype=np.float32)
    grid = make_grid(images, columns=columns, pad=pad, value=0.25)
    assert grid.shape == (rows * (4 + pad) + pad, columns * (7 + pad) + pad, C) and grid.dtype == np.float32
    covered = np.zeros(grid.shape[:2], dtype=bool)
    for n in range(N):
        for i in range(4):
            for j in range(7):
                place = pad + n // columns * (4 + pad) + i, pad + n % columns * (7 + pad) + j
                assert np.array_equal(grid[place], images[n, :, i, j])
                covered[place] = True
    assert np.all(grid[~covered] == 0.25)


@pytest.mark.topic("R497")
def test_default_columns_grey_images_and_bytes():
    grey = np.arange(5 * 2 * 2, dtype=np.uint8).reshape(5, 2, 2) * 12
    grid = make_grid(grey)  # 3 columns, 2 rows, white lines
    assert grid.shape == (7, 10, 1)
    assert grid[0].min() == 1 and grid[:, 0].min() == 1
    np.testing.assert_allclose(grid[1:3, 1:3, 0], grey[0] / 255, rtol=1e-6)
    np.testing.assert_allclose(grid[4:6, 4:6, 0], grey[4] / 255, rtol=1e-6)
    assert np.array_equal(grid, make_grid(grey[:, None]))
    assert np.array_equal(grid, make_grid(Tensor(grey.astype(np.float32) / 255)))


@pytest.mark.topic("R497")
def test_unnormalise_undoes_normalisation():
    x = np.random.default_rng(0).random((2, 3, 4, 5), dtype=np.float32)
    np.testing.assert_allclose(unnormalise((x - 0.5) / 0.5, 0.5, 0.5), x, atol=1e-6)  # the notes' img / 2 + 0.5
    mean, std = [0.5, 0.4, 0.3], np.array([0.2, 0.3, 0.4])
    normalised = (x - np.array(mean)[:, None, None]) / std[:, None, None]
    np.testing.assert_allclose(unnormalise(normalised, mean, std), x, atol=1e-6)
    np.testing.assert_allclose(unnormalise(normalised[1], mean, std), x[1], atol=1e-6)
    assert unnormalise(x, mean, std).dtype == np.float32
    grid = make_grid(unnormalise(2 * x - 1, 0.5, 0.5), columns=2, pad=0)
    np.testing.assert_allclose(grid[:, :5], x[0].transpose(1, 2, 0), atol=1e-6)


@pytest.mark.parametrize(
    "images, options, error, message",
    [
        ([[0.0]], {}, InputTypeError, "images should be an array"),
        (np.zeros((2, 2, 4, 4)), {}, InputError, "with 1 or 3 channels"),
        (np.zeros((0, 4, 4)), {}, InputError, "not empty"),
        (np.zeros((2, 4, 4), int), {}, InputTypeError, "floats in .* or bytes"),
        (np.full((2, 4, 4), 2.0), {}, InputError, r"unnormalise brings them back\); got '\[2, 2\]'"),
        (np.full((2, 4, 4), np.nan), {}, InputError, "images should be in"),
        (np.zeros((2, 4, 4)), {"columns": 0}, InputError, "columns should be an integer >= 1"),
        (np.zeros((2, 4, 4)), {"pad": -1}, InputError, "pad should be an integer >= 0"),
        (np.zeros((2, 4, 4)), {"value": 255}, InputError, "value should be a grey"),
    ],
)
def test_make_grid_refuses(images, options, error, message):
    with pytest.raises(error, match=f"make_grid: .*{message}"):
        make_grid(images, **options)


def test_unnormalise_refuses():
    with pytest.raises(InputError, match="unnormalise: x should be"):
        unnormalise(np.zeros((4, 4)), 0, 1)
    with pytest.raises(InputError, match="unnormalise: std should be a number, or one for each of 3 channels"):
        unnormalise(np.zeros((3, 4, 4)), 0, [1, 2])


def test_grids_need_no_matplotlib_and_plots_leave_pyplot_alone():
    program = """
import sys
import numpy as np
from npdl.viz import make_grid, plot_images
make_grid(np.zeros((2, 4, 4)))
assert "matplotlib" not in sys.modules
plot_images(np.zeros((2, 4, 4)))
assert "matplotlib.figure" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    from npdl.viz import plot_images

    with pytest.raises(ImportError, match="plots need matplotlib: pip install"):
        plot_images(np.zeros((2, 4, 4)))
