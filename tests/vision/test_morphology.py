"""Erosion, dilation, and what is made of them."""

import numpy as np
import pytest
import scipy.ndimage

from npdl import InputError
from npdl.vision.morphology import (
    black_top_hat,
    closing,
    dilate,
    disc,
    erode,
    morphological_gradient,
    opening,
    square,
    white_top_hat,
)

rng = np.random.default_rng(0)
ODD = np.array([[0, 1, 1], [0, 1, 0], [1, 1, 0], [1, 0, 1], [0, 0, 1]], bool)
LINE = np.ones((1, 5), bool)
FOOTPRINTS = {"square": square(3), "large": square(5), "even": square(4), "disc": disc(2), "odd": ODD, "line": LINE}
every_footprint = pytest.mark.parametrize("footprint", FOOTPRINTS.values(), ids=FOOTPRINTS)


@pytest.mark.topic("R473")
@every_footprint
def test_grey_is_scipys(footprint):
    f, options = rng.random((13, 11)), {"footprint": footprint, "mode": "constant"}
    np.testing.assert_array_equal(erode(f, footprint), scipy.ndimage.grey_erosion(f, cval=np.inf, **options))
    np.testing.assert_array_equal(dilate(f, footprint), scipy.ndimage.grey_dilation(f, cval=-np.inf, **options))


@pytest.mark.topic("R473")
@every_footprint
def test_masks_are_scipys(footprint):
    f = rng.random((13, 11)) > 0.4
    np.testing.assert_array_equal(erode(f, footprint), scipy.ndimage.binary_erosion(f, footprint, border_value=1))
    if footprint.shape != (4, 4):  # of even sides SciPy's has another origin
        np.testing.assert_array_equal(dilate(f, footprint), scipy.ndimage.binary_dilation(f, footprint))


@pytest.mark.topic("R473")
@every_footprint
def test_opening_and_closing_twice_are_once_and_lie_on_either_side(footprint):
    for f in (rng.random((13, 11)), rng.random((13, 11)) > 0.4):
        opened, closed = opening(f, footprint), closing(f, footprint)
        np.testing.assert_array_equal(opening(opened, footprint), opened)
        np.testing.assert_array_equal(closing(closed, footprint), closed)
        assert (opened <= f).all() and (f <= closed).all() and (opened != f).any()


@pytest.mark.topic("R473")
@every_footprint
def test_dilating_is_eroding_the_negative_with_the_footprint_turned(footprint):
    f = rng.random((9, 10))
    if footprint.shape[0] % 2:
        np.testing.assert_allclose(dilate(f, footprint), 1 - erode(1 - f, footprint[::-1, ::-1]), rtol=1e-12)


@pytest.mark.topic("R473")
def test_small_things_vanish_and_gaps_are_filled():
    f = np.zeros((18, 18), bool)
    f[3:10, 3:10] = True
    f[6, 6], f[15, 15] = False, True
    opened, closed = opening(f), closing(f)
    assert not opened[15, 15] and closed[6, 6] and closed[15, 15]
    assert white_top_hat(f)[15, 15] and black_top_hat(f).sum() == 1
    solid = closed.copy()
    solid[15, 15] = False
    assert morphological_gradient(solid).sum() == 9 * 9 - 5 * 5


@pytest.mark.oracle
@pytest.mark.topic("R473")
@pytest.mark.parametrize("footprint", [square(3), disc(3)], ids=["square", "disc"])
def test_scikit_images(footprint):
    morphology = pytest.importorskip("skimage.morphology")
    f = rng.random((20, 18))
    pairs = [
        (erode, morphology.erosion),
        (dilate, morphology.dilation),
        (opening, morphology.opening),
        (closing, morphology.closing),
        (white_top_hat, morphology.white_tophat),
        (black_top_hat, morphology.black_tophat),
    ]
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours(f, footprint), theirs(f, footprint), atol=1e-12)
    np.testing.assert_allclose(
        morphological_gradient(f, footprint), morphology.dilation(f, footprint) - morphology.erosion(f, footprint)
    )


def test_footprints_dtypes_and_bad_input():
    np.testing.assert_array_equal(disc(1), [[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    assert square(4).shape == (4, 4) and erode(np.ones((3, 3), np.float32)).dtype == np.float32
    assert erode(np.ones((3, 3), bool)).dtype == bool
    with pytest.raises(InputError, match="True at its origin"):
        erode(np.ones((3, 3)), np.array([[True, False]]))
    with pytest.raises(InputError, match="of bool"):
        dilate(np.ones((3, 3)), np.ones((3, 3)))
