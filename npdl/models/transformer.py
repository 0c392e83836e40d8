"""The transformer: an encoder reads, a decoder writes, and nothing recurs. Vaswani et al. 2017."""

from math import sqrt

import numpy as np

from .. import nn, ops, text
from ..backend import to_device
from ..tape import no_grad
from .language_model import Reader, require_sequence


class Stack(nn.Module):
    """Layers, one after the other, and a last norm: PyTorch's TransformerEncoder and TransformerDecoder."""

    def __init__(self, layers, norm):
        self.layers, self.norm = layers, norm

    def forward(self, x, *inputs, **options):
        for layer in self.layers:
            x = layer(x, *inputs, **options)
        return self.norm(x)


class Transformer(nn.Module):
    """Scores (N, T, V) of each next target token, from source ids (N, S) and target ids (N, T).

    vocabulary: of the source, and of the target, if `targets` gives it none of its own. The embedding is multiplied by
    √d, so that it is not less than the positions (sines and cosines) that are added. The matrix of the last layer is
    the target's embedding (section 3.4), or its own: tied=False. length: the longest sequence.

    norm_first=False is the paper's, which wants its learning rate warmed up. `encoder` and `decoder` are those of
    PyTorch's nn.Transformer, names and all; as there, a last norm ends each.
    """

    def __init__(self, vocabulary, dim=512, heads=8, layers=6, hidden=2048, *, targets=None, length=5000, dropout=0.1,
                 activation="relu", norm_first=False, tied=True, rng=None):  # fmt: skip
        options = dict(dropout=dropout, activation=activation, norm_first=norm_first, rng=rng)
        self.source = nn.Embedding(vocabulary, dim, rng=rng)
        self.target = self.source if targets is None else nn.Embedding(targets, dim, rng=rng)
        self.positions, self.dropout = nn.SinusoidalPositions(dim, length), nn.Dropout(dropout, rng=rng)
        encoder = [nn.TransformerEncoderLayer(dim, heads, hidden, **options) for _ in range(layers)]
        decoder = [nn.TransformerDecoderLayer(dim, heads, hidden, **options) for _ in range(layers)]
        self.encoder, self.decoder = (Stack(part, nn.LayerNorm(dim)) for part in (encoder, decoder))
        self.head = None if tied else nn.Linear(dim, targets or vocabulary, bias=False, rng=rng)
        for table in dict.fromkeys((self.source, self.target)):
            nn.init.redraw(table, std=1 / sqrt(dim), rng=rng)

    def forward(self, source, target, lengths=None):
        """lengths (N,): of the sources, if they are filled up at their ends."""
        return self.decode(target, self.encode(source, lengths), lengths)

    def encode(self, source, lengths=None):
        """The memory (N, S, d) that the decoder looks at."""
        require_sequence("Transformer.encode", source)
        return self.encoder(self._embed(self.source, source), mask=_padding(lengths, source.shape[1]))

    def decode(self, target, memory, lengths=None, cache=None):
        """Logits (N, T, V). cache: a KVCache of the target tokens that stand before these."""
        require_sequence("Transformer.decode", target)
        x = self._embed(self.target, target, 0 if cache is None else cache.length)
        x = self.decoder(x, memory, memory_mask=_padding(lengths, memory.shape[1]), causal=True, cache=cache)
        return ops.temporal_affine(x, self.target.weight.T) if self.head is None else self.head(x)

    def _embed(self, table, ids, offset=0):
        return self.dropout(self.positions(table(ids) * sqrt(table.weight.shape[1]), offset))

    def generate(self, source, start, steps, *, lengths=None, **options):
        """Target tokens (N, 1 + steps) from `start` on, for each source; options: those of npdl.text.generate.

        By default each is the likeliest (temperature 0).
        """
        with nn.in_test_mode(self), no_grad():
            prompt = np.full((len(source), 1), start)
            return text.generate(self._reader(source, lengths), prompt, steps, **{"temperature": 0} | options)

    def beam_search(self, source, start, steps, width, **options):
        """(tokens (B, 1 + steps), scores (B,)) for one source (S,): npdl.text.beam_search."""
        with nn.in_test_mode(self), no_grad():
            return text.beam_search(self._reader(source[None]), np.array([start]), steps, width, **options)

    def _reader(self, source, lengths=None):
        memory = self.encode(to_device(source), lengths)
        return Reader(lambda ids, cache: self.decode(ids, memory, lengths, cache))


def _padding(lengths, T):
    return None if lengths is None else nn.padding_mask(lengths, T)
