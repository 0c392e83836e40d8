"""Visual odometry in the plane: how a camera that looks straight down on a floor has moved, from ORB's matches alone.

The plane's version of ORB-SLAM. The same: ORB features (one kind for tracking and for recognising places), RANSAC,
loops found by what a frame looks like, a pose graph. Simpler: at a known height over a flat floor the motion between
two frames is rigid in their pixels, (x, y, θ), and its scale is known; in space it is an essential matrix (see
monocular.py) or a homography, of unknown scale, and the map's points are refined with the poses. Every earlier frame
is compared where ORB-SLAM asks an index of visual words. Mur-Artal, Montiel and Tardós 2015, IEEE Transactions on
Robotics 31(5).
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..arguments import instance, reals, sequence, takes
from ..errors import InputError, require_integer, require_positive
from ..vision.matching import match
from ..vision.orb import Features
from ..vision.ransac import ransac
from .slam import Edges, align, compose, join

LEAST = 12  # inliers: fewer may agree by chance


class Motion(NamedTuple):
    """pose (3,): where the second frame is, as the first sees it; source, target (n, 2): second's, first's inliers."""

    pose: np.ndarray
    source: np.ndarray
    target: np.ndarray


@takes(first=instance(Features), second=instance(Features), centre=reals("2"))
def relative_motion(first, second, centre, *, threshold=1.5, least=LEAST):
    """The Motion between two frames by their ORB Features; None if fewer than `least` matches agree on one.

    1. Match the descriptors, each the other's nearest by Hamming's distance.
    2. Count places from the camera's axis, pixel `centre` (x, y).
    3. RANSAC: a rigid motion from two matches, `align`; inliers are within `threshold` pixels; then from all inliers.
    """
    require_positive("relative_motion", "threshold", threshold)
    require_integer("relative_motion", "least", least, 2)
    pairs = match(second.descriptors, first.descriptors, cross_check=True)
    if len(pairs) < least:
        return None
    source, target = _places(second, centre)[pairs[:, 0]], _places(first, centre)[pairs[:, 1]]

    def fit(samples):
        return align(samples[:, :2], samples[:, 2:])

    def errors(pose, samples):
        return np.linalg.norm(_moved(pose, samples[:, :2]) - samples[:, 2:], axis=1)

    found = ransac(np.concatenate([source, target], axis=1), fit, errors, size=2, threshold=threshold)
    agree = found.inliers
    return Motion(found.model, source[agree], target[agree]) if agree.sum() >= least else None


@takes(frames=sequence(2, Features), centre=reals("2"))
def frame_edges(frames, centre, **options):
    """The Edges from each frame to the next, by `relative_motion`: `dead_reckoning` of their motions is the odometry.

    frames: ORB Features, one for each image. Raises InputError where two neighbours share too little: tracking is lost.
    """
    found = [relative_motion(a, b, centre, **options) for a, b in pairwise(frames)]
    lost = [n for n, motion in enumerate(found) if motion is None]
    if lost:
        raise InputError("frame_edges", "frames", "neighbours that show the same floor", f"lost after frame {lost[0]}")
    return join(*(_edge(n, n + 1, motion) for n, motion in enumerate(found)))


@takes(frames=sequence(0, Features), centre=reals("2"))
def loop_edges(frames, centre, *, apart=10, **options):
    """The Edges from each frame to an earlier one, at least `apart` frames before, that shows the same floor.

    1. By its looks: of the earlier frames the one with most sure matches.
    2. By geometry: an edge only where `least` matches agree on a motion, see relative_motion. A single wrong loop would
       bend the whole map.
    """
    require_integer("loop_edges", "apart", apart, 1)
    found = [Edges(np.zeros(0, int), np.zeros(0, int), np.zeros((0, 3)), np.zeros((0, 3)))]
    for j in range(apart, len(frames)):
        i = int(np.argmax([_alike(frames[i], frames[j]) for i in range(j - apart + 1)]))
        motion = relative_motion(frames[i], frames[j], centre, **options)
        if motion is not None:
            found.append(_edge(i, j, motion))
    return join(*found)


def _alike(first, second):
    """How many descriptors match without a doubt: nearest by far (0.8), both ways. Other places share few."""
    return len(match(second.descriptors, first.descriptors, ratio=0.8, cross_check=True))


def _places(features, centre):
    return np.stack([features.x, features.y], axis=1) - centre


def _moved(pose, points):
    return compose(pose, np.column_stack([points, np.zeros(len(points))]))[:, :2]


def _edge(i, j, motion):
    """One edge. Of n inliers of variance 1 the shift has variance 1 / n, the angle 1 / Σ |p - p̄|²."""
    n = len(motion.source)
    spread = np.sum((motion.source - motion.source.mean(axis=0)) ** 2)
    return Edges(np.array([i]), np.array([j]), motion.pose[None], np.array([[n, n, spread]], float))
