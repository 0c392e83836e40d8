"""Distances, against a search node by node, and the random graphs with their answers."""

from collections import deque

import numpy as np
import pytest

from npdl import InputError
from npdl.graph import NO_WAY, WAYS, distances, load_ways


def searched(adjacency, start):
    """Breadth first with a queue."""
    found, queue = {start: 0}, deque([start])
    while queue:
        w = queue.popleft()
        for v in np.flatnonzero(adjacency[:, w]):
            if v not in found:
                found[v] = found[w] + 1
                queue.append(v)
    return [found.get(v, NO_WAY) for v in range(len(adjacency))]


@pytest.mark.topic("R178")
def test_distances_are_those_of_a_search():
    rng = np.random.default_rng(0)
    graphs = rng.random((5, 2, 8, 8)) < 0.2  # directed, some with loops
    apart = distances(graphs)
    for i in np.ndindex(5, 2):
        np.testing.assert_array_equal(apart[i].T, [searched(graphs[i], w) for w in range(8)])
    assert apart.max() > 3 and (apart == NO_WAY).any()


def test_every_answer_is_right_and_about_equally_frequent():
    matrices, labels = load_ways(400, seed=3)
    assert matrices.shape == (400, 16, 16) and matrices.dtype == np.uint8
    sizes = (matrices.diagonal(axis1=1, axis2=2) > 0).sum(axis=1)
    assert (sizes.min(), sizes.max()) == (8, 16)
    for matrix, label in zip(matrices, labels, strict=True):
        kinds = matrix.diagonal()
        ((start,), (goal,)) = np.flatnonzero(kinds == 2), np.flatnonzero(kinds == 3)
        adjacency = matrix * (1 - np.eye(16, dtype=int))
        np.testing.assert_array_equal(adjacency, adjacency.T)
        assert not adjacency[kinds == 0].any() and adjacency.max() <= 1
        steps = searched(adjacency, start)[goal]
        assert label == (5 if steps == NO_WAY else min(steps, 5) - 1)
    assert np.bincount(labels, minlength=len(WAYS)).min() > 400 / 20


def test_the_graphs_follow_from_the_seed():
    for a, b in zip(load_ways(5, seed=1), load_ways(5, seed=1), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (load_ways(5, seed=1)[0] != load_ways(5, seed=2)[0]).any()


@pytest.mark.parametrize(
    "settings, says", [({"n": 0}, "n should be an integer >= 1"), ({"nodes": (1, 5)}, "nodes should")]
)
def test_settings_that_are_none(settings, says):
    with pytest.raises(InputError, match=f"load_ways: {says}"):
        load_ways(**settings)
