"""Answers are found by name in whatever state the file is, and each repair is reported."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npdl.course.graft import decode, graft, pieces

PRISTINE = '''"""A module."""

import numpy as np

LIMIT = 3


def given_one(x):
    """Given."""
    return x + LIMIT


def first(x):
    """Say."""
    raise NotImplementedError("first")


def second(x):
    raise NotImplementedError("second")
'''
NAMES = {"first", "second"}


def grafted(text):
    return graft(PRISTINE, textwrap.dedent(text), NAMES, "m.py")


def run(result):
    room = {}
    for _, _, source, _ in result.chunks:
        exec(source, room)
    return room


def keys(result):
    return sorted(note.key for note in result.notes)


def test_the_pristine_module_stays_itself():
    result = grafted(PRISTINE)
    assert keys(result) == [] and set(result.found) == NAMES
    with pytest.raises(NotImplementedError, match="first"):
        run(result)["first"](1)


def test_reordered_answers_with_helpers_and_imports():
    result = grafted("""
        import math
        K = 2
        def second(x): return helper(x) * K
        def helper(x): return math.floor(x)
        def first(x): return given_one(x)
    """)
    room = run(result)
    assert (room["first"](1), room["second"](2.5)) == (4, 4)
    assert keys(result) == []


def test_a_deleted_answer_is_a_gap_again():
    result = grafted("def first(x): return 1\n")
    assert keys(result) == ["repair_missing"] and set(result.found) == {"first"}
    with pytest.raises(NotImplementedError):
        run(result)["second"](1)


def test_the_last_of_two_counts():
    result = grafted("def first(x): return 1\ndef second(x): return 2\ndef first(x): return 3\n")
    assert keys(result) == ["repair_twice"] and run(result)["first"](0) == 3


def test_given_code_is_put_back():
    result = grafted("""
        LIMIT = 9
        def given_one(x): return 0
        def first(x): return given_one(x)
        def second(x): return 2
    """)
    assert keys(result) == ["repair_given", "repair_given"] and run(result)["first"](1) == 4


def test_statements_are_left_out():
    result = grafted("""
        import numpy as np
        np.pi = 3
        print("x")
        raise SystemExit
        def first(x): return 1
        def second(x): return 2
    """)
    assert keys(result) == ["repair_statement"] * 3 and run(result)["first"](0) == 1


def test_a_syntax_error_costs_its_own_function():
    helper = "@property\ndef helper(x):\n    return 1\n"
    result = grafted(f"def first(x):\n    return (1\n\n\n{helper}\n\ndef second(x):\n    return 2\n")
    assert "repair_syntax" in keys(result)
    room = run(result)
    assert room["second"](0) == 2
    with pytest.raises(SyntaxError, match="line 2"):
        room["first"](0)


def test_lines_are_those_of_the_students_file():
    result = grafted("\n\n\ndef second(x):\n    return 2\n\n\ndef first(x):\n    return 1\n")
    assert {name: line for _, line, _, name in result.chunks if name} == {"first": 8, "second": 4}


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfx = 1\n", b"x = 1\r\n", b"# coding: latin-1\nx = 1 # \xe9\n"])
def test_marks_and_encodings_are_understood(data):
    text, notes = decode(data)
    assert "x = 1" in text and "\r" not in text and not notes


def test_bytes_that_are_no_text_are_reported():
    text, notes = decode(b"x = 1 # \xff\xfe")
    assert text.startswith("x = 1") and [n.key for n in notes] == ["repair_encoding"] and notes[0]("zh")


@given(st.text(max_size=200))
def test_any_text_can_be_grafted(text):
    result = graft(PRISTINE, text, NAMES, "m.py")
    assert [name for *_, name in result.chunks if name] == ["first", "second"]


LINES = ["def first(x):", "    return 1", "@a", "x = (", '"""', "class A:", "  pass", "import os"]


@given(st.lists(st.sampled_from(LINES)))
def test_any_lines_can_be_grafted(lines):
    text = "\n".join(lines)
    assert [name for *_, name in graft(PRISTINE, text, NAMES, "m.py").chunks if name] == ["first", "second"]
    assert all(piece.source for piece in pieces(text))
