"""Connected components of graphs and of images."""

import numpy as np
import pytest
import scipy.ndimage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components as scipys

from npdl import InputError
from npdl.maths.components import UnionFind, connected_components, connected_components_search
from npdl.vision.binary import label

rng = np.random.default_rng(0)


def by_union_find(n, edges):
    sets = UnionFind(n)
    for i, j in edges:
        sets.union(i, j)
    roots = [sets.find(i) for i in range(n)]
    assert len(set(roots)) == sets.count
    first = {}
    return np.array([first.setdefault(root, len(first)) for root in roots]), sets.count


def by_breadth(n, edges):
    return connected_components_search(n, edges, breadth_first=True)


ways = pytest.mark.parametrize("way", [connected_components, connected_components_search, by_breadth, by_union_find])


@pytest.mark.topic("R035")
@ways
@pytest.mark.parametrize("share", [0, 0.3, 0.5, 1, 3])
def test_they_are_scipys(way, share):
    n = 60
    edges = rng.integers(0, n, (int(share * n), 2))
    graph = csr_array((np.ones(len(edges)), edges.T.reshape(2, -1)), shape=(n, n))
    count, expected = scipys(graph, directed=False)
    labels, found = way(n, edges)
    assert found == count
    np.testing.assert_array_equal(labels, expected)


@pytest.mark.topic("R035")
@ways
def test_a_chain_of_20000_does_not_recurse(way):
    order = rng.permutation(20_000)
    labels, count = way(20_000, np.stack([order[:-1], order[1:]], axis=1))
    assert count == 1 and not labels.any()


@pytest.mark.topic("R035")
@pytest.mark.parametrize("neighbours, structure", [(4, None), (8, np.ones((3, 3)))])
def test_pixels_are_a_graph(neighbours, structure):
    mask = rng.random((18, 19)) < 0.5
    number, edges = np.cumsum(mask).reshape(mask.shape) - 1, []
    for i, j in zip(*np.nonzero(mask)):
        for di, dj in ((0, 1), (1, 0), (1, 1), (1, -1))[: neighbours // 2]:
            if i + di < 18 and 0 <= j + dj < 19 and mask[i + di, j + dj]:
                edges.append((number[i, j], number[i + di, j + dj]))
    labels, _ = connected_components_search(mask.sum(), edges)
    np.testing.assert_array_equal(labels + 1, scipy.ndimage.label(mask, structure)[0][mask])
    np.testing.assert_array_equal(labels + 1, label(mask, neighbours)[0][mask])


def test_unions_say_whether_they_joined_anything():
    sets = UnionFind(4)
    assert sets.union(0, 1) and sets.union(2, 3) and sets.union(0, 3) and not sets.union(1, 2)
    assert sets.count == 1


@ways
def test_no_vertex_and_no_edge(way):
    labels, count = way(0, np.zeros((0, 2), int))
    assert len(labels) == count == 0
    assert way(3, np.zeros((0, 2), int))[1] == way(3, [])[1] == 3


def test_bad_input():
    with pytest.raises(InputError, match=r"integers in \[0, 2\)"):
        connected_components(2, [(0, 2)])
    with pytest.raises(InputError, match="pairs"):
        connected_components(2, [(0.0, 1.0)])
