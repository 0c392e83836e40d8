"""Colours: normalisation, jitter, grey, and blur."""

import colorsys
import math

import numpy as np
import pytest
from scipy import ndimage

from npdl import InputError
from npdl.data import load_digits
from npdl.data.transforms import ColourJitter, GaussianBlur, Normalise, RandomGrey, ToFloat
from npdl.data.transforms.colour import turn_hue
from npdl.viz import unnormalise


def images(N=8, C=3, H=5, W=6):
    return np.random.default_rng(0).random((N, C, H, W))


def rng():
    return np.random.default_rng(1)


@pytest.mark.topic("R188")
def test_from_minus_one_to_one_and_back():
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16)
    x = ToFloat()(pixels)
    assert x.dtype == np.float32 and x.min() == 0 and x.max() == 1
    normalised = Normalise(0.5, 0.5)(x)
    assert normalised.min() == -1 and normalised.max() == 1
    np.testing.assert_array_equal(normalised, (x - np.float32(0.5)) / np.float32(0.5))
    back = normalised / 2 + np.float32(0.5)
    np.testing.assert_array_equal(back, unnormalise(normalised, 0.5, 0.5))
    np.testing.assert_array_equal(np.rint(255 * back), pixels)
    np.testing.assert_allclose(back, x, rtol=0, atol=2**-24)  # half a unit in the last place of 0.5
    eighths = np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3) / 8
    np.testing.assert_array_equal(Normalise(0.5, 0.5)(eighths) / 2 + 0.5, eighths)  # exact, where binary numbers are


@pytest.mark.topic("R188")
def test_the_statistics_are_those_of_the_training_set():
    x = (images(N=50) * np.array([1, 2, 3])[:, None, None] + np.array([0, 5, -5])[:, None, None]).astype(np.float32)
    normalise = Normalise.of(x)
    out = normalise(x)
    np.testing.assert_allclose(out.mean(axis=(0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(out.std(axis=(0, 2, 3)), 1, atol=1e-5)
    other = (images(N=3) + 7).astype(np.float32)
    np.testing.assert_allclose(unnormalise(normalise(other), normalise.mean, normalise.std), other, rtol=1e-5)
    assert abs(normalise(other).mean()) > 1  # it keeps what it was made with
    (train, _), (test, _) = load_digits()
    digits = Normalise.of(train)
    assert abs(digits(train).mean()) < 1e-5 < abs(digits(test).mean())


def test_a_channel_that_never_changes():
    x = images()
    x[:, 1] = 0.5
    with pytest.raises(InputError, match="Normalise: std should be above 0"):
        Normalise.of(x)


@pytest.mark.topic("R496")
def test_grey_is_the_brightness():
    x = images(N=400)
    out = RandomGrey(0.3)(x, rng=rng())
    grey = np.all(out[:, 0] == out[:, 1], axis=(1, 2))
    assert abs(grey.mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 400)
    brightness = 0.299 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2]
    for channel in range(3):
        np.testing.assert_allclose(out[grey, channel], brightness[grey], rtol=1e-12)
    assert np.array_equal(out[~grey], x[~grey])
    assert np.array_equal(RandomGrey(0)(x), x)


@pytest.mark.topic("R496")
def test_jitter_by_the_formulas():
    x = images(N=300)
    b = ColourJitter(brightness=0.4)(x, rng=rng())
    factor = rng().uniform(0.6, 1.4, (300, 1, 1, 1))
    np.testing.assert_allclose(b, np.clip(factor * x, 0, 1), rtol=1e-12)

    grey = (np.array([0.299, 0.587, 0.114])[:, None, None] * x).sum(axis=1, keepdims=True)
    mean = grey.mean(axis=(2, 3), keepdims=True)
    c = ColourJitter(contrast=0.4)(x, rng=rng())
    np.testing.assert_allclose(c, np.clip(mean + factor * (x - mean), 0, 1), rtol=1e-10)
    s = ColourJitter(saturation=0.4)(x, rng=rng())
    np.testing.assert_allclose(s, np.clip(grey + factor * (x - grey), 0, 1), rtol=1e-10)

    everything = ColourJitter(2, 3, 4, 0.5)(x, rng=rng())
    assert everything.min() >= 0 and everything.max() <= 1
    assert np.array_equal(ColourJitter()(x), x)


def test_jitter_without_colours():
    x = images(C=1)
    out = ColourJitter(0.5, 0.5)(x, rng=rng())
    assert out.shape == x.shape and not np.array_equal(out, x)


def test_hue_as_colorsys():
    x = images(N=4)
    x[0, :, 0] = 0.5  # grey has no hue
    x[0, :, 1] = np.array([1, 0, 0])[:, None]
    x[0, :, 2] = np.array([0.2, 0.9, 0.9])[:, None]
    turn = np.array([0.0, 0.3, -0.5, 0.5])
    out = turn_hue(x, turn[:, None, None])
    for n in range(4):
        for i in range(5):
            for j in range(6):
                hue, saturation, value = colorsys.rgb_to_hsv(*x[n, :, i, j])
                expected = colorsys.hsv_to_rgb((hue + turn[n]) % 1, saturation, value)
                np.testing.assert_allclose(out[n, :, i, j], expected, atol=1e-12)


@pytest.mark.topic("R496")
@pytest.mark.parametrize("sigma, H, W", [(0.3, 9, 8), (1.0, 9, 12), (2.0, 5, 20), (2.0, 1, 3)])
def test_blur_as_scipy(sigma, H, W):
    x = images(N=2, H=H, W=W)
    radius = math.ceil(3 * sigma)
    expected = ndimage.gaussian_filter(x, (0, 0, sigma, sigma), mode="mirror", radius=(0, 0, radius, radius))
    np.testing.assert_allclose(GaussianBlur(sigma)(x), expected, atol=1e-12)


def test_blur_keeps_flat_images_and_a_point_shows_the_kernel():
    np.testing.assert_allclose(GaussianBlur((0.1, 2.0))(np.full((3, 1, 7, 9), 0.3)), 0.3, rtol=1e-12)
    point = np.zeros((1, 1, 31, 31))
    point[0, 0, 15, 15] = 1
    kernel = GaussianBlur(1.5)(point)[0, 0]
    assert abs(kernel.sum() - 1) < 1e-12
    np.testing.assert_allclose(kernel[15, 16] / kernel[15, 15], np.exp(-1 / (2 * 1.5**2)), rtol=1e-12)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-15)


def test_every_image_gets_its_own_sigma():
    x = np.repeat(images(N=1), 50, axis=0)
    out = GaussianBlur((0.5, 2.0))(x, rng=rng())
    sigma = rng().uniform(0.5, 2.0, 50)
    roughness = np.abs(np.diff(out, axis=3)).mean(axis=(1, 2, 3))
    assert np.all(np.diff(roughness[np.argsort(sigma)]) < 0)  # the larger sigma, the smoother
