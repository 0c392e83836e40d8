"""Differences are read as the simplest thing that is true of them."""

import numpy as np
import pytest

from npdl.course import compare
from npdl.course.language import LANGUAGES

R = np.random.default_rng(0).standard_normal((4, 3))
CASES = {
    "sign": -R,
    "zero": 0 * R,
    "factor": 3 * R,
    "offset": R + 0.5,
    "not_finite": np.where(R > 0, R, np.nan),
    "permuted": R[::-1],
    "rough": R.astype(np.float32),
    "entries": R + np.eye(4)[:, :3],
    "transposed": R.T,
    "shape": R[:3],
    "structure": [1.0, 2.0],
}


@pytest.mark.parametrize("key", list(CASES))
def test_a_difference_is_named(key):
    line = compare.difference(CASES[key], R, 1e-9)
    assert line.key == key
    assert all(line(lang) for lang in LANGUAGES)


@pytest.mark.parametrize(
    ("yours", "right"),
    [
        (R + 1e-12, R),
        ((1.0, None, {"a": R}), (1.0, None, {"a": R})),
        ([R, 2], (R, 2)),
        (np.float64(2.0), 2.0),
        (np.array([np.inf, 1.0]), np.array([np.inf, 1.0])),
        (np.zeros((0, 3)), np.ones((0, 3))),
        (np.array([1, 2]), np.array([1, 2])),
        (np.arange(3.0), np.arange(3)),
    ],
)
def test_what_agrees_agrees(yours, right):
    assert compare.same(yours, right, 1e-9)


@pytest.mark.parametrize(
    ("yours", "right"),
    [
        (np.array([1, 3]), np.array([1, 2])),
        ((R,), (R, R)),
        ({"a": R}, {"b": R}),
        (None, R),
        (R, None),
        ("1.0", 1.0),
        (np.array([np.nan, 1.0]), np.array([np.inf, 1.0])),
        (True, None),
    ],
)
def test_what_differs_differs(yours, right):
    assert not compare.same(yours, right, 1e-9)


def test_parts_are_named():
    line = compare.difference((R, 2 * R), (R, R), 1e-9, names=("dx", "dw"))
    assert line("en").startswith("dw is off by one factor")
