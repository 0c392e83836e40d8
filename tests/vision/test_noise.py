"""Noise: mean, variance, and what it depends on."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.masks import disc_mask
from npdl.vision.median import median
from npdl.vision.noise import gaussian_noise, poisson_noise, salt_and_pepper
from npdl.vision.smoothing import gaussian
from npdl.vision.total_variation import tv_denoise

ramp = np.tile(np.linspace(0, 1, 256), (256, 1))


def rng():
    return np.random.default_rng(0)


@pytest.mark.topic("R461")
def test_gaussian_noise_has_its_moments():
    e = gaussian_noise(ramp, 0.1, rng=rng()) - ramp
    n = e.size
    assert abs(e.mean()) < 4 * 0.1 / np.sqrt(n)
    assert abs(e.var() / 0.01 - 1) < 4 * np.sqrt(2 / n)
    assert abs((e**4).mean() / e.var() ** 2 - 3) < 4 * np.sqrt(24 / n)


@pytest.mark.topic("R461")
def test_gaussian_noise_does_not_depend_on_the_image_and_shot_noise_does():
    e = gaussian_noise(ramp, 0.1, rng=rng()) - ramp
    s = poisson_noise(ramp, 100, rng=rng()) - ramp
    for noise, dependent in ((e, False), (s, True)):
        correlation = np.corrcoef((noise**2).ravel(), ramp.ravel())[0, 1]
        assert (abs(correlation) > 4 / 256) == dependent
    assert abs(np.corrcoef(e.ravel(), ramp.ravel())[0, 1]) < 4 / 256


@pytest.mark.topic("R462")
def test_shot_noise_has_the_variance_of_the_light():
    s = poisson_noise(ramp, 50, rng=rng())
    for column in (64, 128, 255):
        f = ramp[0, column]
        assert abs(s[:, column].mean() - f) < 4 * np.sqrt(f / 50 / 256)
        assert abs(s[:, column].var() / (f / 50) - 1) < 4 * np.sqrt(2 / 256 + 1 / (50 * f) / 256)
    assert not s[:, 0].any()


@pytest.mark.topic("R462")
def test_salt_and_pepper_loses_a_share_of_the_pixels():
    grey = np.full((200, 200, 3), 0.5)
    y = salt_and_pepper(grey, 0.2, 0.25, rng=rng())
    white, black = (y == 1).mean(), (y == 0).mean()
    assert abs(white - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 40000)
    assert abs(black - 0.15) < 4 * np.sqrt(0.15 * 0.85 / 40000)
    assert ((y == 0.5).all(axis=2) | (y == 0).all(axis=2) | (y == 1).all(axis=2)).all()
    assert (grey == 0.5).all()


@pytest.mark.oracle
@pytest.mark.topic("R462")
def test_the_statistics_are_scikit_images():
    util = pytest.importorskip("skimage.util")
    f = ramp * 0.8 + 0.1
    pairs = [
        (gaussian_noise(f, 0.1, rng=rng()), util.random_noise(f, "gaussian", 0, clip=False, var=0.01)),
        (poisson_noise(f, 256, rng=rng()), util.random_noise(f, "poisson", 0, clip=False)),
        (salt_and_pepper(f, 0.1, rng=rng()), util.random_noise(f, "s&p", 0, amount=0.1)),
    ]
    for ours, theirs in pairs:
        assert (ours - f).var() == pytest.approx((theirs - f).var(), rel=0.05)
        assert abs((ours - f).mean() - (theirs - f).mean()) < 0.005


def test_dtypes_and_bad_input():
    f = np.full((4, 5), 0.5, np.float32)
    for function in (gaussian_noise, poisson_noise, salt_and_pepper):
        assert function(f, rng=rng()).dtype == np.float32 and function(f).shape == (4, 5)
    with pytest.raises(InputError, match="amount should be in"):
        salt_and_pepper(f, 1.5)
    with pytest.raises(InputError, match=r"floats in \[0, 1\]"):
        poisson_noise(f + 1)
    with pytest.raises(InputError, match="sigma should be in"):
        gaussian_noise(f, -1)


def psnr(image, truth):
    return -10 * np.log10(((image - truth) ** 2).mean())


@pytest.mark.topic("R475")
def test_each_noise_has_the_filter_that_helps():
    truth = np.where(disc_mask((64, 64), (30, 33), 20), 0.8, 0.2) + 0.1 * np.where(np.arange(64) > 40, 1, 0)
    noisy, lost = gaussian_noise(truth, 0.1, rng=rng()), salt_and_pepper(truth, 0.1, rng=rng())
    filters = {"gaussian": lambda f: gaussian(f, 1.0), "median": median, "tv": lambda f: tv_denoise(f, 0.15)}
    gain = {name: (psnr(f(noisy), truth) - psnr(noisy, truth), psnr(f(lost), truth) - psnr(lost, truth))
            for name, f in filters.items()}  # fmt: skip
    assert min(against_gaussian for against_gaussian, _ in gain.values()) > 2  # decibels
    assert gain["tv"][0] > gain["gaussian"][0] + 3
    assert gain["median"][1] > gain["gaussian"][1] + 5
