"""Samples of npdl.ops.recurrent: D and H differ; masks leave out steps at either end and in between."""

import numpy as np

MASK = np.array([[True, True, True, True], [True, True, False, False], [False, True, False, True]])


def _weights(d, D, H, gates, biases=1):
    return d.normal(D, gates * H) / 2, d.normal(H, gates * H) / 2, *(d.normal(gates * H) / 2 for _ in range(biases))


def _rows(gates, states=1, biases=1):
    def step(d):
        yield (d.normal(3, 2), *(d.normal(3, 4) for _ in range(states)), *_weights(d, 2, 4, gates, biases)), {}

    def sequence(d):
        weights = _weights(d, 2, 4, gates, biases)
        yield (d.normal(2, 5, 2), *(d.normal(2, 4) for _ in range(states)), *weights), {}
        yield (d.normal(3, 4, 2), *(d.normal(3, 4) for _ in range(states)), *weights, MASK), {}

    return step, sequence


_rnn_step, _rnn = _rows(1)
_lstm_step, _lstm = _rows(4, states=2)
_gru_step, _gru = _rows(3, biases=2)

ROWS = {
    "rnn_step": _rnn_step,
    "rnn": _rnn,
    "lstm_step": _lstm_step,
    "lstm": _lstm,
    "gru_step": _gru_step,
    "gru": _gru,
}
