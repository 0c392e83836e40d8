"""How far apart the nodes of a graph are."""

import numpy as np

NO_WAY = -1


def distances(adjacency):
    """The number of edges on the shortest way from node w to node v, int64 (..., n, n) at [v, w]; -1 if there is none.

    adjacency: (..., n, n), not 0 at [v, w] where an edge goes from w to v. Breadth first from all nodes at once: the
    nodes that d edges reach are neighbours of those that d - 1 reach.
    """
    n = adjacency.shape[-1]
    step = (adjacency != 0).astype(np.float32)  # whose products are exact below 2²⁴
    reached = np.broadcast_to(np.eye(n, dtype=bool), adjacency.shape)
    found = np.where(reached, 0, NO_WAY)
    for d in range(1, n):
        reached = step @ reached.astype(np.float32) > 0
        found[reached & (found == NO_WAY)] = d
    return found
