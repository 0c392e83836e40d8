"""The n-gram model: by hand, as a distribution, and against the entropy of the text."""

from collections import Counter

import numpy as np
import pytest

from npdl import InputError
from npdl.text import CharTokeniser, NGram, english, generate

RNG = np.random.default_rng


def test_a_bigram_by_hand():
    """a b a b a c: after a come b (2) and c (1); before a stands b alone, before b and c stands a alone."""
    model = NGram([0, 1, 0, 1, 0, 2], order=2, tokens=4)
    d1 = 1 / (1 + 2 * 2)  # (a c) once; (a b) and (b a) twice
    np.testing.assert_allclose(model.discounts, [1.0, d1])  # unigrams: each of a, b, c follows one token
    unigram = np.full(4, 1 / 4)  # (1 - 1) / 3 + 1 · 3 / 3 · 1/4
    np.testing.assert_allclose(model.probabilities([]), unigram)
    np.testing.assert_allclose(model.probabilities([3]), unigram)  # never seen
    np.testing.assert_allclose(model.probabilities([0]), [0, (2 - d1) / 3, (1 - d1) / 3, 0] + 2 * d1 / 3 * unigram)
    np.testing.assert_allclose(model.probabilities([1]), [(2 - d1) / 2, 0, 0, 0] + d1 / 2 * unigram)
    bits = -np.log2([1 / 4, model.probabilities([0])[2], model.probabilities([2])[0]])
    np.testing.assert_allclose(model.bits([0, 2, 0]), bits.mean())


def test_francisco_follows_one_word_only():
    """As frequent as "dog", but it stands after "san" alone: after a word that is new, "dog" is likelier."""
    words = "the dog a dog my dog his dog san francisco san francisco san francisco san francisco".split()
    ids = [sorted(set(words)).index(word) for word in words]
    counts = Counter(words)
    assert counts["dog"] == counts["francisco"]
    p = dict(zip(sorted(set(words)), NGram(ids, order=2, tokens=8).probabilities([7])))
    assert p["dog"] > 2 * p["francisco"]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_sum_to_one_and_none_is_zero(order):
    model = NGram(RNG(0).integers(0, 4, 200), order=order, tokens=6)
    for context in ([], [0], [1, 2, 3, 3, 1], [5, 5], [0, 5]):
        p = model.probabilities(context)
        assert p.min() > 0
        np.testing.assert_allclose(p.sum(), 1)


def test_only_the_last_tokens_of_a_context_count():
    model = NGram(RNG(0).integers(0, 4, 200), order=3, tokens=4)
    np.testing.assert_array_equal(model.probabilities([1, 2]), model.probabilities([3, 0, 1, 2]))


def test_a_longer_memory_helps_and_none_beats_the_entropy():
    grammar = english()
    text, new = grammar.text(60_000, RNG(0)), grammar.text(20_000, RNG(1))
    tokeniser = CharTokeniser(text)
    ids, fresh = tokeniser.encode(text), tokeniser.encode(new)
    bits = [NGram(ids, order=order, tokens=len(tokeniser)).bits(fresh) for order in (1, 2, 4, 6)]
    assert bits == sorted(bits, reverse=True)
    frequencies = np.bincount(fresh) / len(fresh)
    unigram = -(frequencies * np.log2(frequencies)).sum()
    assert bits[0] == pytest.approx(unigram, rel=0.01)
    assert grammar.bits_per_character() < bits[-1] < 0.3 * unigram


def test_it_speaks():
    tokeniser = CharTokeniser(english().text(30_000, RNG(0)))
    model = NGram(tokeniser.encode(english().text(30_000, RNG(0))), order=8, tokens=len(tokeniser))
    out = generate(model, tokeniser.encode("the ")[None], 60, rng=RNG(0))
    words = tokeniser.decode(out[0]).split()[:-1]
    known = set(english().text(30_000, RNG(0)).split())
    assert sum(word in known for word in words) >= 0.8 * len(words)


@pytest.mark.parametrize(
    "ids, options, message",
    [
        ([0, 1], dict(order=0, tokens=2), "order should be an integer >= 1"),
        ([0, 1], dict(order=3, tokens=2), "ids should be at least 3 tokens, as order is 3"),
        ([0, 2], dict(order=1, tokens=2), r"ids should be integers in \[0, 2\)"),
    ],
)
def test_refuses(ids, options, message):
    with pytest.raises(InputError, match=message):
        NGram(ids, **options)


def test_bits_refuses():
    model = NGram([0, 1, 0], order=2, tokens=2)
    with pytest.raises(InputError, match=r"NGram.bits: ids should be integers in \[0, 2\); got 2"):
        model.bits([0, 2])
    with pytest.raises(InputError, match=r"NGram.bits: ids should be at least one token"):
        model.bits([])
