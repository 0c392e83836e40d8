"""Vocabulary: special tokens first, and what becomes of a word that is not there."""

import numpy as np
import pytest

from npdl import InputError, InputTypeError
from npdl.text import SPECIAL, Vocabulary

SENTENCES = ["the cat sees the dog".split(), "the dog sleeps".split()]


def test_special_tokens_then_the_words_in_alphabetical_order():
    vocabulary = Vocabulary.of(SENTENCES)
    assert vocabulary.words == (*SPECIAL, "cat", "dog", "sees", "sleeps", "the")
    ids = vocabulary.encode(["the", "cow", "sleeps"])
    np.testing.assert_array_equal(ids, [8, 3, 7])
    assert ids.dtype == np.int64 and vocabulary.decode(ids) == ["the", "<unk>", "sleeps"]
    assert "cat" in vocabulary and "cow" not in vocabulary and vocabulary["<pad>"] == 0


def test_rare_words_are_unknown():
    assert Vocabulary.of(SENTENCES, at_least=2).words == (*SPECIAL, "dog", "the")
    assert len(Vocabulary.of(SENTENCES, at_least=3)) == len(SPECIAL) + 1


def test_a_special_token_in_the_text_is_not_there_twice():
    assert Vocabulary.of([["<end>", "a"]]).words == (*SPECIAL, "a")


def test_without_a_word_for_the_unknown_it_is_an_error():
    vocabulary = Vocabulary.of(SENTENCES, special=(), unknown=None)
    assert vocabulary.words == ("cat", "dog", "sees", "sleeps", "the")
    with pytest.raises(InputError, match=r"among the 5 words that are known.*; got 'cow'"):
        vocabulary.encode(["the", "cow"])


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Vocabulary([]), "words should be at least one"),
        (lambda: Vocabulary(["a", "a"]), "none of them twice"),
        (lambda: Vocabulary(["a"], unknown="<unk>"), "unknown should be one of the words, or None; got '<unk>'"),
        (lambda: Vocabulary.of(SENTENCES, at_least=0), "at_least should be an integer >= 1"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_a_text_is_no_list_of_words():
    with pytest.raises(InputTypeError, match=r"sentences should be lists of words, such as text.split\(\)"):
        Vocabulary.of(["the cat"])
