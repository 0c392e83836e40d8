"""Configurations of npdl.ops.lookup."""

from hypothesis import strategies as st

from tests.ops.configurations.base import labels, numbers, shapes, small


@st.composite
def embedding(draw):
    rows, columns = draw(st.integers(1, 6)), draw(small)
    return (draw(labels(draw(shapes(1, 3)), rows)), draw(numbers((rows, columns)))), {}


CONFIGURATIONS = {
    "embedding": embedding,
}
