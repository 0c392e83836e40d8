"""FAST: the segment test by brute force, beside scikit-image, and on corners that are known."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision.fast import CIRCLE, fast_corners, fast_score

rng = np.random.default_rng(0)
SCENE = pictures.view(pictures.TexturedPlane(96, seed=2), np.eye(3), (96, 96))


@pytest.mark.topic("R048")
@pytest.mark.parametrize("arc", [1, 2, 9, 12, 16])
def test_the_segment_test_by_brute_force(arc):
    image = rng.random((12, 13)).round(1)
    image[4:9, 4:10] = 1
    score = fast_score(image, arc=arc, threshold=0.25)
    for y in range(3, 9):
        for x in range(3, 10):
            around = np.array([image[y + dy, x + dx] for dy, dx in CIRCLE])
            signs = np.where(around > image[y, x] + 0.25, 1, np.where(around < image[y, x] - 0.25, -1, 0))
            found = any(abs(np.roll(signs, -i)[:arc].sum()) == arc for i in range(16))
            assert score[y, x] == pytest.approx(np.abs(around - image[y, x]).sum() if found else 0)
    assert not score[:3].any() and not score[:, -3:].any()


@pytest.mark.oracle
@pytest.mark.topic("R048")
@pytest.mark.parametrize("arc", [9, 12])
def test_fast_equals_scikit_images(arc):
    feature = pytest.importorskip("skimage.feature")
    theirs = feature.corner_fast(SCENE, arc, 0.15)
    np.testing.assert_allclose(fast_score(SCENE, arc=arc, threshold=0.15), theirs, atol=1e-12)
    assert (theirs > 0).sum() > 5


@pytest.mark.topic("R048")
def test_fast_on_a_polygon():
    corners = np.array([[12, 10], [50, 16], [45, 52], [8, 40.0]])
    found = fast_corners(pictures.polygon(corners, (64, 64)), distance=4)
    assert len(found) == 4 and np.linalg.norm(found[:, None] - corners, axis=2).min(axis=0).max() < 3


def test_an_arc_longer_than_the_circle():
    with pytest.raises(InputError, match="16 pixels"):
        fast_score(np.full((16, 16), 0.5), arc=17)
