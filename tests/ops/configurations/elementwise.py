"""Configurations of npdl.ops.elementwise."""

from hypothesis import strategies as st

from tests.ops.configurations.base import broadcast_shapes, numbers, off_zero, positive, unary


@st.composite
def binary(draw):
    a, b = draw(broadcast_shapes())
    return (draw(off_zero(a)), draw(off_zero(b))), {}


CONFIGURATIONS = {
    "add": binary,
    "sub": binary,
    "mul": binary,
    "div": binary,
    "neg": unary(numbers),
    "exp": unary(numbers),
    "log": unary(positive),
}
