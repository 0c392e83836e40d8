"""Configurations of npdl.ops.graph."""

from hypothesis import strategies as st

from tests.ops.configurations.base import apart, labels, numbers, small


def segments(values):
    @st.composite
    def configuration(draw):
        rows, count = draw(st.integers(1, 12)), draw(st.integers(1, 6))
        return (draw(values((rows, draw(small)))), draw(labels((rows,), count))), {"count": count}

    return configuration


CONFIGURATIONS = {
    "segment_sum": segments(numbers),
    "segment_mean": segments(numbers),
    "segment_max": segments(apart),
}
