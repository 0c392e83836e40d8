"""Palettes of an image's own colours."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.palette import paint, palette
from npdl.vision.quantise import quantise

rng = np.random.default_rng(0)
COLOURS = np.array([[0.9, 0.1, 0.1], [0.1, 0.2, 0.8], [0.95, 0.9, 0.2]])


@pytest.mark.topic("R468")
def test_the_colours_of_a_flag_are_found_the_most_frequent_first():
    labels = rng.choice(3, (30, 40), p=[0.2, 0.5, 0.3])
    flag = COLOURS[labels]
    found = palette(flag, 3)
    np.testing.assert_allclose(found, COLOURS[[1, 2, 0]], atol=1e-9)
    painted, which = paint(flag, found)
    np.testing.assert_allclose(painted, flag, atol=1e-9)
    np.testing.assert_array_equal(which, np.array([2, 0, 1])[labels])


@pytest.mark.topic("R468")
def test_eight_colours_of_its_own_are_better_than_two_levels_a_channel():
    y, x = np.arange(48)[:, None, None], np.arange(40)[:, None]
    smooth = 0.5 + 0.15 * np.sin(y / [9, 11, 14] + x / [17, 13, 7])
    own, _ = paint(smooth, palette(smooth, 8))
    levels = np.dstack([quantise(smooth[..., c], 2) for c in range(3)]) / 255 + 64 / 255  # the middle of each interval
    assert ((own - smooth) ** 2).mean() < 0.1 * ((levels - smooth) ** 2).mean()


@pytest.mark.topic("R468")
def test_each_pixel_gets_the_nearest_colour():
    f, colours = rng.random((6, 7, 3)), rng.random((5, 3))
    painted, labels = paint(f, colours)
    distances = ((f[:, :, None] - colours) ** 2).sum(axis=3)
    np.testing.assert_array_equal(labels, distances.argmin(axis=2))
    np.testing.assert_array_equal(painted, colours[labels])
    assert (paint(f, colours[:1])[0] == colours[0]).all()


def test_large_images_are_sampled_and_dtypes_kept():
    f = rng.random((20, 20, 3)).astype(np.float32)
    assert palette(f, 4, pixels=50).shape == (4, 3)
    assert paint(f, palette(f, 4))[0].dtype == np.float32


def test_bad_input():
    with pytest.raises(InputError, match="at most the number of pixels, 4"):
        palette(np.ones((2, 2, 3)), 5)
    with pytest.raises(InputError, match="colour image"):
        palette(np.ones((2, 2)), 1)
    with pytest.raises(InputError, match=r"\(k, 3\)"):
        paint(np.ones((2, 2, 3)), np.ones(3))
