"""COCO from a self-made file: boxes, categories, masks, key points, captions."""

import numpy as np
import pytest

from npdl.data import BadFileError, polygon_area, read_coco
from tests.data.readers.makers import coco, coco_tables, picture


@pytest.mark.topic("R519")
def test_boxes_and_labels(tmp_path):
    data = read_coco(*coco(tmp_path))
    assert len(data) == 2 and data.image_ids == [42, 7]
    assert data.classes == ("person", "toothbrush") and data.category_ids.tolist() == [1, 90]
    image, objects = data[0]
    assert image.shape == (3, 12, 16) and image.dtype == np.float32
    assert objects.boxes.tolist() == [[1, 2, 7, 6], [10, 8, 16, 12]] and objects.boxes.dtype == np.float32
    assert objects.labels.tolist() == [0, 1] and objects.labels.dtype == np.int64
    assert data.category_ids[objects.labels].tolist() == [1, 90]  # and back
    assert objects.crowd.tolist() == [False, True] and objects.ids.tolist() == [5, 6]
    assert objects.areas.tolist() == [18, 24]


@pytest.mark.topic("R519")
def test_masks_of_polygons_and_runs(tmp_path):
    data = read_coco(*coco(tmp_path))
    masks = data.masks(0)
    expected = np.zeros((2, 12, 16), dtype=bool)
    expected[0, 2:6, 1:5] = expected[0, 3:5, 6:7] = True  # an object in two parts
    expected[1, 8:, 10:] = True
    assert np.array_equal(masks, expected)
    objects = data.objects(0)
    assert masks.sum(axis=(1, 2)).tolist() == objects.areas.tolist()
    parts = coco_tables()["annotations"][0]["segmentation"]
    assert sum(map(polygon_area, parts)) == objects.areas[0]
    for mask, (x1, y1, x2, y2) in zip(masks, objects.boxes.astype(int)):
        rows, columns = np.nonzero(mask)
        assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (x1, y1, x2, y2)


@pytest.mark.topic("R519")
def test_compressed_runs_are_the_same(tmp_path):
    from npdl.data import rle_encode

    tables = coco_tables()
    mask = read_coco(*coco(tmp_path / "a")).masks(0)[1]
    tables["annotations"][1]["segmentation"] = rle_encode(mask, compress=True)
    assert np.array_equal(read_coco(*coco(tmp_path / "b", tables)).masks(0)[1], mask)


@pytest.mark.topic("R519")
def test_the_semantic_map_has_small_objects_on_top(tmp_path):
    tables = coco_tables()
    tables["annotations"][1] |= {"bbox": [0, 0, 16, 12], "segmentation": [[0, 0, 16, 0, 16, 12, 0, 12]]}
    data = read_coco(*coco(tmp_path, tables))
    labels = data.semantic(0)
    assert labels.shape == (12, 16) and labels.dtype == np.int64
    assert (labels[data.masks(0)[0]] == 1).all() and (labels == 2).sum() == 12 * 16 - 18
    assert not data.semantic(1).any() and data.masks(1).shape == (0, 12, 16)


def test_key_points_and_captions(tmp_path):
    data = read_coco(*coco(tmp_path))
    assert data.keypoint_names == ("nose", "eye")
    keypoints = data.objects(0).keypoints
    assert keypoints.shape == (2, 2, 3) and keypoints[0].tolist() == [[1.5, 2.5, 2], [3, 2, 1]]
    assert not keypoints[1].any()  # none are noted for a toothbrush
    assert data.captions(1) == ("A person without a toothbrush.",) and data.captions(0) == ()


def test_boxes_without_area_are_left_out(tmp_path):
    data = read_coco(*coco(tmp_path))
    assert 8 not in data.objects(0).ids and len(data.masks(0)) == len(data.objects(0).boxes) == 2


def test_boxes_are_cut_at_the_rim(tmp_path):
    tables = coco_tables()
    tables["annotations"][1]["bbox"] = [10.5, 8, 5.51, 4.02]
    assert read_coco(*coco(tmp_path, tables)).objects(0).boxes[1].tolist() == [10.5, 8, 16, 12]


def test_captions_alone(tmp_path):
    tables = coco_tables()
    del tables["categories"]
    tables["annotations"] = tables["annotations"][3:]
    data = read_coco(*coco(tmp_path, tables))
    assert data.classes == () and data.captions(1) and data.objects(0).boxes.shape == (0, 4)


def test_without_the_pictures(tmp_path):
    path, _ = coco(tmp_path)
    data = read_coco(path)
    assert data.objects(0).labels.tolist() == [0, 1] and data.masks(0).any()
    with pytest.raises(ValueError, match="images should be the folder of the pictures"):
        data[0]


def test_a_picture_of_another_size_than_its_annotation(tmp_path):
    path, folder = coco(tmp_path)
    picture(folder / "000000000042.png", 12, 15)
    with pytest.raises(BadFileError, match=r"000000000042.png should be 16 x 12 pixels.*it is 15 x 12"):
        read_coco(path, folder)[0]
