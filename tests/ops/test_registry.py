"""The promises that every op of the registry keeps. Each test walks the table of npdl/ops/samples/: one row an op."""

import copy
import itertools

import numpy as np
import pytest

import gradcheck
from npdl import backend, op, ops
from npdl.ops.samples import ROWS
from tests.ops.helpers import CALLS, OPS, Call, arrays_in, as_tuple, gaussian_like
from tests.strict.array import StrictArray, module

TOLERANCE = 1e-7  # float64: |analytic - numerical| / (the larger of the two + rms of the gradient)

every_op = pytest.mark.parametrize("name", OPS)
every_call = pytest.mark.parametrize("name, number", CALLS)


def ops_without_row():
    return sorted(name for name, o in op.registry.items() if o.__module__.startswith("npdl.") and name not in ROWS)


# 1. Every op has its row.


def test_every_op_has_a_row_and_every_row_an_op():
    assert ops_without_row() == []
    assert sorted(set(ROWS) - set(op.registry)) == []


def test_an_op_without_row_is_found(monkeypatch):
    newcomer = copy.copy(op.registry["relu"])
    monkeypatch.setitem(op.registry, "newcomer", newcomer)
    assert ops_without_row() == ["newcomer"]


@every_op
def test_every_op_goes_by_its_name_in_npdl_ops(name):
    reference = op.registry[name].reference
    assert getattr(ops, name) is op.registry[name]
    assert getattr(ops, f"{name}_forward") is reference.forward
    assert getattr(ops, f"{name}_backward") is reference.backward


PLAIN = {
    *("batchnorm_backward_alt", "conv2d_naive", "nt_xent_naive", "max_pool2d_places"),
    *("correlate", "spread", "meet", "unbroadcast"),
    *(kind + who for kind in ("", "ls_", "hinge_") for who in ("discriminator_loss", "generator_loss")),
}


def test_nothing_else_is_public_but_a_few_plain_functions():
    """No np, no math, no helpers: `from npdl.ops import *` must not take them along."""
    public = {name: thing for name, thing in vars(ops).items() if not name.startswith("_")}
    families = {name for name, thing in public.items() if getattr(thing, "__name__", "") == f"npdl.ops.{name}"}
    pairs = {f"{o}{half}" for o in op.registry for half in ("", "_forward", "_backward") if hasattr(ops, o)}
    assert set(public) - families == pairs | PLAIN
    assert ops.spread is ops.conv.spread  # not the losses' helper of that name


def test_a_sample_is_the_same_every_time():
    for name, number in CALLS:
        for a, b in zip(Call(name, number).args, Call(name, number).args, strict=True):
            np.testing.assert_array_equal(a, b)


# 2. Its gradients are right.


def check(call, forward, backward):
    inputs = dict(zip(call.names, call.args, strict=True))
    constant = [name for name in call.op.constant if name in inputs]
    return gradcheck.check(forward, backward, inputs, options=call.options, mutable=constant)


@every_call
def test_gradients_of_the_reference_equal_numerical_ones(name, number):
    call = Call(name, number)
    report = check(call, call.op.reference.forward, call.op.reference.backward)
    assert report.ok and report.worst < TOLERANCE, report
    assert list(report.inputs) == [call.names[i] for i in call.differentiable]


@every_call
def test_gradients_of_the_pair_that_runs_equal_numerical_ones(name, number):
    call = Call(name, number)
    report = check(call, call.op.forward, call.op.backward)
    assert report.ok, report


@every_call
def test_a_wrong_sign_in_any_gradient_is_caught(name, number, monkeypatch):
    """The verdict alone is asked for, on the readable pair: no name for the mistake, which takes as long again."""
    monkeypatch.setattr(gradcheck.diagnosis, "diagnose", lambda case: [])
    call = Call(name, number)
    reference = call.op.reference
    out, cache = reference.forward(*call.copies(), **call.options)
    gradients = as_tuple(reference.backward(gaussian_like(out), cache))
    for wrong in call.differentiable:
        if not gradients[wrong].any():
            continue  # dropout with p = 1: minus zero is right

        def backward(dout, cache, wrong=wrong):
            gradients = as_tuple(reference.backward(dout, cache))
            return tuple(-g if i == wrong else g for i, g in enumerate(gradients))

        report = check(call, reference.forward, backward)
        assert [r.ok for r in report.inputs.values()] == [i != wrong for i in call.differentiable]


# 3. It runs on the strict look-alike of a GPU array, and gives NumPy's values.


@pytest.fixture
def strict(monkeypatch):
    monkeypatch.setitem(backend.modules, StrictArray, module)


def on_device(thing):
    if isinstance(thing, np.ndarray):
        return module.asarray(thing)
    if isinstance(thing, tuple):
        return tuple(on_device(part) for part in thing)
    if isinstance(thing, dict):
        return {name: on_device(part) for name, part in thing.items()}
    return thing


@every_call
def test_runs_on_strict_arrays_with_numpys_values(strict, name, number):
    call = Call(name, number)
    reference = call.op.reference
    out, cache = reference.forward(*call.copies(), **call.options)
    dout = gaussian_like(out)
    gradients = as_tuple(reference.backward(dout, cache))

    args, options = on_device(tuple(call.copies())), on_device(call.options)
    device_out, cache = call.op.forward(*args, **options)
    device_gradients = as_tuple(call.op.backward(on_device(dout), cache))

    pairs = zip(as_tuple(out) + gradients, as_tuple(device_out) + device_gradients, strict=True)
    for i, (expected, got) in enumerate(pairs):
        if expected is None:
            assert got is None
        elif i < len(as_tuple(out)) or i - len(as_tuple(out)) in call.differentiable:
            assert type(got) is StrictArray
            np.testing.assert_array_equal(backend.to_numpy(got), expected)


# 4. float32 stays float32.


@every_call
def test_float32_stays_float32(name, number):
    call = Call(name, number, "float32")
    for pair in (call.op, call.op.reference):
        out, cache = pair.forward(*call.copies(), **call.options)
        assert {o.dtype.name for o in as_tuple(out)} == {"float32"}
        gradients = as_tuple(pair.backward(gaussian_like(out), cache))
        assert {gradients[i].dtype.name for i in call.differentiable} == {"float32"}
        assert "float64" not in {a.dtype.name for a in arrays_in(cache)}


# And four that follow from the contract (out, cache) = forward(...), gradients = backward(dout, cache, needs).


@every_call
def test_needs_leaves_out_what_nobody_asked_for_and_changes_nothing_else(name, number):
    call = Call(name, number)
    out, cache = call.forward()
    dout = gaussian_like(out)
    everything = call.gradients(dout, cache)
    takes_needs = cache[0].takes_needs
    for chosen in itertools.product([False, True], repeat=len(call.differentiable)):
        wanted = {i for i, yes in zip(call.differentiable, chosen, strict=True) if yes}
        if not wanted:
            continue  # such a node is never on the tape
        needs = tuple(i in wanted for i in range(max(len(call.op.arguments), len(call.args))))
        gradients = call.gradients(dout, cache, needs)
        for i in call.differentiable:
            if i in wanted:
                np.testing.assert_array_equal(gradients[i], everything[i])
            else:
                assert gradients[i] is None or not takes_needs


@every_op
def test_an_op_of_several_differentiable_arrays_takes_needs(name):
    several = any(len(Call(n, number).differentiable) > 1 for n, number in CALLS if n == name)
    cheap = {"concat", "stack"}  # views: nothing to save
    assert op.registry[name].reference.takes_needs or not several or name in cheap


@every_call
def test_forward_and_backward_change_nothing_that_they_are_given(name, number):
    call = Call(name, number)
    args, options = call.copies(), call.options
    out, cache = call.op.forward(*args, **options)
    for argument, a, b in zip(call.names, args, call.args, strict=True):
        if argument not in ("running_mean", "running_var"):  # batchnorm's output in all but name
            np.testing.assert_array_equal(a, b)

    dout = gaussian_like(out)
    given = [dout, out, args, options, cache]
    before = [a.copy() for a in arrays_in(given)]
    first = call.gradients(dout, cache)
    for a, b in zip(arrays_in(given), before, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(first, call.gradients(dout, cache), strict=True):
        np.testing.assert_array_equal(a, b)


@every_call
def test_backward_is_linear_in_dout(name, number):
    call = Call(name, number)
    out, cache = call.forward()
    dout = gaussian_like(out)
    twice = tuple(2 * d for d in dout) if type(dout) is tuple else 2 * dout
    for once, doubled in zip(call.gradients(dout, cache), call.gradients(twice, cache), strict=True):
        if once is not None:
            np.testing.assert_array_equal(2 * once, doubled)
