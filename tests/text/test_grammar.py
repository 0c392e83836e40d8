"""Grammars: drawing, the probability of a sentence, and the entropy that both agree on."""

import re

import numpy as np
import pytest

from npdl import InputError
from npdl.text import Grammar, english

RNG = np.random.default_rng
BS = {"S": [(1, ["a", "B"])], "B": [(3, ["."]), (1, ["b", "B"])]}  # a. ab. abb. ...


def test_a_grammar_by_hand():
    """The number of b's is geometric: 1/3 on average; its entropy is H(1/4) / (3/4)."""
    grammar = Grammar(BS)
    np.testing.assert_allclose(grammar.mean_length(), 2 + 1 / 3)
    np.testing.assert_allclose(grammar.entropy(), (-0.75 * np.log2(0.75) + 0.25 * 2) / 0.75)
    np.testing.assert_allclose(grammar.bits_per_character(), grammar.entropy() / (7 / 3))
    assert grammar.probability("abb.") == 0.75 / 16 and grammar.probability("a.") == 0.75
    assert grammar.probability("b.") == grammar.probability("ab") == grammar.probability("") == 0
    drawn = [grammar.sentence(RNG(seed)) for seed in range(2000)]
    assert set(drawn) >= {"a.", "ab.", "abb."} and drawn.count("a.") / 2000 == pytest.approx(0.75, abs=0.03)


def test_ways_add_up():
    grammar = Grammar({"S": [(1, ["x", "Y"]), (1, ["Y", "x"])], "Y": [(1, ["x"]), (1, ["y"])]})
    assert grammar.probability("xx") == 0.5 and grammar.probability("xy") == grammar.probability("yx") == 0.25


def test_the_entropy_of_english_is_what_its_sentences_need():
    """-log2 p of what is drawn, on average, within 3.5 standard errors."""
    grammar, rng = english(), RNG(0)
    sentences = [grammar.sentence(rng) for _ in range(1500)]
    bits = np.array([-np.log2(grammar.probability(sentence)) for sentence in sentences])
    assert abs(bits.mean() - grammar.entropy()) < 3.5 * bits.std() / np.sqrt(len(bits))
    lengths = np.array([len(sentence) for sentence in sentences])
    assert abs(lengths.mean() - grammar.mean_length()) < 3.5 * lengths.std() / np.sqrt(len(lengths))
    np.testing.assert_allclose(grammar.bits_per_character(), 0.644, atol=0.0005)


def test_no_english_sentence_can_be_made_in_two_ways():
    """With every rule of weight one `probability` counts the ways."""
    grammar, rng = english(), RNG(1)
    sentences = [grammar.sentence(rng) for _ in range(500)]
    grammar.rules = {symbol: [(1.0, parts) for _, parts in rules] for symbol, rules in grammar.rules.items()}
    assert {grammar.probability(sentence) for sentence in sentences} == {1.0}


def test_verbs_agree_with_their_noun_across_what_stands_between():
    grammar = english()
    for right, wrong in (
        ("the dog sleeps. ", "the dog sleep. "),
        ("many dogs near the cat sleep. ", "many dogs near the cat sleeps. "),
        ("the king that the birds see sings. ", "the king that the birds see sing. "),
        ("every old mouse that sees some cats runs. ", "every old mouse that see some cats runs. "),
    ):
        assert grammar.probability(right) > 0 and grammar.probability(wrong) == 0


def test_text_is_sentences_and_the_seed_fixes_it():
    grammar = english()
    text = grammar.text(2000, RNG(3))
    assert text == grammar.text(2000, RNG(3)) != grammar.text(2000, RNG(4)) and 2000 <= len(text) < 2400
    sentences = re.findall(r"[^.]+\. ", text)
    assert "".join(sentences) == text and all(grammar.probability(s) > 0 for s in sentences)


@pytest.mark.parametrize(
    "rules, start, message",
    [
        ({"S": [(1, ["a"])]}, "T", "start should be one of S; got 'T'"),
        ({"S": []}, None, "S should be rules with weights above 0"),
        ({"S": [(0, ["a"])]}, None, "S should be rules with weights above 0"),
    ],
)
def test_refuses(rules, start, message):
    with pytest.raises(InputError, match=message):
        Grammar(rules, start)


def test_sentences_that_do_not_end_have_no_entropy():
    with pytest.raises(InputError, match="rules should be such that every sentence ends"):
        Grammar({"S": [(1, ["a"]), (1, ["S", "S"])]}).entropy()
