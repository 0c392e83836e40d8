"""Masks and regions of interest."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.masks import (
    apply_mask,
    bounding_box,
    disc_mask,
    masked_histogram,
    masked_mean,
    polygon_mask,
    rectangle_mask,
)

rng = np.random.default_rng(0)


@pytest.mark.topic("R455")
@pytest.mark.parametrize("shape", [(8, 9), (8, 9, 3)], ids=str)
def test_inside_is_kept_and_outside_is_0(shape):
    f, mask = rng.random(shape), rng.random((8, 9)) > 0.5
    y = apply_mask(f, mask)
    np.testing.assert_array_equal(y[mask], f[mask])
    assert not y[~mask].any()
    assert (apply_mask(f, mask, 0.25)[~mask] == 0.25).all()


@pytest.mark.topic("R455")
def test_statistics_are_those_of_the_inside():
    f, mask = rng.random((8, 9, 3)), rng.random((8, 9)) > 0.5
    np.testing.assert_allclose(masked_mean(f, mask), [f[..., c][mask].mean() for c in range(3)])
    counts = masked_histogram(f, mask, 10)
    assert counts.shape == (10, 3) and (counts.sum(axis=0) == mask.sum()).all()
    expected = np.histogram(f[..., 1][mask], 10, (0, 1))[0]
    np.testing.assert_array_equal(counts[:, 1], expected)
    np.testing.assert_array_equal(masked_histogram(f[..., 1], mask, 10), expected)


@pytest.mark.oracle
@pytest.mark.topic("R455")
def test_opencvs_masked_mean_and_histogram():
    cv2 = pytest.importorskip("cv2")
    f, mask = rng.integers(0, 256, (20, 21)).astype(np.uint8), rng.random((20, 21)) > 0.4
    assert masked_mean(f, mask) * 255 == pytest.approx(cv2.mean(f, mask.astype(np.uint8))[0])
    expected = cv2.calcHist([f], [0], mask.astype(np.uint8), [256], [0, 256]).ravel()
    np.testing.assert_array_equal(masked_histogram(f, mask), expected)


@pytest.mark.topic("R455")
def test_shapes():
    mask = rectangle_mask((5, 6), 1, 2, 3, 9)
    assert mask.sum() == 3 * 4 and mask[1:4, 2:].all()
    assert bounding_box(mask) == (1, 2, 3, 4) and bounding_box(mask & False) is None
    disc = disc_mask((40, 50), (20, 18), 15)
    assert disc.sum() == pytest.approx(np.pi * 225, rel=0.01) and bounding_box(disc) == (3, 5, 31, 31)
    np.testing.assert_array_equal(polygon_mask((5, 6), [(1.5, 0.5), (9, 0.5), (9, 3.5), (1.5, 3.5)]), mask)


@pytest.mark.oracle
@pytest.mark.topic("R455")
def test_scikit_images_polygon():
    draw = pytest.importorskip("skimage.draw")
    corners = rng.uniform(0, 30, (9, 2))  # crosses itself
    expected = draw.polygon2mask((30, 30), corners[:, ::-1])
    np.testing.assert_array_equal(polygon_mask((30, 30), corners), expected)


def test_bad_input():
    f = np.ones((3, 4))
    with pytest.raises(InputError, match="True somewhere"):
        masked_mean(f, np.zeros((3, 4), bool))
    with pytest.raises(InputError, match="like the image"):
        apply_mask(f, np.ones((4, 3), bool))
    with pytest.raises(InputError, match="three corners"):
        polygon_mask((3, 3), [(0, 0), (1, 1)])
    with pytest.raises(InputError, match="radius"):
        disc_mask((3, 3), (1, 1), 0)
