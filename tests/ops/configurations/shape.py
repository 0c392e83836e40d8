"""Configurations of npdl.ops.shape."""

from hypothesis import strategies as st

from tests.ops.configurations.base import labels, numbers, pick, shapes, small


@st.composite
def reshape(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)),), {"shape": draw(pick(shape[::-1], (-1,), (-1, shape[0]), (1, *shape)))}


@st.composite
def transpose(draw):
    shape = draw(shapes())
    return (draw(numbers(shape)),), {"axes": draw(pick(None, tuple(draw(st.permutations(range(len(shape)))))))}


@st.composite
def concat(draw):
    shape = list(draw(shapes()))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    arrays = []
    for _ in range(draw(small)):
        shape[axis] = draw(small)
        arrays.append(draw(numbers(tuple(shape))))
    return tuple(arrays), {"axis": axis}


@st.composite
def getitem(draw):
    """Slices and integers, or integer arrays that read places twice, or a mask."""
    shape = draw(shapes())
    x = draw(numbers(shape))
    basic = tuple(draw(st.one_of(st.integers(-n, n - 1), st.slices(n))) for n in shape)
    several = tuple(draw(labels((5,), n)) for n in shape)
    return (x,), {"index": draw(pick(basic, (Ellipsis, *basic[-1:]), several, several[0], x > 0))}


CONFIGURATIONS = {
    "reshape": reshape,
    "transpose": transpose,
    "concat": concat,
    "getitem": getitem,
}
