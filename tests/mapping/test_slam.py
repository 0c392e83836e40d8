"""Poses and their graph: laws, derivatives, and loop closures that undo what odometry adds up."""

import numpy as np
import pytest

from npdl import InputError
from npdl.mapping import OccupancyGrid, scan
from npdl.mapping.slam import (
    Edges,
    _jacobian,
    align,
    between,
    compose,
    cost,
    dead_reckoning,
    join,
    loop_closures,
    odometry_edges,
    optimise,
    residuals,
    trajectory_error,
    wrap,
)
from npdl.mapping.worlds import ROOMS, drive

MOTION, LOOP = 1 / np.array([0.02, 0.02, 0.02]) ** 2, 1 / np.array([0.03, 0.03, 0.03]) ** 2


def solved(seed):
    world = drive(seed=seed)
    odometry = dead_reckoning(world.motions, world.truth[0])
    edges = join(odometry_edges(world.motions, MOTION), loop_closures(world.sightings, LOOP))
    return world, odometry, edges, optimise(odometry, edges)


@pytest.mark.topic("R476")
def test_poses():
    random = np.random.default_rng(0)
    a, b, c = random.normal(size=(3, 10, 3))
    np.testing.assert_allclose(compose(a, between(a, b))[:, :2], b[:, :2], atol=1e-12)
    np.testing.assert_allclose(wrap(compose(a, between(a, b))[:, 2] - b[:, 2]), 0, atol=1e-12)
    np.testing.assert_allclose(compose(compose(a, b), c)[:, :2], compose(a, compose(b, c))[:, :2], atol=1e-12)
    np.testing.assert_allclose(compose(np.array([1, 2, np.pi / 2]), np.array([3, 0, 0.5])), [1, 5, np.pi / 2 + 0.5])
    motions = between(a[:-1], a[1:])
    np.testing.assert_allclose(dead_reckoning(motions, a[0])[:, :2], a[:, :2], atol=1e-12)


@pytest.mark.topic("R476")
def test_align():
    random = np.random.default_rng(0)
    points, pose = random.normal(size=(6, 2)), np.array([0.3, -1.2, 2.5])
    others = compose(pose, np.column_stack([points, np.zeros(6)]))[:, :2]
    np.testing.assert_allclose(align(points, others), pose, atol=1e-12)


@pytest.mark.topic("R476")
def test_the_jacobian_is_the_numerical_one():
    random = np.random.default_rng(1)
    poses = random.normal(size=(5, 3))
    edges = Edges(np.array([0, 1, 3, 4]), np.array([1, 2, 0, 2]), random.normal(size=(4, 3)), np.ones((4, 3)))
    J, step = _jacobian(poses, edges).toarray(), 1e-6
    for column in range(12):
        near = np.zeros(15)
        near[3 + column] = step
        ahead, behind = (residuals(poses + sign * near.reshape(5, 3), edges) for sign in (1, -1))
        np.testing.assert_allclose(J[:, column], (ahead - behind).ravel() / (2 * step), atol=1e-8)


@pytest.mark.topic("R476")
def test_exact_edges_give_the_exact_poses():
    truth = drive().truth
    motions = between(truth[:-1], truth[1:])
    loop = Edges(np.array([0]), np.array([80]), between(truth[:1], truth[80:]), np.ones((1, 3)))
    wrong = truth + np.random.default_rng(0).normal(size=truth.shape) * 0.1
    wrong[0] = truth[0]
    found = optimise(wrong, join(odometry_edges(motions, MOTION), loop))
    np.testing.assert_allclose(found[:, :2], truth[:, :2], atol=1e-8)
    assert cost(found, join(odometry_edges(motions, MOTION), loop)) < 1e-10


@pytest.mark.topic("R476")
def test_who_closes_a_loop_with_whom():
    truth = np.array([[0, 0, 0], [1, 0, 0.1], [1, 1, 0.3], [0, 1, 0.6]])
    landmarks = {"a": (2.0, 1.0), "b": (-1.0, 3.0), "c": (0.5, 0.5), "d": (4.0, -1.0)}
    sightings = []
    for pose, names in zip(truth, ("abc", "abcd", "abc", "abcd")):
        c, s = np.cos(pose[2]), np.sin(pose[2])
        sightings.append({n: np.array([[c, s], [-s, c]]) @ (landmarks[n] - pose[:2]) for n in names})
    edges = loop_closures(sightings, LOOP, apart=2)  # 3 has four in common with 1, three with 0
    assert (edges.i.tolist(), edges.j.tolist()) == ([0, 1], [2, 3])
    np.testing.assert_allclose(edges.motions, between(truth[edges.i], truth[edges.j]), atol=1e-12)
    np.testing.assert_array_equal(edges.weights, [LOOP, LOOP])
    assert loop_closures(sightings, LOOP, apart=2, least=4).i.tolist() == [1]
    assert loop_closures(sightings, LOOP, apart=3).i.tolist() == [0]
    assert len(loop_closures(sightings, LOOP).i) == 0


@pytest.mark.topic("R476")
@pytest.mark.parametrize("seed", range(5))
def test_loops_closed_the_error_is_below_that_of_odometry(seed):
    world, odometry, edges, found = solved(seed)
    assert len(edges.i) > 80 + 30
    assert cost(found, edges) < cost(odometry, edges) / 3
    assert trajectory_error(found, world.truth) < 0.5 * trajectory_error(odometry, world.truth)


@pytest.mark.topic("R476")
def test_a_gap_is_closed():
    """After two rounds the robot is back: odometry does not know it, the graph does."""
    errors = []
    for seed in range(5):
        world, odometry, _, found = solved(seed)
        true = between(world.truth[40], world.truth[80])
        gaps = [between(poses[40], poses[80]) - true for poses in (odometry, found)]
        errors.append([np.hypot(*gap[:2]) for gap in gaps])
    before, after = np.mean(errors, axis=0)
    assert after < before / 4 and after < 0.08


@pytest.mark.topic("R476", "R478")
def test_the_map_is_sharper():
    """Scans from the true poses, drawn from the estimated ones: how many cells are taken for walls."""
    world, odometry, _, found = solved(1)
    walls = []
    for poses in (world.truth, found, odometry):
        grid = OccupancyGrid((-2, -2), (10, 8), 0.1)
        for n in range(0, 81, 4):
            grid.insert_scan(poses[n], *scan(world.truth[n], ROOMS, rays=120))
        walls.append(grid.probability() > 0.5)
    overlap = [np.sum(walls[0] & other) / np.sum(walls[0] | other) for other in walls[1:]]
    assert overlap[0] > overlap[1]


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: align(np.zeros((1, 2)), np.zeros((1, 2))), "two or more"),
        (lambda: align(np.zeros((2, 2)), np.zeros((3, 2))), "align: points should be an array of shape"),
        (lambda: optimise(np.zeros(3), loop_closures([], LOOP)), "poses should be a 2-d array"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action()
