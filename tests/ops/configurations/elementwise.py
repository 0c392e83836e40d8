"""Configurations of npdl.ops.elementwise."""

from hypothesis import strategies as st

from tests.ops.configurations.base import broadcast_shapes, numbers, off_zero, pick, positive, shapes, unary, whole


@st.composite
def binary(draw):
    a, b = draw(broadcast_shapes())
    return (draw(off_zero(a)), draw(off_zero(b))), {}


@st.composite
def power(draw):
    """Any number to a whole power (none to a negative one, near 0), positive ones to any."""
    values, exponent = draw(pick((numbers, 2), (numbers, 3), (whole, 1), (whole, 0), (off_zero, -1), (positive, -1.5)))
    return (draw(values(draw(shapes()))),), {"exponent": exponent}


CONFIGURATIONS = {
    "add": binary,
    "sub": binary,
    "mul": binary,
    "div": binary,
    "neg": unary(numbers),
    "exp": unary(numbers),
    "log": unary(positive),
    "power": power,
    "sqrt": unary(positive),
    "abs": unary(whole),
}
