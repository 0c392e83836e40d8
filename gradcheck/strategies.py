"""Strategies for hypothesis: shapes and options are drawn, the numbers follow from a drawn seed.

Drawing 200 numbers one by one would be slow to shrink, and hypothesis likes zeros and equal numbers, where relu and max
have no derivative: ties are a strategy of their own, `with_ties`.
"""

import math

import hypothesis
from hypothesis import strategies as st

from .inputs import Draw, inputs, shapes

seeds = st.integers(0, 2**32 - 1)


def layer_inputs(op):
    """Calls of a registered op, each a Sample(inputs, options)."""
    inputs(op)  # an unknown name should fail here, not inside a test
    return seeds.map(lambda seed: inputs(op, seed))


@st.composite
def arrays_for(draw, *axes, low=1, high=6):
    """Gaussian arrays that fit each other: arrays_for("N D", "D M", "M") draws [x, w, b].

    Each letter's length lies from `low` to `high`; three times in four no two letters have the same, where there are
    enough lengths for that. See gradcheck.inputs.shapes for the letters.
    """
    letters = sorted({letter for array in axes for axis in array.split() if (letter := axis.lstrip("0123456789"))})
    room = high - low + 1 >= len(letters)
    unique = room and draw(st.sampled_from((True, True, True, False)))
    lengths = draw(st.lists(st.integers(low, high), min_size=len(letters), max_size=len(letters), unique=unique))
    return [Draw(draw(seeds)).gaussian(*shape) for shape in shapes(*axes, **dict(zip(letters, lengths)))]


@st.composite
def with_ties(draw, shape):
    """Arrays of 2 to 9 grey levels: pooling windows hold their maximum twice."""
    return Draw(draw(seeds)).tied(draw(st.integers(2, 9)), *shape)


def target(worst):
    """Lead hypothesis towards larger errors: target(report.inputs["x"].worst), inside a test."""
    if 0 < worst < math.inf:
        hypothesis.target(math.log10(worst), label="worst error of a gradient, log10")
