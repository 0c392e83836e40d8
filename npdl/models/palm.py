"""PaLM: attention and feed-forward network side by side, one head of keys for all queries. Chowdhery et al. 2022."""

from math import sqrt

from .. import nn, ops
from .language_model import LanguageModel, tied_scores


class ParallelLayer(nn.Module):
    """y = x + attention(norm(x)) + SwiGLU(norm(x)): one norm, and both read the same. Section 2 of the paper.

    In series the second would read what the first wrote; in parallel their products of matrices can run as one, and
    large models lose nothing. Multi-query attention (Shazeer 2019): heads queries, one key and one value a position.
    """

    def __init__(self, dim, heads, head_dim, hidden, *, base=10000.0, rng=None):
        options = dict(head_dim=head_dim, kv_heads=1, bias=False, rotary=base, rng=rng)
        self.attention = nn.MultiheadAttention(dim, heads, **options)
        self.feed_forward = nn.GatedFeedForward(dim, hidden, rng=rng)
        self.norm = nn.LayerNorm(dim, bias=False)

    def forward(self, x, causal=True, cache=None):  # (N, T, dim)
        z = self.norm(x)
        return ops.add(ops.add(x, self.attention(z, causal=causal, cache=cache)), self.feed_forward(z))


class PaLM(LanguageModel):
    """Parallel layers without biases, rotary positions, and scores x Eᵀ / √d by the embedding E, drawn from N(0, 1).

    Hidden units of the feed-forward network: 4 d. Parameters, with h heads of k numbers:

        L (12 d² + 2 d h k + 2 d k + d) + V d + d
    """

    def __init__(self, vocabulary, dim, heads, layers, *, head_dim=256, base=10000.0, rng=None):
        self.tokens = nn.Embedding(vocabulary, dim, rng=rng)
        options = dict(base=base, rng=rng)
        self.layers = [ParallelLayer(dim, heads, head_dim, 4 * dim, **options) for _ in range(layers)]
        self.norm = nn.LayerNorm(dim, bias=False)
        self.scale = 1 / sqrt(dim)

    def scores(self, x):
        return tied_scores(x * self.scale, self.tokens)


class PaLM540B(PaLM):
    """118 layers of 18432: 540,356,474,880 parameters. Table 1 of the paper."""

    def __init__(self, vocabulary=256_000, *, rng=None):
        super().__init__(vocabulary, 18432, 48, 118, rng=rng)
