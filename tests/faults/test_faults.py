"""Every registered op: its reference is right, every mistake shows on its inputs, and is found by name."""

import functools

import numpy as np
import pytest

import npdl.faults  # noqa: F401
from gradcheck import faults
from gradcheck.faults import explain
from gradcheck.faults.explain import distance
from gradcheck.faults.recognise import Recognised
from npdl.tape import op

from .cases import case_of, is_float, numerical, run

OPS = sorted(faults.registry)
ALL = [(name, fault) for name in OPS for fault in faults.registry[name].faults]


def shows(case):
    """Whether some gradient of the case differs from the right one."""
    return any(distance(np.asarray(case.gradients[n]), case.numeric[n]) > 1e-7 for n in case.wanted)


@functools.lru_cache(maxsize=3)  # the mistakes of one op have the same inputs
def sample_and_run(name, seed):
    known, sample = faults.registry[name], faults.sample(name, seed)
    return sample, run(known.forward, known.backward, *sample)


def mutated(name, fault, seed, scale=1.0):
    known = faults.registry[name]
    with np.errstate(all="ignore"):
        (inputs, options), reference = sample_and_run(name, seed)
        forward, backward = known.mutant(fault)
        return case_of(known, inputs, options, backward, forward, scale=scale, reference=reference)


@pytest.fixture
def recognised_once(monkeypatch):
    """The mistakes of one op share inputs and outputs: its ops are looked for once, and each mutant is run once."""
    recognise, found = explain.recognise, []

    def first(case):
        if not found:
            found.extend((case, recognise(case)))
        assert all(case.inputs[name] is x for name, x in found[0].inputs.items()) and case.outs is found[0].outs
        return found[1]

    monkeypatch.setattr(explain, "recognise", first)
    monkeypatch.setattr(Recognised, "gradients", functools.cache(Recognised.gradients))


def test_all_ops_of_npdl_are_registered():
    assert set(op.registry) - set(faults.registry) == set()


def test_there_are_many():
    assert len(ALL) > 900


@pytest.mark.parametrize("name", OPS)
def test_reference_gradients_are_right(name):
    known = faults.registry[name]
    inputs, options = faults.sample(name, 0)
    _, douts, gradients = run(known.forward, known.backward, inputs, options)
    for argument, gradient in gradients.items():
        if is_float(inputs[argument]) and gradient is not None:
            assert distance(np.asarray(gradient), numerical(known, inputs, options, argument, douts)) < 1e-6


@pytest.mark.parametrize("name", OPS)
def test_right_code_has_no_finding(name):
    for seed in range(3):
        assert faults.findings(case_of(faults.registry[name], *faults.sample(name, seed))) == []


@pytest.mark.parametrize("name", OPS)
def test_every_mistake_shows_or_says_what_hides_it(name):
    for fault in faults.registry[name].faults:
        for seed in range(3):
            assert shows(mutated(name, fault, seed)) or fault.hidden, fault.name


@pytest.mark.parametrize("name", OPS)
def test_every_mistake_is_named(name, recognised_once):
    for fault in faults.registry[name].faults:
        case = mutated(name, fault, seed=1)
        if shows(case):
            found = faults.findings(case)
            assert fault.message in [finding.guess for finding in found], fault.name
            assert {finding.confidence for finding in found} == {0.98}


SCALED = ["rnn_step.wh_T", "layernorm.batch_axis", "conv2d.dx_overwrite", "softmax.diag_only", "attention.dv_no_T"]


@pytest.mark.parametrize("path", SCALED)
def test_a_factor_on_all_gradients_does_not_hide_a_mistake(path):
    name, fault = path.split(".")
    fault = next(f for f in faults.registry[name].faults if f.name == fault)
    best = faults.findings(mutated(name, fault, 0, scale=7.0))[0]
    assert best.guess == f"{fault.message}; and all times 7"
    assert best.confidence == 0.9


def test_two_mistakes_at_once_are_both_named():
    known = faults.registry["affine"]
    two = [f for f in known.faults if f.name in ("dw_div_n", "db_wrong_axis", "dx_sign")][:2]
    forward, backward = known.mutant(*two)
    found = faults.findings(case_of(known, *faults.sample("affine", 0), backward, forward))
    assert [f.guess for f in found] == ["; and also ".join(f.message for f in two)]


def test_the_right_gradients_times_a_number_are_no_known_mistake():
    for name in ("affine", "rnn_step", "layernorm", "conv2d"):
        case = case_of(faults.registry[name], *faults.sample(name, 0), scale=1.7)
        assert faults.findings(case) == []


@pytest.mark.parametrize("name", OPS)
def test_random_gradients_have_no_name(name):
    rng = np.random.default_rng(3)
    case = case_of(faults.registry[name], *faults.sample(name, 0))
    case.gradients = {n: rng.standard_normal(np.shape(g)) for n, g in case.gradients.items()}
    assert faults.findings(case) == []


def test_inputs_that_hide_mistakes_are_told():
    known = faults.registry["max_pool2d"]
    inputs, _ = faults.sample("max_pool2d", 0)
    case = case_of(known, inputs, {"size": 2, "stride": 2})
    hidden = [f.message for f in known.faults if f.name in ("overwrite", "overwrite_window")]
    told = faults.blind(case, "maxpool")
    assert all(any(message in line for line in told) for message in hidden)
    assert not any("every pixel of the window" in line for line in told)
    assert faults.blind(case_of(known, *faults.sample("max_pool2d", 0)), "max_pool2d") == [
        "these inputs cannot show (no equal pixels): pixels that are equally large have all of dout each"
    ]
