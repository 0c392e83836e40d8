"""Configurations of npdl.ops.recurrent."""

import numpy as np
from hypothesis import strategies as st

from tests.ops.configurations.base import numbers, seeds, small


@st.composite
def weights(draw, D, H, gates, biases):
    """Small enough that few gates are shut: the gradients of the others would be rounding in float32."""
    rng = np.random.default_rng(draw(seeds))
    return [rng.standard_normal(shape) / 2 for shape in ((D, gates * H), (H, gates * H), *[(gates * H,)] * biases)]


def pair(gates, states=1, biases=1):
    """The configurations of a step and of a sequence."""

    @st.composite
    def step(draw):
        N, D, H = draw(small), draw(small), draw(small)
        given = (draw(numbers((N, D))), *(draw(numbers((N, H))) for _ in range(states)))
        return (*given, *draw(weights(D, H, gates, biases))), {}

    @st.composite
    def sequence(draw):
        N, T, D, H = draw(small), draw(small), draw(small), draw(small)
        given = (draw(numbers((N, T, D))), *(draw(numbers((N, H))) for _ in range(states)))
        mask = np.random.default_rng(draw(seeds)).random((N, T)) < 0.7 if draw(st.booleans()) else None
        return (*given, *draw(weights(D, H, gates, biases)), mask), {}

    return step, sequence


rnn_step, rnn = pair(1)
lstm_step, lstm = pair(4, states=2)
gru_step, gru = pair(3, biases=2)

CONFIGURATIONS = {
    "rnn_step": rnn_step,
    "rnn": rnn,
    "lstm_step": lstm_step,
    "lstm": lstm,
    "gru_step": gru_step,
    "gru": gru,
}
