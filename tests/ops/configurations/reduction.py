"""Configurations of npdl.ops.reduction."""

from hypothesis import strategies as st

from tests.ops.configurations.base import apart, numbers, pick, shapes


@st.composite
def reduction(draw):
    shape = draw(shapes())
    axes = draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))
    several = tuple(a - len(shape) if draw(st.booleans()) else a for a in axes)
    axis = draw(pick(None, several, several[0]))
    return (draw(apart(shape)),), {"axis": axis, "keepdims": draw(st.booleans())}


@st.composite
def var(draw):
    """Of two numbers at least, as of one alone there is no unbiased variance."""
    (x,), options = draw(reduction())
    count = x.size // x.mean(axis=options["axis"], keepdims=True).size
    return (x,), {**options, "ddof": draw(pick(0, 1)) if count > 1 else 0}


@st.composite
def logsumexp(draw):
    (x,), options = draw(reduction())
    return (draw(numbers(x.shape)),), options


CONFIGURATIONS = {
    "sum": reduction,
    "mean": reduction,
    "max": reduction,
    "var": var,
    "logsumexp": logsumexp,
}
