"""Mamba: a language model without attention, of time linear in the length of the text. Gu and Dao 2023."""

import math

from .. import nn, ops
from ..errors import InputError, is_integer

MIXERS = {"mamba": nn.MambaBlock, "s4d": nn.S4DBlock}


class ResidualBlock(nn.Module):
    """x + mixer(norm(x))."""

    def __init__(self, dim, mixer):
        self.mixer, self.norm = mixer, nn.RMSNorm(dim)

    def forward(self, x):
        return x + self.mixer(self.norm(x))

    def step(self, x, state):
        """(out, state), as the mixer's step."""
        out, state = self.mixer.step(self.norm(x), state)
        return x + out, state


class MambaLM(nn.Module):
    """Token ids (N, T) -> scores of the next token (N, T, vocabulary).

    An embedding, residual blocks that are normalised first, a last norm, and the embedding again as the head (so the
    weights are tied): MambaLM(50280, 768, 24) is the paper's Mamba-130M, of 129,135,360 weights.

    mixer: "mamba", or "s4d" for the same block with a state space that cannot select.
    options: those of the block, such as states=16, expand=2, kernel=4.
    """

    def __init__(self, vocabulary, dim, layers, *, mixer="mamba", rng=None, **options):
        if mixer not in MIXERS:
            raise InputError("MambaLM", "mixer", " or ".join(f'"{name}"' for name in MIXERS), mixer)
        if not is_integer(layers, 1):
            raise InputError("MambaLM", "layers", "an integer >= 1", layers)
        self.embedding = nn.Embedding(vocabulary, dim, rng=rng)
        nn.init.shrink(self.embedding, 0.02)
        self.layers = [ResidualBlock(dim, MIXERS[mixer](dim, rng=rng, **options)) for _ in range(layers)]
        for block in self.layers:  # the sum of all residual branches has the size of one
            nn.init.shrink(block.mixer.out_proj, 1 / math.sqrt(layers))
        self.norm_f = nn.RMSNorm(dim)

    def forward(self, ids):
        x = self.embedding(ids)  # (N, T, dim)
        for block in self.layers:
            x = block(x)
        return self._head(x)

    def step(self, ids, state=None):
        """(scores, state) for the next tokens (N, T), T >= 1; state: what the tokens before left, None at first.

        Scores are those that `forward` gives for the whole sequence. The state's size does not grow with what was read.
        """
        x, states = self.embedding(ids), []
        for block, before in zip(self.layers, state or [None] * len(self.layers)):
            x, after = block.step(x, before)
            states.append(after)
        return self._head(x), states

    def _head(self, x):
        return ops.temporal_affine(self.norm_f(x), self.embedding.weight.T)
