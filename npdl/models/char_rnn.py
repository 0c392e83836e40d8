"""A language model that reads a text character by character and says what comes next."""

import numpy as np

from .. import nn
from ..backend import to_device
from ..errors import InputError, require_integer, require_ndim
from ..tape import no_grad

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class CharRNN(nn.Module):
    """embedding - recurrent layers - linear: p(next character | all before). Mikolov et al. 2010; Graves 2013.

    tokens: V. cell: "lstm", "gru" or "rnn".

    It is trained by truncated back-propagation through time: a long text comes in pieces, `streams` of them side by
    side (npdl.text.next_token_batches). In training mode a piece starts with the state in which the one before it has
    ended, while gradients stop there. In test mode each sequence starts at 0, and the state is left as it is. The state
    is a buffer, so that a training that is resumed goes on with it; after the text's end its beginning follows.
    """

    def __init__(self, tokens, *, embed=32, hidden=128, layers=1, cell="lstm", streams=32, rng=None):
        if cell not in CELLS:
            raise InputError("CharRNN", "cell", '"rnn", "lstm" or "gru"', cell)
        self.streams = require_integer("CharRNN", "streams", streams, 1)
        self.embedding = nn.Embedding(tokens, embed, rng=rng)
        self.recurrent = CELLS[cell](embed, hidden, layers, rng=rng)
        self.output = nn.Linear(hidden, tokens, rng=rng)
        self.buffers = ("h", "c") if cell == "lstm" else ("h",)
        for name in self.buffers:
            setattr(self, name, to_device(np.zeros((layers, streams, hidden), np.float32)))

    def forward(self, tokens):
        """Scores (N, V, T) of the token after each of tokens (N, T); classes on axis 1, as losses want them."""
        require_ndim("CharRNN", "tokens", tokens, 2, "(N, T)")
        scores, state = self.read(tokens, self._carried(tokens) if self.training else None)
        if self.training:
            self._carry(state)
        return scores.transpose(0, 2, 1)

    def read(self, tokens, state=None):
        """(scores (N, T, V), state after the last token), from a state or from 0."""
        out, state = self.recurrent(self.embedding(tokens), state)
        return self.output(out), state

    def decoder(self):
        """A function for npdl.text.generate and beam_search, which reads each token once."""
        return _Speaking(self)

    def _carried(self, tokens):
        if len(tokens) != self.streams:
            raise InputError("CharRNN", "tokens", f"({self.streams}, T) in training, a row for each stream", tokens)
        return (self.h, self.c) if len(self.buffers) == 2 else self.h

    def _carry(self, state):
        for name, array in zip(self.buffers, state if len(self.buffers) == 2 else (state,)):
            setattr(self, name, array.data.copy())


class _Speaking:
    """Keeps the state, and reads what is new."""

    def __init__(self, model):
        self.model, self.state, self.seen = model, None, 0

    def __call__(self, tokens):
        with no_grad():
            scores, self.state = self.model.read(tokens[:, self.seen :], self.state)
        self.seen = tokens.shape[1]
        return scores[:, -1]

    def reorder(self, rows):
        many = isinstance(self.state, tuple)
        self.state = tuple(s[:, rows] for s in self.state) if many else self.state[:, rows]
