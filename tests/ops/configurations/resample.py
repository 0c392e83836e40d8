"""Configurations of npdl.ops.resample."""

from hypothesis import strategies as st

from tests.ops.configurations.base import numbers, one_or_two, pick, small

lengths = st.integers(1, 9)
MODES = ("nearest", False), ("bilinear", False), ("bilinear", True), ("bicubic", False), ("bicubic", True)


@st.composite
def resize(draw):
    mode, align_corners = draw(pick(*MODES))
    x = draw(numbers((draw(small), draw(small), draw(lengths), draw(lengths))))
    return (x,), {"size": draw(one_or_two(lengths)), "mode": mode, "align_corners": align_corners}


@st.composite
def pixel_shuffle(draw):
    r = draw(st.integers(1, 3))
    return (draw(numbers((draw(small), r * r * draw(small), draw(small), draw(small)))),), {"factor": r}


@st.composite
def pixel_unshuffle(draw):
    r = draw(st.integers(1, 3))
    return (draw(numbers((draw(small), draw(small), r * draw(small), r * draw(small)))),), {"factor": r}


CONFIGURATIONS = {
    "resize": resize,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
}
