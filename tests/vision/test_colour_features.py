"""Colour histogram, moments and gradient: NumPy, SciPy and closed forms."""

import numpy as np
import pytest

from npdl.errors import InputError
from npdl.vision import colour_features as c
from npdl.vision.derivatives import sobel
from npdl.vision.images import to_grey

IMAGE = np.random.default_rng(0).random((12, 15, 3)) ** 2


@pytest.mark.topic("R078")
def test_the_histogram_counts_every_pixel():
    ours = c.colour_histogram(IMAGE, 4)
    expected, _ = np.histogramdd(IMAGE.reshape(-1, 3), bins=4, range=[(0, 1)] * 3)
    np.testing.assert_array_equal(ours, expected)
    assert ours.sum() == 12 * 15
    red = np.zeros((2, 2, 3))
    red[..., 0] = 1
    assert c.colour_histogram(red)[7, 0, 0] == 4
    shuffled = np.random.default_rng(1).permutation(IMAGE.reshape(-1, 3)).reshape(IMAGE.shape)
    np.testing.assert_array_equal(c.colour_histogram(shuffled, 4), ours)


@pytest.mark.oracle
@pytest.mark.topic("R078")
def test_the_histogram_equals_opencvs():
    cv2 = pytest.importorskip("cv2")
    image = (IMAGE * 255).astype(np.uint8)
    theirs = cv2.calcHist([image], [0, 1, 2], None, [5, 5, 5], [0, 256] * 3)
    np.testing.assert_array_equal(c.colour_histogram(image / 256.0, 5), theirs)


@pytest.mark.topic("R079")
def test_the_moments():
    stats = pytest.importorskip("scipy.stats")
    values = IMAGE.reshape(-1, 3)
    expected = np.concatenate([values.mean(axis=0), values.std(axis=0), stats.skew(values)])
    np.testing.assert_allclose(c.colour_moments(IMAGE), expected)
    np.testing.assert_allclose(c.colour_moments(np.full((4, 4, 3), 0.3)), [0.3] * 3 + [0] * 6, atol=1e-12)


@pytest.mark.topic("R080")
def test_an_edge_between_colours_of_one_brightness():
    image = np.zeros((8, 10, 3))
    image[:, :5, 0] = 0.587  # red and green of the same grey
    image[:, 5:, 1] = 0.299
    assert np.abs(sobel(to_grey(image))).max() < 1e-12
    magnitude, angle = c.colour_gradient(image)
    np.testing.assert_allclose(magnitude[:, 4], 0.5 * np.hypot(0.587, 0.299))
    np.testing.assert_allclose(angle[:, 4], 0, atol=1e-9)
    np.testing.assert_allclose(np.abs(c.colour_gradient(image.swapaxes(0, 1))[1][4]), np.pi / 2)


@pytest.mark.topic("R080")
def test_grey_has_the_root_of_three_times_its_gradient():
    grey = IMAGE[..., 0]
    magnitude, angle = c.colour_gradient(np.repeat(grey[..., None], 3, axis=2))
    gx, gy = sobel(grey)
    np.testing.assert_allclose(magnitude, np.sqrt(3) * np.hypot(gx, gy), atol=1e-7)
    np.testing.assert_allclose(np.abs(np.sin(angle - np.arctan2(gy, gx))), 0, atol=1e-6)


def test_bad_arguments():
    with pytest.raises(InputError, match="colour image"):
        c.colour_histogram(IMAGE[..., 0])
    with pytest.raises(InputError, match=r"\[0, 1\]"):
        c.colour_histogram(IMAGE * 2)
    with pytest.raises(InputError, match="bins"):
        c.colour_histogram(IMAGE, 0)
