"""Random graphs with two marked nodes, and the question how far it is from one to the other."""

import numpy as np

from ..errors import InputError, is_integer, require_integer
from .distances import NO_WAY, distances

WAYS = ("1 edge", "2 edges", "3 edges", "4 edges", "5 or more", "no way")
PLAIN, START, GOAL = 1, 2, 3  # the kinds of nodes, as they stand on the diagonal


def load_ways(n=1000, *, nodes=(8, 16), degree=2.2, seed=0):
    """n graphs as matrices (n, most nodes, most nodes), and the labels (n,): which of WAYS leads from start to goal.

    Each graph has a number of nodes drawn from nodes[0] to nodes[1] and so many edges that a node has `degree`
    neighbours on the average, drawn from all pairs (G(n, p) of Gilbert 1959). Of the answers that the graph has pairs
    for, one is drawn, then one of its pairs: so that all answers are about equally frequent. uint8 for
    Graphs.from_matrices: on the diagonal 1, 2 for the start, 3 for the goal; 1 for an edge.
    """
    require_integer("load_ways", "n", n, 1)
    least, most = nodes
    if not (is_integer(least, 2) and is_integer(most, least)):
        raise InputError("load_ways", "nodes", "(least, most), 2 or more", nodes)
    rng = np.random.default_rng(seed)
    size = rng.integers(least, most + 1, n)
    there = np.arange(most) < size[:, None]  # (n, most)
    pairs = np.triu(there[:, :, None] & there[:, None], k=1)
    chance = (degree / (size - 1))[:, None, None]
    upper = pairs & (rng.random((n, most, most)) < chance)
    matrices = (upper | upper.swapaxes(1, 2)).astype(np.uint8)
    matrices += (there[:, :, None] & np.eye(most, dtype=bool)).astype(np.uint8) * PLAIN
    apart = distances(matrices)
    answers = np.where(apart == NO_WAY, len(WAYS), np.minimum(apart, 5)) - 1  # -1 on the diagonal
    labels = np.empty(n, np.int64)
    for i in range(n):
        possible = answers[i, : size[i], : size[i]]
        labels[i] = rng.choice(np.unique(possible[possible >= 0]))
        start, goal = rng.choice(np.argwhere(possible == labels[i]))
        matrices[i, start, start], matrices[i, goal, goal] = START, GOAL
    return matrices, labels
