"""Random wrong gradients get no label: no rule may fit by chance."""

import numpy as np
import pytest

from gradcheck import diagnosis
from gradcheck.diagnosis import diagnose
from tests.gradcheck import random_errors


@pytest.fixture(autouse=True)
def no_dictionary(monkeypatch):
    monkeypatch.setattr(diagnosis.faults, "findings", lambda case: [])


@pytest.mark.parametrize("seeds", [range(100), pytest.param(range(100, 2000), marks=pytest.mark.slow)], ids=str)
def test_no_label_on_random_errors_in_small_arrays(monkeypatch, seeds):
    """Small arrays are where chance is a danger; `python -m tests.gradcheck.random_errors` runs all sizes."""
    monkeypatch.setattr(random_errors, "SHAPES", ((), (1,), (2,), (3,), (4,), (5,), (2, 2), (2, 3), (5, 1), (1, 4)))
    named, cases = random_errors.count(seeds)
    assert cases > 0.95 * len(seeds)
    assert not named


@pytest.mark.slow
def test_no_label_on_random_errors_of_all_sizes():
    named, cases = random_errors.count(range(5000, 5200))
    assert cases > 190
    assert not named


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)])
def test_a_single_wrong_entry_is_called_nothing_else(shape):
    seed = next(s for s in range(4, 4000, 5) if random_errors.random_case(s)[1].inputs["x"].shape == (3, 4))
    _, case = random_errors.random_case(seed)
    rng = np.random.default_rng(1)
    case.inputs = {"x": rng.standard_normal(shape)}
    case.numeric = {"x": rng.standard_normal(shape)}
    case.gradients, case.wanted = {"x": case.numeric["x"].copy()}, ["x"]
    last = tuple(n - 1 for n in shape)
    case.gradients["x"][last] += 1
    case.wrong = {"x": case.gradients["x"] != case.numeric["x"]}
    case.outs, case.douts, case.cache = (np.ones(shape),), (np.ones(shape),), None
    case.run_forward = case.run_backward = None
    (finding,) = diagnose(case)
    yours, right = case.gradients["x"][last], case.numeric["x"][last]
    assert finding.fact == f"only entry {last}: yours {yours:.6g}, right {right:.6g} is wrong"
    assert finding.guess is None


@pytest.mark.slow
def test_no_label_on_ten_thousand_random_errors():
    named, _ = random_errors.count(range(10_000))
    assert not named
