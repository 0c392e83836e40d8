"""Captions are true, say the same in both languages, and are read back as they were written."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npdl import InputError
from npdl.data.scenes import (
    CLASSES,
    COLOURS,
    LENGTH,
    LEVELS,
    VOCABULARY,
    Facts,
    Noun,
    from_tokens,
    load_scenes,
    parse_caption,
)
from npdl.data.scenes.captions import PLACES, RELATIONS, SIZES, TEXTURES, TONES, words_of

NOUN = st.builds(Noun, st.sampled_from(SIZES), st.sampled_from(COLOURS), st.sampled_from(CLASSES))


@st.composite
def any_facts(draw):
    """Whatever the grammar can say, and a wording that says it."""
    place, relations, more, wording = None, (), 0, draw(st.integers(0, 3))
    kind = draw(st.integers(0, 2))
    if kind == 0 and wording in (0, 2):
        place = draw(st.sampled_from(PLACES))
    elif kind:
        relations = tuple(draw(st.tuples(st.sampled_from(RELATIONS), NOUN)) for _ in range(kind))
        more = draw(st.integers(0, 2)) if kind == 2 else 0
    ground = None if wording == 3 else (draw(st.sampled_from(TONES)), draw(st.sampled_from(TEXTURES)))
    return Facts(draw(NOUN), place, relations, more, ground), wording


@settings(deadline=None)
@given(any_facts(), st.sampled_from(["en", "zh"]))
def test_reading_undoes_writing(said, language):
    facts, wording = said
    words = words_of(facts, wording, language)
    text = (" " if language == "en" else "").join(words)
    assert parse_caption(text, language) == facts
    assert set(words) <= set(VOCABULARY[language]) and len(words) + 2 <= LENGTH[language]
    assert parse_caption(text + " " + text, language) is None


@pytest.mark.parametrize("level", LEVELS)
def test_captions_are_true(level):
    """Judged from masks, boxes and key points, by other code than that which wrote them."""
    s = load_scenes(200, level=level, seed=2)
    for i, (english, chinese) in enumerate(zip(s.captions(), s.captions("zh"))):
        facts = parse_caption(english)
        assert facts == parse_caption(chinese, "zh") == s[i].facts
        check(facts, s, i)
        assert s[i].agrees(english) and s[i].agrees(chinese, "zh")


def check(facts, s, i):
    count, size = int(s.counts[i]), s.pixels.shape[-1]
    names = [
        (("small", "large")[int(s.large[i, k])], COLOURS[s.colours[i, k]], CLASSES[s.classes[i, k]])
        for k in range(count)
    ]
    areas = [(s.instances[i] == k + 1).sum() for k in range(count)]
    subject = names.index(tuple(facts.subject))
    assert subject == int(np.argmax(areas))
    named = {subject}
    for relation, noun in facts.relations:
        k = names.index(tuple(noun))
        assert k not in named
        named.add(k)
        (x, y), (x_other, y_other) = s.keypoints[i, subject, 0], s.keypoints[i, k, 0]
        across, down = x_other - x, y_other - y
        if relation in ("in front of", "behind"):
            front, back = (subject, k) if relation == "in front of" else (k, subject)
            assert front > back and s.overlaps[i, back, front]
        else:
            assert not s.overlaps[i, subject, k] and not s.overlaps[i, k, subject]
            assert {
                "to the left of": across >= abs(down),
                "to the right of": -across >= abs(down),
                "above": down > abs(across),
                "below": -down > abs(across),
            }[relation]
    others = [s.radii[i, k] for k in range(count) if k not in named]
    assert len(others) == facts.more and len(named) == min(count, 3)
    assert not others or max(others) <= min(s.radii[i, k] for k in named if k != subject)
    if facts.place:
        assert count == 1
        x, y = s.keypoints[i, 0, 0] / size
        assert ("left" in facts.place) == (x < 1 / 3) and ("right" in facts.place) == (x >= 2 / 3)
        assert ("top" in facts.place) == (y < 1 / 3) and ("bottom" in facts.place) == (y >= 2 / 3)
    if facts.ground:
        assert facts.ground == (("light", "dark")[int(s.dark[i])], TEXTURES[s.textures[i]])


def test_relations_places_and_wordings_all_occur():
    said = [s.facts for level in LEVELS for s in load_scenes(500, level=level)]
    assert {relation for facts in said for relation, _ in facts.relations} == set(RELATIONS)
    assert {facts.place for facts in said} == {None, *PLACES}
    assert {facts.more for facts in said} == {0, 1, 2}
    assert {facts.ground is None for facts in said} == {True, False}


def test_what_is_false_does_not_agree():
    s = load_scenes(200, level="hard", seed=5)
    for scene in s:
        facts, wording = scene.facts, 0
        facts = facts._replace(ground=(scene.tone, scene.texture))
        (relation, noun), *rest = facts.relations
        lies = [
            facts._replace(subject=facts.subject._replace(colour=other(COLOURS, facts.subject.colour))),
            facts._replace(subject=facts.subject._replace(shape=other(CLASSES, facts.subject.shape))),
            facts._replace(subject=facts.subject._replace(size="small")),
            facts._replace(relations=((other(RELATIONS, relation), noun), *rest)),
            facts._replace(relations=((relation, noun._replace(shape=other(CLASSES, noun.shape))), *rest)),
            facts._replace(relations=((relation, facts.subject), *rest)),
            facts._replace(ground=(other(TONES, scene.tone), scene.texture)),
            facts._replace(ground=(scene.tone, other(TEXTURES, scene.texture))),
            facts._replace(relations=(), more=0),
        ]
        if rest:
            lies.append(facts._replace(more=(facts.more + 1) % 3))
        assert scene.agrees(" ".join(words_of(facts, wording)))
        for lie in lies:
            for language in ("en", "zh"):
                text = (" " if language == "en" else "").join(words_of(lie, wording, language))
                assert parse_caption(text, language) == lie and not scene.agrees(text, language), text


def other(words, word):
    return words[(words.index(word) + 1) % len(words)]


def test_a_wrong_place_does_not_agree():
    for scene in load_scenes(100):
        facts = scene.facts._replace(place=PLACES[0], ground=(scene.tone, scene.texture))
        x, y = scene.objects[0].centre
        assert scene.agrees(" ".join(words_of(facts, 0))) == bool(x < 32 / 3 and y < 32 / 3)


@pytest.mark.parametrize(
    "text", ["", "a", "red circle", "a small red circle on", "a small red circle on a dark background", "a red circle"]
)
def test_other_sentences_are_not_read(text):
    assert parse_caption(text) is None and not load_scenes(1)[0].agrees(text)


def test_chinese_relations_have_two_matching_parts():
    assert parse_caption("一个大的红色圆形，它在一个小的蓝色星形的左边", "zh").relations == (
        ("to the left of", Noun("small", "blue", "star")),
    )
    assert parse_caption("一个大的红色圆形，它在一个小的蓝色星形的左边，它在一个小的蓝色星形的左边", "zh") is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tokens(language):
    s = load_scenes(100, level="hard")
    tokens, words = s.tokens(language), VOCABULARY[language]
    assert tokens.shape == (100, LENGTH[language]) and tokens.dtype == np.int64
    assert (
        words[:3] == ("<pad>", "<start>", "<end>")
        and (tokens[:, 0] == 1).all()
        and ((tokens == 2).sum(axis=1) == 1).all()
    )
    for row, caption in zip(tokens, s.captions(language)):
        end = row.tolist().index(2)
        assert not row[end + 1 :].any() and row[:end].all()
        assert (" " if language == "en" else "").join(words[t] for t in row[1:end]) == caption
        assert from_tokens(row.tolist(), language) == from_tokens(row[1 : end + 1], language) == caption


def test_vocabularies_are_closed_and_frozen():
    """A trained model's embeddings depend on the order."""
    assert {name: len(words) for name, words in VOCABULARY.items()} == {"en": 58, "zh": 62}
    assert LENGTH == {"en": 34, "zh": 35}
    assert all(len(set(words)) == len(words) for words in VOCABULARY.values())
    text = "\n".join(VOCABULARY["en"] + VOCABULARY["zh"])
    assert hashlib.sha256(text.encode("utf-8")).hexdigest() == FROZEN


FROZEN = "5e6c80f352215fbf2447122fe37942524172ad9c92bfd6fadc648223f67d2ce8"


def test_an_unknown_language_is_refused():
    scenes = load_scenes(1)
    for call in (
        lambda: scenes.captions("fr"),
        lambda: scenes.tokens("fr"),
        lambda: parse_caption("", "fr"),
        lambda: from_tokens([5], "fr"),
    ):
        with pytest.raises(InputError, match="language should be"):
            call()
