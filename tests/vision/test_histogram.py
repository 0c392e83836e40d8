"""Histograms and equalisation."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.histogram import equalise, histogram

rng = np.random.default_rng(0)
dark = (rng.random((40, 50)) ** 1.5 * 0.4 + 0.1).astype(np.float32)


@pytest.mark.topic("R472")
def test_counts():
    v = np.array([[0, 255, 255], [3, 3, 3]], np.uint8)
    counts = histogram(v)
    assert counts.shape == (256,) and (counts[0], counts[255], counts[3]) == (1, 2, 3) and counts.sum() == 6
    f = rng.random((9, 9))
    np.testing.assert_array_equal(histogram(f, 16), np.histogram(f, 16, (0, 1))[0])


@pytest.mark.topic("R472")
def test_levels_become_about_equally_frequent_and_keep_their_order():
    y = equalise(dark)
    assert y.min() == 0 and y.max() == 1 and y.dtype == np.float32
    assert histogram(dark, 8).max() > 600 and histogram(y, 8).max() < 300
    order = np.argsort(dark.ravel())
    assert (np.diff(y.ravel()[order]) >= 0).all()


def test_a_constant_image_stays():
    np.testing.assert_array_equal(equalise(np.full((3, 4), 0.3)), np.full((3, 4), 0.3))


@pytest.mark.oracle
@pytest.mark.topic("R472")
def test_opencvs_and_scikit_images():
    cv2, exposure = pytest.importorskip("cv2"), pytest.importorskip("skimage.exposure")
    v = np.rint(dark * 255).astype(np.uint8)
    assert np.abs(255 * equalise(v) - cv2.equalizeHist(v)).max() <= 0.5 + 1e-4
    counts, _ = exposure.histogram(v, source_range="dtype")
    np.testing.assert_array_equal(histogram(v), counts)


def test_bad_input():
    with pytest.raises(InputError, match=r"floats in \[0, 1\]"):
        histogram(np.full((2, 2), 1.5))
    with pytest.raises(InputError, match="grey"):
        equalise(np.ones((2, 2, 3)))
