"""LLaMA: what had proved itself one by one, put together. Touvron et al. 2023."""

from .. import nn, ops
from .language_model import LanguageModel


class LLaMALayer(nn.Module):
    """x + attention(norm(x)), then x + SwiGLU(norm(x)): RMS norms, rotary positions, and no bias anywhere."""

    def __init__(self, dim, heads, hidden, *, kv_heads=None, base=10000.0, rng=None):
        self.attention = nn.MultiheadAttention(dim, heads, kv_heads=kv_heads, bias=False, rotary=base, rng=rng)
        self.feed_forward = nn.GatedFeedForward(dim, hidden, rng=rng)
        self.attention_norm, self.ffn_norm = nn.RMSNorm(dim), nn.RMSNorm(dim)

    def forward(self, x, causal=True, cache=None):  # (N, T, dim)
        x = ops.add(x, self.attention(self.attention_norm(x), causal=causal, cache=cache))
        return ops.add(x, self.feed_forward(self.ffn_norm(x)))


class LLaMA(LanguageModel):
    """RMSNorm in front (from GPT-3), SwiGLU (from PaLM), rotary positions (from GPT-NeoX): section 2.2 of the paper.

    With SwiGLU's three matrices, hidden = 8/3 d holds as much as two with 4 d. kv_heads < heads: grouped queries, as
    in LLaMA 2's 70B, so that the cache of keys and values is heads / kv_heads times smaller. Parameters:

        L (2 d² + 2 d² kv_heads / heads + 3 d hidden + 2 d) + 2 V d + d
    """

    def __init__(self, vocabulary, dim, heads, layers, hidden, *, kv_heads=None, base=10000.0, rng=None):
        self.tokens = nn.Embedding(vocabulary, dim, rng=rng)
        options = dict(kv_heads=kv_heads, base=base, rng=rng)
        self.layers = [LLaMALayer(dim, heads, hidden, **options) for _ in range(layers)]
        self.norm = nn.RMSNorm(dim)
        self.head = nn.Linear(dim, vocabulary, bias=False, rng=rng)


class LLaMA7B(LLaMA):
    """32 layers of 4096: 6,738,415,616 parameters. Table 2 of the paper; hidden is 8/3 d, up to a multiple of 256."""

    def __init__(self, vocabulary=32000, *, rng=None):
        super().__init__(vocabulary, 4096, 32, 32, 11008, rng=rng)


class LLaMA2With70B(LLaMA):
    """80 layers of 8192, 64 heads of queries, 8 of keys: 68,976,648,192 parameters. Touvron et al. 2023b, table 1."""

    def __init__(self, vocabulary=32000, *, rng=None):
        super().__init__(vocabulary, 8192, 64, 80, 28672, kv_heads=8, rng=rng)
