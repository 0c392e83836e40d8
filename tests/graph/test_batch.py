"""Graphs as matrices and as one large graph."""

import numpy as np
import pytest

from npdl import InputError, InputTypeError, backend
from npdl.graph import Graphs
from tests.strict.array import StrictArray, module

PATH = np.array([[1, 1, 0], [1, 3, 2], [0, 2, 1]])  # 0 - 1 = 2: the node 1 of kind 2, the second edge of kind 1
PAIR = np.array([[2, 0, 0], [0, 0, 0], [1, 0, 1]])  # two nodes, at the places 0 and 2, and an edge from 0 to 2


@pytest.mark.topic("R178")
def test_matrices_become_one_large_graph():
    graphs = Graphs.from_matrices(np.stack([PATH, PAIR]))
    assert graphs.count == 2
    assert graphs.nodes.tolist() == [0, 2, 0, 1, 0]
    assert graphs.graph.tolist() == [0, 0, 0, 1, 1]
    edges = zip(*graphs.edges.tolist(), graphs.kinds.tolist(), strict=True)
    assert set(edges) == {(0, 1, 0), (1, 0, 0), (1, 2, 1), (2, 1, 1), (3, 4, 0)}


@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_any_integers_will_do(dtype):
    graphs = Graphs.from_matrices(PATH[None].astype(dtype))
    assert {a.dtype.name for a in graphs[:4]} == {"int64"}


@pytest.mark.parametrize(
    "matrices, says",
    [
        (PATH, r"square ones, \(N, n, n\)"),
        (np.ones((2, 3, 4), int), r"square ones, \(N, n, n\)"),
        (-PATH[None], "integers >= 0; got -3"),
        (np.stack([PATH, 0 * PATH]), "every number below 2: each graph has a node at least; got"),
        (np.array([[[1, 1], [0, 0]]]), "without edges at places that have no node"),
    ],
)
def test_matrices_that_are_no_graphs(matrices, says):
    with pytest.raises(InputError, match=f"Graphs.from_matrices: (matrices|graph) should be {says}"):
        Graphs.from_matrices(matrices)


def test_matrices_are_integers():
    with pytest.raises(InputTypeError, match="matrices should be an array of integers; got float64 array"):
        Graphs.from_matrices(PATH[None].astype(float))


def test_it_is_made_where_the_matrices_are(monkeypatch):
    monkeypatch.setitem(backend.modules, StrictArray, module)
    matrices = np.stack([PATH, PAIR])
    graphs, device = Graphs.from_matrices(matrices), Graphs.from_matrices(module.asarray(matrices))
    for expected, got in zip(graphs[:4], device[:4], strict=True):
        assert type(got) is StrictArray
        np.testing.assert_array_equal(backend.to_numpy(got), expected)
