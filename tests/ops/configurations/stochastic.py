"""Configurations of npdl.ops.stochastic."""

import numpy as np
from hypothesis import strategies as st

from tests.ops.configurations.base import numbers, pick, seeds, shapes


@st.composite
def dropout(draw):
    options = {"p": draw(pick(0.0, 0.3, 0.9, 1.0)), "training": draw(st.booleans())}
    return (draw(numbers(draw(shapes()))),), {**options, "rng": np.random.default_rng(draw(seeds))}


CONFIGURATIONS = {
    "dropout": dropout,
}
