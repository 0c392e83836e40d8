"""Pascal VOC from a self-made copy: boxes, flags, lists, label maps, actions."""

import numpy as np
import pytest

from npdl import ops
from npdl.data import (
    VOC_ACTIONS,
    VOC_BORDER,
    VOC_CLASSES,
    BadFileError,
    read_image_set,
    read_voc,
    read_voc_annotation,
)
from tests.data.readers.makers import picture, voc, voc_xml


@pytest.mark.topic("R517")
def test_boxes_labels_and_flags(tmp_path):
    voc(tmp_path)
    data = read_voc(tmp_path, year=2012, split="train")
    assert data.ids == ["2008_000001", "2008_000002"] and len(data) == 2
    image, objects = data[0]
    assert image.shape == (3, 12, 16) and image.dtype == np.float32 and 0 <= image.min() and image.max() <= 1
    assert objects.boxes.tolist() == [[2, 1, 7, 5], [8, 6, 16, 12]] and objects.boxes.dtype == np.float32
    assert [data.classes[label] for label in objects.labels] == ["cat", "person"]
    assert objects.labels.dtype == np.int64
    assert objects.difficult.tolist() == objects.truncated.tolist() == [False, True]


@pytest.mark.topic("R517")
def test_the_boxes_are_the_pixels(tmp_path):
    """The first and last pixel of the cat's columns are 3 and 7, counted from 1: five columns and four rows."""
    voc(tmp_path)
    boxes = read_voc(tmp_path).objects(0).boxes
    assert (boxes[:, 2:] - boxes[:, :2]).tolist() == [[5, 4], [8, 6]]
    labels = read_voc(tmp_path, task="segmentation").semantic(0)
    for (x1, y1, x2, y2), label in zip(boxes.astype(int).tolist(), (8, 15), strict=True):
        assert (labels[y1:y2, x1:x2] != 0).all() and label in labels[y1:y2, x1:x2]
        labels[y1:y2, x1:x2] = 0
    assert not labels.any()


def test_a_picture_without_objects(tmp_path):
    voc(tmp_path)
    objects = read_voc(tmp_path).objects(1)
    assert [part.shape for part in objects] == [(0, 4), (0,), (0,), (0,), (0, 11)]


@pytest.mark.topic("R517")
def test_twenty_classes():
    assert len(set(VOC_CLASSES)) == 20 and list(VOC_CLASSES) == sorted(VOC_CLASSES)
    assert VOC_CLASSES[0] == "aeroplane" and VOC_CLASSES[14] == "person" and VOC_CLASSES[19] == "tvmonitor"


@pytest.mark.topic("R517")
def test_lists(tmp_path):
    folder = voc(tmp_path)
    main = folder / "ImageSets" / "Main"
    assert read_image_set(main / "train.txt") == [("2008_000001",), ("2008_000002",)]
    assert read_image_set(main / "cat_train.txt") == [("2008_000001", 1), ("2008_000002", -1)]
    assert read_voc(tmp_path, split="cat_train").ids == ["2008_000001", "2008_000002"]
    assert read_voc(tmp_path, split="train", task="segmentation").ids == ["2008_000001"]


@pytest.mark.topic("R517")
def test_actions(tmp_path):
    voc(tmp_path)
    data = read_voc(tmp_path, split="running_train", task="action")
    assert data.ids == ["2008_000001"]
    _, objects = data[0]
    assert [VOC_ACTIONS[k] for k in np.flatnonzero(objects.actions[1])] == ["running"]
    assert not objects.actions[0].any()


@pytest.mark.topic("R518")
def test_label_maps(tmp_path):
    voc(tmp_path)
    data = read_voc(tmp_path, task="segmentation")
    image, labels = data[0]
    assert image.shape == (3, 12, 16) and labels.shape == (12, 16) and labels.dtype == np.int64
    assert set(labels.ravel().tolist()) == {0, 8, 15, VOC_BORDER}
    assert VOC_CLASSES[8 - 1] == "cat" and VOC_CLASSES[15 - 1] == "person"
    instances = data.instances(0)
    assert set(instances.ravel().tolist()) == {0, 1, 2, 255}
    assert np.array_equal(instances == 2, labels == 15)


@pytest.mark.topic("R518")
def test_the_border_does_not_count_in_the_loss(tmp_path):
    """Its label is 255 (225 in the notes is a misprint): whatever is predicted there, the loss stays."""
    voc(tmp_path)
    labels = read_voc(tmp_path, task="segmentation").semantic(0)
    scores = np.random.RandomState(0).standard_normal((1, 21, 12, 16))
    border = labels == VOC_BORDER
    changed = scores + 9 * border * np.arange(21)[:, None, None]
    y, losses = labels[None], []
    for x in (scores, changed):
        loss, cache = ops.softmax_cross_entropy_forward(x, y, ignore_index=VOC_BORDER)
        losses.append(loss)
        dx, *_ = ops.softmax_cross_entropy_backward(np.ones_like(loss), cache)
        assert not dx[0][:, border].any()
    assert losses[0] == losses[1] and border.sum() > 0


def test_the_folder_of_the_year_itself(tmp_path):
    folder = voc(tmp_path, year=2007)
    assert read_voc(folder).ids == read_voc(folder, year=2007).ids == read_voc(tmp_path, year=2007).ids
    with pytest.raises(ValueError, match="root should be VOCdevkit, or the folder VOC2012"):
        read_voc(folder, year=2012)
    with pytest.raises(BadFileError, match="hold VOC2012; it holds VOC2007"):
        read_voc(tmp_path, year=2012)
    voc(tmp_path, year=2012)
    with pytest.raises(BadFileError, match="it holds VOC2007, VOC2012"):
        read_voc(tmp_path)


def test_coordinates_that_are_not_whole_and_reach_over_the_rim(tmp_path):
    """VOC 2011 has boxes such as xmin 45.70000076293945."""
    path = tmp_path / "a.xml"
    path.write_text(voc_xml(objects=[{"name": "dog", "box": ("0.5", "3.25", "16.5", "12")}]), encoding="utf-8")
    assert read_voc_annotation(path)[2].boxes.tolist() == [[0, 2.25, 16, 12]]


def test_a_picture_of_another_size_than_its_annotation(tmp_path):
    picture(voc(tmp_path) / "JPEGImages" / "2008_000001.jpg", 16, 12)
    for task in ("detection", "segmentation"):
        with pytest.raises(BadFileError, match=r"2008_000001.jpg should be 16 x 12 pixels.*it is 12 x 16"):
            read_voc(tmp_path, task=task)[0]


def test_a_task_that_there_is_not(tmp_path):
    with pytest.raises(ValueError, match="task should be one of detection, segmentation, action; got 'boxes'"):
        read_voc(tmp_path, task="boxes")
