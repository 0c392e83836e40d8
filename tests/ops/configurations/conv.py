"""Configurations of npdl.ops.conv."""

from hypothesis import strategies as st

from tests.ops.configurations.base import both, numbers, one_or_two, paddings, pick, sides


@st.composite
def conv2d(draw):
    """The image is at least as large as the kernel's reach, by a few pixels that a stride may leave over."""
    groups = draw(pick(1, 1, 2, 3))
    n, c, f = draw(st.integers(1, 3)), groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 3))
    kernel = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stride, dilation, pad = draw(one_or_two(st.integers(1, 3))), draw(one_or_two(st.integers(1, 3))), draw(paddings())
    size = []
    for k, d, (before, after) in zip(kernel, both(dilation), sides(pad), strict=True):
        size.append(max(1, d * (k - 1) + 1 - before - after) + draw(st.integers(0, 4)))
    b = draw(numbers((f,))) if draw(st.booleans()) else None
    options = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}
    return (draw(numbers((n, c, *size))), draw(numbers((f, c // groups, *kernel))), b), options


CONFIGURATIONS = {
    "conv2d": conv2d,
}
