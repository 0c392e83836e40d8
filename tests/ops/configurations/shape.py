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


@st.composite
def split(draw):
    shape = list(draw(shapes()))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    lengths = tuple(draw(st.lists(small, min_size=1, max_size=3)))
    count = draw(small)
    sections = draw(pick(count, lengths))
    shape[axis] = sum(lengths) if sections is lengths else count * draw(small)
    return (draw(numbers(tuple(shape))),), {"sections": sections, "axis": axis}


@st.composite
def stack(draw):
    shape = draw(shapes(low=0, high=3))
    arrays = tuple(draw(numbers(shape)) for _ in range(draw(small)))
    return arrays, {"axis": draw(st.integers(-len(shape) - 1, len(shape)))}


@st.composite
def pad(draw):
    """Of some of the last axes; reflected by less than they are long."""
    shape = draw(shapes())
    mode = draw(pick("constant", "edge", "reflect"))
    padded = shape[draw(st.integers(0, len(shape) - 1)) :]
    pairs = tuple(tuple(draw(st.integers(0, n - 1 if mode == "reflect" else 3)) for _ in "ab") for n in padded)
    value = {"value": draw(pick(0, -1.5))} if mode == "constant" else {}
    return (draw(numbers(shape)),), {"pad": pairs, "mode": mode, **value}


@st.composite
def gather(draw):
    shape = list(draw(shapes()))
    x = draw(numbers(tuple(shape)))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    length, shape[axis] = shape[axis], draw(small)
    return (x, draw(labels(tuple(shape), length))), {"axis": axis}


@st.composite
def moved(draw):
    shape = draw(shapes())
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    return (draw(numbers(shape)),), {"shift": draw(st.integers(-5, 5)), "axis": axis}


@st.composite
def channel_shuffle(draw):
    groups, size = draw(small), draw(small)
    return (draw(numbers((draw(small), groups * size, *draw(shapes(0, 2))))),), {"groups": groups}


CONFIGURATIONS = {
    "reshape": reshape,
    "transpose": transpose,
    "concat": concat,
    "getitem": getitem,
    "split": split,
    "stack": stack,
    "pad": pad,
    "gather": gather,
    "roll": moved,
    "shift": moved,
    "channel_shuffle": channel_shuffle,
}
