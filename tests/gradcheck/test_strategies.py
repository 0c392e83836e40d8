"""Strategies: what they draw fits, repeats, and shrinks to something small."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import find, given, settings

from gradcheck import faults, strategies
from gradcheck.core import check
from gradcheck.inputs import Draw

FEW = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


@FEW
@given(strategies.arrays_for("N D", "D 2M", "2M", low=2, high=5))
def test_arrays_fit_each_other(arrays):
    x, w, b = arrays
    assert x.shape[1] == w.shape[0] and w.shape[1:] == b.shape and b.size % 2 == 0
    assert all(2 <= n <= 5 for n in (*x.shape, b.size // 2))
    assert check(affine_forward, affine_backward, arrays).ok


def test_lengths_are_mostly_but_not_always_distinct():
    seen = []

    @FEW
    @given(strategies.arrays_for("A B", "C"))
    def look(arrays):
        seen.append(len({*arrays[0].shape, *arrays[1].shape}))

    look()
    assert seen.count(3) > len(seen) / 2 and min(seen) < 3


def test_more_letters_than_lengths_is_no_error():
    (x,) = find(strategies.arrays_for("A B C D", low=1, high=2), lambda arrays: True)
    assert x.shape == (1, 1, 1, 1)


def test_a_failure_shrinks_to_the_smallest_shape():
    """A mean for a sum is right for one row: two are needed."""

    def wrong(arrays):
        return not check(affine_forward, lambda d, c: (*affine_backward(d, c)[:2], d.mean(axis=0)), arrays).ok

    x, _, b = find(strategies.arrays_for("N D", "D M", "M"), wrong, settings=FEW)
    assert 2 <= len(x) <= 3 and x.shape[1] + b.size <= 4


@FEW
@given(strategies.with_ties((4, 5)))
def test_ties_are_ties(x):
    assert x.shape == (4, 5) and len(np.unique(x)) <= 9 and x.min() >= 0 and x.max() <= 1


def test_layer_inputs_are_those_of_the_dictionary(monkeypatch):
    monkeypatch.setattr(faults.dictionary, "registry", {})

    def draw(seed):
        return dict(zip("xwb", Draw(seed).arrays("N D", "D M", "M"))), {}

    faults.register("my_affine", affine_forward, affine_backward, inputs=draw, faults=[])

    @FEW
    @given(strategies.layer_inputs("my_affine"))
    def right(sample):
        report = check(affine_forward, affine_backward, sample.inputs, **sample.options)
        strategies.target(report.inputs["x"].worst)
        assert report.ok

    right()
    with pytest.raises(ValueError, match="got 'my_afine'"):
        strategies.layer_inputs("my_afine")


@pytest.mark.parametrize("worst", [0.0, np.inf, np.nan, 1e-9, 2.0])
def test_target_takes_every_error(worst):
    @FEW
    @given(strategies.seeds)
    def run(_):
        strategies.target(worst)

    run()


def test_gradcheck_itself_does_not_need_hypothesis():
    code = "import sys, gradcheck.inputs, gradcheck.blindspots; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
