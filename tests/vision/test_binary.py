"""Thresholds, connected pieces, holes."""

import numpy as np
import pytest
import scipy.ndimage

from npdl import InputError
from npdl.vision.binary import Region, euler_number, holes, label, otsu_threshold, regions
from npdl.vision.masks import disc_mask, rectangle_mask

rng = np.random.default_rng(0)
every_share = pytest.mark.parametrize("share", [0.1, 0.4, 0.6, 0.8])
STRUCTURE = {4: None, 8: np.ones((3, 3))}


@pytest.mark.topic("R035", "R474")
@every_share
@pytest.mark.parametrize("neighbours", [4, 8])
def test_labels_are_scipys(share, neighbours):
    mask = rng.random((25, 31)) < share
    expected, n = scipy.ndimage.label(mask, STRUCTURE[neighbours])
    labels, count = label(mask, neighbours)
    assert count == n
    np.testing.assert_array_equal(labels, expected)


@pytest.mark.topic("R474")
def test_a_snake_is_one_piece():
    mask = np.zeros((41, 41), bool)
    mask[::2] = True
    mask[1::4, -1] = mask[3::4, 0] = True
    assert label(mask, 4)[1] == 1
    np.testing.assert_array_equal(label(~mask, 4)[0], scipy.ndimage.label(~mask)[0])


@pytest.mark.topic("R474")
def test_regions_of_known_shapes():
    mask = rectangle_mask((30, 30), 2, 3, 4, 6) | rectangle_mask((30, 30), 20, 10, 3, 3)
    large, small = regions(label(mask)[0])
    assert large == Region(1, 24, (5.5, 3.5), (2, 3, 4, 6)) and small == Region(2, 9, (11.0, 21.0), (20, 10, 3, 3))
    assert regions(np.zeros((3, 3), int)) == []


@pytest.mark.topic("R474")
@every_share
@pytest.mark.parametrize("neighbours", [4, 8])
def test_the_euler_number_is_pieces_less_holes(share, neighbours):
    mask = rng.random((25, 31)) < share
    outside = np.pad(~mask, 1, constant_values=True)
    gaps = scipy.ndimage.label(outside, STRUCTURE[12 - neighbours])[1] - 1  # all but the one around everything
    assert holes(mask, neighbours) == gaps
    assert euler_number(mask, neighbours) == label(mask, neighbours)[1] - gaps


@pytest.mark.topic("R474")
def test_a_ring_has_one_hole_and_a_touching_corner_counts_by_the_neighbours():
    ring = disc_mask((20, 20), (9, 9), 8) & ~disc_mask((20, 20), (9, 9), 3)
    assert euler_number(ring) == 0 and holes(ring) == 1
    corner = np.eye(2, dtype=bool)
    assert (euler_number(corner, 4), euler_number(corner, 8)) == (2, 1)


@pytest.mark.topic("R474")
def test_otsus_threshold_parts_two_hills():
    f = np.repeat([0.3, 0.7], [3000, 1000]) + 0.05 * rng.standard_normal(4000)
    f = f.reshape(40, 100)
    t = otsu_threshold(f)
    assert 0.45 < t < 0.55 and ((f > t).ravel()[3000:].mean()) > 0.99
    assert otsu_threshold(np.full((3, 3), 0.4)) == 0.4


@pytest.mark.oracle
@pytest.mark.topic("R474")
def test_scikit_images_threshold_and_regions():
    filters, measure = pytest.importorskip("skimage.filters"), pytest.importorskip("skimage.measure")
    f = rng.random((30, 31)) ** 2
    assert otsu_threshold(f) == pytest.approx(filters.threshold_otsu(f), abs=1e-12)
    mask = f > 0.3
    labels, _ = label(mask)
    for ours, theirs in zip(regions(labels), measure.regionprops(labels)):
        top, left, height, width = ours.box
        assert (ours.label, ours.area) == (theirs.label, theirs.area)
        assert ours.centroid == pytest.approx(theirs.centroid[::-1])
        assert (top, left, top + height, left + width) == theirs.bbox
    for neighbours, connectivity in ((4, 1), (8, 2)):
        assert euler_number(mask, neighbours) == measure.euler_number(mask, connectivity)


def test_bad_input():
    with pytest.raises(InputError, match="4 or 8"):
        label(np.ones((2, 2), bool), 6)
    with pytest.raises(InputError, match="of bool"):
        euler_number(np.ones((2, 2)))
    with pytest.raises(InputError, match="bins"):
        otsu_threshold(np.ones((2, 2)), 1)
