"""Panoramas: overlapping photographs laid into one, from keypoints to a seamless picture.

M. Brown and D. Lowe, Automatic panoramic image stitching using invariant features, IJCV 74(1), 2007.
"""

from typing import NamedTuple

import numpy as np

from ..arguments import integer, integers, reals, sequence, takes
from ..errors import InputError, require_integer
from .geometry import apply
from .images import require_image, to_grey
from .matching import match
from .ransac import ransac_homography
from .sift import sift
from .warp import warp


class Panorama(NamedTuple):
    """A picture made of many."""

    image: np.ndarray  # (H, W) or (H, W, 3), 0 where no image lies
    covered: np.ndarray  # (H, W), bool
    homographies: np.ndarray  # (n, 3, 3): from each image to the panorama
    overlap_error: float  # the mean difference of images where they overlap; 0 where none do


class Alignment(NamedTuple):
    """How one image lies on another."""

    homography: np.ndarray  # (3, 3), None where too few matches agree
    source: np.ndarray  # (n, 2), matched keypoints x, y of the first image
    target: np.ndarray  # (n, 2), of the second
    inliers: np.ndarray  # (n,), bool


def keypoints(image):
    """(points (n, 2), x and y, descriptors (n, 128)) of an image (H, W) or (H, W, 3): SIFT of its grey."""
    found, descriptors = sift(to_grey(require_image("keypoints", image)))
    return np.stack([found.x, found.y], axis=1), descriptors


@takes(first=sequence(2), second=sequence(2), least=integer(1))
def align(first, second, *, ratio=0.8, threshold=2.0, least=8, seed=0):
    """The homography from the first image to the second, as Alignment; both as `keypoints` returns them.

    1. Match descriptors, nearest and well before the second nearest.
    2. RANSAC for the homography that most matches agree with to `threshold` pixels.

    Its homography is None where fewer than `least` matches agree.
    """
    i, j = match(first[1], second[1], ratio=ratio, cross_check=True).T
    source, target = first[0][i], second[0][j]
    if len(i) < max(least, 4):
        return Alignment(None, source, target, np.zeros(len(i), dtype=bool))
    found = ransac_homography(source, target, threshold=threshold, seed=seed)
    good = found.model is not None and found.inliers.sum() >= least
    return Alignment(found.model if good else None, source, target, found.inliers)


@takes(images=sequence())
def panorama(images, *, reference=None, **options):
    """The Panorama of images from left to right (or any order in which neighbours overlap), in the frame of one.

    1. Keypoints of each image: SIFT. Align each with its neighbour; multiply the homographies on the way to the
       reference, by default the middle one, which keeps distortion small.
    2. The corners of all images give the frame.
    3. Warp each image into it, with a weight that falls from its middle to its sides (feathering).
    4. The weighted mean: no seam, since a weight is near 0 where an image ends.

    options: those of align. Raises InputError where two neighbours do not overlap enough.
    """
    if len(images) == 0:
        raise InputError("panorama", "images", "one image at least", len(images))
    images = [require_image("panorama", image) for image in images]
    middle = len(images) // 2 if reference is None else require_integer("panorama", "reference", reference, 0)
    if middle >= len(images):
        raise InputError("panorama", "reference", f"an index of the {len(images)} images", reference)
    found = [keypoints(image) for image in images] if len(images) > 1 else []
    to_next = [_aligned(found, i, options) for i in range(len(images) - 1)]
    return blend(images, _chained(to_next, middle))


@takes(images=sequence(1, np.ndarray), homographies=reals("N, 3, 3"))
def blend(images, homographies):
    """Lay images into the frame that holds them all, as Panorama; homographies (n, 3, 3) to any common frame."""
    low, high = _frame(images, homographies)
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]])
    placed = np.stack([shift @ H for H in homographies])
    size = tuple(int(n) + 1 for n in (high - low)[::-1])
    weights = [warp(feather(image.shape[:2]).astype(image.dtype), H, size) for image, H in zip(images, placed)]
    layers = [warp(image, H, size) for image, H in zip(images, placed)]
    total = sum(weights)
    covered = total > 0
    share = [w / np.where(covered, total, 1) for w in weights]
    mixed = sum(s.reshape(*size, *(1,) * (layer.ndim - 2)) * layer for s, layer in zip(share, layers))
    return Panorama(mixed, covered, placed, _overlap_error(layers, weights))


@takes(shape=integers("2", 1))
def feather(shape):
    """Weights (H, W) that fall linearly from 1 in the middle to nearly 0 at each side; their product."""
    lines = [1 - np.abs(np.arange(n) - (n - 1) / 2) / ((n + 1) / 2) for n in shape]
    return np.outer(*lines)


def _aligned(features, i, options):
    found = align(features[i], features[i + 1], **options)
    if found.homography is None:
        got = f"{found.inliers.sum()} matches that agree between {i} and {i + 1}"
        raise InputError("panorama", "images", "such that neighbours overlap", got)
    return found.homography


def _chained(to_next, middle):
    """From image i to i + 1 -> from each image to the middle one."""
    maps = [np.eye(3)] * (len(to_next) + 1)
    for i in reversed(range(middle)):
        maps[i] = maps[i + 1] @ to_next[i]
    for i in range(middle, len(to_next)):
        maps[i + 1] = maps[i] @ np.linalg.inv(to_next[i])
    return np.stack(maps)


def _frame(images, homographies):
    """(low, high): the whole x and y between which all corners of all images lie."""
    corners = []
    for image, homography in zip(images, homographies):
        bottom, right = np.array(image.shape[:2]) - 1
        corners.append(apply(homography, np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]], float)))
    corners = np.concatenate(corners)
    if not np.isfinite(corners).all():
        raise InputError("blend", "homographies", "maps that send no corner to infinity", homographies)
    return np.floor(corners.min(axis=0) + 1e-6), np.ceil(corners.max(axis=0) - 1e-6)


def _overlap_error(layers, weights):
    """The mean |difference| of pairs of layers, where both are well inside."""
    errors = []
    for i in range(len(layers)):
        for j in range(i):
            both = (weights[i] > 0.02) & (weights[j] > 0.02)
            errors.append(np.abs(layers[i] - layers[j])[both].ravel())
    errors = np.concatenate(errors) if errors else np.zeros(0)
    return float(errors.mean()) if errors.size else 0.0
