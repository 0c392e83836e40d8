"""Derivatives of images: closed forms on ramps and discs, and SciPy's and scikit-image's filters."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision import gradient as g
from npdl.vision.derivatives import sobel
from npdl.vision.smoothing import gaussian_line

rng = np.random.default_rng(0)


@pytest.mark.topic("R050")
def test_a_vertical_edge_has_a_horizontal_gradient():
    step = np.zeros((12, 12))
    step[:, 6:] = 1
    gx, gy = sobel(step)
    assert np.abs(gx).sum() > 100 * np.abs(gy).sum() and gx.max() == 0.5 and gx.min() == 0
    gx, gy = sobel(step.T)
    assert np.abs(gy).sum() > 100 * np.abs(gx).sum() and gy.max() == 0.5


@pytest.mark.topic("R051")
@pytest.mark.parametrize("degrees", [0, 30, 100, 200])
def test_the_gradient_of_a_ramp_turns_with_it(degrees):
    theta = np.radians(degrees)
    y, x = np.mgrid[:9, :11]
    gx, gy = g.gradient(0.5 + 0.02 * (x * np.cos(theta) + y * np.sin(theta)))
    np.testing.assert_allclose(gx, 0.02 * np.cos(theta), atol=1e-15)
    np.testing.assert_allclose(gy, 0.02 * np.sin(theta), atol=1e-15)
    np.testing.assert_allclose(g.magnitude(gx, gy), 0.02, atol=1e-15)


@pytest.mark.topic("R051")
def test_sectors_and_the_smallest_image():
    theta = np.radians(np.array([0, 22, 23, 90, 135, 180, 225, 270, 315, 338]))
    assert g.sector(np.cos(theta), np.sin(theta)).tolist() == [0, 0, 1, 2, 3, 4, 5, 6, 7, 0]
    assert g.sector(np.array(-0.0), np.array(0.0)) == 0  # no gradient
    gx, gy = g.gradient(np.array([[0.1, 0.4], [0.2, 0.9]]))
    np.testing.assert_allclose([gx, gy], [[[0.3, 0.3], [0.7, 0.7]], [[0.1, 0.5], [0.1, 0.5]]])


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
    gx, gy = sobel(image)
    kernel = np.outer([1, 2, 1], [-1, 0, 1]) / 8
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    np.testing.assert_allclose(gx[1:-1, 1:-1], np.einsum("ijkl,kl", windows, kernel), atol=1e-14)
    np.testing.assert_allclose(gy[1:-1, 1:-1], np.einsum("ijkl,lk", windows, kernel), atol=1e-14)


@pytest.mark.oracle
@pytest.mark.topic("R053")
def test_sobel_equals_opencvs():
    cv2 = pytest.importorskip("cv2")
    image = rng.random((20, 17))
    gx, gy = sobel(image, border="mirror")
    np.testing.assert_allclose(8 * gx, cv2.Sobel(image, cv2.CV_64F, 1, 0), atol=1e-13)
    np.testing.assert_allclose(8 * gy, cv2.Sobel(image, cv2.CV_64F, 0, 1), atol=1e-13)


@pytest.mark.topic("R072")
def test_a_kernel_of_five_pixels_truncates_the_gaussian():
    share = [gaussian_line(s)[int(4 * s + 0.5) - 2 :][:5].sum() ** 2 for s in (1.6, 6.4)]
    np.testing.assert_allclose(share, [0.79, 0.09], atol=0.005)


def test_dtypes_and_bad_arguments():
    assert g.gradient_magnitude(np.ones((5, 5), np.float32)).dtype == np.float32
    assert g.gradient_magnitude(np.ones((5, 5), np.uint8)).dtype == np.float64
    assert not g.gradient_magnitude(np.full((5, 5), 0.5)).round(15).any()
    for bad, match in ((np.ones((5, 5, 3)), "grey"), (np.full((5, 5), np.nan), "nan"), (np.ones((1, 5)), "2 × 2")):
        with pytest.raises(InputError, match=match):
            g.gradient(bad)
