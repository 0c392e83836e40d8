"""From distances to what one may ask of a picture: masks, boxes, key points."""

import numpy as np

from .shapes import CORNERS, directions

POINTS = 1 + max(map(len, CORNERS))  # the centre, then the corners
ABSENT, HIDDEN, VISIBLE = 0, 1, 2  # states of key points, as in COCO


def instance_map(d):
    """What a pixel shows: 0, the background, or k + 1, the nearest of the objects that its centre is inside of."""
    n, K, H, W = d.shape
    owner = np.zeros((n, H, W), dtype=np.uint8)
    for k in range(K):
        owner[d[:, k] <= 0] = k + 1
    return owner


def boxes_of(masks):
    """Tight boxes x1, y1, x2, y2 of masks (..., H, W), along pixel edges: float32 (..., 4), zeros for an empty mask."""
    sides = []
    for axis in (-2, -1):  # what is left of the other axis: columns give x, rows give y
        line = masks.any(axis=axis)
        first, last = line.argmax(axis=-1), line.shape[-1] - line[..., ::-1].argmax(axis=-1)
        sides.append(np.stack([first, last], axis=-1) * line.any(axis=-1, keepdims=True))
    (x1, x2), (y1, y2) = (np.moveaxis(side, -1, 0) for side in sides)
    return np.stack([x1, y1, x2, y2], axis=-1).astype(np.float32)


def key_points(layout, owner):
    """Centres and corners in pixels, float32 (n, K, POINTS, 2), and their states, uint8 (n, K, POINTS).

    A point is hidden where the pixel that it lies in shows an object nearer to us.
    """
    n, K = layout.classes.shape
    size = owner.shape[-1]
    local = np.zeros((len(CORNERS), POINTS, 2))
    exists = np.zeros((len(CORNERS), POINTS), dtype=bool)
    for c, corners in enumerate(CORNERS):
        local[c, 1 : 1 + len(corners)], exists[c, : 1 + len(corners)] = corners, True
    cos, sin = np.moveaxis(directions(layout.degrees), -1, 0)[..., None]  # (n, K, 1) each
    u, v = np.moveaxis(local[layout.classes], -1, 0)
    turned = np.stack([cos * u - sin * v, sin * u + cos * v], axis=-1)
    points = size * (layout.centres[:, :, None] + layout.radii[..., None, None] * turned)
    exists = exists[layout.classes] & (layout.classes >= 0)[..., None]
    column, row = np.moveaxis(points.astype(np.int64).clip(0, size - 1), -1, 0)
    shown = owner[np.arange(n)[:, None, None], row, column] <= np.arange(1, K + 1)[:, None]
    states = np.where(exists, np.where(shown, VISIBLE, HIDDEN), ABSENT).astype(np.uint8)
    return np.where(exists[..., None], points, 0).astype(np.float32), states


def annotate(layout, d):
    """Everything that depends on pixels, as a dict of arrays: see `Scenes`."""
    owner, inside = instance_map(d), d <= 0
    seen = owner[:, None] == np.arange(1, d.shape[1] + 1, dtype=np.uint8)[:, None, None]  # (n, K, H, W)
    whole = inside.sum(axis=(2, 3))
    points, states = key_points(layout, owner)
    return {
        "instances": owner,
        "boxes": boxes_of(seen),
        "full_boxes": boxes_of(inside),
        "visibility": (seen.sum(axis=(2, 3)) / np.maximum(whole, 1)).astype(np.float32),
        "keypoints": points,
        "keypoint_states": states,
    }
