"""The mosaic."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.mosaic import mosaic

rng = np.random.default_rng(0)


@pytest.mark.topic("R470")
@pytest.mark.parametrize("shape", [(12, 15), (12, 15, 3)], ids=str)
def test_squares_become_their_mean_and_the_rest_stays(shape):
    f = rng.random(shape)
    y = mosaic(f, 3, (2, 4, 7, 8))
    for i in range(2, 9, 3):
        for j in range(4, 12, 3):
            cell = np.s_[i : min(i + 3, 9), j : min(j + 3, 12)]
            np.testing.assert_allclose(y[cell], np.broadcast_to(f[cell].mean(axis=(0, 1)), y[cell].shape))
    outside = np.ones((12, 15), bool)
    outside[2:9, 4:12] = False
    np.testing.assert_array_equal(y[outside], f[outside])
    assert np.abs(y - f).max() > 0.1


@pytest.mark.topic("R470")
def test_the_whole_image_and_a_cell_of_one_pixel():
    f = rng.random((6, 4)).astype(np.float32)
    np.testing.assert_allclose(mosaic(f, 9), f.mean(), rtol=1e-6)
    np.testing.assert_array_equal(mosaic(f, 1), f)
    np.testing.assert_array_equal(mosaic(np.dstack([f, f, f]), 2), np.dstack([mosaic(f, 2)] * 3))


def test_bad_input():
    with pytest.raises(InputError, match=r"inside the image \(3, 3\)"):
        mosaic(np.ones((3, 3)), 2, (1, 1, 3, 1))
    for box in ((1, 1, 0, 1), (1, 1, 1, 0), (-1, 1, 1, 1), (1, -1, 1, 1), (1, 1, 1, 3)):
        with pytest.raises(InputError, match="box"):
            mosaic(np.ones((3, 3)), 2, box)
