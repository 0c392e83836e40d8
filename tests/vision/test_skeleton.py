"""Skeletons."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.binary import euler_number, label
from npdl.vision.masks import disc_mask, polygon_mask
from npdl.vision.skeleton import skeleton


def shapes():
    letter = np.zeros((40, 40), bool)
    letter[5:35, 5:11] = letter[5:11, 5:33] = letter[18:24, 5:28] = True
    ring = disc_mask((40, 40), (20, 20), 17) & ~disc_mask((40, 40), (18, 21), 8)
    star = polygon_mask((40, 40), [(20, 1), (25, 15), (39, 15), (28, 24), (33, 38), (20, 30), (7, 38), (12, 24)])
    return {"letter": letter, "ring": ring, "star": star, "both": letter | np.roll(ring, 12, axis=1)}


every_shape = pytest.mark.parametrize("mask", shapes().values(), ids=shapes())


@pytest.mark.topic("R473")
@every_shape
def test_it_is_thin_inside_and_connected_as_before(mask):
    thin = skeleton(mask)
    assert (mask | ~thin).all() and thin.sum() < mask.sum() / 3
    assert label(thin)[1] == label(mask)[1] and euler_number(thin) == euler_number(mask)
    np.testing.assert_array_equal(skeleton(thin), thin)
    block = thin[:-1, :-1] & thin[1:, :-1] & thin[:-1, 1:] & thin[1:, 1:]
    assert not block.any()


@pytest.mark.topic("R473")
def test_a_bar_becomes_its_middle_line():
    bar = np.zeros((9, 30), bool)
    bar[2:7, 3:27] = True
    thin = skeleton(bar)
    assert set(np.nonzero(thin)[0].tolist()) == {4} and thin.sum() >= 18


@pytest.mark.topic("R473")
def test_a_drawing():
    mask = np.zeros((7, 12), bool)
    mask[:, :4] = mask[2:5, 3:] = mask[:3, 9:] = True
    drawing = [
        "............",
        "..........#.",
        "..#......#..",
        "...######...",
        "..#.........",
        ".#..........",
        "............",
    ]
    np.testing.assert_array_equal(skeleton(mask), [[c == "#" for c in line] for line in drawing])


@pytest.mark.oracle
@pytest.mark.topic("R473")
@every_shape
def test_scikit_images(mask):
    morphology = pytest.importorskip("skimage.morphology")
    np.testing.assert_array_equal(skeleton(mask), morphology.thin(mask))


def test_nothing_and_bad_input():
    assert not skeleton(np.zeros((4, 4), bool)).any()
    with pytest.raises(InputError, match="of bool"):
        skeleton(np.ones((3, 3)))
