"""A camera in space: the way it went, but for its scale."""

import numpy as np
import pytest

from npdl import InputError
from npdl.mapping.monocular import camera_path, camera_step, fit_similarity, path_error, relative_length
from npdl.mapping.points import project
from npdl.mapping.worlds import walk
from npdl.vision.epipolar import _rotation
from npdl.vision.orb import Features, orb


@pytest.fixture(scope="module")
def hall():
    return walk()


@pytest.fixture(scope="module")
def frames(hall):
    return [orb(image, count=300, levels=3) for image in hall.images]


def exact_frames(poses, K, n=80, seed=0):
    """Features at the exact pixels of n points, each of which has a descriptor of its own; in another order a frame."""
    random = np.random.default_rng(seed)
    points, bits = random.uniform([-3, -2, 4], [3, 2, 9], (n, 3)), random.integers(0, 256, (n, 32), dtype=np.uint8)
    frames = []
    for pose in poses:
        seen = project((points - pose[:3, 3]) @ pose[:3, :3], K)
        order = random.permutation(n)
        frames.append(Features(*seen[order].T, np.zeros(n), np.ones(n), bits[order]))
    return frames


def uneven():
    """Five poses, each step of another length."""
    poses = np.tile(np.eye(4), (5, 1, 1))
    poses[:, :3, 3] = np.cumsum([[0, 0, 0], [0.5, 0, 0], [0.2, 0.1, 0.1], [0.9, 0, 0.2], [0.3, -0.1, 0.4]], axis=0)
    poses[:, :3, :3] = [_rotation(n * np.array([0.02, -0.05, 0.01])) for n in range(5)]
    return poses


@pytest.mark.topic("R477")
def test_exact_features_give_the_way_but_for_its_scale(hall):
    truth = uneven()
    found = camera_path(exact_frames(truth, hall.K), hall.K)
    assert path_error(found, truth) < 1e-6
    np.testing.assert_allclose(found[:, :3, :3], truth[:, :3, :3], atol=1e-6)
    np.testing.assert_allclose(2 * found[:, :3, 3], truth[:, :3, 3] / 0.25, atol=1e-5)  # the first step has length 1


@pytest.mark.topic("R477")
def test_the_length_of_a_step(hall):
    a, b, c = exact_frames(uneven()[:3], hall.K)
    first, second = camera_step(a, b, hall.K), camera_step(b, c, hall.K)
    assert relative_length(first, second) == pytest.approx(np.sqrt(0.06) / 0.5, rel=1e-6)
    apart = second._replace(matches=second.matches + 1000)
    assert relative_length(first, apart) == 1


@pytest.mark.topic("R477")
def test_the_way_through_the_hall(hall, frames):
    """Six steps from images alone, 2.8 m: but for the scale, right within centimetres."""
    found = camera_path(frames, hall.K)
    assert path_error(found, hall.truth) < 0.1
    still = np.tile(np.eye(4), (len(found), 1, 1))
    still[:, 0, 3] = np.arange(len(found))  # straight on
    assert path_error(found, hall.truth) < 0.6 * path_error(still, hall.truth)
    turns = found[:, :3, :3].transpose(0, 2, 1) @ hall.truth[:, :3, :3]
    assert np.degrees(np.arccos((np.trace(turns, axis1=1, axis2=2).clip(-1, 3) - 1) / 2)).max() < 5


@pytest.mark.oracle
@pytest.mark.topic("R477")
def test_opencv_finds_the_same_step(hall, frames):
    cv2 = pytest.importorskip("cv2")
    step = camera_step(*frames[:2], hall.K)
    source, target = (np.stack([f.x, f.y], axis=1)[n] for f, n in zip(frames, step.matches.T))
    E, _ = cv2.findEssentialMat(source, target, hall.K, method=cv2.LMEDS)
    _, R, t, mask = cv2.recoverPose(E, source, target, hall.K)
    assert np.degrees(np.arccos((np.trace(R.T @ step.R) - 1) / 2)) < 1.5
    assert np.degrees(np.arccos(t[:, 0] @ step.t)) < 12
    assert mask.mean() > 0.95


@pytest.mark.topic("R477")
def test_a_similarity_is_found():
    points = np.random.default_rng(0).normal(size=(10, 3))
    R, t = _rotation(np.array([0.5, -1, 2])), np.array([1, 2, 3.0])
    s, found, moved = fit_similarity(points, 0.3 * points @ R.T + t)
    assert s == pytest.approx(0.3)
    np.testing.assert_allclose(found, R, atol=1e-12)
    np.testing.assert_allclose(moved, t, atol=1e-12)
    _, found, _ = fit_similarity(points, points * [1, 1, -1])
    assert np.linalg.det(found) == pytest.approx(1)  # never a mirror


def test_refuses(hall, frames):
    blank = orb(np.zeros((160, 200)))
    assert camera_step(blank, frames[0], hall.K) is None
    with pytest.raises(InputError, match="lost after frame 1"):
        camera_path([frames[0], frames[1], blank], hall.K)
    with pytest.raises(InputError, match="least"):
        camera_step(frames[0], frames[1], hall.K, least=7)
    with pytest.raises(InputError, match="three or more"):
        fit_similarity(np.zeros((4, 3)), np.zeros((4, 3)))
