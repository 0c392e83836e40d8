"""Matching descriptors by how similar they are."""

import numpy as np

from ..arguments import arrays, takes
from ..errors import InputError, require_ndim, require_range


@takes(a=arrays("n, D", finite=True), b=arrays("m, D", finite=True))
def distances(a, b):
    """The distances (N, M) of the rows of a (N, D) and b (M, D): Hamming for uint8 (packed bits), else Euclidean."""
    if (a.dtype == np.uint8) != (b.dtype == np.uint8):
        raise InputError("distances", "b", f"a {a.dtype} array, like a", b)
    if a.dtype == np.uint8:
        return np.bitwise_count(a[:, None] ^ b).sum(axis=2, dtype=np.int64)
    squares = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1) - 2 * (a @ b.T)
    return np.sqrt(np.maximum(squares, 0))


@takes(a=arrays("n, d", finite=True), b=arrays("m, e", finite=True))
def match(a, b, *, ratio=1.0, cross_check=False):
    """The pairs (n, 2) of rows of a (N, D) and b (M, D) that match, ordered by the rows of a.

    1. For each row of a the nearest row of b.
    2. ratio < 1: keep it if it is nearer than `ratio` times the second nearest (Lowe 2004, 7.1: 0.8). What is like many
       says little. With a single row in b there is no second, and nothing is kept.
    3. cross_check: keep it if the row of a is also the nearest to that row of b.

    Raises InputError where the rows differ in length or dtype.
    """
    require_ndim("match", "a", a, 2, "(N, D)")
    require_range("match", "ratio", ratio, 0, 1)
    if b.ndim != 2 or b.shape[1] != a.shape[1] or b.dtype != a.dtype:
        raise InputError("match", "b", f"a {a.dtype} array (M, {a.shape[1]}), like a", b)
    if len(a) == 0 or len(b) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    d = distances(a, b)
    nearest, rows = d.argmin(axis=1), np.arange(len(a))
    keep = np.ones(len(a), dtype=bool)
    if ratio < 1:
        second = np.partition(d, 1, axis=1)[:, 1] if len(b) > 1 else np.zeros(len(a))
        keep &= d[rows, nearest] < ratio * second
    if cross_check:
        keep &= d.argmin(axis=0)[nearest] == rows
    return np.stack([rows, nearest], axis=1)[keep]
