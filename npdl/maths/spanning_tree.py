"""Minimum spanning trees: the lightest edges that connect all vertices. (Cut at the heaviest, they are clusters.)"""

import numpy as np

from ..arguments import integer, reals, takes
from ..errors import InputError, require_ndim, require_shape
from .components import UnionFind, connected_components, require_edges


@takes(weights=reals("n"))
def kruskal(n, edges, weights):
    """The places in `edges` (E, 2) of a minimum spanning tree, by rising weight: (n - 1,). Kruskal 1956.

    Take the edges by rising weight; each that joins two pieces is in the tree, each within a piece is not. Of a graph
    in several pieces: a tree each.
    """
    edges = require_edges("kruskal", n, edges)
    weights = np.asarray(weights, float)
    require_shape("kruskal", "weights", weights, (len(edges),), "a weight for each edge")
    pieces, tree = UnionFind(n), []
    for e in np.argsort(weights, kind="stable").tolist():
        if pieces.union(*edges[e].tolist()):
            tree.append(e)
    return np.array(tree, int)


@takes(distances=reals("n, m", finite=False))
def prim(distances):
    """(edges (n - 1, 2), weights (n - 1,)) of the minimum spanning tree of a full graph, distances (n, n). Prim 1957.

    Start at vertex 0. Of all vertices that are not in the tree, take the one nearest to it; then see whose nearest
    vertex of the tree it is now. n² steps, no list of edges. An infinite distance is no edge; of a graph that falls
    apart there is no spanning tree: InputError.
    """
    d = np.asarray(distances, float)
    require_ndim("prim", "distances", d, 2, "(n, n)")
    if d.shape[0] != d.shape[1] or not (d == d.T).all():
        raise InputError("prim", "distances", "a symmetric matrix (n, n)", d)
    n = len(d)
    away, nearest, outside = d[:1].copy().ravel(), np.zeros(n, int), np.arange(n) > 0
    edges, weights = np.zeros((max(n - 1, 0), 2), int), np.zeros(max(n - 1, 0))
    for k in range(n - 1):
        new = int(np.where(outside, away, np.inf).argmin())
        if not np.isfinite(away[new]) or not outside[new]:
            raise InputError("prim", "distances", "of a connected graph", d)
        edges[k], weights[k], outside[new] = (nearest[new], new), away[new], False
        closer = outside & (d[new] < away)
        away[closer], nearest[closer] = d[new, closer], new
    return edges, weights


@takes(weights=reals("n"), k=integer(1))
def cut_tree(n, edges, weights, k):
    """The labels (n,) of the k pieces that the k - 1 heaviest edges of a spanning tree hold together: cut them.

    This is single-link clustering; labels in the order of first vertices.
    """
    edges = require_edges("cut_tree", n, edges)
    if not 1 <= k <= max(n, 1):
        raise InputError("cut_tree", "k", f"from 1 to {n}", k)
    require_shape("cut_tree", "edges", edges, (n - 1, 2), f"for a tree of {n} vertices")
    require_shape("cut_tree", "weights", weights, (n - 1,), "a weight for each edge")
    kept = np.argsort(weights, kind="stable")[: len(edges) - (k - 1)]
    return connected_components(n, edges[kept])[0]
