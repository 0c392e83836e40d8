"""Configurations of npdl.ops.state_space."""

from hypothesis import strategies as st

from tests.ops.configurations.base import numbers, off_zero, pick, positive, small


@st.composite
def selective_scan(draw):
    N, T, E, S = draw(small), draw(st.integers(1, 6)), draw(small), draw(small)
    args = draw(numbers((N, T, E))), draw(positive((N, T, E))) * draw(pick(0.1, 1.0)), -draw(positive((E, S)))
    args += draw(numbers((N, T, S))), draw(numbers((N, T, S)))
    D, h0 = draw(numbers((E,))), draw(numbers((N, E, S)))
    return args + draw(pick((), (D,), (None, h0), (D, h0))), {}


@st.composite
def causal_convolution(draw):
    E = draw(small)
    return (draw(numbers((draw(small), draw(st.integers(1, 9)), E))), draw(numbers((draw(st.integers(1, 9)), E)))), {}


@st.composite
def diagonal_ssm_kernel(draw):
    E, S = draw(small), draw(small)
    args = draw(positive((E,))) * draw(pick(0.1, 1.0)), -draw(positive((E, S))), draw(off_zero((E, S)))
    return (*args, draw(off_zero((E, S))), draw(off_zero((E, S)))), {"length": draw(st.integers(1, 9))}


CONFIGURATIONS = {
    "selective_scan": selective_scan,
    "causal_convolution": causal_convolution,
    "diagonal_ssm_kernel": diagonal_ssm_kernel,
}
