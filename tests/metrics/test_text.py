"""BLEU by hand (Papineni et al. 2002), perplexity and bits per character in closed form."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npdl
from npdl import InputError, InputTypeError
from npdl.metrics import bits_per_character, bleu, exact_match, perplexity
from npdl.text import NGram

WORDS = st.lists(st.lists(st.sampled_from("abcd"), min_size=4, max_size=9), min_size=1, max_size=4)
# The example of the paper, section 2.1.
CANDIDATE_1 = "it is a guide to action which ensures that the military always obeys the commands of the party".split()
CANDIDATE_2 = "it is to insure the troops forever hearing the activity guidebook that party direct".split()
REFERENCES = [
    reference.split()
    for reference in (
        "it is a guide to action that ensures that the military will forever heed party commands",
        "it is the guiding principle which guarantees the military forces always being under the command of the party",
        "it is the practical guide for the army always to heed the directions of the party",
    )
]


def test_the_papers_example():
    """Modified unigram precisions 17/18 and 8/14, bigram precisions 10/17 and 1/13; 14 words are too few, of 16."""
    brevity = math.exp(1 - 16 / 14)
    assert bleu([REFERENCES], [CANDIDATE_1], order=1) == pytest.approx(17 / 18)
    assert bleu([REFERENCES], [CANDIDATE_1], order=2) == pytest.approx(math.sqrt(17 / 18 * 10 / 17))
    assert bleu([REFERENCES], [CANDIDATE_2], order=1) == pytest.approx(brevity * 8 / 14)
    assert bleu([REFERENCES], [CANDIDATE_2], order=2) == pytest.approx(brevity * math.sqrt(8 / 14 * 1 / 13))
    assert bleu([REFERENCES], [CANDIDATE_1]) == pytest.approx((17 / 18 * 10 / 17 * 7 / 16 * 4 / 15) ** 0.25)
    assert bleu([REFERENCES], [CANDIDATE_2]) == 0  # it has no three words in a row from any of them


def test_the_counts_are_clipped():
    """Seven times "the" earns the two that a reference has."""
    references = ["the cat is on the mat".split(), "there is a cat on the mat".split()]
    assert bleu([references], [["the"] * 7], order=1) == pytest.approx(2 / 7)


def test_the_brevity_penalty():
    references = [["a", "b", "c", "d", "e", "f"]]
    assert bleu([references], [["a", "b"]], order=1) == pytest.approx(math.exp(1 - 6 / 2))
    assert bleu([references], [list("abcdefg")], order=1) == pytest.approx(6 / 7)  # too long: precision alone
    nearest = [list("abcdefgh"), list("abcd")]  # of lengths 8 and 4, as near to 6: the shorter
    assert bleu([nearest], [list("abcdef")], order=1) == 1
    assert bleu([[list("abcdefgh"), list("abc")]], [list("abcdef")], order=1) == pytest.approx(math.exp(1 - 8 / 6))


def test_counts_are_of_the_corpus_and_not_means_over_sentences():
    """(4 + 0) / (4 + 1) unigrams, though the mean of both precisions is 1/2."""
    references = [[list("abcd")], [["x"]]]
    assert bleu(references, [list("abcd"), ["y"]], order=1) == pytest.approx(4 / 5)


def test_smoothing_adds_one_beyond_unigrams():
    """2/3 unigrams, (1 + 1) / (2 + 1) bigrams, (0 + 1) / (1 + 1), (0 + 1) / (0 + 1)."""
    found = bleu([[list("abx")]], [list("aby")], smoothing=1)
    assert found == pytest.approx((2 / 3 * 2 / 3 * 1 / 2 * 1) ** 0.25)
    assert bleu([[list("abx")]], [list("aby")]) == 0


@given(WORDS)
def test_what_is_a_reference_is_perfect(sentences):
    references = [[sentence[::-1], sentence] for sentence in sentences]
    assert bleu(references, sentences) == pytest.approx(1) and exact_match(references, sentences) == 1


@given(WORDS, WORDS, st.permutations("abcd"))
def test_bleu_is_a_share_blind_to_names_and_order_of_sentences(sentences, others, names):
    K = min(len(sentences), len(others))
    references, candidates = [[s] for s in sentences[:K]], others[:K]
    score = bleu(references, candidates)
    assert 0 <= score <= 1
    renamed = dict(zip("abcd", names))
    again = [[[renamed[w] for w in s] for s in r] for r in references], [[renamed[w] for w in s] for s in candidates]
    assert bleu(*again) == pytest.approx(score)
    assert bleu(references[::-1], candidates[::-1]) == pytest.approx(score)
    assert bleu([[*r, *r] for r in references], candidates) == pytest.approx(score)


def test_exact_matches():
    references = [[["a", "b"], ["a"]], [["c"]], [["d"]]]
    assert exact_match(references, [("a",), ["c"], ["d", "d"]]) == pytest.approx(2 / 3)


def test_a_guess_among_v_has_perplexity_v():
    log_p = np.full((3, 4), -np.log(7))
    assert perplexity(log_p) == pytest.approx(7) and bits_per_character(log_p) == pytest.approx(np.log2(7))
    assert perplexity([0.0, 0.0]) == 1 and bits_per_character([0.0]) == 0
    assert perplexity(np.log([0.5, 0.125])) == pytest.approx(4) and perplexity([-np.inf, 0.0]) == np.inf
    assert bits_per_character(np.log([0.5, 0.125]), characters=8) == pytest.approx(0.5)
    scores, y = np.random.default_rng(0).standard_normal((5, 9)), np.arange(5)
    loss = npdl.ops.softmax_cross_entropy(scores, y)
    log_p = npdl.ops.log_softmax(scores)[np.arange(5), y]
    assert perplexity(log_p) == pytest.approx(np.exp(loss)) == pytest.approx(2 ** bits_per_character(log_p))


def test_bits_of_an_ngram_are_bits_per_character():
    ids = np.random.default_rng(0).integers(0, 3, 50).tolist()
    model = NGram(ids, order=2, tokens=3)
    log_p = [np.log(model.probabilities(ids[:t])[ids[t]]) for t in range(50)]
    assert model.bits(ids) == pytest.approx(bits_per_character(log_p))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: bleu([[["a"]]], []), "references should be as many as there are candidates, 0, and at least one"),
        (lambda: bleu([], [["a"]]), "references should be as many as there are candidates, 1"),
        (lambda: exact_match([[]], [["a"]]), r"references\[0\] should be at least one sentence"),
        (lambda: bleu([[["a"]]], [["a"]], order=0), "order should be an integer >= 1"),
        (lambda: perplexity([0.5]), "log_p should be logarithms of probabilities, so at most 0"),
        (lambda: perplexity([]), "at least one of them"),
        (lambda: perplexity([np.nan]), "so at most 0"),
        (lambda: bits_per_character([-1.0], characters=0), "characters should be an integer >= 1"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_text_is_no_list_of_words():
    with pytest.raises(InputTypeError, match="candidates should be sentences as lists of words"):
        bleu([[["a"]]], ["a"])
    with pytest.raises(InputTypeError, match=r"references\[0\] should be sentences as lists of words"):
        bleu([["a b"]], [["a"]])
