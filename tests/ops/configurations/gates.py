"""Configurations of npdl.ops.gates."""

from hypothesis import strategies as st

from tests.ops.configurations.base import numbers, pick, shapes, unary, whole


@st.composite
def gelu(draw):
    return (draw(numbers(draw(shapes()))),), {"approximate": draw(pick("none", "tanh"))}


@st.composite
def hard(draw):
    """Whole numbers, among them the corners at -3 and 3."""
    return (draw(whole(draw(shapes()), most=5)),), {}


@st.composite
def swiglu(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)), draw(numbers(shape))), {}


CONFIGURATIONS = {
    "gelu": gelu,
    "silu": unary(numbers),
    "hard_sigmoid": hard,
    "hard_swish": hard,
    "swiglu": swiglu,
}
