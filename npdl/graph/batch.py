"""A batch of graphs is one large graph: their nodes one after the other, and no edges between them."""

from typing import NamedTuple

import numpy as np

from ..errors import InputError, InputTypeError, require_indices, require_shape


class Graphs(NamedTuple):
    """Several graphs as one. V nodes and E directed edges in all; an undirected edge is two of them."""

    nodes: np.ndarray  # (V,) the kind of each node, integers
    edges: np.ndarray  # (2, E) the nodes where each edge starts and where it ends
    kinds: np.ndarray  # (E,) the kind of each edge, integers
    graph: np.ndarray  # (V,) the number of each node's graph, ascending
    count: int  # of the graphs

    @classmethod
    def from_matrices(cls, matrices):
        """matrices: integers (N, n, n), one matrix a graph, which has n nodes or fewer.

        On the diagonal stands each node's kind + 1, or 0 for a place without a node. In row v and column w stands the
        kind of the edge from w to v, + 1, or 0 if there is none. So with one kind of edge, what is off the diagonal is
        the adjacency matrix A of A h, by which a node gathers what its neighbours have.
        """
        _require_matrices(matrices)
        kind = matrices.diagonal(axis1=1, axis2=2)  # (N, n)
        there = kind > 0
        number = np.cumsum(there).reshape(there.shape) - 1  # of each node in the large graph
        place = np.arange(matrices.shape[1], like=matrices)
        n, target, source = np.nonzero(matrices * (place != place[:, None]))
        if not (there[n, source] & there[n, target]).all():
            raise InputError("Graphs.from_matrices", "matrices", "without edges at places that have no node", matrices)
        edges = np.stack([number[n, source], number[n, target]])
        graph = np.nonzero(there)[0]
        require_graph_ids("Graphs.from_matrices", graph, len(graph), len(matrices))
        nodes, kinds = (found.astype(np.int64) - 1 for found in (kind[there], matrices[n, target, source]))
        return cls(nodes, edges, kinds, graph, len(matrices))


def _require_matrices(matrices):
    if getattr(matrices, "dtype", np.dtype(float)).kind not in "iu":
        raise InputTypeError("Graphs.from_matrices", "matrices", "an array of integers", matrices)
    if matrices.ndim != 3 or matrices.shape[1] != matrices.shape[2]:
        raise InputError("Graphs.from_matrices", "matrices", "square ones, (N, n, n)", matrices)
    if matrices.size and matrices.min() < 0:
        raise InputError("Graphs.from_matrices", "matrices", "integers >= 0", int(matrices.min()))


def require_edges(function, edges, nodes):
    """Raise unless edges is (2, E), integers that are numbers of the so many nodes."""
    if getattr(edges, "dtype", np.dtype(float)).kind not in "iu":
        raise InputTypeError(function, "edges", "an array of integers", edges)
    if edges.ndim != 2 or len(edges) != 2:
        raise InputError(function, "edges", "an array of shape (2, E): where edges start, and where they end", edges)
    require_indices(function, "edges", edges, nodes)


def require_graph_ids(function, graph, nodes, count):
    """Raise unless graph says of every node to which of `count` graphs it belongs: ascending, none without a node."""
    if getattr(graph, "dtype", np.dtype(float)).kind not in "iu":
        raise InputTypeError(function, "graph", "an array of integers", graph)
    require_shape(function, "graph", graph, (nodes,), "one number for each node")
    if isinstance(graph, np.ndarray):  # on a GPU the look would make the host wait
        numbers = np.unique(graph)
        if (np.diff(graph.astype(np.int64)) < 0).any():
            raise InputError(function, "graph", "ascending, the nodes of a graph side by side", graph.tolist()[:20])
        if not np.array_equal(numbers, np.arange(count)):
            expected = f"every number below {count}: each graph has a node at least"
            raise InputError(function, "graph", expected, numbers.tolist()[:20])
