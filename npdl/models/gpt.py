"""GPT: a transformer's decoder, trained to tell what comes next. Radford et al. 2018 and 2019; Brown et al. 2020."""

from math import sqrt

from .. import nn
from .language_model import LanguageModel


class GPT(LanguageModel):
    """Token and learned position vectors, pre-norm layers with GELU, a last norm, and a head tied to the embedding.

    vocabulary: V; length: the longest sequence; dim: d; layers: L. A layer holds 4 d² in its attention and 8 d² in its
    feed-forward network of 4 d hidden units: about 12 L d² + V d in all, exactly

        L (12 d² + 13 d) + (V + length) d + 2 d

    Weights are drawn from N(0, std²); those that end a residual branch are 1/√(2L) of that, as 2L branches are added up
    (Radford et al. 2019, section 2.3). A small model learns faster from more than the paper's 0.02.
    """

    def __init__(self, vocabulary, length, dim, heads, layers, *, dropout=0.0, std=0.02, rng=None):
        self.tokens = nn.Embedding(vocabulary, dim, rng=rng)
        self.positions = nn.LearnedPositions(length, dim, rng=rng)
        options = dict(dropout=dropout, activation="gelu", norm_first=True, rng=rng)
        self.layers = [nn.TransformerEncoderLayer(dim, heads, 4 * dim, **options) for _ in range(layers)]
        self.norm = nn.LayerNorm(dim)
        self.dropout = nn.Dropout(dropout, rng=rng)
        nn.init.redraw(self, std=std, rng=rng)
        for layer in self.layers:
            for part in (layer.self_attn.out_proj, layer.linear2):
                nn.init.redraw(part, std=std / sqrt(2 * layers), rng=rng)

    def embed(self, ids, offset):
        return self.dropout(self.positions(self.tokens(ids), offset))


class GPT2(GPT):
    """The smallest of GPT-2's: 12 layers of 768, 124,439,808 parameters. Radford et al. 2019, table 2.

    The paper's GELU is the approximation by a tanh.
    """

    def __init__(self, vocabulary=50257, length=1024, *, dim=768, heads=12, layers=12, dropout=0.0, rng=None):
        super().__init__(vocabulary, length, dim, heads, layers, dropout=dropout, rng=rng)


class GPT3(GPT):
    """96 layers of 12288, 174,604,259,328 parameters ("175B"): to be built inside `with nn.abstract()`.

    Brown et al. 2020, table 2.1. In the paper every second layer looks at a band of positions only, which changes what
    it costs to run, and not what it holds.
    """

    def __init__(self, vocabulary=50257, length=2048, *, dim=12288, heads=96, layers=96, dropout=0.0, rng=None):
        super().__init__(vocabulary, length, dim, heads, layers, dropout=dropout, rng=rng)
