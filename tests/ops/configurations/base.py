"""What the configurations of all families draw from: numbers, shapes, labels, paddings."""

import numpy as np
from hypothesis import strategies as st

small = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


def pick(*values):
    return st.sampled_from(values)


@st.composite
def numbers(draw, shape):
    """A Gaussian array: of a scale and a shift that are drawn too."""
    rng = np.random.default_rng(draw(seeds))
    return np.asarray(rng.standard_normal(shape) * draw(pick(1.0, 0.1, 3.0)) + draw(pick(0.0, 0.0, 1.0)))


@st.composite
def apart(draw, shape):
    """No two numbers closer than 0.1: no ties, neither in float32."""
    n = int(np.prod(shape))
    return (np.random.default_rng(draw(seeds)).permutation(n).reshape(shape) - n / 2) / 10


@st.composite
def positive(draw, shape):
    return np.random.default_rng(draw(seeds)).uniform(0.5, 2, shape)


@st.composite
def off_zero(draw, shape):
    rng = np.random.default_rng(draw(seeds))
    return np.asarray(rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape))


@st.composite
def whole(draw, shape, most=3):
    """Small whole numbers: at the corners, and tied."""
    return np.random.default_rng(draw(seeds)).integers(-most, most + 1, shape).astype(np.float64)


@st.composite
def labels(draw, shape, classes):
    return np.random.default_rng(draw(seeds)).integers(0, classes, shape)


def shapes(low=1, high=4):
    return st.lists(small, min_size=low, max_size=high).map(tuple)


@st.composite
def broadcast_shapes(draw):
    """Two shapes that broadcast against each other."""
    whole = draw(shapes(0, 4))
    a, b = [tuple(1 if draw(st.booleans()) else n for n in whole)[draw(st.integers(0, len(whole))) :] for _ in "ab"]
    return draw(pick((whole, a), (b, whole), (a, b)))


def unary(values):
    @st.composite
    def configuration(draw):
        return (draw(values(draw(shapes()))),), {}

    return configuration


@st.composite
def paddings(draw, limits=(2, 2), symmetric=False):
    """An int, (height, width), or - unless it must be symmetric - all four sides."""
    low = min(limits)
    one, pair = draw(st.integers(0, low)), tuple(draw(st.integers(0, n)) for n in limits)
    if symmetric:
        return draw(pick(one, pair))
    return draw(pick(one, pair, tuple(tuple(draw(st.integers(0, n)) for _ in "ab") for n in limits)))


@st.composite
def one_or_two(draw, values, dim=2):
    """One value for all spatial axes, or one for each."""
    return draw(values) if draw(st.booleans()) else tuple(draw(values) for _ in range(dim))


def both(value, dim=2):
    return (value,) * dim if isinstance(value, int) else value


def sides(pad, dim=2):
    return tuple((p, p) if isinstance(p, int) else p for p in both(pad, dim))


@st.composite
def spread(draw, shape):
    """Four numbers or more of scale 1 at least: normalising others leaves a gradient that is rounding in float32."""
    return np.random.default_rng(draw(seeds)).standard_normal(shape) * draw(pick(1.0, 3.0)) + draw(pick(0.0, 1.0))


epsilons = pick(1e-5, 1e-3, 1e-1)
reductions = pick("mean", "sum", "none")


@st.composite
def distributions(draw, shape):
    """Probabilities that sum to 1 over axis 1."""
    p = draw(positive(shape))
    return p / p.sum(axis=1, keepdims=True)
