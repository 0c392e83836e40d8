"""Boxes, masks and points lie where the numbers say."""

import numpy as np
import pytest

from npdl import InputError
from npdl.viz import plot_detections

pytest.importorskip("matplotlib")
IMAGES = np.full((2, 3, 8, 12), 0.5, np.float32)
BOXES = [np.array([[2, 1, 6, 7], [0, 0, 3, 3]]), np.zeros((0, 4))]


def test_boxes_and_names():
    figure = plot_detections(IMAGES, BOXES, [np.array([1, 0]), np.zeros(0, int)], names=["cat", "dog"])
    first, second = figure.axes
    assert [(p.get_x(), p.get_y(), p.get_width(), p.get_height()) for p in first.patches] == [
        (2, 1, 4, 6),
        (0, 0, 3, 3),
    ]
    assert [text.get_text() for text in first.texts] == ["dog", "cat"] and not second.patches
    assert first.patches[0].get_edgecolor() != first.patches[1].get_edgecolor()
    assert first.get_xlim() == (0, 12) and first.get_ylim() == (8, 0)  # pixel edges, the first row above


def test_masks_tint_their_objects_and_nothing_else():
    mask = np.zeros((2, 8, 12), np.uint8)
    mask[0, 2:4, 3:5], mask[0, 6, 6], mask[1, 0, 0] = 1, 255, 2
    sheet = np.asarray(plot_detections(IMAGES, masks=mask).axes[0].images[0].get_array())
    assert (sheet[mask[0] == 0] == 0.5).all()
    assert (sheet[mask[0] == 1] == sheet[2, 3]).all() and np.ptp(sheet[2, 3]) > 0.1
    assert sheet[6, 6] == pytest.approx(0.45 * 0.5 + 0.55)  # the border of VOC: whitened


def test_images_of_different_sizes_and_points():
    images = [np.zeros((3, 5, 7), np.uint8), np.zeros((1, 9, 4), np.float32)]
    figure = plot_detections(images, points=[np.array([[1.5, 2.5]]), np.zeros((0, 2))], titles=["a", "b"])
    assert figure.axes[0].collections[0].get_offsets().tolist() == [[1.5, 2.5]]
    assert [axes.get_title() for axes in figure.axes] == ["a", "b"]
    assert figure.axes[1].get_xlim() == (0, 4)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"boxes": BOXES[:1]}, "boxes should be 2, one for each image"),
        ({"boxes": [np.zeros((1, 5)), BOXES[1]]}, r"boxes should be \(M, 4\) for image 0"),
        ({"boxes": BOXES, "labels": [[1], []]}, "labels should be 2 for image 0"),
        ({"masks": np.zeros((2, 4, 4), int)}, r"masks should be an array of shape \(8, 12\)"),
        ({"titles": ["a"]}, "titles should be 2"),
    ],
)
def test_refuses(options, message):
    with pytest.raises(InputError, match=f"plot_detections: {message}"):
        plot_detections(IMAGES, **options)


def test_no_image_at_all():
    with pytest.raises(InputError, match="images should be at least one"):
        plot_detections([])
