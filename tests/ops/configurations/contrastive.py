"""Configurations of npdl.ops.contrastive."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from tests.ops.configurations.base import broadcast_shapes, off_zero, pick, reductions, seeds, shapes, small

OFF = 1e-3  # from a margin: there is no derivative to compare with


@st.composite
def cosine_similarity(draw):
    shapes = draw(broadcast_shapes())
    d, behind = draw(small), draw(st.integers(0, min(map(len, shapes))))  # axes behind that of the vectors
    a, b = ((*shape[: len(shape) - behind], d, *shape[len(shape) - behind :]) for shape in shapes)
    axis = draw(pick(-1 - behind, max(len(a), len(b)) - 1 - behind))
    return (draw(off_zero(a)), draw(off_zero(b))), {"axis": axis, "eps": draw(pick(1e-8, 1e-3))}


@st.composite
def cosine_embedding_loss(draw):
    n, d = draw(small), draw(st.integers(2, 5))
    a, b = draw(off_zero((n, d))), draw(off_zero((n, d)))
    y = np.random.default_rng(draw(seeds)).choice([-1, 1], n)
    margin = draw(pick(0.0, 0.3, -0.5))
    cos = (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    assume((np.abs(cos - margin) > OFF).all())
    return (a, b, y), {"margin": margin, "reduction": draw(reductions)}


@st.composite
def triplet(draw):
    shape = draw(shapes(2, 3))
    anchor, positive, negative = (draw(off_zero(shape)) for _ in range(3))
    margin = draw(pick(1.0, 0.2, 2.5))
    near, far = (np.sqrt(((anchor - other) ** 2).sum(axis=-1)) for other in (positive, negative))
    assume((np.abs(near - far + margin) > OFF).all())
    return (anchor, positive, negative), {"margin": margin, "reduction": draw(reductions)}


@st.composite
def info_nce(draw):
    shape = draw(small), draw(st.integers(2, 5))
    options = {"temperature": draw(pick(0.1, 0.5, 2.0)), "reduction": draw(reductions)}
    return (draw(off_zero(shape)), draw(off_zero(shape))), options


@st.composite
def nt_xent(draw):
    z = draw(off_zero((2 * draw(small), draw(st.integers(2, 5)))))
    return (z,), {"temperature": draw(pick(0.1, 0.5, 2.0)), "reduction": draw(reductions)}


CONFIGURATIONS = {
    "cosine_similarity": cosine_similarity,
    "cosine_embedding_loss": cosine_embedding_loss,
    "triplet": triplet,
    "info_nce": info_nce,
    "nt_xent": nt_xent,
}
