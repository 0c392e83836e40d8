"""The dictionary itself, without npdl: patches, registration, providers that fail."""

import subprocess
import sys
import traceback

import numpy as np
import pytest

from gradcheck import faults
from gradcheck.case import Case
from gradcheck.faults import Fault, dictionary


def tripled_forward(x):
    """y = 3 x."""
    return 3 * x, 3


def tripled_backward(dout, factor):
    """dx = factor * dout: these words are not patched."""
    return factor * dout


def draw(seed):
    return {"x": np.random.default_rng(seed).standard_normal((3, 5))}, {}


FAULTS = [
    Fault("missing", "factor * dout", "dout", "the factor 3 is missing"),
    Fault("cached", "return 3 * x, 3", "return 3 * x, x", "x is cached where 3 is meant"),
    Fault("both", ("factor", "factor * dout"), ("dout", "x"), "overlapping"),
]


@pytest.fixture
def tripled(monkeypatch):
    monkeypatch.setattr(dictionary, "registry", dictionary.registry)
    faults.register("tripled", tripled_forward, tripled_backward, inputs=draw, faults=FAULTS[:2], aliases=("times3",))
    yield faults.registry["tripled"]
    del faults.registry["tripled"]


def case_with(gradient):
    x = draw(0)[0]["x"]
    dout = np.random.default_rng(1).standard_normal(x.shape)
    return Case({"x": x}, ["x"], (3 * x,), (dout,), None, {}, {"x": gradient(x, dout)})


def test_a_mistake_in_backward_is_named(tripled):
    finding = faults.findings(case_with(lambda x, dout: dout))[0]
    assert (finding.code, finding.guess, finding.input) == ("FAULT", "the factor 3 is missing", "x")
    assert "tripled with `dout` in place of `factor * dout`" in finding.fact


def test_a_mistake_in_the_cache_is_named(tripled):
    assert faults.findings(case_with(lambda x, dout: x * dout))[0].guess == "x is cached where 3 is meant"


def test_float32_gradients_match_less_closely(tripled):
    gradient = case_with(lambda x, dout: (dout * (1 + 1e-5)).astype(np.float32))
    assert faults.findings(gradient)[0].guess == "the factor 3 is missing"
    assert faults.findings(case_with(lambda x, dout: dout * (1 + 1e-4))) == []


def test_what_is_right_has_no_finding(tripled):
    assert faults.findings(case_with(lambda x, dout: 3 * dout)) == []


def test_mutants_and_samples(tripled):
    assert [fault.name for fault, _, _ in faults.mutants("times3")] == ["missing", "cached"]
    arrays, options = faults.sample("tripled", 4)
    assert arrays["x"].shape == (3, 5) and options == {}


def test_near_names_are_told(tripled):
    with pytest.raises(ValueError, match=r"gradcheck.faults: op should be .*near: tripled.*got 'tripeld'"):
        faults.find("tripeld")
    assert faults.find("tripled_forward") is tripled


def test_a_text_must_stand_once():
    with pytest.raises(ValueError, match="old of twice should be text that the source of backward"):
        Fault("twice", "x", "y", "").apply("x", "x * x")
    with pytest.raises(ValueError, match="old of nowhere"):
        Fault("nowhere", "z", "y", "").apply("x", "x * x")


def test_patches_do_not_patch_each_other():
    swap = Fault("swap", ("a * b", "a / b"), ("a / b", "a * b"), "swapped")
    assert swap.apply("", "a * b, a / b") == ("", "a / b, a * b")


def test_a_mutant_shows_its_source_in_tracebacks():
    fault = Fault("raises", "factor * dout", "dout[99]", "an index too far")
    known = dictionary.Op("tripled", tripled_forward, tripled_backward, draw, (fault,))
    _, backward = known.mutant(fault)
    with pytest.raises(IndexError) as caught:
        backward(np.ones(3), 3)
    assert "return dout[99]" in "".join(traceback.format_tb(caught.tb))


def test_names_are_taken_once(tripled):
    with pytest.raises(ValueError, match=r"faults of tripled should have different names; got twice \['missing'\]"):
        faults.register("tripled", tripled_forward, tripled_backward, inputs=draw, faults=[FAULTS[0], FAULTS[0]])
    with pytest.raises(ValueError, match="name should be new; got 'tripled'"):
        faults.register("tripled", np.linalg.norm, tripled_backward, inputs=draw, faults=[])


def test_a_provider_that_fails_breaks_no_check(tripled, monkeypatch):
    monkeypatch.setattr(dictionary, "providers", ["no_such_provider"])
    monkeypatch.setattr(dictionary, "problems", [])
    assert faults.findings(case_with(lambda x, dout: dout))
    (problem,) = dictionary.problems
    assert problem.startswith("the faults of no_such_provider could not be loaded (ModuleNotFoundError")


def test_the_dictionary_needs_no_npdl():
    program = "import sys, gradcheck.faults; sys.exit('npdl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
