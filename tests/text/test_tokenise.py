"""Tokenisers: what is decoded is what was encoded, and byte-pair encoding by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npdl import InputError, InputTypeError
from npdl.text import BytePairTokeniser, CharTokeniser, english

TEXT = english().text(3000, np.random.default_rng(0))


def test_characters_go_by_their_code_points():
    tokeniser = CharTokeniser("hello world, 你好")
    assert len(tokeniser) == 11
    ids = tokeniser.encode("hello 好")
    assert ids.dtype == np.int64 and tokeniser.decode(ids) == "hello 好"
    assert ids[0] < ids[2] < ids[-1] and ids[5] == 0


def test_a_character_that_is_none_of_them():
    with pytest.raises(InputError, match="the word should be among the 3 words that are known"):
        CharTokeniser("abc").encode("abd")


@given(st.text())
def test_any_text_comes_back_from_bytes(text):
    tokeniser = BytePairTokeniser("low lower lowest 你好 ", merges=20)
    ids = tokeniser.encode(text)
    assert tokeniser.decode(ids) == text
    assert b"".join(tokeniser.pieces[i] for i in ids) == text.encode()


@given(st.text(alphabet="ab \n", max_size=60), st.integers(0, 12))
def test_the_text_it_was_trained_on_comes_back(text, merges):
    tokeniser = BytePairTokeniser(text, merges)
    assert tokeniser.decode(tokeniser.encode(text)) == text
    assert len(tokeniser) == 256 + len(tokeniser.merges) <= 256 + merges


def test_merges_by_hand():
    """Sennrich's example: (e, s) and (s, t) stand in nine words, then (blank, l), (o, w) and both in seven."""
    text = " low" * 5 + " lower" * 2 + " newest" * 6 + " widest" * 3
    tokeniser = BytePairTokeniser(text, merges=5)
    assert tokeniser.pieces[256:] == [b"es", b"est", b" l", b"ow", b" low"]
    assert [tokeniser.pieces[i] for i in tokeniser.encode("guest")] == [b"g", b"u", b"est"]


def test_of_pairs_as_frequent_the_smaller_one_is_joined():
    assert BytePairTokeniser("xy ab", merges=1).pieces[256] == b" a"
    assert BytePairTokeniser("xyab", merges=1).pieces[256] == b"ab"
    assert BytePairTokeniser("aaaa", merges=5).pieces[256:] == [b"aa", b"aaaa"]


def test_encoding_joins_in_the_order_of_training():
    """b c was joined first, so that the a before it stays alone, though (a, b) is a token too."""
    tokeniser = BytePairTokeniser("bcbcbcbc abab", merges=3)
    assert tokeniser.pieces[256:] == [b"bc", b"bcbc", b"ab"]
    assert [tokeniser.pieces[i] for i in tokeniser.encode("abc")] == [b"a", b"bc"]


def test_it_is_the_same_every_time_and_makes_texts_shorter():
    first, again = (BytePairTokeniser(TEXT, merges=100) for _ in range(2))
    assert first.merges == again.merges and first.pieces == again.pieces
    assert len(first.encode(TEXT)) < len(TEXT) / 3
    assert len(set(first.pieces)) == len(first) == 356


def test_half_a_character_decodes_to_the_sign_for_it():
    tokeniser = BytePairTokeniser("", merges=3)
    assert tokeniser.decode(tokeniser.encode("你")[:2]) == "\ufffd" and len(tokeniser) == 256


@pytest.mark.parametrize("make", [CharTokeniser, lambda text: BytePairTokeniser(text, 3)])
def test_refuses_what_is_no_text_or_no_ids(make):
    with pytest.raises(InputTypeError, match="text should be a string; got 3"):
        make(3)
    tokeniser = make("abc")
    with pytest.raises(InputError, match=r"ids should be integers in \[0, "):
        tokeniser.decode([0, 400])
    with pytest.raises(InputTypeError, match="ids should be a 1-d array"):
        tokeniser.decode([[0]])
    with pytest.raises(InputTypeError, match="ids should be a 1-d array"):
        tokeniser.decode([0.5])
    assert tokeniser.decode([]) == "" and len(tokeniser.encode("")) == 0
