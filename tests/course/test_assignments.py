"""The checks are checked: right answers pass, empty ones are open, every known mistake is rejected and named."""

import os

import pytest

from npdl.course import build, material
from npdl.course.child import Child
from npdl.course.language import LANGUAGES

from .answers import ALL, module_with, result

SEEDS = int(os.environ.get("NPDL_SEEDS", "50"))  # 200 are asked of a new exercise, and take 20 minutes for all
IDS = [f"{a}-{e}" for a, e in ALL]


@pytest.fixture(scope="module")
def child():
    with Child() as child:
        yield child


def exercise(pair):
    return material.load(pair[0]).exercises[pair[1]]




@pytest.mark.parametrize("pair", ALL, ids=IDS)
def test_the_reference_is_right_and_the_gap_is_open(pair, child):
    e = exercise(pair)
    found = result(e, e.right.__source__, child)
    assert found.ok and found.own is not False and found.points == e.points, found.text()
    for source in e.also_right:
        found = result(e, module_with(e, source), child)
        assert found.ok, found.text()
    found = result(e, material.load(e.assignment).pristine(e.module), child)
    assert (found.status, found.points) == ("open", 0.0), found.text()


@pytest.mark.slow
@pytest.mark.parametrize("pair", ALL, ids=IDS)
def test_no_right_answer_is_rejected(pair, child):
    e = exercise(pair)
    rejected = [seed for seed in range(SEEDS) if not result(e, e.right.__source__, child, seed).ok]
    assert rejected == []


@pytest.mark.parametrize("pair", ALL, ids=IDS)
def test_some_known_mistakes_are_rejected_and_named(pair, child):
    """One or two of each exercise; the slow tests have all of them."""
    e = exercise(pair)
    assert len(e.mistakes) >= 6 and len({m.code for m in e.mistakes}) == len(e.mistakes)
    require_named(e, e.mistakes[len(e.name) % 5 :: 5], child)


@pytest.mark.slow
@pytest.mark.parametrize("pair", ALL, ids=IDS)
def test_every_known_mistake_is_rejected_and_named(pair, child):
    e = exercise(pair)
    require_named(e, e.mistakes, child)


def require_named(e, mistakes, child):
    named = {}
    for mistake in mistakes:
        found = result(e, module_with(e, mistake.source(e.source)), child, seed=1)
        assert found.status == "wrong" and found.points == 0, (mistake.code, found.text())
        named[mistake.code] = found.code
    assert {code: name for code, name in named.items() if code != name} == {}


@pytest.mark.parametrize("pair", ALL, ids=IDS)
def test_hints_and_messages_are_there_in_both_languages(pair):
    e = exercise(pair)
    assert len(e.hints) == 3 and e.topics
    for text in [*e.hints, *(m.text for m in e.mistakes), *(law.text for law in e.laws)]:
        assert all(getattr(text, lang).strip() for lang in LANGUAGES)


@pytest.mark.parametrize("pair", ALL, ids=IDS)
def test_no_formula_is_given_away_before_the_last_hint(pair):
    """What is said before is no line of the right answer."""
    e = exercise(pair)
    lines = {line.strip() for line in e.source.splitlines()[1:] if len(line.strip()) > 12}
    for text in [*e.hints[:2], *(m.text for m in e.mistakes)]:
        assert not [line for line in lines for said in text if line in said]


@pytest.mark.parametrize("name", list(material.names()))
def test_what_students_get_is_in_step_with_the_sources(name):
    pytest.importorskip("jupytext")
    assert build.out_of_step(material.load(name)) == []


