"""Configurations of npdl.ops.pool."""

from hypothesis import strategies as st

from tests.ops.configurations.base import apart, both, numbers, one_or_two, paddings, sides


@st.composite
def pooling(draw):
    """PyTorch's padding is symmetric and at most half the window; a sum of ours and its ceil_mode it cannot say."""
    size = draw(one_or_two(st.integers(1, 4)))
    ceil_mode = draw(st.booleans())
    pad = draw(paddings([k // 2 for k in both(size)], symmetric=ceil_mode))
    lengths = [max(1, k - sum(p)) + draw(st.integers(0, 5)) for k, p in zip(both(size), sides(pad), strict=True)]
    options = {"size": size, "stride": draw(one_or_two(st.integers(1, 3))), "pad": pad, "ceil_mode": ceil_mode}
    return (draw(apart((draw(st.integers(1, 2)), draw(st.integers(1, 3)), *lengths))),), options


@st.composite
def avg_pool2d(draw):
    args, options = draw(pooling())
    return args, {**options, "count_include_pad": draw(st.booleans())}


@st.composite
def images(draw):
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return (draw(numbers(shape)),), {}


CONFIGURATIONS = {
    "max_pool2d": pooling,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool2d": images,
}
