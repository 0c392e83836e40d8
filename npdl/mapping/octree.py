"""OctoMap: a map of space as an octree, fine where there is something to tell apart, coarse elsewhere.

Hornung, Wurm, Bennewitz, Stachniss and Burgard 2013, "OctoMap: an efficient probabilistic 3D mapping framework".
"""

import numpy as np

from ..arguments import integer, number, reals, sequence, takes
from ..errors import InputError, is_integer, require_integer, require_positive
from .occupancy import HIGH, LOW, log_odds, probability, update
from .rays import cells_between


class Node:
    """A cube. children: None (a leaf: all of it has this value), or eight, None where nothing was seen yet."""

    __slots__ = ("children", "value")

    def __init__(self, value):
        self.value, self.children = value, None


class OccupancyOctree:
    """A cube of side resolution · 2^depth around the origin, with log-odds of occupation.

    resolution: the side of the smallest cubes, level 0, in metres; level l has the side resolution · 2^l. hit, miss:
    the probability of occupation that a measurement gives where a ray ends and where it passes (0.7 and 0.4 are
    OctoMap's). prior, low, high: as in `update`. prune: merge eight equal leaves at once.

    A cube's value is that of its most occupied child, so that a coarse look at it never misses an obstacle.
    """

    @takes(hit=number(0.01, 0.99), miss=number(0.01, 0.99), prior=number(0.01, 0.99), low=number(), high=number())
    def __init__(self, resolution=0.1, *, depth=16, hit=0.7, miss=0.4, prior=0.5, low=LOW, high=HIGH, prune=True):
        require_positive("OccupancyOctree", "resolution", resolution)
        self.resolution, self.depth = resolution, require_integer("OccupancyOctree", "depth", depth, 1)
        self.hit, self.miss, self.prior, self.low, self.high, self.prune = hit, miss, prior, low, high, prune
        self.root = None

    @takes(points=reals(finite=False))
    def keys(self, points):
        """The indices (N, 3) of the smallest cubes that hold points (N, 3): floor(p / resolution) + 2^(depth-1).

        Bit l of the three numbers says which of the eight children of the cube of level l + 1 it is.
        """
        points = np.asarray(points, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 3 or not np.isfinite(points).all():
            raise InputError("OccupancyOctree.keys", "points", "finite, (N, 3)", points)
        keys = np.floor(points / self.resolution).astype(np.int64) + 2 ** (self.depth - 1)
        if np.any((keys < 0) | (keys >= 2**self.depth)):
            side = self.resolution * 2 ** (self.depth - 1)
            raise InputError("OccupancyOctree.keys", "points", f"within {side} of the origin on each axis", points)
        return keys

    @takes(origin=reals("3"), end=reals("3"))
    def ray_keys(self, origin, end):
        """The keys (K, 3) of the cubes on the way from origin to end, without that of the end."""
        self.keys([origin, end])  # both are inside, and so is what lies between
        cells = cells_between(np.asarray(origin) / self.resolution, np.asarray(end) / self.resolution)
        return cells + 2 ** (self.depth - 1)

    @takes(origin=reals("3"), points=reals("n, 3"))
    def insert_scan(self, origin, points, max_range=np.inf):
        """A scan from origin (3,) that saw points (N, 3): their cubes are hit, those on the way there are missed.

        Each cube counts once a scan, and a hit outweighs misses: or a flat wall would be wiped out by the rays that
        touch it on the way to its next cube. Rays longer than max_range are cut there, and hit nothing.
        """
        require_positive("OccupancyOctree.insert_scan", "max_range", max_range)
        origin, points = np.asarray(origin, float), np.asarray(points, float)
        self.keys(points)
        lengths = np.linalg.norm(points - origin, axis=1)
        near = lengths <= max_range
        ends = origin + (points - origin) * np.minimum(1, max_range / np.maximum(lengths, 1e-12))[:, None]
        hits = {tuple(key) for key in self.keys(points[near]).tolist()}
        free = {tuple(key) for end in ends for key in self.ray_keys(origin, end).tolist()} - hits
        for key in free:
            self.update(key, False)
        for key in hits:
            self.update(key, True)

    @takes(key=sequence())
    def update(self, key, hit):
        """One measurement of the smallest cube with this key (three integers): hit or missed."""
        if len(key) != 3 or not all(is_integer(k, 0) and k < 2**self.depth for k in key):
            raise InputError("OccupancyOctree.update", "key", f"three integers in [0, {2**self.depth})", key)
        if self.root is None:
            self.root = Node(float(log_odds(self.prior)))
            self.root.children = [None] * 8
        self._update(self.root, self.depth, key, self.hit if hit else self.miss)

    @takes(point=reals("3"))
    def query(self, point, level=0):
        """The probability that the cube of this level around point (3,) is occupied; None where nothing was seen."""
        (key,) = self.keys(np.asarray(point, float)[None])
        if not is_integer(level, 0) or level > self.depth:
            raise InputError("OccupancyOctree.query", "level", f"an integer in [0, {self.depth}]", level)
        node, at = self.root, self.depth
        while node is not None and node.children is not None and at > level:
            at -= 1
            node = node.children[_child(key, at)]
        return None if node is None else float(probability(node.value))

    @takes(point=reals("3"), threshold=number(0, 1))
    def is_free(self, point, level=0, threshold=0.5):
        """Whether the cube of this level around the point was seen, and nothing in it is occupied (None: unknown)."""
        p = self.query(point, level)
        return None if p is None else p < threshold

    @takes(origin=reals("3"), end=reals("3"))
    def passable(self, origin, end, level=0):
        """Whether all the cubes on the straight way are free: a robot of their size can go there."""
        centres = (np.append(self.ray_keys(origin, end), self.keys([end]), axis=0) + 0.5) * self.resolution
        return all(self.is_free(c - self.resolution * 2 ** (self.depth - 1), level) for c in centres)

    @takes(level=integer(0))
    def leaves(self, level=0):
        """Every leaf, or cube of this level that is not a leaf: centres (N, 3), sides (N,), probabilities (N,)."""
        rows = []
        if self.root is not None:
            self._collect(self.root, self.depth, np.zeros(3, dtype=np.int64), level, rows)
        rows = np.array(rows).reshape(-1, 5)
        half = self.resolution * 2 ** (self.depth - 1)
        return rows[:, :3] * self.resolution - half, rows[:, 3] * self.resolution, probability(rows[:, 4])

    def size(self):
        """The number of nodes."""
        return _count(self.root)

    def _update(self, node, level, key, p):
        if level == 0:
            node.value = float(update(node.value, p, self.prior, self.low, self.high))
            return
        if node.children is None:  # a leaf of eight equal children: they part
            node.children = [Node(node.value) for _ in range(8)]
        n = _child(key, level - 1)
        if node.children[n] is None:
            node.children[n] = Node(float(log_odds(self.prior)))
            if level > 1:
                node.children[n].children = [None] * 8
        self._update(node.children[n], level - 1, key, p)
        seen = [child for child in node.children if child is not None]
        node.value = max(child.value for child in seen)
        equal = len(seen) == 8 and all(c.children is None and c.value == node.value for c in seen)
        if self.prune and equal:
            node.children = None

    def _collect(self, node, at, corner, level, rows):
        if node.children is None or at <= level:
            rows.append([*(corner + 2**at / 2), 2**at, node.value])
            return
        for n, child in enumerate(node.children):
            if child is not None:
                step = np.array([n & 1, n >> 1 & 1, n >> 2]) << (at - 1)
                self._collect(child, at - 1, corner + step, level, rows)


def _child(key, bit):
    """Which of the eight: bit `bit` of x, y and z as the number x + 2 y + 4 z."""
    x, y, z = (int(k) >> bit & 1 for k in key)
    return x + 2 * y + 4 * z


def _count(node):
    return 0 if node is None else 1 + sum(map(_count, node.children or ()))
