"""Configurations of npdl.ops.reduction."""

from hypothesis import strategies as st

from tests.ops.configurations.base import apart, pick, shapes


@st.composite
def reduction(draw):
    shape = draw(shapes())
    axes = draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))
    several = tuple(a - len(shape) if draw(st.booleans()) else a for a in axes)
    axis = draw(pick(None, several, several[0]))
    return (draw(apart(shape)),), {"axis": axis, "keepdims": draw(st.booleans())}


CONFIGURATIONS = {
    "sum": reduction,
    "mean": reduction,
    "max": reduction,
}
