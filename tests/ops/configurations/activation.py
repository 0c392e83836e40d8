"""Configurations of npdl.ops.activation."""

from hypothesis import strategies as st

from tests.ops.configurations.base import numbers, off_zero, pick, shapes, unary, whole


@st.composite
def leaky_relu(draw):
    return (draw(off_zero(draw(shapes()))),), {"slope": draw(pick(0.01, 0.2, 0.0))}


@st.composite
def over_axis(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)),), {"axis": draw(st.integers(-len(shape), len(shape) - 1))}


@st.composite
def prelu(draw):
    shape = draw(shapes(low=2))
    return (draw(whole(shape)), draw(numbers((draw(pick(1, shape[1])),)))), {}


@st.composite
def elu(draw):
    return (draw(draw(pick(whole, numbers))(draw(shapes()))),), {"alpha": draw(pick(1.0, 0.3, 2.0))}


@st.composite
def relu6(draw):
    return (draw(whole(draw(shapes()), most=8)),), {}


CONFIGURATIONS = {
    "relu": unary(off_zero),
    "leaky_relu": leaky_relu,
    "prelu": prelu,
    "elu": elu,
    "relu6": relu6,
    "softplus": unary(numbers),
    "sigmoid": unary(numbers),
    "tanh": unary(numbers),
    "softmax": over_axis,
    "log_softmax": over_axis,
}
