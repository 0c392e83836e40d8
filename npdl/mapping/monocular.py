"""Visual odometry in space: how a camera has moved, from ORB's matches between one frame and the next.

What ORB-SLAM does before it makes a map: features, the essential matrix by RANSAC, the motion in it, points. One camera
cannot know how long its steps are: |t| = 1 for each pair of frames. But points that are seen in three frames tell how
the second step compares with the first, so that the whole way is known but for one number, the scale.
Mur-Artal, Montiel and Tardós 2015, IEEE Transactions on Robotics 31(5); Scaramuzza and Fraundorfer 2011, part I.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..arguments import instance, integer, reals, sequence, takes
from ..errors import InputError
from ..vision.epipolar import ransac_essential, recover_motion, to_rays
from ..vision.matching import match
from ..vision.orb import Features

LEAST = 20  # inliers: eight always agree


class Step(NamedTuple):
    """R, t: from the first frame's camera to the second's, |t| = 1; matches (n, 2): the features that agree on it;
    points (n, 3): what they show, in the first camera."""

    R: np.ndarray
    t: np.ndarray
    matches: np.ndarray
    points: np.ndarray


@takes(first=instance(Features), second=instance(Features), K=reals("3, 3"), least=integer(8))
def camera_step(first, second, K, *, threshold=0.7, ratio=0.8, confidence=0.99999, least=LEAST):
    """The Step between two frames by their ORB Features; None where fewer than `least` matches agree on one.

    1. Match the descriptors, each the other's nearest, and nearest by far.
    2. RANSAC: an essential matrix; inliers are within `threshold` pixels of it.
    3. Of its four motions the one with the points ahead of both cameras; only those points are kept.
    """
    matches = match(first.descriptors, second.descriptors, ratio=ratio, cross_check=True)
    if len(matches) < least:
        return None
    source, target = (np.stack([f.x, f.y], axis=1)[n] for f, n in zip((first, second), matches.T))
    found = ransac_essential(source, target, K, threshold=threshold, confidence=confidence)
    if found.inliers.sum() < least:
        return None
    agree = found.inliers
    views = recover_motion(found.model, to_rays(source[agree], K), to_rays(target[agree], K))
    return Step(views.R, views.t, matches[agree][views.front], views.points[views.front])


@takes(frames=sequence(1, Features), K=reals("3, 3"))
def camera_path(frames, K, **options):
    """The poses (N, 4, 4) of the frames, ORB Features; the first is the origin, and the first step has length 1.

    Raises InputError where two neighbours share too little: tracking is lost.
    """
    steps = [camera_step(a, b, K, **options) for a, b in pairwise(frames)]
    lost = [n for n, step in enumerate(steps) if step is None]
    if lost:
        raise InputError("camera_path", "frames", "neighbours that show the same things", f"lost after frame {lost[0]}")
    poses, length, before = [np.eye(4)], 1.0, None
    for step in steps:
        length = length if before is None else length * relative_length(before, step)
        motion = np.eye(4)  # from the second camera to the first
        motion[:3, :3], motion[:3, 3] = step.R.T, -length * step.R.T @ step.t
        poses.append(poses[-1] @ motion)
        before = step
    return np.array(poses)


@takes(before=instance(Step), step=instance(Step))
def relative_length(before, step):
    """How long a Step is in units of the one before: the median ratio of the depths of the points that both know.

    1 where they have no point in common. The median, as far points have no depth worth the name.
    """
    _, a, b = np.intersect1d(before.matches[:, 1], step.matches[:, 0], return_indices=True)
    if len(a) == 0:
        return 1.0
    depths = before.points[a] @ before.R[2] + before.t[2]  # in the camera that both steps share
    return float(np.median(depths / step.points[b, 2]))


@takes(points=reals("N, 3"), others=reals("N, 3"))
def fit_similarity(points, others):
    """(s, R, t) of the least Σ |s R p + t - q|² for points p and others q (N, 3). Umeyama 1991.

    1. Of the centred points, Σ q pᵀ = U D Vᵀ.
    2. R = U S Vᵀ, S = diag(1, 1, ±1) so that it is no mirror; s = tr(D S) / Σ |p|²; then the middles must meet.
    """
    a, b = points.mean(axis=0), others.mean(axis=0)
    p, q = points - a, others - b
    if len(points) < 3 or not np.any(p):
        raise InputError("fit_similarity", "points", "three or more, not all in one place", points)
    U, D, V = np.linalg.svd(q.T @ p)
    S = np.array([1, 1, np.sign(np.linalg.det(U @ V))])
    R, s = U * S @ V, float(D @ S / np.sum(p * p))
    return s, R, b - s * R @ a


@takes(poses=reals("N, 4, 4"), truth=reals("N, 4, 4"))
def path_error(poses, truth):
    """The root mean square distance between the places of two paths (N, 4, 4), once the first is moved, turned and
    scaled to fit best: what is left is the error that no choice of origin and scale explains. In units of the truth."""
    places, true = poses[:, :3, 3], truth[:, :3, 3]
    s, R, t = fit_similarity(places, true)
    return float(np.sqrt(np.mean(np.sum((s * places @ R.T + t - true) ** 2, axis=1))))
