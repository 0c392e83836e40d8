"""BERT: an encoder that sees both sides of every word, trained by hiding some. Devlin et al. 2019.

Its data are made in npdl/text/masking.py.
"""

import numpy as np

from .. import nn, ops
from ..backend import to_device
from .language_model import require_sequence


class BERT(nn.Module):
    """Vectors (N, T, dim) of ids (N, T), each of all tokens on both sides; and what it is pre-trained for, two heads.

    The vector of a token, of its position, and of its segment (sentence A or B) are added and normalised; then come
    post-norm layers with GELU. Token 0 is [CLS]: its vector, through an affine layer and a tanh, stands for the whole.
    Matrices are drawn from N(0, std²): small models learn faster from more than the paper's 0.02. Positions and
    segments keep that: a word first looks for words, and not for places.
    """

    def __init__(self, vocabulary, length=512, dim=768, heads=12, layers=12, *, hidden=None, segments=2, dropout=0.1,
                 std=0.02, rng=None):  # fmt: skip
        options = dict(dropout=dropout, activation="gelu", eps=1e-12, rng=rng)
        self.tokens, self.segments = nn.Embedding(vocabulary, dim, rng=rng), nn.Embedding(segments, dim, rng=rng)
        self.positions = nn.LearnedPositions(length, dim, rng=rng)
        self.norm, self.dropout = nn.LayerNorm(dim, eps=1e-12), nn.Dropout(dropout, rng=rng)
        self.layers = [nn.TransformerEncoderLayer(dim, heads, hidden or 4 * dim, **options) for _ in range(layers)]
        self.pooler = nn.Linear(dim, dim, rng=rng)
        self.word, self.follows = WordHead(self.tokens, rng=rng), nn.Linear(dim, 2, rng=rng)
        nn.init.redraw(self, std=std, rng=rng)
        for part in (self.positions, self.segments):
            nn.init.redraw(part, std=0.02, rng=rng)

    def encode(self, ids, segments=None, mask=None):
        """segments (N, T): 0 or 1, by default all 0; mask (N, T): False where there is only padding."""
        require_sequence("BERT.encode", ids)
        segments = ids * 0 if segments is None else segments
        x = self.positions(ops.add(self.tokens(ids), self.segments(segments)))
        x = self.dropout(self.norm(x))  # (N, T, dim)
        for layer in self.layers:
            x = layer(x, mask=None if mask is None else mask[:, None, None])
        return x

    def forward(self, ids, segments=None, mask=None):
        """(words (N, T, V), follows (N, 2)): scores of the hidden words, and of "B does not" and "does follow A"."""
        x = self.encode(ids, segments, mask)
        return self.word(x), self.follows(ops.tanh(self.pooler(x[:, 0])))


class WordHead(nn.Module):
    """norm(gelu(x Wᵀ + b)) Eᵀ + c: the word that a vector stands for, by the matrix E of the embedding."""

    def __init__(self, tokens, *, rng=None):
        vocabulary, dim = tokens.weight.shape
        self.transform, self.norm = nn.Linear(dim, dim, rng=rng), nn.LayerNorm(dim, eps=1e-12)
        self.weight, self.bias = tokens.weight, nn.Parameter(to_device(np.zeros(vocabulary, np.float32)))

    def forward(self, x):
        return ops.temporal_affine(self.norm(ops.gelu(self.transform(x))), self.weight.T, self.bias)


class BERTBase(BERT):
    """12 layers of 768: 110,106,428 parameters, both heads included. Section 3 of the paper."""

    def __init__(self, vocabulary=30522, *, dropout=0.1, rng=None):
        super().__init__(vocabulary, 512, 768, 12, 12, dropout=dropout, rng=rng)


class BERTLarge(BERT):
    """24 layers of 1024, 16 heads: 336,226,108 parameters, both heads included."""

    def __init__(self, vocabulary=30522, *, dropout=0.1, rng=None):
        super().__init__(vocabulary, 512, 1024, 16, 24, dropout=dropout, rng=rng)
