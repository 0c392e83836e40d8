"""Configurations of npdl.ops.activation."""

from hypothesis import strategies as st

from tests.ops.configurations.base import numbers, off_zero, pick, shapes, unary


@st.composite
def leaky_relu(draw):
    return (draw(off_zero(draw(shapes()))),), {"slope": draw(pick(0.01, 0.2, 0.0))}


@st.composite
def over_axis(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)),), {"axis": draw(st.integers(-len(shape), len(shape) - 1))}


CONFIGURATIONS = {
    "relu": unary(off_zero),
    "leaky_relu": leaky_relu,
    "sigmoid": unary(numbers),
    "tanh": unary(numbers),
    "softmax": over_axis,
    "log_softmax": over_axis,
}
