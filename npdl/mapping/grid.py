"""Maps of the plane: a grid of occupied and free cells, and the graph of its free places."""

import heapq
from math import inf

import numpy as np

from ..arguments import bools, integers, number, reals, takes
from ..errors import InputError, require_integer, require_positive, require_range
from .occupancy import log_odds, probability, update
from .rays import cells_between


class OccupancyGrid:
    """Log-odds of occupation on a grid of square cells over [low, high): log_odds (Y, X).

    hit, miss: the probability that a measurement gives the cell where a ray ends, and those that it passes; the prior
    is 0.5. seen: the cells that were measured. Elfes 1989.
    """

    @takes(low=reals("2"), high=reals("2"), cell=number(above=0), hit=number(0.01, 0.99), miss=number(0.01, 0.99))
    def __init__(self, low, high, cell, *, hit=0.7, miss=0.4):
        require_positive("OccupancyGrid", "cell", cell)
        self.low, self.cell, self.hit, self.miss = np.asarray(low, float), cell, hit, miss
        size = np.ceil((np.asarray(high, float) - self.low) / cell - 1e-9).astype(int)
        if np.any(size < 1):
            raise InputError("OccupancyGrid", "high", "above low on both axes", high)
        self.log_odds = np.zeros(size[::-1])
        self.seen = np.zeros(size[::-1], dtype=bool)

    @takes(pose=reals("3"), distances=reals("K", finite=False), angles=reals("K"), max_range=number(above=0))
    def insert_scan(self, pose, distances, angles, max_range=10.0):
        """A scan from pose (x, y, heading), as `npdl.mapping.scan` makes it; rays without an end are free to max_range.

        Each cell counts once, and a hit outweighs misses.
        """
        heading = pose[2] + angles
        reach = np.minimum(distances, max_range)[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        origin = (np.asarray(pose[:2], float) - self.low) / self.cell
        ends = origin + reach / self.cell
        hit, passed = np.zeros_like(self.seen), np.zeros_like(self.seen)
        _mark(passed, np.concatenate([cells_between(origin, end) for end in ends]))
        _mark(hit, np.floor(ends[distances <= max_range]).astype(int))
        for mask, p in ((hit, self.hit), (passed & ~hit, self.miss)):
            self.log_odds[mask] = update(self.log_odds[mask], p)
            self.seen |= mask

    def probability(self):
        """The probability of occupation of every cell; 0.5 where nothing was measured."""
        return probability(self.log_odds)

    def free(self, threshold=0.5):
        """The mask of the cells that were seen, with a probability below the threshold."""
        require_range("OccupancyGrid.free", "threshold", threshold, 0.01, 0.99)
        return self.seen & (self.log_odds < log_odds(threshold))


@takes(free=bools("H, W"), start=integers("2"), goal=integers("2"))
def shortest_path(free, start, goal):
    """The shortest way over free cells, start and goal included: cells (K, 2), or None if there is none.

    A*: of the cells at the border of what is known, go on from the one of least steps so far + |Δi| + |Δj| to the goal.
    That sum never overestimates, so the first way to the goal is the shortest. Hart, Nilsson and Raphael 1968.
    """
    start, goal = tuple(map(int, start)), tuple(map(int, goal))
    for name, (i, j) in (("start", start), ("goal", goal)):
        if not (0 <= i < free.shape[0] and 0 <= j < free.shape[1] and free[i, j]):
            raise InputError("shortest_path", name, "a free cell", (i, j))
    steps, came, border = {start: 0}, {}, [(0, start)]
    while border:
        _, (i, j) = heapq.heappop(border)
        if (i, j) == goal:
            return np.array(_back(came, goal))
        for cell in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
            inside = 0 <= cell[0] < free.shape[0] and 0 <= cell[1] < free.shape[1]
            if inside and free[cell] and steps[i, j] + 1 < steps.get(cell, inf):
                steps[cell], came[cell] = steps[i, j] + 1, (i, j)
                rest = abs(cell[0] - goal[0]) + abs(cell[1] - goal[1])
                heapq.heappush(border, (steps[cell] + rest, cell))
    return None


@takes(free=bools("h, w"))
def topological_map(free, block):
    """The graph of the free places: nodes (K, 2) and edges (E, 2).

    Nodes are the middles (row, column) of blocks of block x block free cells, edges the pairs of nodes whose blocks
    touch at a side.
    Few numbers instead of all cells: what a robot needs to say "through this door, then left". (A feature map holds
    landmarks alone; see slam.py.)
    """
    block = require_integer("topological_map", "block", block, 1)
    H, W = free.shape[0] // block, free.shape[1] // block
    whole = free[: H * block, : W * block].reshape(H, block, W, block).all(axis=(1, 3))  # (H, W)
    number = np.full((H, W), -1)
    number[whole] = np.arange(whole.sum())
    nodes = np.argwhere(whole) * block + (block - 1) / 2
    pairs = [(number[:-1], number[1:]), (number[:, :-1], number[:, 1:])]
    edges = np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in pairs])
    return nodes, edges[np.all(edges >= 0, axis=1)]


def _mark(mask, cells):
    """True at the cells (K, 2) of x, y that lie inside."""
    x, y = cells.T
    inside = (x >= 0) & (x < mask.shape[1]) & (y >= 0) & (y < mask.shape[0])
    mask[y[inside], x[inside]] = True


def _back(came, cell):
    path = [cell]
    while path[-1] in came:
        path.append(came[path[-1]])
    return path[::-1]
