"""Sentences about images: a recurrent network, or a transformer, that goes on from what an image has shown it.

Both learn by teacher forcing: from the words 1 to t of the true caption, word t + 1. Then they speak by themselves, and
read what they have just said.
"""

from math import sqrt

import numpy as np

from .. import nn, ops
from ..backend import to_device
from ..errors import InputError
from ..nn import Parameter
from ..tape import no_grad
from ..text import generate


class _Captioner(nn.Module):
    """What both have in common. null, start, end: the ids of the words for padding, begin and end."""

    def _set_words(self, null, start, end):
        self.null, self.start, self.end = null, start, end

    def loss(self, features, captions):
        """-1/N Σ log p of each word after the first; words that are null do not count.

        captions: integers (N, T), start, words, end, and null up to T.
        """
        words, after = captions[:, :-1], captions[:, 1:]  # what is read, and what is to be said then
        return ops.temporal_softmax_loss(self(features, words), after, after != self.null)

    def sample(self, features, length=30):
        """The likeliest word each time: integers (N, T), T <= length, filled up with `end` after the first `end`."""
        begin = np.full((len(features), 1), self.start)
        return generate(self.decoder(features), begin, length, temperature=0, end=self.end)[:, 1:]


class CaptioningRNN(_Captioner):
    """The image is the first state; from then on it is a language model. Vinyals et al. 2015; CS231n's form of it.

        h_0 = features W_proj + b_proj              h_t = cell(W_embed[word_t], h_(t-1))
        scores of word t + 1 = h_t W_vocab + b_vocab

    features: D, or those of an image (N, ...), flattened. cell: "rnn" (tanh) or "lstm", whose cell state begins at 0.
    Parameters have CS231n's names and shapes: W_proj (D, H), W_embed (V, W), Wx (W, H or 4H), Wh (H, H or 4H), ...
    """

    def __init__(self, vocabulary, features, *, embed=128, hidden=128, cell="rnn", null=0, start=1, end=2, rng=None):
        if cell not in ("rnn", "lstm"):
            raise InputError("CaptioningRNN", "cell", '"rnn" or "lstm"', cell)
        self.cell, gates = cell, 4 if cell == "lstm" else 1
        self.W_proj, self.b_proj = _normal(features, hidden, rng), _zeros(hidden)
        self.W_embed = _normal(vocabulary, embed, rng, std=1.0)
        self.Wx, self.Wh = (_normal(size, gates * hidden, rng) for size in (embed, hidden))
        self.b = _zeros(gates * hidden)
        if cell == "lstm":
            self.b.data[hidden : 2 * hidden] = 1  # forget less, or the image is gone before the last words
        self.W_vocab, self.b_vocab = _normal(hidden, vocabulary, rng), _zeros(vocabulary)
        self._set_words(null, start, end)

    def forward(self, features, words):
        """Scores (N, T, V) of the word after each of words, integers (N, T)."""
        x = ops.embedding(words, self.W_embed)  # (N, T, W)
        h = self._run(x, *self._first(features))  # (N, T, H)
        return ops.temporal_affine(h, self.W_vocab, self.b_vocab)

    def decoder(self, features):
        """The function for npdl.text.generate and beam_search that goes on from these features."""
        return _Speaking(self, features)

    def _first(self, features):
        """(h,) or (h, c), (N, H) each."""
        h = ops.affine(features, self.W_proj, self.b_proj)
        return (h,) if self.cell == "rnn" else (h, np.zeros_like(h.data))

    def _run(self, x, *states):
        if self.cell == "rnn":
            return ops.rnn(x, *states, self.Wx, self.Wh, self.b)
        h, _ = ops.lstm(x, *states, self.Wx, self.Wh, self.b)
        return h

    def _step(self, x, *states):
        weights = self.Wx, self.Wh, self.b
        return (ops.rnn_step(x, *states, *weights),) if self.cell == "rnn" else ops.lstm_step(x, *states, *weights)


class _Speaking:
    """Reads each word once, and keeps the state."""

    def __init__(self, model, features):
        self.model, self.read = model, 0
        with no_grad():
            self.states = model._first(features)

    def __call__(self, tokens):
        with no_grad():
            for word in tokens[:, self.read :].T:
                self.states = self.model._step(ops.embedding(word, self.model.W_embed), *self.states)
            self.read = tokens.shape[1]
            return ops.affine(self.states[0], self.model.W_vocab, self.model.b_vocab)

    def reorder(self, rows):
        self.states = tuple(state[rows] for state in self.states)


class CaptioningTransformer(_Captioner):
    """A transformer's decoder whose memory are the cells of the image's feature map: each word may look where it likes.

    features: C, those of (N, C, h, w) feature maps, of which each of the h w cells is one vector of the memory, or of
    (N, C), one vector. cells: h w; each has a learned position, as attention by itself does not know where a cell lies.
    layers: pre-norm, nn.TransformerDecoderLayer. length: of the longest caption, at most.
    Vaswani et al. 2017; CS231n's third assignment.
    """

    def __init__(
        self,
        vocabulary,
        features,
        *,
        embed=128,
        heads=4,
        layers=2,
        cells=1,
        length=30,
        null=0,
        start=1,
        end=2,
        rng=None,
    ):
        self.visual_projection = nn.Linear(features, embed, rng=rng)
        self.places = nn.LearnedPositions(cells, embed, rng=rng)
        self.embedding = nn.Embedding(vocabulary, embed, rng=rng)
        self.positions = nn.LearnedPositions(length, embed, rng=rng)
        options = dict(activation="gelu", norm_first=True, rng=rng)
        self.layers = [nn.TransformerDecoderLayer(embed, heads, 4 * embed, **options) for _ in range(layers)]
        self.norm, self.output = nn.LayerNorm(embed), nn.Linear(embed, vocabulary, rng=rng)
        self._set_words(null, start, end)

    def forward(self, features, words):
        """Scores (N, T, V) of the word after each of words, integers (N, T)."""
        return self._say(self.memory(features), words)

    def memory(self, features):
        """(N, h w, embed) of feature maps (N, C, h, w); (N, 1, embed) of (N, C)."""
        cells = features.reshape(*features.shape[:2], -1).transpose(0, 2, 1)  # (N, h w, C)
        return self.places(self.visual_projection(cells))

    def decoder(self, features):
        """The function for npdl.text.generate and beam_search that goes on from these features."""
        return _Rereading(self, features)

    def _say(self, memory, words):
        x = self.positions(self.embedding(words))  # (N, T, embed)
        for layer in self.layers:
            x = layer(x, memory)
        return self.output(self.norm(x))


class _Rereading:
    """Reads all words again for each new one."""

    def __init__(self, model, features):
        self.model = model
        with no_grad():
            self.memory = model.memory(features)

    def __call__(self, tokens):
        with no_grad():
            return self.model._say(self.memory, tokens)[:, -1]

    def reorder(self, rows):
        self.memory = self.memory[rows]


def _normal(inputs, outputs, rng, std=None):
    std = 1 / sqrt(inputs) if std is None else std
    return Parameter(to_device(nn.init.normal((inputs, outputs), std=std, rng=rng)))


def _zeros(size):
    return Parameter(to_device(np.zeros(size, np.float32)))
