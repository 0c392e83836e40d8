"""A camera over a floor: motions from ORB's matches, and loops that undo what they add up."""

import numpy as np
import pytest

from npdl import InputError
from npdl.mapping.slam import align, between, compose, dead_reckoning, join, optimise, residuals, trajectory_error, wrap
from npdl.mapping.visual_odometry import frame_edges, loop_edges, relative_motion
from npdl.mapping.worlds import fly, look_down
from npdl.vision.matching import match
from npdl.vision.orb import Features, orb

CENTRE = np.array([63.5, 63.5])


@pytest.fixture(scope="module")
def flight():
    return fly()


@pytest.fixture(scope="module")
def frames(flight):
    return [orb(image, count=100, levels=2) for image in flight.images]


def test_the_camera_sees_the_floor(flight):
    ahead, left = (look_down(flight.floor, (180.5, 170.5, theta)) for theta in (0, np.pi / 2))
    np.testing.assert_allclose(ahead, flight.floor[107:235, 117:245], atol=1e-12)
    np.testing.assert_allclose(left, np.rot90(ahead), atol=1e-12)  # looks along y: that is its x now


@pytest.mark.topic("R477")
def test_a_known_motion(flight):
    first, motion = np.array([170.0, 185.0, 0.3]), np.array([14.0, -9.0, 0.5])
    poses = first, compose(first, motion)
    seen = [orb(look_down(flight.floor, pose), levels=2) for pose in poses]
    found = relative_motion(*seen, CENTRE)
    assert len(found.source) > 50
    assert np.abs(found.pose - motion)[:2].max() < 0.15 and abs(found.pose[2] - motion[2]) < 0.005
    back = relative_motion(*seen[::-1], CENTRE).pose
    np.testing.assert_allclose(back, between(*poses[::-1]), atol=0.15)


@pytest.mark.topic("R477")
def test_ransac_makes_the_difference(flight, frames):
    """Of the matches of two frames many are wrong: the fit to all of them is far off."""
    truth = between(flight.truth[0], flight.truth[1])
    a, b = frames[:2]
    pairs = match(b.descriptors, a.descriptors, cross_check=True)
    source, target = (np.stack([f.x, f.y], axis=1)[rows] - CENTRE for f, rows in zip((b, a), pairs.T))
    found = relative_motion(a, b, CENTRE)
    assert len(found.source) < 0.8 * len(pairs)
    assert np.abs(found.pose - truth)[:2].max() < 0.5 < 4 < np.abs(align(source, target) - truth)[:2].max()


@pytest.mark.oracle
@pytest.mark.topic("R477")
def test_opencv_finds_the_same_motion(frames):
    cv2 = pytest.importorskip("cv2")
    found = relative_motion(frames[3], frames[4], CENTRE)
    matrix, _ = cv2.estimateAffinePartial2D(found.source, found.target, ransacReprojThreshold=1.5)
    np.testing.assert_allclose(matrix[:, 2], found.pose[:2], atol=0.3)
    assert abs(np.arctan2(matrix[1, 0], matrix[0, 0]) - found.pose[2]) < 0.01
    assert abs(np.hypot(matrix[0, 0], matrix[1, 0]) - 1) < 0.02


@pytest.mark.topic("R477")
def test_the_loops_lower_the_error(flight, frames):
    odometry, loops = frame_edges(frames, CENTRE), loop_edges(frames, CENTRE)
    for edges in (odometry, loops):
        errors = edges.motions - between(flight.truth[edges.i], flight.truth[edges.j])
        assert np.abs(errors[:, :2]).max() < 1 and np.abs(wrap(errors[:, 2])).max() < 0.03  # no false loop
    assert len(loops.i) >= 15 and np.all(loops.j - loops.i >= 10)
    alone = dead_reckoning(odometry.motions, flight.truth[0])
    found = optimise(alone, join(odometry, loops))
    assert trajectory_error(alone, flight.truth) > 1.5
    assert trajectory_error(found, flight.truth) < 0.4 * trajectory_error(alone, flight.truth)


@pytest.mark.topic("R477")
def test_the_weights_are_those_of_the_fit():
    """Places with noise of variance 1: the motions' errors, times the root of the weights, have variance 1."""
    random = np.random.default_rng(0)
    points = random.uniform(-50, 50, (40, 2))
    bits = random.integers(0, 256, (40, 32), dtype=np.uint8)
    first = Features(*points.T, np.zeros(40), np.ones(40), bits)
    scaled = []
    for _ in range(200):
        second = Features(*(points + random.normal(size=points.shape)).T, np.zeros(40), np.ones(40), bits)
        edges = frame_edges([first, second], np.zeros(2), threshold=10)
        scaled.append((residuals(np.zeros((2, 3)), edges) * np.sqrt(edges.weights))[0])
    assert np.all(np.abs(np.var(scaled, axis=0) - 1) < 0.35)


@pytest.mark.topic("R477")
def test_no_loop_where_nothing_comes_back(frames):
    assert len(loop_edges(frames[:14], CENTRE).i) == 0  # two thirds of a round
    assert relative_motion(frames[0], frames[10], CENTRE) is None


def test_refuses(frames):
    with pytest.raises(InputError, match="lost after frame 1"):
        frame_edges([frames[0], frames[1], frames[11]], CENTRE)
    with pytest.raises(InputError, match="least"):
        relative_motion(frames[0], frames[1], CENTRE, least=1)
    nothing = orb(np.zeros((64, 64)))
    assert relative_motion(nothing, frames[0], CENTRE) is None
