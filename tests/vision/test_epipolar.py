"""Two views: the essential matrix, the motion in it, and what it needs."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision import epipolar
from npdl.vision.epipolar import (
    decompose_essential,
    fit_essential,
    ransac_essential,
    recover_motion,
    refine_essential,
    sampson_distances,
    to_rays,
    triangulate,
)

K = np.array([[300.0, 0, 160], [0, 290, 120], [0, 0, 1]])
R = epipolar._rotation(np.array([0.1, -0.2, 0.05]))
T = np.array([1, 0.2, -0.3]) / np.linalg.norm([1, 0.2, -0.3])
CROSS = np.array([[0, -T[2], T[1]], [T[2], 0, -T[0]], [-T[1], T[0], 0]])


def scene(n=100, noise=0.0, wrong=0, seed=0):
    """(points (n, 3), pixels of the first camera, of the second), the last `wrong` pairs at random."""
    random = np.random.default_rng(seed)
    points = random.uniform([-2, -2, 3], [2, 2, 8], (n, 3))
    first, second = (h[:, :2] / h[:, 2:] for h in (points @ K.T, (points @ R.T + T) @ K.T))
    first, second = (p + noise * random.normal(size=p.shape) for p in (first, second))
    second[n - wrong :] = random.uniform([0, 0], [320, 240], (wrong, 2))
    return points, first, second


def turned(a, b):
    """Degrees between two rotations."""
    return np.degrees(2 * np.arcsin(np.linalg.norm(a - b) / np.sqrt(8)))


def apart(a, b):
    """Degrees between two directions."""
    return np.degrees(np.arccos(np.clip(a @ b, -1, 1)))


@pytest.mark.topic("R477")
@pytest.mark.parametrize("n", [8, 100])
def test_exact_pairs_give_the_exact_motion(n):
    points, first, second = scene(n)
    source, target = to_rays(first, K), to_rays(second, K)
    E = fit_essential(source, target)
    np.testing.assert_allclose(abs(np.sum(E * (CROSS @ R))), 2, atol=1e-9)  # [t]× R, or its negative
    found = recover_motion(E, source, target)
    np.testing.assert_allclose(found.R, R, atol=1e-8)
    np.testing.assert_allclose(found.t, T, atol=1e-8)
    np.testing.assert_allclose(found.points, points, rtol=1e-6)
    assert found.front.all()


@pytest.mark.topic("R477")
def test_four_motions_of_which_one_is_real():
    _, first, second = scene()
    source, target = to_rays(first, K), to_rays(second, K)
    motions = decompose_essential(-3 * CROSS @ R)
    ahead = []
    for r, t in motions:
        np.testing.assert_allclose(r @ r.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(r) == pytest.approx(1) and np.linalg.norm(t) == pytest.approx(1)
        matrix = np.cross(t, r, axisb=0, axisc=0)  # [t]× R
        assert abs(np.sum(matrix * (CROSS @ R))) == pytest.approx(2)
        z = triangulate(r, t, source, target)
        ahead.append(int(np.sum((z[:, 2] > 0) & (z @ r[2] + t[2] > 0))))
    assert sorted(ahead) == [0, 0, 0, 100]


@pytest.mark.topic("R477")
def test_the_sampson_distance():
    """A step along x alone: the rays must be of one height. Both move by half of the difference."""
    E = np.array([[0, 0, 0], [0, 0, -1], [0, 1, 0.0]])
    source, target = np.array([[0.1, 0.2], [0.3, -0.1]]), np.array([[0.0, 0.2], [0.2, -0.07]])
    np.testing.assert_allclose(sampson_distances(E, source, target), [0, 0.03 / np.sqrt(2)], atol=1e-15)
    np.testing.assert_allclose(sampson_distances(5 * E, source, target), [0, 0.03 / np.sqrt(2)], atol=1e-15)


@pytest.mark.topic("R477")
def test_the_sampson_distance_is_the_value_by_its_slope():
    random = np.random.default_rng(0)
    pairs, e = random.normal(size=(5, 4)), 1e-6

    def value(pairs):
        first, second = (np.column_stack([rays, np.ones(5)]) for rays in (pairs[:, :2], pairs[:, 2:]))
        return np.sum(second @ CROSS @ R * first, axis=1)

    slopes = [(value(pairs + e * axis) - value(pairs - e * axis)) / (2 * e) for axis in np.eye(4)]
    wanted = np.abs(value(pairs)) / np.linalg.norm(slopes, axis=0)
    np.testing.assert_allclose(sampson_distances(CROSS @ R, pairs[:, :2], pairs[:, 2:]), wanted, rtol=1e-6)


@pytest.mark.topic("R477")
def test_refined_is_nearer():
    """Over several draws of noise: the eight-point algorithm, then the least squares that it only comes near to."""
    errors = []
    for seed in range(5):
        _, first, second = scene(60, noise=0.5, seed=seed)
        source, target = to_rays(first, K), to_rays(second, K)
        linear = fit_essential(source, target)
        refined = refine_essential(linear, source, target)
        np.testing.assert_allclose(np.linalg.svd(refined)[1], [1, 1, 0], atol=1e-12)
        costs = [np.sum(sampson_distances(E, source, target) ** 2) for E in (linear, refined)]
        assert costs[1] < costs[0]
        nudged = [U @ refined for U in (epipolar._rotation(1e-3 * axis) for axis in np.eye(3))]
        assert all(np.sum(sampson_distances(E, source, target) ** 2) > costs[1] for E in nudged)
        errors.append([apart(recover_motion(E, source, target).t, T) for E in (linear, refined)])
    linear, refined = np.mean(errors, axis=0)
    assert refined < 0.8 * linear and refined < 1


@pytest.mark.topic("R477")
def test_ransac_leaves_the_wrong_pairs_out():
    _, first, second = scene(200, noise=0.3, wrong=60)
    found = ransac_essential(first, second, K, confidence=0.9999)
    assert found.inliers[:140].sum() >= 130 and found.inliers[140:].sum() <= 6
    motion = recover_motion(found.model, *(to_rays(p[found.inliers], K) for p in (first, second)))
    assert turned(motion.R, R) < 0.5 and apart(motion.t, T) < 1.5
    spoilt = recover_motion(fit_essential(to_rays(first, K), to_rays(second, K)), to_rays(first, K), to_rays(second, K))
    assert apart(spoilt.t, T) > 5


def opencv_motion(first, second):
    cv2 = pytest.importorskip("cv2")
    E, mask = cv2.findEssentialMat(first, second, K, method=cv2.RANSAC, prob=0.9999, threshold=1.0)
    _, rotation, t, _ = cv2.recoverPose(E, first, second, K, mask=mask)
    return rotation, t[:, 0]


def own_motion(first, second):
    found = ransac_essential(first, second, K, confidence=0.9999)
    motion = recover_motion(found.model, *(to_rays(p[found.inliers], K) for p in (first, second)))
    return motion.R, motion.t


@pytest.mark.oracle
@pytest.mark.topic("R477")
def test_opencv_finds_the_same_motion():
    cv2 = pytest.importorskip("cv2")
    _, first, second = scene(200, wrong=40)
    (rotation, t), (theirs, other) = own_motion(first, second), opencv_motion(first, second)
    assert turned(rotation, theirs) < 1e-3 and apart(t, other) < 1e-3
    one, two, t = cv2.decomposeEssentialMat(CROSS @ R)
    ours = decompose_essential(CROSS @ R)
    assert all(min(turned(r, theirs) for r, _ in ours) < 1e-4 for theirs in (one, two))
    assert min(apart(u, t[:, 0]) for _, u in ours) < 1e-4


@pytest.mark.oracle
@pytest.mark.topic("R477")
def test_noise_does_no_more_harm_than_to_opencv():
    errors = []
    for seed in range(3):
        _, first, second = scene(150, 0.3, wrong=30, seed=seed)
        errors.append([(turned(r, R), apart(t, T)) for r, t in (f(first, second) for f in (own_motion, opencv_motion))])
    ours, theirs = np.mean(errors, axis=0)
    assert np.all(ours < theirs)


@pytest.mark.topic("R477")
def test_what_does_not_determine_it():
    points, _, _ = scene()
    points[:, 2] = 5 + 0.2 * points[:, 0]  # a plane
    source, target = (h[:, :2] / h[:, 2:] for h in (points, points @ R.T + T))
    assert fit_essential(source, target) is None
    target = (points @ R.T)[:, :2] / (points @ R.T)[:, 2:]  # no way between the cameras
    assert fit_essential(source, target) is None
    assert fit_essential(np.zeros((8, 2)), target[:8]) is None
    assert not np.isfinite(triangulate(np.eye(3), T, T[None, :2] / T[2], T[None, :2] / T[2])).any()  # along the way


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda a, b: fit_essential(a[:7], b[:7]), r"source should be eight rays \(N, 2\) at least"),
        (lambda a, b: ransac_essential(a, b[:-1], K), "target should be .*N = 100; got float64 array of shape .99, 2."),
        (lambda a, b: ransac_essential(a, b, K, threshold=0), "threshold should be greater than 0"),
        (lambda a, b: to_rays(a, np.eye(2)), "K should be .*"),
        (lambda a, b: decompose_essential(np.eye(2)), "E should be .*"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action(*scene()[1:])
