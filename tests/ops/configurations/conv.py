"""Configurations of npdl.ops.conv."""

from hypothesis import strategies as st

from tests.ops.configurations.base import both, epsilons, numbers, one_or_two, paddings, pick, shapes, sides, spread


@st.composite
def _conv(draw, dim, most=3):
    """The image is at least as large as the kernel's reach, by a few pixels that a stride may leave over."""
    groups, up_to_most = draw(pick(1, 1, 2, 3)), st.integers(1, most)
    n, c, f = draw(st.integers(1, 3)), groups * draw(up_to_most), groups * draw(up_to_most)
    kernel = tuple(draw(st.integers(1, most + 1)) for _ in range(dim))
    stride, dilation = draw(one_or_two(up_to_most, dim)), draw(one_or_two(up_to_most, dim))
    pad = draw(paddings((2,) * dim))
    size = []
    for k, d, (before, after) in zip(kernel, both(dilation, dim), sides(pad, dim), strict=True):
        size.append(max(1, d * (k - 1) + 1 - before - after) + draw(st.integers(0, most + 1)))
    b = draw(numbers((f,))) if draw(st.booleans()) else None
    options = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}
    return (draw(numbers((n, c, *size))), draw(numbers((f, c // groups, *kernel))), b), options


def conv1d():
    return _conv(1)


def conv2d():
    return _conv(2)


def conv3d():
    return _conv(3, most=2)


@st.composite
def conv_transpose2d(draw):
    """The image is large enough for something to be left when the padding has been cut off."""
    groups = draw(pick(1, 1, 2, 3))
    n, c, f = draw(st.integers(1, 3)), groups * draw(st.integers(1, 3)), draw(st.integers(1, 3))
    kernel = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stride, dilation, pad = draw(one_or_two(st.integers(1, 3))), draw(one_or_two(st.integers(1, 3))), draw(paddings())
    more = tuple(draw(st.integers(0, max(s, d) - 1)) for s, d in zip(both(stride), both(dilation), strict=True))
    size = []
    for k, s, d, (before, after) in zip(kernel, both(stride), both(dilation), sides(pad), strict=True):
        size.append(1 + max(0, -((d * (k - 1) - before - after) // s)) + draw(st.integers(0, 3)))
    b = draw(numbers((groups * f,))) if draw(st.booleans()) else None
    options = {"stride": stride, "pad": pad, "output_pad": more, "dilation": dilation, "groups": groups}
    return (draw(numbers((n, c, *size))), draw(numbers((c, f, *kernel))), b), options


@st.composite
def standardise_weight(draw):
    shape = (*draw(shapes(1, 3)), draw(st.integers(4, 7)))
    return (draw(spread(shape)),), {"eps": draw(epsilons)}


CONFIGURATIONS = {
    "conv1d": conv1d,
    "conv2d": conv2d,
    "conv3d": conv3d,
    "conv_transpose2d": conv_transpose2d,
    "standardise_weight": standardise_weight,
}
