"""Configurations of npdl.ops.comparison: with ties and numbers at the bounds, as PyTorch says what happens there."""

import numpy as np
from hypothesis import strategies as st

from tests.ops.configurations.base import broadcast_shapes, labels, numbers, pick, shapes, whole


@st.composite
def clip(draw):
    options = draw(pick({"low": -1.0, "high": 2.0}, {"low": 0}, {"high": 0.5}, {"low": 1, "high": 1}))
    values = draw(pick(whole, numbers))
    return (draw(values(draw(shapes()))),), options


@st.composite
def two(draw):
    a, b = draw(broadcast_shapes())
    values = draw(pick(whole, numbers))
    a, b = draw(values(a)), draw(values(b))
    return draw(pick((a, b), (a, 1.0), (0, b))), {}


@st.composite
def where(draw):
    a, b = draw(broadcast_shapes())
    shape = draw(pick(a, b))
    a, b = draw(numbers(a)), draw(numbers(b))
    return (np.asarray(draw(labels(shape, 2)) == 1), *draw(pick((a, b), (a, 0.5), (-1.0, b)))), {}


CONFIGURATIONS = {
    "clip": clip,
    "maximum": two,
    "minimum": two,
    "where": where,
}
