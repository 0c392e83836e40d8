"""Gaussian, box and sharpening."""

import numpy as np
import pytest
import scipy.ndimage

from npdl import InputError
from npdl.vision.borders import BORDERS
from npdl.vision.convolution import convolve
from npdl.vision.smoothing import box, gaussian, gaussian_kernel, gaussian_line, sharpen

rng = np.random.default_rng(0)


@pytest.mark.topic("R460")
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("sigma", [0.5, 1.3, 3.0])
def test_gaussian_is_scipys(sigma, border):
    f = rng.random((20, 17))
    expected = scipy.ndimage.gaussian_filter(f, sigma, mode=border, cval=0.3)
    np.testing.assert_allclose(gaussian(f, sigma, border=border, value=0.3), expected, rtol=1e-10)


@pytest.mark.topic("R460")
def test_gaussian_is_separable():
    f = rng.random((16, 15))
    kernel = gaussian_kernel(1.0)
    np.testing.assert_allclose(gaussian(f, 1.0), convolve(f, kernel, border="reflect"), rtol=1e-10)
    assert np.linalg.matrix_rank(kernel) == 1 and kernel.sum() == pytest.approx(1)


@pytest.mark.topic("R460")
def test_two_gaussians_are_one_of_the_root_of_their_squares():
    f = rng.random((40, 40))
    twice, once = gaussian(gaussian(f, 1.5), 2.0), gaussian(f, 2.5)
    np.testing.assert_allclose(twice, once, atol=2e-4)
    assert np.abs(gaussian(f, 3.5) - twice).max() > 0.01


@pytest.mark.topic("R460")
def test_the_density_at_the_pixels_is_no_mean():
    density = gaussian_kernel(1.0, 1, normalised=False)
    np.testing.assert_allclose(density[0, :2], [0.05854983, 0.09653235], atol=1e-8)
    assert density[1, 1] == pytest.approx(0.15915494, abs=1e-8) and round(density.sum(), 3) == 0.779


def test_no_sigma_is_no_change():
    f = rng.random((4, 5, 3)).astype(np.float32)
    np.testing.assert_array_equal(gaussian(f, 0), f)
    assert gaussian(f, 1).dtype == np.float32
    assert len(gaussian_line(2.0)) == 17 and len(gaussian_line(2.0, 3)) == 7


@pytest.mark.topic("R472")
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 11])
def test_box_is_scipys(size, border):
    f = rng.random((12, 15))
    expected = scipy.ndimage.uniform_filter(f, size, mode=border, cval=0.4)
    np.testing.assert_allclose(box(f, size, border=border, value=0.4), expected, rtol=1e-10)


@pytest.mark.topic("R472")
def test_sharpening_adds_what_smoothing_took():
    f = rng.random((9, 12, 3))
    np.testing.assert_allclose(sharpen(f, 1.2, 0.7), f + 0.7 * (f - gaussian(f, 1.2)), rtol=1e-10)
    np.testing.assert_allclose(sharpen(f), 2 * f - gaussian(f, 1), rtol=1e-10)
    edge = np.repeat([[0.2] * 6 + [0.8] * 6], 5, axis=0)
    sharp = sharpen(edge)
    assert sharp.min() < 0.2 and sharp.max() > 0.8 and np.abs(np.diff(sharp)).max() > 0.6


@pytest.mark.oracle
@pytest.mark.topic("R472")
def test_sharpening_is_scikit_images():
    filters = pytest.importorskip("skimage.filters")
    f = rng.random((15, 14))
    expected = filters.unsharp_mask(f, radius=1.5, amount=0.8, preserve_range=True)
    np.testing.assert_allclose(sharpen(f, 1.5, 0.8), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.topic("R460", "R472")
def test_opencvs_gaussian_and_box():
    cv2 = pytest.importorskip("cv2")
    f = rng.random((15, 14))
    expected = cv2.GaussianBlur(f, (7, 7), 1.5, borderType=cv2.BORDER_REFLECT_101)
    np.testing.assert_allclose(gaussian(f, 1.5, radius=3, border="mirror"), expected, rtol=1e-10)
    expected = cv2.blur(f, (5, 5), borderType=cv2.BORDER_REFLECT)
    np.testing.assert_allclose(box(f, 5), expected, rtol=1e-10)


def test_bad_input():
    f = np.ones((3, 3))
    for sigma in (-1, "1", None):
        with pytest.raises(InputError, match="sigma should be greater than 0"):
            gaussian(f, sigma)
    with pytest.raises(InputError, match="size should be an integer >= 1"):
        box(f, 0)
    with pytest.raises(InputError, match="amount"):
        sharpen(f, 1, "much")
