"""What decoder-only language models share: the next token is all that they are asked, and all that they learn from."""

from .. import nn, ops, text
from ..backend import to_device
from ..errors import InputError
from ..tape import no_grad


class LanguageModel(nn.Module):
    """tokens -> layers -> norm -> head: scores (N, T, V) of each next token from ids (N, T). A subclass sets the four.

    tokens: nn.Embedding; layers: a list, each called as layer(x, causal=True, cache=cache); norm: the last one;
    head: nn.Linear, or None if it is tied: its matrix is that of the embedding (Press and Wolf 2017).
    """

    tokens = layers = norm = head = None

    def embed(self, ids, offset):
        """The vectors (N, T, dim) that the first layer reads; offset: how many tokens stand before these."""
        return self.tokens(ids)

    def forward(self, ids, cache=None):
        """cache: a KVCache of what stands before these ids; they are added to it."""
        require_sequence(type(self).__name__, ids)
        x = self.embed(ids, 0 if cache is None else cache.length)  # (N, T, dim)
        for layer in self.layers:
            x = layer(x, causal=True, cache=cache)
        return self.scores(self.norm(x))

    def scores(self, x):
        return tied_scores(x, self.tokens) if self.head is None else self.head(x)

    def generate(self, prompt, steps, **options):
        """The prompt (N, T) and `steps` tokens more; options: those of npdl.text.generate (temperature, top_k, ...)."""
        with nn.in_test_mode(self), no_grad():
            return text.generate(Reader(self), prompt, steps, **options)

    def beam_search(self, prompt, steps, width, **options):
        """(tokens, scores) of the likeliest continuations of one prompt (T,): npdl.text.beam_search."""
        with nn.in_test_mode(self), no_grad():
            return text.beam_search(Reader(self), prompt, steps, width, **options)


def tied_scores(x, tokens):
    """x Eᵀ: how much each vector of x (N, T, dim) looks like each token's own, (N, T, V)."""
    return ops.temporal_affine(x, tokens.weight.T)


def require_sequence(function, ids):
    """Raise unless ids are (N, T) with at least one token. (Which integers they are, ops.embedding looks at.)"""
    if getattr(ids, "ndim", None) != 2 or ids.shape[1] == 0:
        raise InputError(function, "ids", "integers (N, T), at least one token", ids)


class Reader:
    """A model as npdl.text.generate wants it, a function from all tokens (N, T) to logits (N, V) of the next.

    Each token is read once: what was read before is in a KVCache. model(ids, cache=cache) gives logits (N, T, V).
    """

    def __init__(self, model):
        self.model, self.cache = model, nn.KVCache()

    def __call__(self, tokens):
        unread = to_device(tokens[:, self.cache.length :])
        return self.model(unread, cache=self.cache).data[:, -1]

    def reorder(self, rows):
        """Row i goes on from what row rows[i] was: beam search."""
        self.cache.reorder(rows)
