"""Occupancy as log-odds, and the octree that holds it."""

import numpy as np
import pytest

from npdl import InputError
from npdl.mapping import OccupancyOctree, log_odds, probability, update

FREE = dict(low=-50.0, high=50.0)


def bayes(measurements, prior):
    """P(occupied | z_1 ... z_T) by its definition: likelihoods p(z|occupied) ∝ P(n|z) / P(n), both hypotheses."""
    occupied, free = prior, 1 - prior
    for p in measurements:
        occupied, free = occupied * p / prior, free * (1 - p) / (1 - prior)
    return occupied / (occupied + free)


def after(measurements, prior, **bounds):
    value = log_odds(prior)
    for p in measurements:
        value = update(value, p, prior, **bounds)
    return probability(value)


@pytest.mark.topic("R483", "R484")
@pytest.mark.parametrize("prior", [0.5, 0.3, 0.8])
def test_the_recursion_is_bayes_rule(prior):
    measurements = [0.7, 0.7, 0.4, 0.9, 0.2]
    assert after(measurements, prior, **FREE) == pytest.approx(bayes(measurements, prior), rel=1e-12)
    assert after(measurements[::-1], prior, **FREE) == pytest.approx(bayes(measurements, prior), rel=1e-12)
    assert after([], prior) == pytest.approx(prior)
    assert after([prior] * 9, prior) == pytest.approx(prior)  # who says what was known says nothing


@pytest.mark.topic("R484")
def test_the_sign_of_the_prior():
    two = [0.7, 0.7]
    wrong = probability(log_odds(0.3) + 2 * (log_odds(0.7) + log_odds(0.3)))  # plus the prior
    assert after(two, 0.3, **FREE) == pytest.approx(bayes(two, 0.3)) == pytest.approx(0.927, abs=1e-3)
    assert wrong == pytest.approx(0.3)
    assert after(two, 0.5, **FREE) == pytest.approx(probability(2 * log_odds(0.7)))  # with 0.5 no sign is seen


@pytest.mark.topic("R484")
def test_numbers():
    assert log_odds(0.7) == pytest.approx(0.847298, abs=1e-6) == -log_odds(0.3)
    assert log_odds(0.4) == pytest.approx(-0.405465, abs=1e-6)
    assert after([0.7] * 2, 0.5) == pytest.approx(0.844828, abs=1e-6)
    assert after([0.7] * 4, 0.5) == pytest.approx(0.967365, abs=1e-6)
    np.testing.assert_allclose(probability(log_odds([0.1, 0.5, 0.99])), [0.1, 0.5, 0.99])


@pytest.mark.topic("R485")
def test_clamping():
    assert probability([-2, 3.5]) == pytest.approx([0.12, 0.97], abs=1e-2)
    values = [log_odds(0.5)]
    for _ in range(6):
        values.append(update(values[-1], 0.7))
    assert values[4] < 3.5 and values[5] == values[6] == 3.5  # five hits to the bound
    for _ in range(9):  # and from there nine misses to free again, however often it was hit
        values.append(update(values[-1], 0.4))
    assert values[-2] > 0 > values[-1]
    assert update(-1.9, 0.4) == -2


def scan(size=0.9, N=100, seed=0):
    """Points on a sphere, seen from near its centre."""
    points = np.random.default_rng(seed).normal(size=(N, 3))
    points *= size / np.linalg.norm(points, axis=1, keepdims=True)
    return np.array([0.03, 0.02, 0.01]), points


@pytest.mark.topic("R481")
def test_keys_and_sides():
    tree = OccupancyOctree(0.01)
    assert tree.keys([[0, 0, 0], [-0.001, 0.0149, 327.675]]).tolist() == [[32768] * 3, [32767, 32769, 65535]]
    with pytest.raises(InputError, match=r"within 327\.68 of the origin on"):
        tree.keys([[0, 0, 327.69]])


@pytest.mark.topic("R481", "R486")
@pytest.mark.parametrize("prune", [True, False])
def test_against_a_dense_grid(prune):
    """Three scans into the tree and into an array of all cubes, whose rays are walked in 3000 small steps."""
    tree = OccupancyOctree(0.1, depth=5, prune=prune)
    dense, seen = np.zeros((32, 32, 32)), np.zeros((32, 32, 32), bool)
    for seed in range(3):
        origin, points = scan(N=40, seed=seed)
        tree.insert_scan(origin, points)
        hit, passed = np.zeros_like(seen), np.zeros_like(seen)
        steps = np.linspace(0, 1, 3000)[:, None, None]
        passed[tuple(tree.keys((origin + steps * (points - origin)).reshape(-1, 3)).T)] = True
        hit[tuple(tree.keys(points).T)] = True
        for mask, p in ((hit, 0.7), (passed & ~hit, 0.4)):
            dense[mask] = update(dense[mask], p)
            seen |= mask
    cubes = np.indices(seen.shape).reshape(3, -1).T
    found = [tree.query((key - 16 + 0.5) * 0.1) for key in cubes[:: 3]]
    wanted = [probability(dense[tuple(key)]) if seen[tuple(key)] else None for key in cubes[:: 3]]
    wrong = [a != b and not (a and b and abs(a - b) < 1e-12) for a, b in zip(found, wanted, strict=True)]
    assert sum(wrong) <= 4 and sum(p is not None for p in found) > 100  # 3000 steps can miss a corner that is just cut


@pytest.mark.topic("R486")
def test_a_hit_outweighs_the_rays_that_pass():
    tree = OccupancyOctree(1.0, depth=4)
    tree.insert_scan([0.5, 0.5, 0.5], np.array([[2.5, 0.5, 0.5], [4.5, 0.5, 0.5], [4.6, 0.5, 0.5]]))
    found = [tree.query([x, 0.5, 0.5]) for x in (0.5, 1.5, 2.5, 3.5, 4.5)]
    np.testing.assert_allclose(found, [0.4, 0.4, 0.7, 0.4, 0.7])  # and each cube counts once


@pytest.mark.topic("R482")
def test_pruning_changes_no_answer():
    trees = [OccupancyOctree(0.1, depth=5, prune=prune) for prune in (True, False)]
    for tree in trees:
        for seed in range(8):
            tree.insert_scan(*scan(seed=seed))
    assert trees[0].size() < trees[1].size()
    for point in np.random.default_rng(9).uniform(-1.5, 1.5, (500, 3)):
        for level in (0, 1, 3):
            assert trees[0].query(point, level) == trees[1].query(point, level)


@pytest.mark.topic("R482")
def test_a_full_cube_is_one_node():
    tree = OccupancyOctree(1.0, depth=3)
    for _ in range(5):
        for key in np.ndindex(8, 8, 8):
            tree.update(key, True)
    assert tree.size() == 1 and tree.root.value == 3.5
    tree.update((3, 4, 5), False)  # and parts again on the way to one that changes
    assert tree.size() == 1 + 3 * 8
    assert tree.query([3 - 4 + 0.5, 4 - 4 + 0.5, 5 - 4 + 0.5]) == pytest.approx(probability(3.5 + log_odds(0.4)))
    assert tree.query([0.5, 0.5, 2.5]) == pytest.approx(probability(3.5))


@pytest.mark.topic("R481", "R486")
def test_levels_show_the_most_occupied_part():
    tree = OccupancyOctree(1.0, depth=4)
    tree.update((8, 8, 8), True)
    tree.update((9, 8, 8), False)
    assert tree.query([0.5] * 3) == pytest.approx(0.7) and tree.query([1.5, 0.5, 0.5]) == pytest.approx(0.4)
    assert tree.query([1.5] * 3, level=1) == pytest.approx(0.7) == tree.query([7.5] * 3, level=3)
    assert tree.query([1.5] * 3) is None and tree.query([-0.5] * 3, level=3) is None
    assert tree.is_free([1.5, 0.5, 0.5]) and not tree.is_free([1.5, 0.5, 0.5], level=1)
    assert tree.is_free([5.5] * 3) is None
    centres, sides, p = tree.leaves()
    assert centres.tolist() == [[0.5, 0.5, 0.5], [1.5, 0.5, 0.5]] and sides.tolist() == [1, 1]
    np.testing.assert_allclose(p, [0.7, 0.4])
    assert tree.leaves(level=2)[0].tolist() == [[2, 2, 2]] and tree.leaves(2)[1].tolist() == [4]


@pytest.mark.topic("R486")
def test_rays():
    tree = OccupancyOctree(1.0, depth=4)
    keys = tree.ray_keys([0.5, 0.5, 0.5], [4.5, 0.5, 0.5]) - 8
    assert keys.tolist() == [[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]]  # the end is not among them
    assert (tree.ray_keys([0.5, 0.5, 0.5], [-2.5, 0.5, 0.5]) - 8)[:, 0].tolist() == [0, -1, -2]
    assert len(tree.ray_keys([0.2] * 3, [0.7] * 3)) == 0
    diagonal = tree.ray_keys([0.5, 0.5, 0.5], [3.5, 3.5, 3.5]) - 8  # through corners: no cube of zero length
    assert diagonal.tolist() == [[0] * 3, [1] * 3, [2] * 3]
    slanted = tree.ray_keys([0.1, 0.2, 0.3], [5.7, 3.1, -4.9])
    assert np.all(np.abs(np.diff(slanted, axis=0)).sum(axis=1) == 1)  # from cube to neighbour


@pytest.mark.topic("R486")
def test_navigation():
    tree = OccupancyOctree(0.5, depth=6)
    wall = np.array([[4.25, y, 0.25] for y in np.arange(-3, 3, 0.25) + 0.1])
    for _ in range(3):
        tree.insert_scan([0.25, 0.25, 0.25], wall)
    assert tree.passable([0.25, 0.25, 0.25], [3.25, 0.25, 0.25])
    assert not tree.passable([0.25, 0.25, 0.25], [5.25, 0.25, 0.25])  # the wall
    assert not tree.passable([0.25, 0.25, 0.25], [-3.25, 0.25, 0.25])  # never seen
    tree = OccupancyOctree(0.5, depth=6)
    tree.insert_scan([0.25] * 3, np.array([[6.25, 0.25, 0.25]]), max_range=3)
    assert tree.query([6.25, 0.25, 0.25]) is None and tree.query([2.25, 0.25, 0.25]) < 0.5


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda t: OccupancyOctree(0), "resolution should be greater than 0"),
        (lambda t: t.keys([[0, 0]]), r"points should be finite, \(N, 3\)"),
        (lambda t: t.update((0, 0, 99), True), "key should be three integers"),
        (lambda t: t.query([0, 0, 0], 9), "level should be an integer in"),
        (lambda t: log_odds(1.0), "p should be above 0 and below 1"),
        (lambda t: update(0, 0.7, low=1, high=0), "low should be below high"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action(OccupancyOctree(0.1, depth=4))
