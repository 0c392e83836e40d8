"""Sums, means and maxima over groups of rows: what the nodes of a graph do with the messages that reach them.

A message is a row of x, ids says which node it is for: y[v] = Σ x[e] over all e with ids[e] = v. (The way out, a row
for every edge from the node where it starts, is `embedding(source, h)`.) In any order; with the number of the graph as
id the same ops make one vector of all nodes of a graph.
"""

from math import inf

import numpy as np

from ..errors import InputTypeError, require_indices, require_integer, require_ndim, require_shape
from ..tape import op

__all__ = [
    "segment_sum", "segment_sum_forward", "segment_sum_backward",
    "segment_mean", "segment_mean_forward", "segment_mean_backward",
    "segment_max", "segment_max_forward", "segment_max_backward",
]  # fmt: skip


def _require(function, x, ids, count):
    require_ndim(function, "x", x, 2, "(E, D)")
    require_integer(function, "count", count, 0)
    if getattr(ids, "dtype", None) is None or ids.dtype.kind not in "iu":
        raise InputTypeError(function, "ids", "an array of integers", ids)
    require_shape(function, "ids", ids, x.shape[:1], "one for each row of x")
    require_indices(function, "ids", ids, count)


def _added_up(x, ids, count):
    """(E, D) -> (count, D)"""
    y = np.zeros_like(x, shape=(count, x.shape[1]))
    np.add.at(y, ids, x)
    return y


def _sizes(ids, count, like):
    """How many rows each group has, (count, 1); 1 for an empty one, whose sum is 0 anyway."""
    return np.maximum(np.bincount(ids, minlength=count), 1).astype(like.dtype)[:, None]


def segment_sum_forward(x, ids, *, count):
    """y[v] = Σ x[e] over the rows e with ids[e] = v; 0 where there is none.

    x: (E, D); ids: integers in [0, count), (E,), in any order; y: (count, D). It is the matrix product of one_hot(ids)ᵀ
    and x. With ids = the nodes where edges end and x[e] = h[source[e]], it is A h, A the adjacency matrix.
    """
    _require("segment_sum", x, ids, count)
    return _added_up(x, ids, count), ids


def segment_sum_backward(dout, ids):
    """dx[e] = dout[ids[e]]: each row has the gradient of the sum that it went into."""
    return dout[ids], None


segment_sum = op(segment_sum_forward, segment_sum_backward, constant=("ids",))


def segment_mean_forward(x, ids, *, count):
    """y[v] = the mean of x[e] over the rows e with ids[e] = v; 0 where there is none. Shapes as in segment_sum."""
    _require("segment_mean", x, ids, count)
    sizes = _sizes(ids, count, x)
    return _added_up(x, ids, count) / sizes, (ids, sizes)


def segment_mean_backward(dout, cache):
    """dx[e] = dout[ids[e]] / the size of e's group."""
    ids, sizes = cache
    return (dout / sizes)[ids], None


segment_mean = op(segment_mean_forward, segment_mean_backward, constant=("ids",))


def segment_max_forward(x, ids, *, count):
    """y[v] = the maximum of x[e] over the rows e with ids[e] = v, each column for itself; 0 where there is none.

    Shapes as in segment_sum.
    """
    _require("segment_max", x, ids, count)
    y = np.zeros_like(x, shape=(count, x.shape[1])) - inf
    np.maximum.at(y, ids, x)
    y = np.where(np.bincount(ids, minlength=count)[:, None] > 0, y, 0)
    return y, (x, y, ids)


def segment_max_backward(dout, cache):
    """The winner of each group has dout; several equal winners share it evenly."""
    x, y, ids = cache
    winners = (x == y[ids]).astype(x.dtype)
    winners_of = np.maximum(_added_up(winners, ids, len(y)), 1)  # 1 for a group without winner: an empty one
    return winners * (dout / winners_of)[ids], None


segment_max = op(segment_max_forward, segment_max_backward, constant=("ids",))
