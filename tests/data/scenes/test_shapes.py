"""The outlines: exact near the edge, of one size, about their centroids, and the same after a full turn."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from npdl.data.scenes import CLASSES
from npdl.data.scenes.shapes import CORNERS, HALF_TURN, LEVEL, REACH, directions, distances, extents

SIDE = 500  # pixels for [-2, 2]
axis = (np.arange(SIDE) + 0.5) / SIDE * 4 - 2
U, V = np.meshgrid(axis, axis)
SHAPES = pytest.mark.parametrize("c", range(len(CLASSES)), ids=CLASSES)


def one(c, degrees=0, radius=0.25, centre=(0.5, 0.5)):
    """A layout of one object."""
    return SimpleNamespace(
        classes=np.array([[c]]), degrees=np.array([[degrees]]), radii=np.array([[radius]]), centres=np.array([[centre]])
    )


@SHAPES
def test_the_level_is_the_distance_to_the_outline(c):
    level, pixel = LEVEL[c](U, V), 4 / SIDE
    inside = level <= 0
    exact = np.where(inside, 0.5 - distance_transform_edt(inside), distance_transform_edt(~inside) - 0.5) * pixel
    near = abs(exact) < 0.1  # where anti-aliasing needs it; farther out the corners of some are cut square
    wrong = abs(level - exact)[near]
    assert np.quantile(wrong, 0.95) < 1.5 * pixel and wrong.max() < 0.06
    slope = np.hypot(*np.gradient(level, pixel))[near]
    assert np.quantile(abs(slope - 1), 0.9) < 0.02


@SHAPES
def test_area_centroid_and_reach(c):
    inside = LEVEL[c](U, V) <= 0
    assert abs(inside.sum() * (4 / SIDE) ** 2 - 2.2) < 0.025
    assert abs(U[inside].mean()) < 0.01 and abs(V[inside].mean()) < 0.01
    assert REACH[c] - 0.03 < np.hypot(U[inside], V[inside]).max() <= REACH[c]


@SHAPES
def test_corners_lie_on_the_outline(c):
    u, v = CORNERS[c].T
    assert (abs(LEVEL[c](u, v)) < 1e-12).all()
    assert len(CORNERS[c]) == (0, 4, 3, 7, 4, 10, 12, 0, 2, 2)[c]


@pytest.mark.parametrize("name", ["square", "triangle", "arrow", "diamond", "star", "cross"])
def test_polygons_are_those_of_their_corners(name):
    """Even-odd rule: a ray to the right crosses the outline an odd number of times from inside. Corners clockwise."""
    c = CLASSES.index(name)
    (u0, v0), (u1, v1) = CORNERS[c].T, np.roll(CORNERS[c], -1, axis=0).T
    odd = np.zeros_like(U, dtype=bool)
    for a0, b0, a1, b1 in zip(u0, v0, u1, v1):
        spans = (b0 <= V) != (b1 <= V)
        slope = (a1 - a0) / (b1 - b0) if b1 != b0 else 0.0
        odd ^= spans & (U < a0 + slope * (V - b0))
    inside = LEVEL[c](U, V) <= 0
    assert (odd != inside).sum() <= 8  # pixel centres on the outline
    assert (u0 * v1 - u1 * v0).sum() > 0  # twice the area: above 0 is clockwise where v points down
    assert CORNERS[c][0, 1] == CORNERS[c][:, 1].min()


@SHAPES
def test_turned_twice_as_far_as_allowed_it_looks_the_same(c):
    half = int(HALF_TURN[c])
    minus, plus, between = (distances(one(c, d), 256)[0, 0] for d in (-half, half, half // 2))
    assert abs(minus - plus).max() < 0.01
    if half:
        assert ((minus <= 0) != (between <= 0)).sum() > 500


@SHAPES
def test_degrees_turn_clockwise(c):
    """Turned by a quarter: what was above is now on the right."""
    straight, turned = (distances(one(c, d), 101)[0, 0] for d in (0, 90))
    assert np.allclose(turned, np.rot90(straight, -1), atol=1e-3)


@SHAPES
def test_extents_hold_the_shape_and_little_more(c):
    for degrees in range(-HALF_TURN[c], HALF_TURN[c] + 1, 15):
        rows, columns = np.nonzero(distances(one(c, degrees), SIDE)[0, 0] <= 0)
        true = np.array([[SIDE / 2 - x.min(), x.max() + 1 - SIDE / 2] for x in (columns, rows)]).T / (0.25 * SIDE)
        spare = np.stack(extents(one(c, degrees)))[:, 0, 0] - true
        assert spare.min() > -0.005 and spare.max() < 0.03


def test_distances_are_in_pixels_from_pixel_centres():
    d = distances(one(CLASSES.index("square"), radius=0.25, centre=(0.5, 0.25)), 64)[0, 0]
    assert d.dtype == np.float32 and d.shape == (64, 64)
    half = 0.74 * 0.25 * 64
    assert d[16, 40] == pytest.approx(40.5 - 32 - half, abs=1e-4)  # 40.5 right of the centre, 0.5 below it
    assert d[30, 32] == pytest.approx(30.5 - 16 - half, abs=1e-4)
    assert (distances(one(-1), 8) == np.inf).all()


def test_directions_are_rounded_and_close():
    degrees = np.arange(-180, 181)
    table = directions(degrees)
    assert np.array_equal(table * 2**20, np.round(table * 2**20))
    assert abs(table - np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], axis=-1)).max() < 2**-20
