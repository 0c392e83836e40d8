"""Metrics of text: n-grams that are right (BLEU), and how surprised a language model is."""

import math
from collections import Counter

import numpy as np

from ..arguments import number, sequence, takes
from ..backend import to_numpy
from ..errors import InputError, InputTypeError, require_integer


@takes(references=sequence(), candidates=sequence(), smoothing=number(0))
def bleu(references, candidates, *, order=4, smoothing=0.0):
    """BLEU of a corpus, a float in [0, 1]: of the candidates' n-grams, the share that the references have too.

        BLEU = BP · (p_1 · p_2 · ... · p_order) ** (1 / order),   BP = min(1, exp(1 - r / c))

    p_n = Σ matched n-grams / Σ n-grams, both summed over all candidates first; an n-gram counts as matched as often as
    it is in the candidate, but at most as often as in that one of its references that has it most ("the the the" earns
    no more than its references' "the"). BP, the brevity penalty, is for candidates that say too little: c is the length
    of all candidates, r that of the references nearest to them in length (of two as near, the shorter).

    references: for each candidate a list of one or more sentences; a sentence is a list of words.
    smoothing: added to both counts of n-grams longer than one word (Lin and Och 2004 add 1), so that a single sentence
    with no matching 4-gram is not 0 at once.
    Papineni, Roukos, Ward and Zhu 2002, section 2.3.
    """
    order = require_integer("bleu", "order", order, 1)
    _require_corpus("bleu", references, candidates)
    matched, said = np.zeros(order), np.zeros(order)
    for sentences, candidate in zip(references, candidates):
        for n in range(1, order + 1):
            own = _ngrams(candidate, n)
            most = Counter()
            for sentence in sentences:
                most |= _ngrams(sentence, n)
            matched[n - 1] += (own & most).total()
            said[n - 1] += own.total()
    matched[1:] += smoothing
    said[1:] += smoothing
    if not matched.all():
        return 0.0
    c = sum(map(len, candidates))
    r = sum(_nearest(map(len, sentences), len(candidate)) for sentences, candidate in zip(references, candidates))
    return float(min(1, math.exp(1 - r / c)) * np.exp(np.mean(np.log(matched / said))))


@takes(references=sequence(), candidates=sequence())
def exact_match(references, candidates):
    """The share of candidates that are, word for word, one of their references. Arguments: as for bleu."""
    _require_corpus("exact_match", references, candidates)
    pairs = zip(references, candidates)
    return sum(list(candidate) in map(list, sentences) for sentences, candidate in pairs) / len(candidates)


def perplexity(log_p):
    """exp(-mean log p) of the right tokens' log-probabilities (natural logarithms, any shape); V for a guess among V.

    exp of the cross-entropy. A token of probability 0 makes it infinite.
    """
    with np.errstate(over="ignore"):
        return float(np.exp(-_log_p("perplexity", log_p).mean()))


def bits_per_character(log_p, characters=None):
    """-Σ log2 p / characters of the right tokens' natural log-probabilities.

    characters: how many the tokens have together, by default one each. It is what makes models with different tokens
    comparable.
    """
    log_p = _log_p("bits_per_character", log_p)
    if characters is None:
        characters = log_p.size
    require_integer("bits_per_character", "characters", characters, 1)
    return float(-log_p.sum() / math.log(2) / characters)


def _ngrams(words, n):
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _nearest(lengths, length):
    return min(lengths, key=lambda other: (abs(other - length), other))


def _log_p(function, log_p):
    log_p = to_numpy(log_p) if hasattr(log_p, "dtype") else np.asarray(log_p)
    if log_p.dtype.kind not in "fiu" or log_p.size == 0 or not (log_p <= 0).all():
        raise InputError(function, "log_p", "logarithms of probabilities, so at most 0, at least one of them", log_p)
    return log_p.astype(np.float64)


def _require_corpus(function, references, candidates):
    if len(candidates) == 0 or len(references) != len(candidates):
        expected = f"as many as there are candidates, {len(candidates)}, and at least one"
        raise InputError(function, "references", expected, f"{len(references)} lists of sentences")
    for name, sentences in (("candidates", candidates), *((f"references[{i}]", s) for i, s in enumerate(references))):
        if not hasattr(sentences, "__len__") or len(sentences) == 0:
            raise InputError(function, name, "at least one sentence", sentences)
        for sentence in sentences:
            if isinstance(sentence, str) or not hasattr(sentence, "__len__"):
                raise InputTypeError(function, name, "sentences as lists of words, such as text.split()", sentence)
