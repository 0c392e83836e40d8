"""Boxes, labels and masks where they belong."""

import numpy as np
import pytest

from npdl import InputError, InputTypeError
from npdl.viz import plot_detections

to_rgb = pytest.importorskip("matplotlib.colors").to_rgb

BOXES = [(2, 1, 6, 4), (0, 0, 3, 3), (8, 2, 12, 9)]


def grey(C=3, H=10, W=14):
    return np.full((C, H, W), 0.5)


def test_boxes_and_labels():
    (axes,) = plot_detections(grey(), BOXES, ["cat", "dog", "cat"], scores=[0.9, 0.25, 0.5]).axes
    for line, (left, top, right, bottom) in zip(axes.lines, BOXES, strict=True):
        assert (min(line.get_xdata()), min(line.get_ydata())) == (left, top)
        assert (max(line.get_xdata()), max(line.get_ydata())) == (right, bottom)
    cat, dog, other = (line.get_color() for line in axes.lines)
    assert cat == other != dog
    assert [text.get_text() for text in axes.texts] == ["cat 0.90", "dog 0.25", "cat 0.50"]
    assert [text.xy for text in axes.texts] == [(2, 1), (0, 0), (12, 2)]  # at the right from the middle on
    assert axes.get_xlim() == (0, 14) and axes.get_ylim() == (10, 0)  # row 0 is above
    assert list(axes.images[0].get_extent()) == [0, 14, 10, 0]


@pytest.mark.parametrize("C", [1, 3])
def test_masks_are_painted(C):
    masks = np.zeros((2, 10, 14), dtype=bool)
    masks[0, 2:5, 3:7] = masks[1, 6:, 9:] = True
    (axes,) = plot_detections(grey(C), labels=["a", "b"], masks=masks).axes
    pixels = axes.images[0].get_array()
    assert np.all(pixels[~masks.any(axis=0)] == 0.5)
    for mask in masks:
        assert len(np.unique(pixels[mask], axis=0)) == 1
    np.testing.assert_allclose(pixels[2, 3], 0.25 + 0.5 * np.array(to_rgb("#0072B2")))
    assert [text.xy for text in axes.texts] == [(3, 2), (14, 6)]
    given = grey(C)
    plot_detections(given, masks=masks)
    assert np.all(given == 0.5)


def test_points_lie_where_they_are_said_to():
    (axes,) = plot_detections(grey(), points=[(1.5, 2.5), (13, 9)]).axes
    assert axes.collections[0].get_offsets().tolist() == [[1.5, 2.5], [13, 9]]
    with pytest.raises(InputError, match=r"points should be an array of shape \(1, 2\)"):
        plot_detections(grey(), points=np.zeros((1, 3)))


def test_nothing_found():
    (axes,) = plot_detections(grey()).axes
    assert not axes.lines and not axes.texts and len(axes.images) == 1
    assert not plot_detections(grey(), np.zeros((0, 4)), [], [], masks=np.zeros((0, 10, 14))).axes[0].lines
    (axes,) = plot_detections(grey(), None, points=None).axes
    assert not axes.lines and not axes.collections


@pytest.mark.parametrize(
    "options, message",
    [
        ({"masks": np.full((3, 10, 14), 0.3)}, "masks should be bools .of probabilities: masks > 0.5.; got float64"),
        ({"boxes": BOXES, "scores": ["0.9", "0.8", "0.7"]}, "scores should be numbers"),
    ],
)
def test_refuses_types(options, message):
    with pytest.raises(InputTypeError, match=f"plot_detections: {message}"):
        plot_detections(grey(), **options)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"boxes": BOXES, "labels": ["cat"]}, "labels should be 3, one for each object, as there are 3 boxes"),
        ({"masks": np.zeros((2, 10, 14), bool), "labels": "abc"}, "labels should be 2, .* as there are 2 masks"),
        ({"boxes": [(0, 0, np.nan, 5)]}, "boxes should be .* finite"),
        ({"boxes": [(0, 0, np.inf, 5)]}, "boxes should be .* finite"),
        ({"boxes": BOXES, "masks": np.zeros((2, 10, 14))}, "masks should be 3, one for each object"),
        ({"boxes": np.zeros((2, 5))}, r"boxes should be an array of shape \(2, 4\)"),
        ({"boxes": [(3, 0, 2, 5)]}, "boxes should be .* right >= left"),
        ({"masks": np.zeros((1, 14, 10))}, r"masks should be an array of shape \(1, 10, 14\)"),
        ({"labels": ["cat"]}, "boxes should be given, or masks"),
    ],
)
def test_refuses(options, message):
    with pytest.raises(InputError, match=f"plot_detections: {message}"):
        plot_detections(grey(), **options)
    with pytest.raises(InputError, match="plot_detections: image should be a 3-d array"):
        plot_detections(grey()[None])
