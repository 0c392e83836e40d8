"""Configurations of npdl.ops.attention."""

import numpy as np
from hypothesis import strategies as st

from tests.ops.configurations.base import numbers, pick, seeds, shapes, small


@st.composite
def masks(draw, shape):
    """None, booleans or floats, of this shape or of fewer axes; among the booleans there may be rows without a True."""
    kind, shape = draw(pick("none", "booleans", "floats")), shape[draw(st.integers(0, len(shape) - 2)) :]
    if kind == "none":
        return None
    shape = tuple(1 if draw(st.integers(0, 3)) == 0 else n for n in shape)
    if kind == "floats":
        return draw(numbers(shape))
    return np.random.default_rng(draw(seeds)).random(shape) > 0.4


@st.composite
def attention(draw):
    lead, T, d, e = draw(shapes(0, 2)), draw(small), draw(st.integers(1, 5)), draw(small)
    S = T + draw(st.integers(0, 3))
    kv = tuple(1 if draw(st.booleans()) else n for n in lead)
    mask = draw(masks((*lead, T, S)))
    bias = draw(numbers((*lead, T, S)[draw(st.integers(0, len(lead))) :])) if draw(st.booleans()) else None
    options = {"causal": draw(st.booleans()), "p": draw(pick(0.0, 0.0, 0.3)), "training": draw(st.booleans())}
    arrays = draw(numbers((*lead, T, d))), draw(numbers((*kv, S, d))), draw(numbers((*kv, S, e))), mask, bias
    return arrays, {**options, "rng": np.random.default_rng(draw(seeds))}


@st.composite
def linear_attention(draw):
    lead, T, S, d, e = draw(shapes(0, 2)), draw(small), draw(small), draw(small), draw(small)
    return (draw(numbers((*lead, T, d))), draw(numbers((*lead, S, d))), draw(numbers((*lead, S, e)))), {}


@st.composite
def rotary(draw):
    lead, T, pairs = draw(shapes(0, 2)), draw(small), draw(small)
    return (draw(numbers((*lead, T, 2 * pairs))), draw(numbers((T, pairs)))), {}


@st.composite
def window_partition(draw):
    M = draw(small)
    shape = draw(small), M * draw(small), M * draw(small), draw(small)
    return (draw(numbers(shape)),), {"window": M}


@st.composite
def window_reverse(draw):
    M, rows, columns = draw(small), draw(small), draw(small)
    shape = draw(small), rows * columns, M * M, draw(small)
    return (draw(numbers(shape)),), {"size": (M * rows, M * columns)}


CONFIGURATIONS = {
    "scaled_dot_product_attention": attention,
    "linear_attention": linear_attention,
    "rotary": rotary,
    "window_partition": window_partition,
    "window_reverse": window_reverse,
}
