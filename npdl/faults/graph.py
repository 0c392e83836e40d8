"""Mistakes in sums, means and maxima over groups of rows: whose gradient a row has, and how much of it."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import graph as right
from ..ops.samples import Draw
from .activation import NO_DOUT

IDS = np.array([3, 0, 3, 5, 0, 3, 1, 2])


def _inputs(values):
    return lambda seed: ({"x": getattr(Draw(seed), values)(8, 4), "ids": IDS}, {"count": 6})


def _count(arguments, outs):
    return [{"count": len(outs[0])}]


def _of_the_group(read, wrong):
    """Wrong rows of dout; read: the right ones as text, wrong: the same with {} for what stands in place of ids."""
    return [
        Fault("in_order", read, wrong.format("np.arange(len(ids)) % len(dout)"),
              "the rows of dout are taken one after the other; row e has that of its group, ids[e]"),
        Fault("sorted_ids", read, wrong.format("np.sort(ids)"), "the ids are taken for sorted", "sorted ids"),
        Fault("ids_from_1", read, wrong.format("ids - 1"), "the rows are off by one: group i is row i of dout"),
    ]  # fmt: skip


SUM, MEAN = "dout[ids]", "(dout / sizes)[ids]"
LAST = "[[group not in ids[e + 1 :]] for e, group in enumerate(ids)]"

register(
    "segment_sum",
    right.segment_sum_forward,
    right.segment_sum_backward,
    inputs=_inputs("normal"),
    aliases=("scatter_add", "index_add", "aggregate_sum"),
    guess=_count,
    faults=[
        *_of_the_group(SUM, "dout[{}]"),
        Fault("divided", SUM, "dout[ids] / np.bincount(ids)[ids][:, None]",
              "divided by the size of the group: that is the mean's gradient", "groups of one row"),
        Fault("last_only", SUM, f"dout[ids] * np.array({LAST})",
              "only the last row of each group has a gradient; each has all of dout", "groups of one row"),
        Fault("times_size", SUM, "dout[ids] * np.bincount(ids)[ids][:, None]",
              "multiplied by the size of the group; each row counts once in the sum", "groups of one row"),
        Fault("ones", SUM, "np.ones_like(dout)[ids]", NO_DOUT),
    ],
)  # fmt: skip

register(
    "segment_mean",
    right.segment_mean_forward,
    right.segment_mean_backward,
    inputs=_inputs("normal"),
    aliases=("scatter_mean", "aggregate_mean"),
    guess=_count,
    faults=[
        *_of_the_group(MEAN, "(dout / sizes)[{}]"),
        Fault("undivided", MEAN, "dout[ids]", "not divided by the size of the group: that is the sum's gradient",
              "groups of one row"),
        Fault("by_all_rows", MEAN, "dout[ids] / len(ids)", "divided by the number of all rows; it is the group's"),
        Fault("by_groups", MEAN, "dout[ids] / len(dout)", "divided by the number of groups; it is the group's size"),
        Fault("twice", MEAN, "(dout / sizes**2)[ids]", "divided by the size of the group twice", "groups of one row"),
        Fault("times_size", MEAN, "(dout * sizes)[ids]", "multiplied by the size of the group, not divided",
              "groups of one row"),
        Fault("last_only", MEAN, f"(dout / sizes)[ids] * np.array({LAST})",
              "only the last row of each group has a gradient; all share it", "groups of one row"),
        Fault("ones", MEAN, "(np.ones_like(dout) / sizes)[ids]", NO_DOUT),
    ],
)  # fmt: skip

MASK, SHARE = "(x == y[ids])", "(dout / winners_of)[ids]"

register(
    "segment_max",
    right.segment_max_forward,
    right.segment_max_backward,
    inputs=_inputs("distinct"),
    aliases=("scatter_max", "aggregate_max"),
    guess=_count,
    faults=[
        *_of_the_group(SHARE, "(dout / winners_of)[{}]"),
        Fault("all_rows", MASK, "(x == x)", "all rows of a group share dout; only the largest has it",
              "groups of one row"),
        Fault("all_whole", f"winners * {SHARE}", "dout[ids]", "all rows of a group have dout; only the largest has it",
              "groups of one row"),
        Fault("ties_whole", SHARE, "dout[ids]", "rows that are equally large have all of dout each; they share it",
              "no equal rows"),
        Fault("whole_row", MASK, "(x == y[ids]) * (x == x.max(axis=1, keepdims=True))",
              "only the largest column of a row wins; each column has its own maximum"),
        Fault("one_winner", MASK, "(x == x.max(axis=0))",
              "the largest of all rows alone has a gradient; each group has a winner", "one group"),
        Fault("positive", MASK, "(x > 0)", "the mask is relu's, x > 0; it is the winner of the group"),
        Fault("last_only", MASK, f"np.array({LAST}) * np.ones_like(x)",
              "the last row of each group has dout; the largest has it", "groups of one row"),
        Fault("ones", SHARE, "(np.ones_like(dout) / winners_of)[ids]", NO_DOUT),
    ],
)  # fmt: skip
