"""Configurations of npdl.ops.linear."""

import numpy as np
from hypothesis import strategies as st

from tests.ops.configurations.base import broadcast_shapes, numbers, pick, shapes, small


@st.composite
def matmul(draw):
    n, k, m = draw(small), draw(small), draw(small)
    batch_a, batch_b = draw(broadcast_shapes())
    a, b = (*batch_a, n, k), (*batch_b, k, m)
    a, b = draw(pick((a, b), (a, b), ((k,), b), (a, (k,)), ((k,), (k,))))
    return (draw(numbers(a)), draw(numbers(b))), {}


@st.composite
def affine(draw):
    shape, n, m = draw(shapes(1, 3)), draw(small), draw(small)
    b = draw(numbers((m,))) if draw(st.booleans()) else None
    return (draw(numbers((n, *shape))), draw(numbers((int(np.prod(shape)), m))), b), {}


@st.composite
def temporal_affine(draw):
    lead, n, m = draw(shapes(1, 3)), draw(small), draw(small)
    b = draw(numbers((m,))) if draw(st.booleans()) else None
    return (draw(numbers((*lead, n))), draw(numbers((n, m))), b), {}


CONFIGURATIONS = {
    "matmul": matmul,
    "affine": affine,
    "temporal_affine": temporal_affine,
}
