"""Configurations of npdl.ops.penalty."""

from hypothesis import strategies as st

from tests.ops.configurations.base import numbers, shapes, small


@st.composite
def l2_penalty(draw):
    return tuple(draw(numbers(draw(shapes()))) for _ in range(draw(small))), {}


CONFIGURATIONS = {"l2_penalty": l2_penalty}
