"""Metrics of detection: boxes against boxes, and the average precision of VOC and COCO.

Boxes are (N, 4) with the corners x1, y1, x2, y2, x1 <= x2 and y1 <= y2, without the "+ 1" of whole pixels. A set of
images is a list with one NamedTuple each: Detections, what was found, and Objects, what is there.
"""

from typing import NamedTuple

import numpy as np

from ..arguments import instance, integer, reals, sequence, takes
from ..errors import InputError, is_one_of, require_range, require_shape


class Detections(NamedTuple):
    """What was found in an image: boxes (N, 4), scores (N,), high for sure, and labels (N,), integers."""

    boxes: np.ndarray
    scores: np.ndarray
    labels: np.ndarray


class Objects(NamedTuple):
    """What is in an image: boxes (M, 4), labels (M,), and difficult (M,) of bool: those count neither way."""

    boxes: np.ndarray
    labels: np.ndarray
    difficult: np.ndarray | None = None


COCO = tuple(np.arange(50, 100, 5) / 100)  # thresholds 0.5, 0.55, ..., 0.95
ANY_AREA = (0.0, np.inf)
COCO_AREAS = {"small": (0.0, 32.0**2), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10)}  # pixels²


@takes(boxes=reals("*"), others=reals("*"))
def box_iou(boxes, others):
    """|A ∩ B| / |A ∪ B| of all pairs, (N, 4) and (M, 4) give (N, M); 0 for two boxes without area."""
    boxes, others = (_boxes("box_iou", name, b) for name, b in (("boxes", boxes), ("others", others)))
    low = np.maximum(boxes[:, None, :2], others[:, :2])
    high = np.minimum(boxes[:, None, 2:], others[:, 2:])
    both = np.prod(np.maximum(high - low, 0), axis=2)
    area, other = (np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others))
    union = area[:, None] + other - both
    return np.where(union > 0, both / np.where(union > 0, union, 1), 0.0)


@takes(precision=reals("n"), recall=reals("n"), points=instance(str, int))
def interpolated_precision(precision, recall, points="all"):
    """The area under a precision-recall curve (recall rising) whose precision is raised to the best at more recall.

    points: "all", the area under the steps (VOC from 2010); 11, the mean at recall 0, 0.1, ..., 1 (VOC 2007); 101, the
    mean at 0, 0.01, ..., 1 (COCO). Where the curve does not reach the recall, the precision is 0.
    """
    best = np.maximum.accumulate(np.asarray(precision, float)[::-1])[::-1]
    recall = np.asarray(recall, float)
    if points == "all":
        return float(np.sum(np.diff(recall, prepend=0.0) * best))
    if not is_one_of(points, (11, 101)):
        raise InputError("interpolated_precision", "points", '"all", 11 or 101', points)
    at = np.searchsorted(recall, np.linspace(0, 1, points) - 1e-12)  # the first point with so much recall
    return float(np.mean(np.append(best, 0.0)[at]))


@takes(
    detections=sequence(0, Detections),
    objects=sequence(0, Objects),
    label=integer(),
    points=instance(str, int),
    area=reals("2", finite=False),
)
def class_average_precision(detections, objects, label, *, threshold=0.5, points="all", area=ANY_AREA):
    """The average precision AP of one class over a list of images; nan if no object of it is to be found.

    1. Take all detections of the class, of all images, the surest first.
    2. Each is right if its box has IoU >= threshold with an object of the class in its image, and nobody came before:
       a second box on the same object is wrong. VOC ("all", 11) asks the object of the largest IoU alone; COCO
       (101) the one of largest IoU among those not taken.
    3. precision = right / so far, recall = right / objects; then `interpolated_precision`.

    Detections of difficult objects are left out. So are those of objects with an area outside of `area`, (least, most)
    in pixels², both included, and wrong ones with such an area: COCO's APs of small, medium and large objects
    (COCO_AREAS; COCO measures an object by its mask, here it is by its box). A difficult object may be found more than
    once, one of another area once only. Everingham et al. 2010, section 4.2; Lin et al. 2014.
    """
    if len(detections) != len(objects):
        raise InputError("class_average_precision", "detections", f"for {len(objects)} images", len(detections))
    require_range("class_average_precision", "threshold", threshold, 0, 1)
    if len(objects) == 0:
        return float("nan")
    if not area[0] <= area[1]:
        raise InputError("class_average_precision", "area", "(least, most) with least <= most", area)
    found = [_judged(*pair, label, threshold, points == 101, area) for pair in zip(detections, objects)]
    scores, right, counted = (np.concatenate(parts) for parts in zip(*(f[:3] for f in found)))
    total = sum(f[3] for f in found)
    if total == 0:
        return float("nan")
    order = np.argsort(-scores[counted], kind="stable")
    right = np.cumsum(right[counted][order])
    return interpolated_precision(right / np.arange(1, len(right) + 1), right / total, points)


@takes(
    detections=sequence(0, Detections),
    objects=sequence(0, Objects),
    thresholds=reals("T", 0, 1),
    points=instance(str, int),
    area=reals("2", finite=False),
)
def mean_average_precision(detections, objects, *, thresholds=(0.5,), points="all", area=ANY_AREA):
    """mAP: the mean AP over the classes that occur in `objects`, and over the IoU thresholds.

    VOC 2007: points=11; VOC from 2010: "all"; COCO: thresholds=COCO, points=101, and area=COCO_AREAS["small"] for its
    AP of small objects, ... (COCO hands in the 100 surest detections of an image and class.)
    """
    labels = np.unique(np.concatenate([image.labels for image in objects])) if len(objects) else ()
    aps = [
        class_average_precision(detections, objects, label, threshold=threshold, points=points, area=area)
        for label in labels
        for threshold in thresholds
    ]
    if not aps or np.isnan(aps).all():
        raise InputError("mean_average_precision", "objects", "at least one that is to be found", objects)
    return float(np.nanmean(aps))


def _judged(detections, objects, label, threshold, free_only, area):
    """Of one image: scores, whether right, whether counted, and how many objects are to be found."""
    mine, wanted = detections.labels == label, objects.labels == label
    order = np.argsort(-detections.scores[mine], kind="stable")
    scores, boxes = detections.scores[mine][order], detections.boxes[mine][order]
    difficult = np.zeros(np.count_nonzero(wanted), bool)
    if objects.difficult is not None:
        difficult = objects.difficult[wanted]
    overlaps, taken = box_iou(boxes, objects.boxes[wanted]), np.zeros(len(difficult), bool)
    left_out = difficult | ~_has_area(objects.boxes[wanted], area)
    right, counted = np.zeros(len(scores), bool), _has_area(boxes, area)
    for n, overlap in enumerate(overlaps if len(difficult) else ()):
        if free_only:
            free = np.where(taken | left_out, -1, overlap)
            overlap = free if free.max() >= threshold else np.where(taken, -1, overlap)  # those left out last
        m = int(np.argmax(overlap))
        if overlap[m] < threshold:
            continue
        right[n] = not (taken[m] or left_out[m])
        counted[n] = (right[n] or counted[n]) and not left_out[m]
        taken[m] = not difficult[m]
    return scores, right, counted, int(np.count_nonzero(~left_out))


def _has_area(boxes, area):
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return (areas >= area[0]) & (areas <= area[1])


def _boxes(function, name, boxes):
    boxes = np.asarray(boxes, dtype=np.float64)
    require_shape(function, name, boxes, (len(boxes) if boxes.ndim else 0, 4), "with the corners x1, y1, x2, y2")
    if not np.all(boxes[:, 2:] >= boxes[:, :2]):
        raise InputError(function, name, "corners with x1 <= x2 and y1 <= y2, and no NaN", boxes)
    return boxes
