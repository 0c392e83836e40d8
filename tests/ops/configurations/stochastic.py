"""Configurations of npdl.ops.stochastic."""

import numpy as np
from hypothesis import strategies as st

from tests.ops.configurations.base import numbers, pick, seeds, shapes


def dropping(low, high):
    """Of arrays with so many axes."""

    @st.composite
    def configuration(draw):
        options = {"p": draw(pick(0.0, 0.3, 0.9, 1.0)), "training": draw(st.booleans())}
        return (draw(numbers(draw(shapes(low, high)))),), {**options, "rng": np.random.default_rng(draw(seeds))}

    return configuration


CONFIGURATIONS = {
    "dropout": dropping(1, 4),
    "dropout2d": dropping(4, 4),
    "drop_path": dropping(1, 4),
}
