"""Configurations of npdl.ops.regression."""

from hypothesis import strategies as st

from tests.ops.configurations.base import apart, numbers, off_zero, pick, reductions, shapes


@st.composite
def mse(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)), draw(numbers(shape))), {"reduction": draw(reductions)}


@st.composite
def differing(draw, option=None, values=()):
    """x and target whose differences are at least 0.025 from 0 and from the option's values."""
    shape = draw(shapes())
    x = draw(numbers(shape))
    options = {} if option is None else {option: draw(pick(*values))}
    return (x, x + draw(apart(shape)) + 0.025), {**options, "reduction": draw(reductions)}


@st.composite
def gaussian_nll(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)), draw(numbers(shape)), draw(off_zero(shape))), {"reduction": draw(reductions)}


CONFIGURATIONS = {
    "mse": mse,
    "l1": differing,
    "huber": lambda: differing("delta", (1.0, 0.3, 2.5)),
    "smooth_l1": lambda: differing("beta", (1.0, 0.3, 2.5)),
    "gaussian_nll": gaussian_nll,
}
