"""ORB: FAST corners with a direction, and BRIEF's comparisons of pixels turned by it, 256 bits a keypoint.

E. Rublee, V. Rabaud, K. Konolige and G. Bradski, ORB: an efficient alternative to SIFT or SURF, ICCV 2011.
"""

from typing import NamedTuple

import numpy as np

from ..arguments import integers, number, reals, takes
from ..errors import InputError, require_integer
from .derivatives import sobel
from .fast import fast_score
from .harris import harris_response, structure_tensor
from .images import require_grey
from .peaks import local_maxima
from .resize import resize
from .smoothing import gaussian

RADIUS = 15  # of the patch that gives the direction and is compared in
BORDER = 20  # pixels of a level, so that turned patches, √2 times as wide, stay in it
BITS = 256
BLUR = 2.0  # of the patch before its pixels are compared
OFFSETS = np.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 1].reshape(2, -1)  # dy, dx
DISC = OFFSETS[:, np.hypot(*OFFSETS) <= RADIUS + 0.5]


class Features(NamedTuple):
    """n keypoints, the best first; x and y in pixels of the image."""

    x: np.ndarray
    y: np.ndarray
    angle: np.ndarray  # radians, from x to y
    scale: np.ndarray  # pixels of the image a pixel of its level
    descriptors: np.ndarray  # uint8 (n, 32), for matching.match by Hamming's distance


def brief_pattern(seed=0):
    """256 pairs of points, (256, 2, 2), x and y: normal about the keypoint with σ = 31 / 5, as BRIEF draws them.

    (Calonder et al. 2010. ORB's authors chose theirs from a set of photographs, so that the bits differ more often.)
    """
    points = np.random.default_rng(seed).normal(0, (2 * RADIUS + 1) / 5, (BITS, 2, 2))
    distance = np.linalg.norm(points, axis=2, keepdims=True)
    return points * np.minimum(1, RADIUS / distance)


@takes(factor=number(above=1), pattern=reals("256, 2, 2"))
def orb(image, *, count=500, levels=8, factor=1.2, arc=9, threshold=0.08, pattern=None):
    """The Features of a grey image (H, W), `count` at most.

    1. A pyramid: each level `factor` times smaller than the one before, as long as its sides are 41 pixels or more.
    2. FAST corners in each level, the largest of their neighbourhood.
    3. Rank them by Harris's response, which knows corners from edges; keep the best `count`.
    4. Their direction, from the keypoint to the centroid of the brightness around it.
    5. Compare the 256 pairs of the pattern, turned by the direction: rotated BRIEF.

    pattern: (256, 2, 2), by default brief_pattern(). Raises InputError for a factor of 1 or less.
    """
    image = require_grey("orb", image)
    require_integer("orb", "count", count, 1)
    require_integer("orb", "levels", levels, 1)
    if not factor > 1:
        raise InputError("orb", "factor", "greater than 1", factor)
    pattern = brief_pattern() if pattern is None else pattern
    H, W = image.shape
    parts, ranks, level = [], [], image
    for k in range(levels):
        if k > 0:
            size = round(H / factor**k), round(W / factor**k)
            level = resize(gaussian(level, factor / 2), size)
        if min(level.shape) <= 2 * BORDER:
            break
        points, rank = _ranked_corners(level, arc, threshold)
        angle = directions(level, points)
        bits = describe(gaussian(level, BLUR), points, angle, pattern)
        ratio = np.array([W / level.shape[1], H / level.shape[0]])
        x, y = ((points + 0.5) * ratio - 0.5).T  # the levels' outer edges meet
        parts.append((x, y, angle, np.full(len(x), factor**k), bits))
        ranks.append(rank)
    if not parts:
        return Features(*(np.zeros(0) for _ in range(4)), np.zeros((0, BITS // 8), np.uint8))
    best = np.argsort(-np.concatenate(ranks), kind="stable")[:count]
    return Features(*(np.concatenate(field)[best] for field in zip(*parts)))


@takes(image=reals("H, W"), points=integers("n, 2"))
def directions(image, points):
    """The angle of the intensity centroid around each point (n, 2), x and y: atan2(m01, m10). Rosin 1999.

    m10 = Σ dx I, m01 = Σ dy I over a disc of 15 pixels, which must lie in the image.
    """
    if (points < RADIUS).any() or (points >= np.array(image.shape[::-1]) - RADIUS).any():
        raise InputError("directions", "points", f"{RADIUS} pixels or more from the image's sides", points)
    dy, dx = DISC
    x, y = points.T
    around = image[y[:, None] + dy, x[:, None] + dx]  # (n, disc)
    return np.arctan2(around @ dy.astype(image.dtype), around @ dx.astype(image.dtype))


@takes(image=reals("H, W"), points=integers("n, 2"), angle=reals("n"), pattern=reals("256, 2, 2"))
def describe(image, points, angle, pattern):
    """Rotated BRIEF, uint8 (n, 32): bit i says whether the first point of pair i is darker than the second.

    image: (H, W), smoothed, since single pixels are noise; points: (n, 2) integers; pattern: (256, 2, 2).
    """
    c, s = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    px, py = pattern[..., 0], pattern[..., 1]
    x = points[:, 0, None, None] + np.rint(c * px - s * py).astype(np.int64)  # (n, 256, 2)
    y = points[:, 1, None, None] + np.rint(s * px + c * py).astype(np.int64)
    if min(x.min(initial=0), y.min(initial=0)) < 0 or (x >= image.shape[1]).any() or (y >= image.shape[0]).any():
        raise InputError("describe", "pattern", f"inside the image {image.shape} about every point", pattern)
    values = image[y, x]
    return np.packbits(values[..., 0] < values[..., 1], axis=1)


def _ranked_corners(level, arc, threshold):
    """The FAST corners (n, 2) of a level, x and y, and Harris's response at each."""
    score = fast_score(level, arc=arc, threshold=threshold)
    found = local_maxima(score, border=BORDER)
    response = harris_response(structure_tensor(*sobel(level), sigma=1.0), 0.04)
    return found[:, ::-1], response[tuple(found.T)]
