"""Colour spaces."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.colour import (
    delinearise,
    hsv_to_rgb,
    lab_to_rgb,
    linearise,
    rgb_to_hsv,
    rgb_to_lab,
    rgb_to_ycbcr,
    ycbcr_to_rgb,
)

rng = np.random.default_rng(0)
f = rng.random((6, 7, 3))
f[0, 0], f[0, 1], f[0, 2] = 0, 1, 0.5
PRIMARY = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1.0], [1, 1, 0], [0, 0, 0], [0.5, 0.5, 0.5]]])


@pytest.mark.topic("R471")
@pytest.mark.parametrize("full_range", [False, True])
def test_ycbcr_and_back(full_range):
    y = rgb_to_ycbcr(f, full_range=full_range)
    np.testing.assert_allclose(ycbcr_to_rgb(y, full_range=full_range), f, atol=1e-8)
    np.testing.assert_allclose(y[0, :3, 1:], 128 / 255, atol=1e-8)  # greys


@pytest.mark.topic("R471")
def test_the_range_of_luma():
    black, white = rgb_to_ycbcr(f)[0, :2, 0] * 255
    assert black == pytest.approx(16) and white == pytest.approx(235)
    np.testing.assert_allclose(rgb_to_ycbcr(f, full_range=True)[..., 0], f @ [0.299, 0.587, 0.114], atol=1e-8)


def test_hsv_of_known_colours_and_back():
    np.testing.assert_allclose(rgb_to_hsv(PRIMARY)[0, :, 0], [0, 1 / 3, 2 / 3, 1 / 6, 0, 0], atol=1e-12)
    np.testing.assert_allclose(rgb_to_hsv(PRIMARY)[0, :, 1], [1, 1, 1, 1, 0, 0])
    np.testing.assert_allclose(rgb_to_hsv(PRIMARY)[0, :, 2], [1, 1, 1, 1, 0, 0.5])
    np.testing.assert_allclose(hsv_to_rgb(rgb_to_hsv(f)), f, atol=1e-12)


def test_lab_of_white_and_black_and_back():
    lab = rgb_to_lab(f)
    np.testing.assert_allclose(lab[0, :2], [[0, 0, 0], [100, 0, 0]], atol=5e-3)
    np.testing.assert_allclose(lab_to_rgb(lab), f, atol=1e-9)
    np.testing.assert_allclose(delinearise(linearise(f)), f, atol=1e-7)


@pytest.mark.oracle
@pytest.mark.topic("R471")
def test_scikit_images():
    color = pytest.importorskip("skimage.color")
    np.testing.assert_allclose(255 * rgb_to_ycbcr(f), color.rgb2ycbcr(f), rtol=1e-10)
    np.testing.assert_allclose(rgb_to_hsv(f), color.rgb2hsv(f), atol=1e-12)
    np.testing.assert_allclose(hsv_to_rgb(f), color.hsv2rgb(f), atol=1e-12)
    image = np.random.default_rng(5).random((30, 31, 3))
    lab, theirs, above = rgb_to_lab(image), color.rgb2lab(image), image.min(axis=2) > 0.1
    np.testing.assert_allclose(lab[above], theirs[above], atol=1e-10)
    np.testing.assert_allclose(lab, theirs, atol=3e-4)  # near black: its straight line is 7.787 t from 0.008856 down
    back = color.lab2rgb(lab)
    np.testing.assert_allclose(lab_to_rgb(lab)[above], back[above], atol=1e-10)
    np.testing.assert_allclose(lab_to_rgb(lab), back, atol=3e-6)


@pytest.mark.oracle
@pytest.mark.topic("R471")
def test_opencvs_ycbcr_and_lab():
    cv2 = pytest.importorskip("cv2")
    image = f.astype(np.float32)
    expected = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)[..., [0, 2, 1]]
    np.testing.assert_allclose(rgb_to_ycbcr(image, full_range=True)[..., 0], expected[..., 0], atol=1e-5)
    np.testing.assert_allclose(rgb_to_ycbcr(image, full_range=True), expected, atol=3e-3)  # OpenCV's grey is 0.5
    np.testing.assert_allclose(rgb_to_lab(image), cv2.cvtColor(image, cv2.COLOR_RGB2LAB), atol=0.3)


def test_dtypes_and_bad_input():
    both = [rgb_to_ycbcr, ycbcr_to_rgb, rgb_to_hsv, hsv_to_rgb, rgb_to_lab, lab_to_rgb, linearise, delinearise]
    for function in both:
        assert function(f.astype(np.float32)).dtype == np.float32
    with pytest.raises(InputError, match=r"floats in \[0, 1\]"):
        rgb_to_lab(255 * f)
    with pytest.raises(InputError, match="a colour image"):
        rgb_to_hsv(f[..., 0])
