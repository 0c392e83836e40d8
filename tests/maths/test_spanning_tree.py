"""Minimum spanning trees."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import minimum_spanning_tree

from npdl import InputError
from npdl.maths.components import connected_components
from npdl.maths.spanning_tree import cut_tree, kruskal, prim

rng = np.random.default_rng(0)


def full(n):
    points = rng.random((n, 2))
    d = np.sqrt(((points[:, None] - points) ** 2).sum(axis=2))
    edges = np.stack(np.triu_indices(n, 1), axis=1)
    return points, d, edges, d[edges[:, 0], edges[:, 1]]


@pytest.mark.topic("R034")
@pytest.mark.parametrize("n", [2, 3, 25])
def test_kruskals_tree_is_prims_and_weighs_what_scipys_does(n):
    _, d, edges, weights = full(n)
    tree = kruskal(n, edges, weights)
    by_prim, prims_weights = prim(d)
    assert len(tree) == n - 1 and connected_components(n, edges[tree])[1] == 1
    assert {tuple(e) for e in edges[tree].tolist()} == {tuple(sorted(e)) for e in by_prim.tolist()}
    assert weights[tree].sum() == pytest.approx(prims_weights.sum())
    assert weights[tree].sum() == pytest.approx(minimum_spanning_tree(d).sum())
    assert (np.diff(weights[tree]) >= 0).all()


@pytest.mark.topic("R034")
@pytest.mark.parametrize("k", [1, 3, 7])
def test_cut_at_its_heaviest_edges_it_is_single_link_clustering(k):
    points, d, edges, weights = full(20)
    tree = kruskal(20, edges, weights)
    expected = fcluster(linkage(points, "single"), k, "maxclust")
    for labels in (cut_tree(20, edges[tree], weights[tree], k), cut_tree(20, *prim(d), k)):
        assert len(set(labels.tolist())) == k == len(set(zip(labels.tolist(), expected.tolist())))


@pytest.mark.topic("R034")
def test_no_lighter_edge_joins_the_two_sides_of_a_cut():
    _, _, edges, weights = full(12)
    tree = kruskal(12, edges, weights)
    for e in tree:
        sides, _ = connected_components(12, edges[[t for t in tree if t != e]])
        across = sides[edges[:, 0]] != sides[edges[:, 1]]
        assert weights[e] == weights[across].min()


def test_a_graph_in_pieces():
    edges = np.array([(0, 1), (1, 2), (0, 2), (3, 4)])
    assert kruskal(5, edges, [3.0, 1.0, 2.0, 5.0]).tolist() == [1, 2, 3]
    with pytest.raises(InputError, match="connected"):
        prim(np.array([[0, np.inf], [np.inf, 0]]))


def test_bad_input():
    with pytest.raises(InputError, match="a weight for each edge"):
        kruskal(2, [(0, 1)], [1.0, 2.0])
    with pytest.raises(InputError, match="symmetric"):
        prim(np.array([[0, 1.0], [2.0, 0]]))
    with pytest.raises(InputError, match="symmetric"):
        prim(np.zeros((1, 2)))
    with pytest.raises(InputError, match="from 1 to 2"):
        cut_tree(2, [(0, 1)], [1.0], 3)
