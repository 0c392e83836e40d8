"""PSNR by hand."""

import math

import numpy as np
import pytest

from npdl import InputError
from npdl.metrics import psnr


@pytest.mark.topic("R431")
def test_one_grey_level_of_256_is_48_decibels():
    image = np.arange(0, 250).reshape(10, 25)
    assert psnr(image + 1, image, peak=255) == pytest.approx(20 * math.log10(255))
    assert psnr((image + 1) / 255, image / 255) == pytest.approx(20 * math.log10(255))


@pytest.mark.topic("R431")
def test_equal_images_have_no_noise_and_half_the_error_is_6_decibels_more():
    image, noise = np.random.default_rng(0).standard_normal((2, 3, 8, 8))
    assert psnr(image, image) == math.inf
    assert psnr(image + noise / 2, image) - psnr(image + noise, image) == pytest.approx(20 * math.log10(2))


def test_whole_numbers_do_not_wrap_around():
    assert psnr(np.zeros(4, np.uint8), np.full(4, 255, np.uint8), peak=255) == pytest.approx(0)


def test_bad_input():
    with pytest.raises(InputError, match="psnr: image should be an array of shape"):
        psnr(np.zeros((2, 2)), np.zeros((2, 3)))
    with pytest.raises(InputError, match="psnr: peak should be above 0"):
        psnr(np.zeros(2), np.zeros(2), peak=0)
