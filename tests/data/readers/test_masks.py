"""Polygons and runs: against their definitions, pycocotools' strings, Pillow and OpenCV."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageDraw

from npdl.data import polygon_area, polygon_mask, rle_decode, rle_encode

BLOB = np.array([[3.2, 2.1], [21.7, 4.4], [29.3, 15.8], [22.1, 13.2], [17.6, 22.9], [8.4, 18.3], [11.9, 11.0]])


def inside(polygon, height, width):
    """The even-odd rule, a pixel at a time: edges that the ray to the left crosses."""
    mask = np.zeros((height, width), dtype=bool)
    for i in range(height):
        for j in range(width):
            x, y, odd = j + 0.5, i + 0.5, False
            for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0)):
                if (y0 <= y < y1 or y1 <= y < y0) and x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x:
                    odd = not odd
            mask[i, j] = odd
    return mask


def far_from_edges(polygon, height, width, distance):
    """Pixels whose centre is at least this far from every edge."""
    centres = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=-1)
    nearest = np.full((height, width), np.inf)
    for a, b in zip(polygon, np.roll(polygon, -1, axis=0)):
        t = ((centres - a) @ (b - a) / max((b - a) @ (b - a), 1e-300)).clip(0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(centres - a - t[..., None] * (b - a), axis=-1))
    return nearest >= distance


@pytest.mark.topic("R519")
@given(hnp.arrays(np.float64, st.tuples(st.integers(3, 8), st.just(2)), elements=st.floats(-5, 20)))
@settings(deadline=None, max_examples=50)
def test_a_polygon_by_the_definition(polygon):
    """Any corners: it may cross itself and leave the image. Ties are tested below."""
    sure = far_from_edges(polygon, 12, 15, 1e-6)
    mask = polygon_mask(polygon, 12, 15)
    assert np.array_equal(mask[sure], inside(polygon, 12, 15)[sure])


@pytest.mark.topic("R519")
def test_a_box_is_the_pixels_that_it_covers():
    mask = polygon_mask([2, 1, 6, 1, 6, 4, 2, 4], 8, 9)
    expected = np.zeros((8, 9), dtype=bool)
    expected[1:4, 2:6] = True
    assert np.array_equal(mask, expected) and polygon_area([2, 1, 6, 1, 6, 4, 2, 4]) == mask.sum() == 12


def test_a_centre_on_an_edge():
    """Inside on the left and upper edge, outside on the right and lower one."""
    assert np.argwhere(polygon_mask([0.5, 0.5, 2.5, 0.5, 2.5, 2.5, 0.5, 2.5], 4, 4)).tolist() == [
        [0, 0], [0, 1], [1, 0], [1, 1],
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), min_size=5, max_size=5, unique=True))
@settings(deadline=None, max_examples=50)
def test_triangles_around_a_point_share_no_pixel_and_leave_none_out(points):
    """On quarters of pixels, where many centres lie on edges: a fan of triangles and its outline agree everywhere."""
    apex, *rim = np.array(points) / 4
    fan = [polygon_mask([apex, a, b], 7, 7) for a, b in pairwise(rim)]
    outline = polygon_mask([apex, *rim], 7, 7)
    assert np.array_equal(np.logical_xor.reduce(fan), outline)


@pytest.mark.topic("R519")
def test_the_inside_is_pillows():
    """Which takes every pixel that the boundary touches."""
    canvas = Image.new("1", (32, 26))
    ImageDraw.Draw(canvas).polygon([tuple(corner) for corner in BLOB - 0.5], fill=1)
    sure = far_from_edges(BLOB, 26, 32, 1.5)
    assert sure.mean() > 0.7
    assert np.array_equal(polygon_mask(BLOB, 26, 32)[sure], np.asarray(canvas)[sure])


@pytest.mark.oracle
@pytest.mark.topic("R519")
def test_the_inside_is_opencvs():
    cv2 = pytest.importorskip("cv2")
    canvas = np.zeros((26, 32), dtype=np.uint8)
    cv2.fillPoly(canvas, [np.round((BLOB - 0.5) * 256).astype(np.int32)], 1, shift=8)
    sure = far_from_edges(BLOB, 26, 32, 1.0)
    assert np.array_equal(polygon_mask(BLOB, 26, 32)[sure], canvas[sure] == 1)


@pytest.mark.topic("R519")
def test_areas():
    assert polygon_area([0, 0, 4, 0, 0, 3]) == 6
    assert polygon_area(np.array([[0, 0], [4, 0], [4, 2], [2, 2], [2, 4], [0, 4]])[::-1]) == 12  # an L, clockwise
    assert polygon_area(BLOB + 5e5) == pytest.approx(polygon_area(BLOB), rel=1e-9)
    large = polygon_mask(BLOB * 20, 520, 640)
    assert large.sum() == pytest.approx(polygon_area(BLOB * 20), rel=2e-3)


@pytest.mark.topic("R519")
def test_runs_go_down_the_columns_and_begin_with_zeros():
    mask = np.array([[0, 1, 1], [0, 1, 0]], dtype=bool)
    assert rle_encode(mask) == {"size": [2, 3], "counts": [2, 3, 1]}
    assert rle_encode(~mask) == {"size": [2, 3], "counts": [0, 2, 3, 1]}
    assert rle_encode(np.ones((2, 2), bool))["counts"] == [0, 4]
    assert rle_encode(np.zeros((2, 2), bool))["counts"] == [4]


@pytest.mark.topic("R519")
def test_the_string_is_pycocotools():
    """Strings that pycocotools made, as published: of an upper right quarter, and of an annotation with its box."""
    quarter = np.zeros((100, 100), dtype=bool)
    quarter[:50, 50:] = True
    assert rle_encode(quarter, compress=True) == {"size": [100, 100], "counts": "Xl4b1b1" + 98 * "0"}
    counts = "nYW31n>2N2FNbA48Kf=?XBDe=m0OM3M4YOPB8_>L4JXao5"
    mask = rle_decode({"size": [480, 640], "counts": counts})
    rows, columns = np.nonzero(mask)
    x, y, w, h = 219.9, 176.12, 11.14, 34.23
    assert [columns.min(), rows.min(), columns.max(), rows.max()] == [
        round(x),
        round(y),
        int(x + w - 1),
        int(y + h - 1),
    ]
    assert rle_encode(mask, compress=True)["counts"] == counts
    assert np.array_equal(rle_decode({"size": [480, 640], "counts": counts.encode()}), mask)


@pytest.mark.topic("R519")
@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40)), st.booleans())
@settings(deadline=None)
def test_there_and_back(mask, compress):
    assert np.array_equal(rle_decode(rle_encode(mask, compress=compress)), mask)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
@settings(deadline=None)
def test_strings_of_any_counts(counts):
    from npdl.data.readers import masks

    assert masks._from_string(masks._to_string(counts)) == counts


@pytest.mark.parametrize(
    "polygon",
    [
        [1, 2, 3, 4, 5],
        [1, 2, 3, 4],
        [],
        [1, 2, 3, 4, 5, float("nan")],
        [1, 2, 3, 4, 5, float("inf")],
        [1, 2, 3, 4, 5, 1e300],
        [1, 2, 3, 4, 5, 10**400],
        [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
        [[1, 2], [3]],
        ["a", "b", "c", "d", "e", "f"],
        {"x": 1},
        None,
    ],
)
@pytest.mark.parametrize("function", [polygon_area, lambda polygon: polygon_mask(polygon, 5, 5)])
def test_polygons_that_are_none(function, polygon):
    with pytest.raises(ValueError, match=r"polygon_(area|mask): polygon should be"):
        function(polygon)


@pytest.mark.parametrize(
    "rle, message",
    [
        ([3, 4], "rle should be a dict"),
        ({"size": [2, 3]}, "rle should be a dict"),
        ({"size": [2, 3], "counts": [2, 3, 2]}, r"add up to 2 · 3; got 7"),
        ({"size": [2, 3], "counts": []}, r"add up to 2 · 3; got 0"),
        ({"size": [2, 3], "counts": [7, -1]}, "counts should be integers >= 0"),
        ({"size": [2, 3], "counts": [3.0, 3.0]}, "counts should be integers >= 0"),
        ({"size": [2, 3], "counts": None}, "counts should be integers >= 0"),
        ({"size": [2, 3, 1], "counts": [6]}, r"size should be \[height, width\]"),
        ({"size": [0, 3], "counts": []}, "size should be two integers >= 1"),
        ({"size": [2.0, 3], "counts": [6]}, "size should be two integers >= 1"),
        ({"size": [10**9, 10**9], "counts": [10**18]}, "size should be two integers >= 1, their product at most"),
        ({"size": [2, 3], "counts": "P"}, "a string of whole counts"),
        ({"size": [2, 3], "counts": "o" * 1000}, "groups of 6 bits"),
        ({"size": [2, 3], "counts": "a b"}, "groups of 6 bits"),
        ({"size": [2, 3], "counts": "\u4e2d"}, "groups of 6 bits"),
        ({"size": [2, 3], "counts": b"\xff\x00"}, "groups of 6 bits"),
        ({"size": [2, 3], "counts": "O"}, "counts should be integers >= 0"),
    ],
)
def test_runs_that_are_none(rle, message):
    with pytest.raises(ValueError, match=f"rle_decode: .*{message}"):
        rle_decode(rle)


def test_arrays_that_are_no_masks():
    with pytest.raises(TypeError, match="rle_encode: mask should be bool"):
        rle_encode(np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"rle_encode: mask should be a 2-d array \(H, W\)"):
        rle_encode(np.zeros((2, 2, 2), dtype=bool))
    with pytest.raises(ValueError, match="polygon_mask: size should be two integers"):
        polygon_mask([0, 0, 1, 0, 0, 1], 10**6, 10**6)
