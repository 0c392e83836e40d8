"""What an image is: floats, bytes, masks, grey and colour; and what is none."""

import numpy as np
import pytest

from npdl import InputError, vision
from npdl.vision import REC709, as_bytes, as_float, images, to_grey

rng = np.random.default_rng(0)


@pytest.mark.topic("R469")
def test_bytes_become_floats_and_bytes_again():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(as_bytes(as_float("f", levels)), levels)
    assert as_float("f", levels).max() == 1


@pytest.mark.topic("R469")
def test_floats_are_rounded_to_the_nearest_of_256_levels_and_clipped():
    image = rng.random((9, 7))
    assert np.abs(as_bytes(image) / 255 - image).max() <= 0.5 / 255 + 1e-12
    np.testing.assert_array_equal(as_bytes(np.array([[-1.0, 2.0, 0.4999 / 255]])), [[0, 255, 0]])


def test_floats_are_not_copied_and_keep_their_dtype():
    image = rng.random((3, 4)).astype(np.float32)
    assert as_float("f", image) is image
    assert to_grey(np.dstack([image] * 3)).dtype == np.float32
    assert as_float("f", image > 0.5).dtype == np.float64


def test_grey_is_a_weighted_mean():
    image = rng.random((5, 6, 3))
    np.testing.assert_allclose(to_grey(image), image @ [0.299, 0.587, 0.114], rtol=1e-12)
    np.testing.assert_allclose(to_grey(image, REC709), image @ [0.2125, 0.7154, 0.0721], rtol=1e-12)
    np.testing.assert_allclose(to_grey(np.ones((2, 2, 3))), 1, rtol=1e-12)
    assert to_grey(image[..., 0]).shape == (5, 6)


@pytest.mark.parametrize(
    "image, message",
    [
        (np.ones((2, 3), int), "floats in .0, 1., uint8 or bool; got int64"),
        ([[1.0]], "grey image"),
        (np.ones((2, 3, 4)), "grey image"),
        (np.zeros((0, 3)), "a pixel at least"),
        (np.full((2, 2), np.nan), "free of nan"),
        (np.ones((2, 2), np.float16), "float32 or float64"),
    ],
)
def test_what_is_no_image(image, message):
    with pytest.raises(InputError, match=message):
        images.require_image("f", image)
    with pytest.raises(InputError, match="f: image"):
        images.require_grey("f", image)
    with pytest.raises(InputError, match="f: image"):
        images.require_colour("f", image)


def test_files_are_opened_when_first_used():
    assert vision.median.median(np.ones((3, 3))).shape == (3, 3)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        vision.nothing  # noqa: B018


def test_what_is_no_mask_no_size_and_not_in_the_unit_interval():
    with pytest.raises(InputError, match="of bool"):
        images.require_mask("f", np.ones((2, 2)))
    with pytest.raises(InputError, match=r"\(2, 3\) like the image"):
        images.require_mask("f", np.ones((2, 2), bool), (2, 3))
    with pytest.raises(InputError, match="H, W"):
        images.require_mask("f", np.ones(3, bool))
    for size in (3, (1, 2.0), (0, 1), (1, 2, 3)):
        with pytest.raises(InputError, match="pair"):
            images.require_size("f", size)
    assert images.require_size("f", (1, np.int64(3))) == (1, 3)
    with pytest.raises(InputError, match=r"floats in \[0, 1\]; got \(0.0, 1.5\)"):
        images.require_unit("f", np.array([[0, 1.5]]))
