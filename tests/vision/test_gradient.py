"""Derivatives of images: closed forms on ramps and discs, and SciPy's and scikit-image's filters."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision import gradient as g

rng = np.random.default_rng(0)


@pytest.mark.topic("R050")
def test_a_vertical_edge_has_a_horizontal_gradient():
    step = np.zeros((12, 12))
    step[:, 6:] = 1
    gx, gy = g.sobel(step)
    assert np.abs(gx).sum() > 100 * np.abs(gy).sum() and gx.max() == 4 and gx.min() == 0
    gx, gy = g.sobel(step.T)
    assert np.abs(gy).sum() > 100 * np.abs(gx).sum() and gy.max() == 4


@pytest.mark.topic("R051")
@pytest.mark.parametrize("degrees", [0, 30, 100, 200])
def test_the_gradient_of_a_ramp_turns_with_it(degrees):
    theta = np.radians(degrees)
    y, x = np.mgrid[:9, :11]
    gx, gy = g.gradient(0.5 + 0.02 * (x * np.cos(theta) + y * np.sin(theta)))
    np.testing.assert_allclose(gx, 0.02 * np.cos(theta), atol=1e-15)
    np.testing.assert_allclose(gy, 0.02 * np.sin(theta), atol=1e-15)
    np.testing.assert_allclose(g.magnitude(gx, gy), 0.02, atol=1e-15)


@pytest.mark.topic("R052")
def test_the_gradient_magnitude_draws_the_outline_of_a_disc():
    disc = pictures.discs([(32, 32, 15)], (65, 65))
    y, x = np.mgrid[:65, :65]
    from_rim = np.abs(np.hypot(x - 32, y - 32) - 15)
    outline = g.gradient_magnitude(disc, sigma=1)
    assert from_rim[outline > 0.5 * outline.max()].max() < 1.5
    noisy = disc + 0.2 * rng.standard_normal(disc.shape)

    def contrast(sigma):
        m = g.gradient_magnitude(noisy, sigma=sigma)
        return m[from_rim < 0.7].mean() / m[from_rim > 6].mean()

    assert contrast(1.5) > 1.5 * contrast(0)


@pytest.mark.topic("R053")
def test_sobel_is_smoothing_times_derivative():
    image = rng.random((8, 9))
    gx, gy = g.sobel(image)
    kernel = np.outer([1, 2, 1], [-1, 0, 1])
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    np.testing.assert_allclose(gx[1:-1, 1:-1], np.einsum("ijkl,kl", windows, kernel), atol=1e-14)
    np.testing.assert_allclose(gy[1:-1, 1:-1], np.einsum("ijkl,lk", windows, kernel), atol=1e-14)


@pytest.mark.oracle
@pytest.mark.topic("R053")
@pytest.mark.parametrize("border, mode", [("symmetric", "reflect"), ("edge", "nearest"), ("constant", "constant")])
def test_filters_equal_scipys(border, mode):
    ndimage = pytest.importorskip("scipy.ndimage")
    image = rng.random((20, 17))
    gx, gy = g.sobel(image, border=border)
    np.testing.assert_allclose(gx, ndimage.sobel(image, axis=1, mode=mode), atol=1e-13)
    np.testing.assert_allclose(gy, ndimage.sobel(image, axis=0, mode=mode), atol=1e-13)
    for sigma in (0.8, 3):
        np.testing.assert_allclose(
            g.smooth(image, sigma, border=border), ndimage.gaussian_filter(image, sigma, mode=mode), atol=1e-13
        )


@pytest.mark.oracle
@pytest.mark.topic("R053")
def test_sobel_equals_opencvs():
    cv2 = pytest.importorskip("cv2")
    image = rng.random((20, 17))
    gx, gy = g.sobel(image, border="reflect")
    np.testing.assert_allclose(gx, cv2.Sobel(image, cv2.CV_64F, 1, 0), atol=1e-13)
    np.testing.assert_allclose(gy, cv2.Sobel(image, cv2.CV_64F, 0, 1), atol=1e-13)


@pytest.mark.topic("R072")
def test_a_kernel_of_five_pixels_truncates_the_gaussian():
    share = [g.gaussian_kernel(s, truncate=6)[int(6 * s + 0.5) - 2 :][:5].sum() ** 2 for s in (1.6, 6.4)]
    np.testing.assert_allclose(share, [0.79, 0.09], atol=0.005)


def test_dtypes_and_bad_arguments():
    assert g.gradient_magnitude(np.ones((5, 5), np.float32)).dtype == np.float32
    assert g.gradient_magnitude(np.ones((5, 5), np.uint8)).dtype == np.float64
    assert not g.gradient_magnitude(np.full((5, 5), 0.5)).round(15).any()
    for bad, match in ((np.ones((5, 5, 3)), "grey"), (np.full((5, 5), np.nan), "nan"), (np.ones((1, 5)), "2 × 2")):
        with pytest.raises(InputError, match=match):
            g.gradient(bad)
    with pytest.raises(InputError, match="border"):
        g.sobel(np.ones((5, 5)), border="mirror")
    with pytest.raises(InputError, match="sigma"):
        g.smooth(np.ones((5, 5)), 0)
