"""The n-gram model: the next token from the last n - 1, by counting. What a neural language model is to beat."""

import math

import numpy as np

from ..errors import InputError, require_integer
from .vocabulary import as_ids


class NGram:
    """Interpolated Kneser-Ney: what an n-gram lacks in counts, shorter ones lend it.

        p_k(w | c) = max(n(c w) - d_k, 0) / n(c) + d_k · |{w : n(c w) > 0}| / n(c) · p_(k-1)(w | c')

    for a context c of k tokens, c' being c without its first one; p_(-1) is 1/V, and a context that was never seen
    leaves all to the shorter one. For the longest contexts n counts occurrences; for shorter ones the distinct tokens
    that stand before (c w): "Francisco" is frequent, but after one word only. d_k = n_1 / (n_1 + 2 n_2), where n_r is
    how many (c w) have a count of r (0.5 if none has a count of 1).
    Kneser and Ney 1995; Chen and Goodman 1999, section 2.7.

    order: n, 1 or more. tokens: V. ids: integers (L,), the text that is counted.
    """

    def __init__(self, ids, *, order, tokens):
        self.order = require_integer("NGram", "order", order, 1)
        self.tokens = require_integer("NGram", "tokens", tokens, 1)
        ids = as_ids("NGram", ids, tokens)
        if len(ids) < self.order:
            raise InputError("NGram", "ids", f"at least {order} tokens, as order is {order}", ids)
        self.counts = [self._counts(ids, k) for k in range(self.order)]  # a dict {context: (V,)} for each length
        self.discounts = [_discount(np.array(list(counts.values()))) for counts in self.counts]

    def _counts(self, ids, k):
        """{context of k tokens: (V,)}, occurrences for the longest contexts, else distinct tokens before."""
        longest = k == self.order - 1
        grams = np.lib.stride_tricks.sliding_window_view(ids, k + 1 if longest else k + 2)
        grams, times = np.unique(grams, axis=0, return_counts=True)
        table = {}
        for gram, count in zip(grams.tolist(), times.tolist()):
            *context, word = gram if longest else gram[1:]
            table.setdefault(tuple(context), np.zeros(self.tokens))[word] += count if longest else 1
        return table

    def probabilities(self, context):
        """p(w | context), (V,): of the context, a list of tokens, the last order - 1 count."""
        p = np.full(self.tokens, 1 / self.tokens)
        for k in range(min(self.order - 1, len(context)) + 1):
            counts = self.counts[k].get(tuple(context[len(context) - k :]))
            if counts is None:
                break
            d = self.discounts[k]
            p = (np.maximum(counts - d, 0) + d * np.count_nonzero(counts) * p) / counts.sum()
        return p

    def bits(self, ids):
        """The mean of -log2 p(token | those before it) over a text (L,): bits per token."""
        ids = as_ids("NGram.bits", ids, self.tokens).tolist()
        if not ids:
            raise InputError("NGram.bits", "ids", "at least one token", ids)
        reach, known = self.order - 1, {}
        total = 0.0
        for t, token in enumerate(ids):
            context = tuple(ids[max(t - reach, 0) : t])
            if context not in known:
                known[context] = self.probabilities(context)
            total -= math.log2(known[context][token])
        return total / len(ids)

    def __call__(self, tokens):
        """Logits (N, V) of the token after each row of tokens (N, T), for `generate`."""
        return np.log([self.probabilities(row) for row in np.asarray(tokens).tolist()])


def _discount(counts):
    once, twice = np.sum(counts == 1), np.sum(counts == 2)
    return once / (once + 2 * twice) if once else 0.5
