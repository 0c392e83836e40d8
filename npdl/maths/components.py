"""Connected components of a graph: all vertices that can be reached from one another.

Three ways that find the same: search with a list of what is still to be visited (never by recursion, which ends at a
depth of a thousand), union-find, and all edges at once, which is the one for arrays.
"""

from collections import deque

import numpy as np

from ..arguments import integer, takes
from ..errors import InputError, is_integer, require_indices, require_integer, require_ndim


def connected_components(n, edges):
    """(labels, count): labels (n,) from 0 to count - 1, in the order of each component's first vertex. edges: (E, 2).

    1. Every vertex points at itself.
    2. Each edge lets the root of the vertex with the larger root point at the smaller one.
    3. Every vertex points where the one it points at points, until nothing changes: they point at roots.
    4. Repeat from 2 until both ends of every edge have the same root. Shiloach and Vishkin 1982.
    """
    edges = require_edges("connected_components", n, edges)
    root = np.arange(n)
    while True:
        a, b = root[edges[:, 0]], root[edges[:, 1]]
        open_ = a != b
        if not open_.any():
            break
        a, b, edges = a[open_], b[open_], edges[open_]  # joined ends stay joined
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while (root[root] != root).any():
            root = root[root]
    first, labels = np.unique(root, return_inverse=True)
    return labels, len(first)


def connected_components_search(n, edges, *, breadth_first=False):
    """The same by depth-first search, or breadth-first: take a vertex, label its neighbours, put them on the list.

    Depth-first takes the newest of the list (a stack), breadth-first the oldest (a queue). A vertex is labelled when it
    is put on the list, not when it is taken from it, or it would be there more than once.
    """
    edges = require_edges("connected_components_search", n, edges)
    neighbours = [[] for _ in range(n)]
    for i, j in edges.tolist():
        neighbours[i].append(j)
        neighbours[j].append(i)
    labels, count = np.full(n, -1), 0
    for start in range(n):
        if labels[start] >= 0:
            continue
        labels[start], waiting = count, deque([start])
        take = waiting.popleft if breadth_first else waiting.pop
        while waiting:
            for other in neighbours[take()]:
                if labels[other] < 0:
                    labels[other] = count
                    waiting.append(other)
        count += 1
    return labels, count


class UnionFind:
    """Sets that only grow together: find(i) names i's set, union(i, j) joins two. Almost constant time. Tarjan 1975."""

    def __init__(self, n):
        self.parent = list(range(require_integer("UnionFind", "n", n, 0)))
        self.size = [1] * n
        self.count = n

    def find(self, i):
        """The root of i's tree; on the way up every vertex is tied to its grandparent."""
        if not is_integer(i, 0) or i >= len(self.parent):
            raise InputError("UnionFind.find", "i", f"an integer in [0, {len(self.parent)})", i)
        while self.parent[i] != i:
            self.parent[i] = i = self.parent[self.parent[i]]
        return i

    @takes(i=integer(0), j=integer(0))
    def union(self, i, j):
        """Tie the smaller tree to the larger one's root. False when they were one already."""
        i, j = self.find(i), self.find(j)
        if i == j:
            return False
        if self.size[i] < self.size[j]:
            i, j = j, i
        self.parent[j] = i
        self.size[i] += self.size[j]
        self.count -= 1
        return True


def require_edges(function, n, edges):
    """The edges as an array (E, 2) of integers; raise unless they are pairs of vertices 0 ... n - 1."""
    require_integer(function, "n", n, 0)
    edges = np.asarray(edges)
    if edges.size == 0:
        return np.zeros((0, 2), np.int64)
    require_ndim(function, "edges", edges, 2, "(E, 2)")
    if edges.shape[1] != 2 or edges.dtype.kind not in "iu":
        raise InputError(function, "edges", "pairs (E, 2) of integers", edges)
    require_indices(function, "edges", edges, n)
    return edges
