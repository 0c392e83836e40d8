"""Text from a language model: one token after another, each from the scores that the model gives the next one.

The model is any function of tokens (N, T), all that was said so far, that gives logits (N, V) of token T + 1. One that
keeps a state (of an RNN, or keys and values of attention) may look at the last column alone. If beam search is to use
it, it has a method `reorder(rows)`: row i goes on from what row rows[i] was.
"""

import numpy as np

from ..backend import rng as shared_rng
from ..backend import to_numpy
from ..errors import InputError, InputTypeError, is_integer, is_number, require_integer, require_range


def generate(next_logits, prompt, steps, *, temperature=1.0, top_k=None, top_p=None, end=None, rng=None):
    """The prompt (N, T) and up to `steps` tokens more, (N, T + steps).

    Each token is drawn from softmax(logits / temperature); 0 takes the likeliest one, with no draw (greedy).
    top_k: only from the k likeliest (Fan, Lewis and Dauphin 2018). top_p: only from the nucleus, the fewest tokens, the
    likeliest first, whose probabilities come to top_p or more (Holtzman et al. 2020); after top_k, if both are given.
    end: a token after which a row is only filled up, with the same; when all rows are there, it stops.
    One number is drawn from rng for each row and step.
    """
    tokens = _prompt("generate", prompt)
    steps = require_integer("generate", "steps", steps, 0)
    rng = shared_rng() if rng is None else rng
    ended = np.zeros(len(tokens), dtype=bool)
    for _ in range(steps):
        logits = _logits("generate", next_logits, tokens)
        p = probabilities(logits, temperature=temperature, top_k=top_k, top_p=top_p)
        chosen = p.argmax(axis=1) if temperature == 0 else sample(p, rng)
        if end is not None:
            chosen = np.where(ended, end, chosen)
            ended |= chosen == end
        tokens = np.concatenate([tokens, chosen[:, None]], axis=1)
        if ended.all():
            break
    return tokens


def probabilities(logits, *, temperature=1.0, top_k=None, top_p=None):
    """What `generate` draws from: float64 (N, V) with rows that sum to one, from logits (N, V)."""
    if not (is_number(temperature) and 0 <= temperature < np.inf):
        raise InputError("generate", "temperature", "a number >= 0", temperature)
    V = logits.shape[1]
    if top_k is not None and not (is_integer(top_k, 1) and top_k <= V):
        raise InputError("generate", "top_k", f"an integer in [1, {V}]", top_k)
    if top_p is not None:
        require_range("generate", "top_p", top_p, 0, 1)
    if temperature == 0:
        return (np.arange(V) == logits.argmax(axis=1)[:, None]).astype(np.float64)
    z = (logits - logits.max(axis=1, keepdims=True)) / temperature
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    order = np.argsort(-p, axis=1, kind="stable")  # of equal ones the first is ahead, as in argmax
    rank = np.argsort(order, axis=1)
    if top_k is not None:
        p = _kept(p, rank < top_k)
    if top_p is not None and top_p < 1:  # at 1 rounding could take the unlikeliest away
        before = np.take_along_axis(p, order, axis=1).cumsum(axis=1)[:, :-1]  # what is ahead of each but the likeliest
        inside = np.concatenate([np.ones((len(p), 1), dtype=bool), before < top_p], axis=1)
        p = _kept(p, np.take_along_axis(inside, rank, axis=1))
    return p


def sample(p, rng):
    """One index from each row of probabilities (N, V): the first whose cumulated probability exceeds a uniform draw."""
    u = rng.random((len(p), 1)) * p.sum(axis=1, keepdims=True)
    return np.minimum((p.cumsum(axis=1) <= u).sum(axis=1), p.shape[1] - 1)


def beam_search(next_logits, prompt, steps, width, *, end=None, length_penalty=0.0):
    """(tokens (B, T + steps), scores (B,)): the `width` likeliest continuations of one prompt (T,), the best first.

    At each step all beams are continued with all tokens, and the `width` with the highest Σ log p are kept. One that
    has said `end` stays as it is, filled up with `end`, and competes with those that go on. The score is
    Σ log p / (number of new tokens, `end` included) ** length_penalty: 0 lets short ones win, 1 takes the mean.
    Width 1 is greedy; a width of all V^steps sequences finds the likeliest for certain.
    """
    steps = require_integer("beam_search", "steps", steps, 1)
    width = require_integer("beam_search", "width", width, 1)
    tokens, scores = _prompt("beam_search", np.asarray(prompt)[None]), np.zeros(1)
    ended, lengths = np.zeros(1, dtype=bool), np.zeros(1)
    for step in range(steps):
        log_p = log_probabilities(_logits("beam_search", next_logits, tokens))  # (B, V)
        if end is not None:  # what has ended goes on in one way, for nothing
            log_p[ended] = -np.inf
            log_p[ended, end] = 0
        V, total = log_p.shape[1], scores[:, None] + log_p
        best = np.argsort(-total, axis=None, kind="stable")[:width]
        best = best[total.reshape(-1)[best] > -np.inf]
        rows, chosen = best // V, best % V
        tokens = np.concatenate([tokens[rows], chosen[:, None]], axis=1)
        scores, lengths = total.reshape(-1)[best], lengths[rows] + ~ended[rows]
        ended = ended[rows] if end is None else ended[rows] | (chosen == end)
        if ended.all():
            break
        if hasattr(next_logits, "reorder") and step < steps - 1:
            next_logits.reorder(rows)
    scores = scores / lengths**length_penalty
    order = np.argsort(-scores, kind="stable")
    return tokens[order], scores[order]


def log_probabilities(logits):
    """log softmax of logits (N, V)."""
    z = logits - logits.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _kept(p, keep):
    p = np.where(keep, p, 0)
    return p / p.sum(axis=1, keepdims=True)


def _logits(function, next_logits, tokens):
    """The model's answer as float64 (N, V) on the host."""
    logits = to_numpy(next_logits(tokens)).astype(np.float64)
    if logits.ndim != 2 or len(logits) != len(tokens):
        expected = f"a function that gives logits ({len(tokens)}, V) for tokens {tokens.shape}"
        raise InputError(function, "next_logits", expected, logits)
    return logits


def _prompt(function, prompt):
    prompt = np.asarray(prompt)
    if prompt.ndim != 2 or prompt.dtype.kind not in "iu" or prompt.size == 0:
        shape = "(T,)" if function == "beam_search" else "(N, T)"
        raise InputTypeError(function, "prompt", f"integers {shape}, at least one token", prompt)
    return prompt
