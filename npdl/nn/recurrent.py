"""Recurrent layers with the parameters of torch.nn.RNN, LSTM and GRU, by their names: state dicts load as they are."""

import numpy as np

from .. import ops
from ..backend import array_module, to_device, to_numpy
from ..errors import InputError, InputTypeError, require_integer, require_ndim, require_range, require_shape
from ..tape import Tensor
from . import init
from .module import Module, Parameter
from .stochastic import Dropout

NAMES = "weight_ih", "weight_hh", "bias_ih", "bias_hh"


class _Gated(Module):
    """What a cell is, with `gates` blocks of H rows in each weight: how it starts, and the arguments of its ops.

    Weights of the input start as Glorot and Bengio 2010 say, those of the state orthogonal, so that they keep its
    length (Saxe et al. 2013); biases at 0.
    """

    gates, states = 1, 1  # blocks in the weights; arrays in the state

    def _add_weights(self, inputs, hidden, rng, suffix=""):
        shape = hidden, inputs
        weights = {
            "weight_ih": np.concatenate([init.xavier_uniform(shape, rng=rng) for _ in range(self.gates)]),
            "weight_hh": np.concatenate([init.orthogonal((hidden, hidden), rng=rng) for _ in range(self.gates)]),
            "bias_ih": self._first_bias(hidden),
            "bias_hh": np.zeros(self.gates * hidden, np.float32),
        }
        for name, array in weights.items():
            setattr(self, name + suffix, Parameter(to_device(array)))

    def _first_bias(self, hidden):
        return np.zeros(self.gates * hidden, np.float32)

    def op_weights(self, suffix=""):
        """(Wx, Wh, biases...) as the ops take them."""
        return self._as_op(*(getattr(self, name + suffix) for name in NAMES))


class _Plain(_Gated):
    cell, sequence = ops.rnn_step, ops.rnn

    def _as_op(self, weight_ih, weight_hh, bias_ih, bias_hh):
        return weight_ih.T, weight_hh.T, bias_ih + bias_hh


class _LongShort(_Gated):
    gates, states = 4, 2
    cell, sequence = ops.lstm_step, ops.lstm

    def _first_bias(self, hidden):
        """1 for the forget gates: the cell keeps what it has until it learns not to. Jozefowicz et al. 2015."""
        return np.repeat(np.array([0, 1, 0, 0], np.float32), hidden)

    def _as_op(self, weight_ih, weight_hh, bias_ih, bias_hh):
        """PyTorch's order of the gates is i, f, g, o, and that of the ops i, f, o, g."""

        def ordered(w):
            H = len(w) // 4
            return ops.concat(w[: 2 * H], w[3 * H :], w[2 * H : 3 * H])

        return ordered(weight_ih).T, ordered(weight_hh).T, ordered(bias_ih + bias_hh)


class _Updated(_Gated):
    gates = 3
    cell, sequence = ops.gru_step, ops.gru

    def _as_op(self, weight_ih, weight_hh, bias_ih, bias_hh):
        return weight_ih.T, weight_hh.T, bias_ih, bias_hh


class _Cell(_Gated):
    """One step: cell(x, state=None) -> the next state. x: (N, D); states: (N, H), by default 0."""

    def __init__(self, inputs, hidden, *, rng=None):
        self.hidden = require_integer(type(self).__name__, "hidden", hidden, 1)
        self._add_weights(require_integer(type(self).__name__, "inputs", inputs, 1), self.hidden, rng)

    def forward(self, x, state=None):
        require_ndim(type(self).__name__, "x", x, 2, "(N, D)")
        states = _states(self, state, _zeros(x, len(x), self.hidden))
        return self.cell(x, *states, *self.op_weights())


class RNNCell(_Cell, _Plain):
    """ops.rnn_step with PyTorch's parameters: cell(x, h) -> h."""


class LSTMCell(_Cell, _LongShort):
    """ops.lstm_step with PyTorch's parameters: cell(x, (h, c)) -> (h, c)."""


class GRUCell(_Cell, _Updated):
    """ops.gru_step with PyTorch's parameters: cell(x, h) -> h."""


class _Layers(_Gated):
    """Layers over a sequence, each reading the states of the one below: layer(x, state=None, lengths=None).

    x: (N, T, D), batch first. lengths: (N,) integers in [1, T], where the sequences end: the steps after that change no
    state, and `out` is 0 there. state: (L, N, H) of the L layers, by default 0; an LSTM's is a tuple (h, c) of such.
    Returns out: (N, T, H), the states of the last layer, and the state at the end of each sequence.

    bidirectional: each layer reads the sequence backwards, too, with weights of its own (..._reverse), and gives the
    states of both, (N, T, 2H); the state is then (2 L, N, H). Schuster and Paliwal 1997. dropout: between layers.
    """

    def __init__(self, inputs, hidden, layers=1, *, bidirectional=False, dropout=0.0, rng=None):
        name = type(self).__name__
        self.hidden = require_integer(name, "hidden", hidden, 1)
        self.layers = require_integer(name, "layers", layers, 1)
        require_range(name, "dropout", dropout, 0, 1)
        self.between = Dropout(dropout, rng=rng)
        self.directions = ("", "_reverse") if bidirectional else ("",)
        width = require_integer(name, "inputs", inputs, 1)
        for layer in range(self.layers):
            for direction in self.directions:
                self._add_weights(width, self.hidden, rng, f"_l{layer}{direction}")
            width = self.hidden * len(self.directions)

    def forward(self, x, state=None, lengths=None):
        require_ndim(type(self).__name__, "x", x, 3, "(N, T, D)")
        mask = None if lengths is None else _mask(type(self).__name__, x, lengths)
        first = _states(self, state, _zeros(x, self.layers * len(self.directions), len(x), self.hidden))
        last = []
        for layer in range(self.layers):
            x = self.between(x) if layer else x
            outs = []
            for direction in self.directions:
                states = tuple(s[len(last)] for s in first)
                out, end = self._run(x, states, mask, f"_l{layer}{direction}")
                outs.append(out)
                last.append(end)
            x = outs[0] if len(outs) == 1 else ops.concat(*outs, axis=2)
        ends = tuple(ops.stack(*arrays) for arrays in zip(*last))
        return _zero_outside(x, mask), ends if self.states > 1 else ends[0]

    def _run(self, x, states, mask, suffix):
        """(states after each step, those after the last) of one layer in one direction."""
        backwards = suffix.endswith("reverse")
        if backwards:  # the padding then comes first: masked steps leave the first state as it is
            x, mask = _reversed(x), None if mask is None else mask[:, ::-1]
        found = self.sequence(x, *states, *self.op_weights(suffix), mask)
        out, *cell = found if self.states > 1 else (found,)
        end = (out[:, -1], *cell)
        return _reversed(out) if backwards else out, end


class RNN(_Layers, _Plain):
    __doc__ = "ops.rnn as layers, with PyTorch's parameters. " + _Layers.__doc__


class LSTM(_Layers, _LongShort):
    __doc__ = "ops.lstm as layers, with PyTorch's parameters. " + _Layers.__doc__


class GRU(_Layers, _Updated):
    __doc__ = "ops.gru as layers, with PyTorch's parameters. " + _Layers.__doc__


def _array(x):
    return x.data if isinstance(x, Tensor) else x


def _zeros(x, *shape):
    return np.zeros_like(_array(x), shape=shape)


def _states(module, state, zeros):
    """The state as a tuple of arrays like `zeros`, which are those of a state that is None."""
    name = type(module).__name__
    if state is None:
        return (zeros,) * module.states
    if module.states > 1 and not (isinstance(state, tuple) and len(state) == module.states):
        raise InputTypeError(name, "state", "a tuple (h, c)", state)
    states = state if module.states > 1 else (state,)
    for one in states:
        require_shape(name, "state", one, zeros.shape, "(N, H)" if zeros.ndim == 2 else "(layers · directions, N, H)")
    return states


def _mask(name, x, lengths):
    """True before the end of each sequence: (N, T)."""
    N, T, _ = x.shape
    lengths = to_numpy(lengths) if hasattr(lengths, "dtype") else np.asarray(lengths)
    require_shape(name, "lengths", lengths, (N,), "one for each sequence")
    if lengths.dtype.kind not in "iu":
        raise InputTypeError(name, "lengths", "integers", lengths)
    wrong = (lengths < 1) | (lengths > T)
    if wrong.any():
        raise InputError(name, "lengths", f"in [1, {T}], as x has {T} steps", int(lengths[wrong][0]))
    return array_module(_array(x)).asarray(np.arange(T) < lengths[:, None])


def _reversed(x):
    return ops.getitem(x, index=(slice(None), slice(None, None, -1)))


def _zero_outside(x, mask):
    return x if mask is None else x * mask[:, :, None].astype(x.dtype)
