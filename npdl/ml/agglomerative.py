"""Agglomerative clustering: every sample a cluster of its own, then merge the two nearest, until one is left."""

from typing import NamedTuple

import numpy as np

from ..arguments import instance, takes
from ..errors import InputError, is_integer, is_one_of, require_shape
from .inputs import real_rows


class Dendrogram(NamedTuple):
    """The tree of merges. Its drawing: joint m is a bar at heights[m] from x[left] to x[right] (scipy's `icoord`)."""

    merges: np.ndarray  # (N - 1, 2) clusters that became one; 0 to N - 1 are the samples, N + m was made by merge m
    heights: np.ndarray  # (N - 1,) their distance, in rising order
    sizes: np.ndarray  # (N - 1,) samples of the new cluster
    leaves: np.ndarray  # (N,) the samples from left to right, so that no lines cross
    x: np.ndarray  # (2 N - 1,) where each cluster stands: a leaf at its place in `leaves`, others midway


def agglomerate(x, linkage="average"):
    """The Dendrogram of x (N, D), N >= 2, by Euclidean distances.

    linkage, the distance of two clusters A and B:
        "single"    min |a - b|: chains, so long thin clusters; the merges are the edges of the minimum spanning tree
        "complete"  max |a - b|: compact clusters of similar diameter
        "average"   Σ |a - b| / (|A| |B|), over all pairs

    1. Distances of all pairs: (N, N).
    2. "single": grow the minimum spanning tree by Prim's algorithm; its edges are the merges. The others: follow
       nearest neighbours C1 -> C2 -> ... until two are each other's nearest, which may merge at once, since a merge
       brings no other cluster nearer than its parts were (the nearest-neighbour chain: N² steps in all, instead of N³).
    3. After a merge, distances of the new cluster by the formula of Lance and Williams: min, max, or mean by size.
    4. Sort the merges by height and name the clusters in that order.

    Memory N² numbers. Lance and Williams 1967; Gower and Ross 1969 (single); Müllner 2011, section 3 (the chain).
    """
    if not is_one_of(linkage, ("single", "complete", "average")):
        raise InputError("agglomerate", "linkage", '"single", "complete" or "average"', linkage)
    x = real_rows("agglomerate", x).astype(np.float64)
    if len(x) < 2:
        raise InputError("agglomerate", "x", "two samples or more", x)
    distances = np.stack([np.sqrt(np.sum((x - row) ** 2, axis=1)) for row in x])  # (N, N)
    pairs, heights = _spanning_tree(distances) if linkage == "single" else _chain(distances, linkage)
    order = np.argsort(heights, kind="stable")
    return _named(pairs[order], heights[order])


@takes(dendrogram=instance(Dendrogram))
def cut(dendrogram, k):
    """The labels (N,) of the k clusters that are left before the last k - 1 merges; numbered by their first samples."""
    N = len(dendrogram.leaves)
    require_shape("cut", "dendrogram.merges", dendrogram.merges, (N - 1, 2), f"for {N} samples")
    if not is_integer(k, 1) or k > N:
        raise InputError("cut", "k", f"an integer in [1, {N}]", k)
    cluster = np.arange(2 * N - 1)
    for m in range(N - 1 - k, -1, -1):  # from the top: parts take the name of the whole
        cluster[dendrogram.merges[m]] = cluster[N + m]
    _, first, labels = np.unique(cluster[:N], return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[labels]


def _spanning_tree(distances):
    """Prim: the outsider nearest to the tree joins it, N - 1 times. Edges (N - 1, 2) and their lengths."""
    N = len(distances)
    near, via = distances[0].copy(), np.zeros(N, dtype=int)  # from each outsider: the distance to the tree, and its end
    near[0] = np.inf
    outside = np.ones(N, dtype=bool)
    outside[0] = False
    pairs, heights = np.empty((N - 1, 2), dtype=int), np.empty(N - 1)
    for m in range(N - 1):
        new = int(np.argmin(near))
        pairs[m], heights[m] = (via[new], new), near[new]
        near[new], outside[new] = np.inf, False
        closer = outside & (distances[new] < near)
        near[closer], via[closer] = distances[new][closer], new
    return pairs, heights


def _chain(distances, linkage):
    """The nearest-neighbour chain. A cluster goes by its last sample; rows of those merged away are infinite."""
    N = len(distances)
    d, sizes = distances.copy(), np.ones(N)
    np.fill_diagonal(d, np.inf)
    pairs, heights, chain = np.empty((N - 1, 2), dtype=int), np.empty(N - 1), []
    for m in range(N - 1):
        if not chain:
            chain = [int(np.argmax(sizes > 0))]
        while True:
            a = chain[-1]
            b = int(np.argmin(d[a]))
            if len(chain) > 1 and d[a, chain[-2]] <= d[a, b]:  # at equal distance back, or it would run in a circle
                break
            chain.append(b)
        b, a = chain.pop(), chain.pop()
        pairs[m], heights[m] = (a, b), d[a, b]
        if linkage == "complete":
            new = np.maximum(d[a], d[b])
        else:
            new = (sizes[a] * d[a] + sizes[b] * d[b]) / (sizes[a] + sizes[b])
        d[a], d[:, a] = np.inf, np.inf
        d[b], d[:, b] = new, new
        d[b, b] = np.inf
        d[b, a], d[a, b] = np.inf, np.inf
        sizes[b], sizes[a] = sizes[a] + sizes[b], 0
    return pairs, heights


def _named(pairs, heights):
    """From pairs of samples, one of each cluster, in the order of merging, to a Dendrogram."""
    N = len(pairs) + 1
    members = {n: [n] for n in range(N)}  # of each cluster, its samples from left to right
    cluster = np.arange(N)  # that each sample is in
    merges = np.empty((N - 1, 2), dtype=int)
    for m, (a, b) in enumerate(pairs):
        merges[m] = sorted((cluster[a], cluster[b]))
        members[N + m] = members.pop(merges[m, 0]) + members.pop(merges[m, 1])
        cluster[members[N + m]] = N + m
    leaves = np.array(members[2 * N - 2])
    x, sizes = np.empty(2 * N - 1), np.ones(2 * N - 1, dtype=int)
    x[leaves] = np.arange(N)
    for m, both in enumerate(merges):
        x[N + m], sizes[N + m] = x[both].mean(), sizes[both].sum()
    return Dendrogram(merges, heights, sizes[N:], leaves, x)
