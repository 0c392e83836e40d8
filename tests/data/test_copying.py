"""Selective copying: the symbols are there, in their order, at places that differ."""

import numpy as np
import pytest

from npdl import InputError
from npdl.data import selective_copying


def test_the_answer_is_what_is_left_without_the_blanks():
    x, y = selective_copying(50, 20, tokens=3, symbols=5, rng=0)
    assert x.shape == (50, 23) and y.shape == (50, 3)
    for puzzle, answer in zip(x, y, strict=True):
        np.testing.assert_array_equal(puzzle[:20][puzzle[:20] != 5], answer)
        np.testing.assert_array_equal(puzzle[20:], [6, 6, 6])
    assert set(y.ravel()) == {0, 1, 2, 3, 4}


def test_every_place_may_hold_a_symbol_and_a_seed_fixes_all():
    x, y = selective_copying(2000, 10, tokens=2, rng=1)
    often = (x[:, :10] < 8).mean(axis=0)
    assert np.abs(often - 0.2).max() < 0.05
    for a, b in zip((x, y), selective_copying(2000, 10, tokens=2, rng=np.random.default_rng(1)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_puzzles_that_are_none():
    with pytest.raises(InputError, match="selective_copying: length should be at least 4, to hold the tokens; got 3"):
        selective_copying(1, 3)
    with pytest.raises(InputError, match="selective_copying: symbols should be an integer >= 1"):
        selective_copying(1, 5, symbols=0)
