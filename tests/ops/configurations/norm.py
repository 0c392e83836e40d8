"""Configurations of npdl.ops.norm."""

from hypothesis import strategies as st

from tests.ops.configurations.base import epsilons, numbers, off_zero, pick, positive, shapes, small, spread


@st.composite
def batchnorm(draw):
    c = draw(small)
    shape = draw(pick((4, c), (7, c), (2, c, 3), (3, c, 2, 4), (2, c, 2, 2, 2)))
    running = (draw(numbers((c,))), draw(positive((c,))))
    training = draw(st.booleans())
    args = draw(spread(shape)), draw(off_zero((c,))), draw(numbers((c,)))
    args += running if draw(st.booleans()) or not training else ()
    return args, {"training": training, "momentum": draw(pick(0.9, 0.5, 0.0, 1.0)), "eps": draw(epsilons)}


@st.composite
def layernorm(draw):
    shape = (*draw(shapes(1, 3)), draw(st.integers(4, 7)))
    return (draw(spread(shape)), draw(off_zero(shape[-1:])), draw(numbers(shape[-1:]))), {"eps": draw(epsilons)}


@st.composite
def groupnorm(draw):
    groups, n = draw(st.integers(1, 3)), draw(small)
    c = groups * draw(st.integers(1, 3))
    shape = (n, c, *draw(pick((4,), (2, 3), (5, 1), (2, 2, 2))))
    return (draw(spread(shape)), *draw(scale_and_shift(c))), {"groups": groups, "eps": draw(epsilons)}


@st.composite
def scale_and_shift(draw, c):
    return draw(pick((), (draw(off_zero((c,))),), (draw(off_zero((c,))), draw(numbers((c,))))))


@st.composite
def instancenorm(draw):
    n, c = draw(small), draw(small)
    shape = (n, c, *draw(pick((4,), (2, 3), (5, 1), (2, 2, 2))))
    return (draw(spread(shape)), *draw(scale_and_shift(c))), {"eps": draw(epsilons)}


@st.composite
def local_response_norm(draw):
    shape = (draw(small), draw(st.integers(1, 7)), *draw(pick((3,), (2, 3), (2, 1, 3))))
    options = {"size": draw(st.integers(1, 6)), "alpha": draw(pick(1e-4, 0.5, 2.0))}
    return (draw(numbers(shape)),), {**options, "beta": draw(pick(0.5, 0.75, 1.0)), "k": draw(pick(1.0, 2.0))}


@st.composite
def l2_normalise(draw):
    shape = draw(shapes(1, 4))
    x, axis = draw(off_zero(shape)), draw(st.integers(-len(shape), len(shape) - 1))
    return (x * draw(pick(1.0, 1e-3)),), {"axis": axis, "eps": draw(pick(1e-12, 0.1))}


@st.composite
def rmsnorm(draw):
    shape = (*draw(shapes(1, 3)), draw(st.integers(4, 7)))
    return (draw(spread(shape)), draw(off_zero(shape[-1:]))), {"eps": draw(epsilons)}


CONFIGURATIONS = {
    "batchnorm": batchnorm,
    "layernorm": layernorm,
    "groupnorm": groupnorm,
    "instancenorm": instancenorm,
    "local_response_norm": local_response_norm,
    "l2_normalise": l2_normalise,
    "rmsnorm": rmsnorm,
}
