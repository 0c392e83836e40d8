"""What BERT is trained on: words to be guessed, and pairs of sentences of which the second follows the first, or not.

Devlin, Chang, Lee and Toutanova 2019, section 3.1 and appendix A.
"""

from itertools import pairwise

import numpy as np

from ..backend import rng as shared_rng
from ..errors import InputError, require_integer, require_range
from .batches import pad

IGNORED = -1  # the target of a token that is not to be guessed: softmax_cross_entropy(..., ignore_index=IGNORED)


def mask_tokens(ids, *, mask, tokens, special=(), share=0.15, rng=None):
    """(inputs, targets) of the masked language model from ids (N, T), which stay as they are.

    Each token is chosen with probability `share`, special ones (ids such as those of [CLS], [SEP] and padding) never.
    A chosen one becomes `mask` (the id of [MASK]) in 80 % of cases, a random token of the `tokens` there are, special
    ones and [MASK] apart, in 10 %, and stays what it is in 10 %: the model cannot know which words are to be trusted.
    targets: the token that was there if it was chosen, else IGNORED.
    """
    tokens = require_integer("mask_tokens", "tokens", tokens, 1)
    require_range("mask_tokens", "share", share, 0, 1)
    ordinary = np.setdiff1d(np.arange(tokens), [*special, mask])
    if not len(ordinary):
        raise InputError("mask_tokens", "special", f"fewer than all of the {tokens} tokens", special)
    rng = shared_rng() if rng is None else rng
    chosen = (rng.random(ids.shape) < share) & ~np.isin(ids, special)
    lot = rng.random(ids.shape)
    inputs = np.where(chosen & (lot < 0.8), mask, ids)
    inputs = np.where(chosen & (lot >= 0.9), rng.choice(ordinary, ids.shape), inputs)
    return inputs, np.where(chosen, ids, IGNORED)


def next_sentence_pairs(documents, rng=None):
    """[(A, B, follows), ...] for next-sentence prediction.

    documents: lists of sentences. There is one pair for each sentence A that is not its document's last: with
    probability 1/2 B is the sentence after A (True), else a random sentence of another document (False).
    """
    if len(documents) < 2:
        raise InputError("next_sentence_pairs", "documents", "at least two", documents)
    rng, pairs = shared_rng() if rng is None else rng, []
    for d, document in enumerate(documents):
        for a, after in pairwise(document):
            follows = bool(rng.random() < 0.5)
            other = documents[(d + rng.integers(1, len(documents))) % len(documents)]
            pairs.append((a, after if follows else other[rng.integers(len(other))], follows))
    return pairs


def join_pair(a, b, *, cls, sep):
    """(ids, segments) of [CLS] A [SEP] B [SEP], int64 (T,) each, T = len(a) + len(b) + 3.

    a, b: lists of ids; cls, sep: the ids of [CLS] and [SEP]. segments: 0 up to the first [SEP], it included, then 1.
    """
    ids = np.array([cls, *a, sep, *b, sep], dtype=np.int64)
    return ids, (np.arange(len(ids)) > len(a) + 1).astype(np.int64)


def pair_batch(pairs, vocabulary, *, cls="[CLS]", sep="[SEP]", padding="[PAD]", length=None):
    """(ids, segments, mask, labels) of pairs (A, B, follows) of lists of words: (N, T) three times, and (N,).

    mask: bool, False where there is only padding. labels: 1 where B follows A, else 0. length: T, by default the
    longest pair's.
    """
    special = dict(cls=vocabulary[cls], sep=vocabulary[sep])
    joined = [join_pair(vocabulary.encode(a), vocabulary.encode(b), **special) for a, b, _ in pairs]
    ids, mask = pad([ids for ids, _ in joined], vocabulary[padding], length)
    segments, _ = pad([segments for _, segments in joined], 0, length)
    return ids, segments, mask, np.array([follows for *_, follows in pairs], dtype=np.int64)
