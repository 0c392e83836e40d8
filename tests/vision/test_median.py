"""The median filter."""

import numpy as np
import pytest
import scipy.ndimage

from npdl import InputError
from npdl.vision.borders import BORDERS
from npdl.vision.median import median

rng = np.random.default_rng(0)


@pytest.mark.topic("R472")
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("size", [1, 3, 5, 7])
def test_median_is_scipys(size, border):
    f = rng.random((11, 13))
    expected = scipy.ndimage.median_filter(f, size, mode=border, cval=0.4)
    np.testing.assert_array_equal(median(f, size, border=border, value=0.4), expected)


@pytest.mark.topic("R472")
@pytest.mark.parametrize("size", [3, 5, 9])
def test_equal_values_colours_and_bytes(size):
    f = rng.integers(0, 4, (10, 9, 3)).astype(np.uint8) * 80
    for c in range(3):
        expected = scipy.ndimage.median_filter(f[..., c], size)
        np.testing.assert_array_equal(median(f, size)[..., c], expected / 255)


@pytest.mark.topic("R472")
def test_outliers_go_and_edges_stay():
    edge = np.repeat([[0.2] * 6 + [0.8] * 6], 9, axis=0)
    broken = edge.copy()
    broken[4, 3], broken[2, 9] = 1, 0
    np.testing.assert_array_equal(median(broken), edge)


def test_bad_input():
    with pytest.raises(InputError, match="odd"):
        median(np.ones((3, 3)), 4)
