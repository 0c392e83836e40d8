"""Average precision by hand: the three ways to the area, and the rules of who counts as found."""

import numpy as np
import pytest

from npdl import InputError
from npdl.metrics.detection import (
    COCO,
    COCO_AREAS,
    Detections,
    Objects,
    box_iou,
    class_average_precision,
    interpolated_precision,
    mean_average_precision,
)


def box(x, y=0.0, size=10.0):
    return [x, y, x + size, y + size]


def found(boxes, scores, labels=None):
    labels = np.zeros(len(scores), int) if labels is None else np.array(labels)
    return Detections(np.array(boxes).reshape(-1, 4), np.array(scores), labels)


def there(boxes, labels=None, difficult=None):
    labels = np.zeros(len(boxes), int) if labels is None else np.array(labels)
    return Objects(np.array(boxes).reshape(-1, 4), labels, difficult if difficult is None else np.array(difficult))


# ten detections, right or wrong, of five objects
RIGHT = [1, 0, 1, 0, 0, 1, 0, 0, 0, 1]
TENFOLD = [found([box(100 * n if right else 5000 + 100 * n) for n, right in enumerate(RIGHT)], np.linspace(1, 0.1, 10))]
FIVE = [there([box(100 * n) for n, right in enumerate(RIGHT) if right] + [box(9000)])]


@pytest.mark.topic("R453")
def test_boxes():
    np.testing.assert_allclose(box_iou([box(0), [0, 0, 0, 0]], [box(5), box(20), box(0)]), [[1 / 3, 0, 1], [0, 0, 0]])
    assert box_iou(np.zeros((0, 4)), [box(0)]).shape == (0, 1)
    assert box_iou([[3, 3, 3, 3]], [[3, 3, 3, 3]]) == 0


@pytest.mark.topic("R453")
def test_the_three_areas_by_hand():
    """Precision 1, 2/3, 1/2, 2/5 at recall 0.2, 0.4, 0.6, 0.8."""
    assert class_average_precision(TENFOLD, FIVE, 0) == pytest.approx(0.2 * (1 + 2 / 3 + 1 / 2 + 2 / 5))
    eleven = (3 * 1 + 2 * 2 / 3 + 2 * 1 / 2 + 2 * 2 / 5 + 2 * 0) / 11
    assert class_average_precision(TENFOLD, FIVE, 0, points=11) == pytest.approx(eleven)
    hundred = (21 * 1 + 20 * 2 / 3 + 20 * 1 / 2 + 20 * 2 / 5) / 101
    assert class_average_precision(TENFOLD, FIVE, 0, points=101) == pytest.approx(hundred)


@pytest.mark.topic("R453")
def test_precision_is_raised_to_the_best_at_more_recall():
    precision, recall = [1 / 2, 2 / 3, 3 / 4], [1 / 3, 2 / 3, 1]
    assert interpolated_precision(precision, recall) == pytest.approx(3 / 4)
    assert interpolated_precision(precision, recall, 11) == pytest.approx(3 / 4)
    assert interpolated_precision([], []) == interpolated_precision([], [], 101) == 0


@pytest.mark.topic("R453")
def test_a_second_box_on_the_same_object_is_wrong():
    twice = [found([box(0), box(1), box(50)], [0.9, 0.8, 0.7])]
    assert class_average_precision(twice, [there([box(0), box(50)])], 0) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


@pytest.mark.topic("R453")
def test_voc_and_coco_on_two_near_objects():
    """The second box overlaps the taken object more than the free one: wrong for VOC, right for COCO."""
    detections, objects = [found([box(0), box(1)], [0.9, 0.8])], [there([box(0), box(3)])]
    assert class_average_precision(detections, objects, 0) == 0.5
    assert class_average_precision(detections, objects, 0, points=101) == 1


@pytest.mark.topic("R453")
@pytest.mark.parametrize("points", ["all", 101])
def test_difficult_objects_count_neither_way(points):
    detections = [found([box(0), box(50), box(90)], [0.9, 0.8, 0.7])]
    objects = [there([box(0), box(50), box(90)], difficult=[True, False, False])]
    assert class_average_precision(detections, objects, 0, points=points) == pytest.approx(1)
    everything = [there([box(0)], difficult=[True])]
    assert np.isnan(class_average_precision(detections, everything, 0))


@pytest.mark.topic("R453")
def test_coco_gives_a_box_to_a_difficult_object_last():
    detections, objects = [found([box(0)], [0.9])], [there([box(0), box(1)], difficult=[True, False])]
    assert class_average_precision(detections, objects, 0, points=101) == 1
    assert class_average_precision(detections, objects, 0) == 0  # VOC: left out, and the other is not found


@pytest.mark.topic("R453")
def test_the_threshold():
    detections, objects = [found([box(2.0)], [0.9])], [there([box(0.0)])]  # IoU 8 / 12
    assert class_average_precision(detections, objects, 0, threshold=2 / 3 - 1e-9) == 1
    assert class_average_precision(detections, objects, 0, threshold=0.67) == 0
    assert mean_average_precision(detections, objects, thresholds=COCO, points=101) == pytest.approx(0.4)  # of ten


@pytest.mark.topic("R453")
def test_cocos_areas_by_hand():
    """Of each size one box is wrong, a surer one than the right one: 1/2; with the others' it would be 1/3 of small."""
    sizes = [100, 20, 10, 100]
    detections = [found([box(1000 * n, size=size) for n, size in enumerate(sizes)], [0.99, 0.95, 0.9, 0.8])]
    objects = [there([box(2000, size=10), box(3000, size=100)])]
    for name in ("small", "large"):
        assert mean_average_precision(detections, objects, points=101, area=COCO_AREAS[name]) == pytest.approx(0.5)
    assert np.isnan(class_average_precision(detections, objects, 0, points=101, area=COCO_AREAS["medium"]))
    edge = [there([box(0, size=32)])]  # 32² is of both
    for name, ap in (("small", 1), ("medium", 1), ("large", np.nan)):
        detections = [found([box(0, size=32)], [0.9])]
        np.testing.assert_equal(class_average_precision(detections, edge, 0, points=101, area=COCO_AREAS[name]), ap)


@pytest.mark.topic("R453")
@pytest.mark.parametrize("difficult, ap", [(False, 1 / 2), (True, 1)])
def test_an_object_of_another_area_is_found_once(difficult, ap):
    """Both first boxes fit the large object; the second is of medium size, and wrong unless it may."""
    detections = [found([box(0, size=97), box(0, size=95), box(500, size=50)], [0.9, 0.8, 0.7])]
    objects = [there([box(0, size=97), box(500, size=50)], difficult=[difficult, False])]
    found_ap = class_average_precision(detections, objects, 0, points=101, area=COCO_AREAS["medium"])
    assert found_ap == pytest.approx(ap)


@pytest.mark.topic("R453")
def test_the_mean_over_classes_and_images():
    detections = [found([box(0), box(0)], [0.9, 0.6], [0, 1]), found([box(0)], [0.95], [0]), found([], [], [])]
    objects = [there([box(0), box(0)], [0, 1]), there([box(70)], [0]), there([])]
    first = class_average_precision(detections, objects, 0)
    assert first == pytest.approx(0.5 * 0.5)  # the surest is wrong, one of two objects is found
    assert mean_average_precision(detections, objects) == pytest.approx((first + 1) / 2)
    assert np.isnan(class_average_precision(detections, objects, 7))


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: box_iou([[5, 0, 0, 5]], [box(0)]), "box_iou: boxes should be corners with x1 <= x2"),
        (lambda: box_iou(np.zeros((2, 3)), [box(0)]), "box_iou: boxes should be an array of shape"),
        (lambda: class_average_precision(TENFOLD, [], 0), "detections should be for 0 images; got 1"),
        (lambda: class_average_precision(TENFOLD, FIVE, 0, threshold=2), "threshold should be in"),
        (lambda: class_average_precision(TENFOLD, FIVE, 0, points=10), 'points should be "all", 11 or 101'),
        (lambda: class_average_precision(TENFOLD, FIVE, 0, area=(2, 1)), "area should be .least, most"),
        (lambda: mean_average_precision([], []), "objects should be at least one"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action()
