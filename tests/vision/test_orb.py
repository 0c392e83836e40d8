"""ORB: its directions and bits beside scikit-image's, and matches between turned and scaled views."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision import orb as o
from npdl.vision.matching import distances, match
from npdl.vision.ransac import ransac_homography

PLANE = pictures.TexturedPlane(160, shapes=200, seed=0)
SCENE = pictures.view(PLANE, np.eye(3), (160, 160))
MIDDLE = (79.5, 79.5)


@pytest.mark.topic("R049")
@pytest.mark.topic("R066")
@pytest.mark.parametrize(
    "homography", [pictures.rotation(45, centre=MIDDLE), pictures.rotation(20, scale=1.3, centre=MIDDLE)]
)
def test_matches_between_views(homography):
    a, b = o.orb(SCENE), o.orb(pictures.view(PLANE, homography, (160, 160)))
    pairs = match(a.descriptors, b.descriptors, ratio=0.8, cross_check=True)
    source, target = np.stack([a.x, a.y], axis=1)[pairs[:, 0]], np.stack([b.x, b.y], axis=1)[pairs[:, 1]]
    error = np.linalg.norm(pictures.transform(homography, source) - target, axis=1)
    right = error < 3
    assert right.mean() > 0.8 and right.sum() > 20 and np.median(error) < 1
    found = ransac_homography(source, target, threshold=2).model
    corners = np.array([[40, 40], [120, 40], [40, 120], [120, 120.0]])
    assert np.abs(pictures.transform(found, corners) - pictures.transform(homography, corners)).max() < 2


@pytest.mark.topic("R049")
@pytest.mark.parametrize("degrees", [0, 60, 200])
def test_the_direction_points_to_the_bright_side(degrees):
    theta = np.radians(degrees)
    y, x = np.mgrid[:41, :41] - 20
    ramp = 0.5 + 0.01 * (x * np.cos(theta) + y * np.sin(theta))
    found = np.degrees(o.directions(ramp, np.array([[20, 20]])))[0]
    assert abs((found - degrees + 180) % 360 - 180) < 1e-9


@pytest.mark.topic("R049")
def test_bits_turn_with_the_image():
    points, angle = np.array([[40, 44], [60, 52]]), np.array([0.4, 2.0])
    square = SCENE[:101, :101]
    first = o.describe(square, points, angle, o.brief_pattern())
    turned = np.rot90(square, -1)  # clockwise: (x, y) goes to (100 - y, x)
    moved = np.stack([100 - points[:, 1], points[:, 0]], axis=1)
    again = o.describe(turned, moved, angle + np.pi / 2, o.brief_pattern())
    assert first.shape == (2, 32) and np.diagonal(distances(first, again)).max() <= 2
    assert np.diagonal(distances(first, o.describe(turned, moved, angle, o.brief_pattern()))).min() > 30


@pytest.mark.oracle
@pytest.mark.topic("R049")
def test_directions_and_bits_are_scikit_images():
    feature = pytest.importorskip("skimage.feature")
    theirs = pytest.importorskip("skimage.feature.orb_cy")
    points = np.random.default_rng(0).integers(25, 130, (40, 2))
    dy, dx = o.DISC
    mask = np.zeros((31, 31), np.uint8)
    mask[dy + 15, dx + 15] = 1
    angle = o.directions(SCENE, points)
    np.testing.assert_allclose(angle, feature.corner_orientations(SCENE, points[:, ::-1], mask), atol=1e-9)
    pattern = np.stack([theirs.POS0, theirs.POS1], axis=1).astype(float)  # the pairs that ORB's authors chose
    bits = np.unpackbits(o.describe(SCENE, points, angle, pattern), axis=1)
    rows = np.ascontiguousarray(points[:, ::-1], dtype=np.intp)
    assert (bits == np.asarray(theirs._orb_loop(SCENE, rows, angle))).mean() > 0.999


def test_nothing_found_and_bad_arguments():
    flat = o.orb(np.full((64, 64), 0.5))
    assert len(flat.x) == 0 and flat.descriptors.shape == (0, 32)
    assert o.orb(np.zeros((20, 20))).descriptors.shape == (0, 32)
    assert len(o.orb(SCENE, count=10).x) == 10
    with pytest.raises(InputError, match="factor"):
        o.orb(SCENE, factor=1)
    with pytest.raises(InputError, match="grey"):
        o.orb(np.zeros((64, 64, 3)))
