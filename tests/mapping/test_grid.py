"""Rays, occupancy grids and ways through them."""

import numpy as np
import pytest

from npdl import InputError
from npdl.mapping import OccupancyGrid, scan, shortest_path, topological_map
from npdl.mapping.rays import cells_between
from npdl.mapping.worlds import ROOMS


@pytest.mark.topic("R486")
def test_a_laser_in_a_room():
    walls = np.array([[0, 0, 4, 0], [4, 0, 4, 3], [4, 3, 0, 3], [0, 3, 0, 0]], float)
    distances, angles = scan((1, 1, 0), walls, rays=4)
    np.testing.assert_allclose(distances, [3, 2, 1, 1])
    np.testing.assert_allclose(scan((1, 1, np.pi / 2), walls, rays=4)[0], [2, 1, 1, 3])
    np.testing.assert_allclose(scan((1, 1, np.pi / 4), walls, rays=8)[0][:1], [2 * np.sqrt(2)])
    assert np.isinf(scan((1, 1, 0), walls, rays=4, max_range=2.5)[0][0])
    assert angles.tolist() == [0, np.pi / 2, np.pi, 3 * np.pi / 2]
    for ends in ([2, 0, 2, 1], [2, -1, 2, 0]):  # where a wall begins and where it ends it is a wall
        assert scan((0, 0, 0), np.array([ends], float), rays=1)[0] == [2]
    noisy = scan((2, 1.5, 0), walls, rays=4000, noise=0.1)[0] - scan((2, 1.5, 0), walls, rays=4000)[0]
    assert np.std(noisy) == pytest.approx(0.1, rel=0.1)


@pytest.mark.topic("R486")
def test_cells_on_the_way():
    assert cells_between([0.5, 0.4], [2.5, 1.4]).tolist() == [[0, 0], [1, 0], [1, 1]]
    for seed in range(10):
        a, b = np.random.default_rng(seed).uniform(-5, 5, (2, 2))
        steps = np.floor(a + np.linspace(0, 1, 20001)[:, None] * (b - a)).astype(int)
        seen = {tuple(c) for c in steps.tolist()} - {tuple(np.floor(b).astype(int).tolist())}
        found = {tuple(c) for c in cells_between(a, b).tolist()}
        assert seen <= found and len(found - seen) <= 1


def mapped():
    grid = OccupancyGrid((-0.5, -0.5), (8.5, 6.5), 0.1)
    for t in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        pose = (4.03 + 2.8 * np.cos(t), 3.02 + 2 * np.sin(t), t)
        grid.insert_scan(pose, *scan(pose, ROOMS, rays=240))
    return grid


@pytest.mark.topic("R478", "R486")
def test_two_rays_cell_by_cell():
    grid = OccupancyGrid((1, 2), (6, 6), 1.0, hit=0.8, miss=0.3)
    for times in (1, 2):
        grid.insert_scan((1.5, 2.5, 0), np.array([3.0, np.inf]), np.array([0, np.pi / 2]), max_range=3.2)
        expected = np.zeros((4, 5))
        expected[0, 3], expected[0, :3], expected[1:3, 0] = np.log(4), np.log(3 / 7), np.log(3 / 7)
        np.testing.assert_allclose(grid.log_odds, times * expected)
        np.testing.assert_array_equal(grid.seen, expected != 0)
    np.testing.assert_allclose(grid.probability()[0, 1:], [9 / 58, 9 / 58, 16 / 17, 0.5])
    assert grid.free().sum() == 5 and grid.free(9 / 58 - 1e-9).sum() == 0


@pytest.mark.topic("R478")
def test_a_grid_of_a_flat():
    grid = mapped()
    p = grid.probability()
    assert p.shape == (70, 90)

    def at(x, y):
        return p[int((y + 0.5) / 0.1), int((x + 0.5) / 0.1)]

    assert at(1.25, 1.25) < 0.2 and at(6.75, 4.75) < 0.2  # free
    assert at(4.05, 3.05) == 0.5  # inside the block: never seen
    along = np.array([max(at(x, y) for y in (-0.05, 0.05)) for x in np.arange(0.3, 7.7, 0.1)])
    assert np.mean(along > 0.6) > 0.85  # the lower wall
    assert grid.free()[20, 20] and not grid.free()[35, 45]


@pytest.mark.topic("R478", "R486")
def test_ways():
    free = np.ones((7, 7), bool)
    free[1:, 3] = False
    path = shortest_path(free, (6, 0), (6, 6))
    assert len(path) == 6 + 6 + 6 + 1 and np.all(np.abs(np.diff(path, axis=0)).sum(axis=1) == 1)
    assert free[tuple(path.T)].all() and path[0].tolist() == [6, 0] and path[-1].tolist() == [6, 6]
    free[0, 3] = False
    assert shortest_path(free, (6, 0), (6, 6)) is None
    path = shortest_path(mapped().free(), (15, 15), (55, 75))
    assert len(path) == 40 + 60 + 1  # around the block, with no detour


@pytest.mark.topic("R478")
@pytest.mark.parametrize("seed", range(10))
def test_shortest_as_by_breadth_first(seed):
    from scipy.sparse.csgraph import shortest_path as dijkstra

    free = np.random.default_rng(seed).random((12, 12)) > 0.35
    free[0, 0] = free[-1, -1] = True
    nodes, edges = topological_map(free, 1)  # every free cell a node
    graph = np.zeros((len(nodes), len(nodes)))
    graph[edges[:, 0], edges[:, 1]] = 1
    steps = dijkstra(graph, directed=False, unweighted=True)[0, -1]
    path = shortest_path(free, (0, 0), (11, 11))
    assert (path is None and np.isinf(steps)) or len(path) == steps + 1


@pytest.mark.topic("R478")
def test_the_graph_of_free_places():
    free = np.ones((4, 6), bool)
    free[0, 2] = False
    nodes, edges = topological_map(free, 2)
    assert nodes.tolist() == [[0.5, 0.5], [0.5, 4.5], [2.5, 0.5], [2.5, 2.5], [2.5, 4.5]]
    assert sorted(map(tuple, edges.tolist())) == [(0, 2), (1, 4), (2, 3), (3, 4)]


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: OccupancyGrid((0, 0), (0, 1), 0.1), "high should be above low"),
        (lambda: shortest_path(np.ones((2, 2), bool), (0, 0), (2, 0)), "goal should be a free cell"),
        (lambda: scan((0, 0), ROOMS), "pose should be three numbers"),
        (lambda: scan((0, 0, 0), ROOMS[0]), "walls should be a 2-d array"),
        (lambda: topological_map(np.ones((2, 2), bool), 0), "block should be an integer >= 1"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action()
