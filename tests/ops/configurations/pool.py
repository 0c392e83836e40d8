"""Configurations of npdl.ops.pool."""

from hypothesis import strategies as st

from npdl.ops import max_pool2d_places
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


@st.composite
def adaptive_avg_pool2d(draw):
    (x,), _ = draw(images())
    return (x,), {"size": draw(one_or_two(st.integers(1, 6)))}


@st.composite
def max_unpool2d(draw):
    """Windows side by side: a place that is named twice PyTorch gives to anyone."""
    n, c, h, w = (draw(st.integers(1, 3)) for _ in "nchw")
    kh, kw = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    shape = h * kh + draw(st.integers(0, kh - 1)), w * kw + draw(st.integers(0, kw - 1))
    places = max_pool2d_places(draw(apart((n, c, *shape))), size=(kh, kw))
    return (draw(numbers((n, c, h, w))), places), {"shape": shape}


CONFIGURATIONS = {
    "max_pool2d": pooling,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool2d": images,
    "adaptive_avg_pool2d": adaptive_avg_pool2d,
    "max_unpool2d": max_unpool2d,
}
