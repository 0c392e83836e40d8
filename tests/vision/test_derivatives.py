"""Derivatives of images: slopes of planes, SciPy's, scikit-image's and OpenCV's values."""

import numpy as np
import pytest
import scipy.ndimage

from npdl import InputError
from npdl.vision.borders import BORDERS
from npdl.vision.derivatives import derivatives, laplacian, prewitt, scharr, sobel

rng = np.random.default_rng(0)
y, x = np.mgrid[:12, :14].astype(float)
KERNELS = {"sobel": sobel, "prewitt": prewitt, "scharr": scharr}


@pytest.mark.topic("R472")
@pytest.mark.parametrize("kernel", [*KERNELS, "central"])
def test_the_slopes_of_a_plane(kernel):
    dx, dy = derivatives(0.3 * x - 0.2 * y + 0.1, kernel)
    np.testing.assert_allclose(dx[1:-1, 1:-1], 0.3, rtol=1e-12)
    np.testing.assert_allclose(dy[1:-1, 1:-1], -0.2, rtol=1e-12)


@pytest.mark.topic("R472")
@pytest.mark.parametrize("border", BORDERS)
def test_sobel_prewitt_and_the_laplacian_are_scipys(border):
    f = rng.random((9, 8))
    for function, expected, scale in ((sobel, scipy.ndimage.sobel, 8), (prewitt, scipy.ndimage.prewitt, 6)):
        dx, dy = function(f, border=border)
        np.testing.assert_allclose(scale * dx, expected(f, 1, mode=border), rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(scale * dy, expected(f, 0, mode=border), rtol=1e-10, atol=1e-13)
    expected = scipy.ndimage.laplace(f, mode=border)
    np.testing.assert_allclose(laplacian(f, border=border), expected, rtol=1e-10, atol=1e-13)


@pytest.mark.topic("R472")
def test_the_laplacian_of_a_paraboloid():
    f = x * x + y * y
    np.testing.assert_allclose(laplacian(f)[1:-1, 1:-1], 4, rtol=1e-10)
    np.testing.assert_allclose(laplacian(f, 8)[1:-1, 1:-1], 12, rtol=1e-10)
    np.testing.assert_allclose(laplacian(x - y)[1:-1, 1:-1], 0, atol=1e-12)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_constant_image_has_no_slope_to_the_last_bit(kernel):
    for slope in KERNELS[kernel](np.full((5, 6, 3), 0.1, np.float32)):
        assert slope.dtype == np.float32 and not slope.any()


@pytest.mark.topic("R472")
def test_scharr_turns_with_the_image_better_than_sobel_and_sobel_than_prewitt():
    angles = np.radians(np.arange(5, 45, 5))
    error = {}
    for kernel, function in KERNELS.items():
        found = []
        for a in angles:
            dx, dy = function(np.sin(0.9 * (x * np.cos(a) + y * np.sin(a))))
            found.append(np.abs(np.arctan2(dy, dx)[4, 5] % np.pi - a))
        error[kernel] = max(found)
    assert error["scharr"] < error["sobel"] < error["prewitt"]


@pytest.mark.oracle
@pytest.mark.topic("R472")
@pytest.mark.parametrize("kernel", KERNELS)
def test_scikit_images_are_twice_ours(kernel):
    filters = pytest.importorskip("skimage.filters")
    f = rng.random((9, 8))
    dx, dy = KERNELS[kernel](f)
    np.testing.assert_allclose(2 * dx, getattr(filters, f"{kernel}_v")(f), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(2 * dy, getattr(filters, f"{kernel}_h")(f), rtol=1e-8, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.topic("R472")
def test_opencvs_sobel_and_scharr():
    cv2 = pytest.importorskip("cv2")
    f = rng.random((9, 8))
    dx, dy = sobel(f, border="mirror")
    np.testing.assert_allclose(8 * dx, cv2.Sobel(f, cv2.CV_64F, 1, 0), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(8 * dy, cv2.Sobel(f, cv2.CV_64F, 0, 1), rtol=1e-10, atol=1e-12)
    dx, dy = scharr(f, border="mirror")
    np.testing.assert_allclose(32 * dx, cv2.Scharr(f, cv2.CV_64F, 1, 0), rtol=1e-10, atol=1e-12)


def test_bad_input():
    with pytest.raises(InputError, match="kernel should be one of sobel, prewitt, scharr, central"):
        derivatives(np.ones((3, 3)), "roberts")
    with pytest.raises(InputError, match="neighbours should be 4 or 8"):
        laplacian(np.ones((3, 3)), 6)
