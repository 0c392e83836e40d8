"""The scan in blocks equals the readable one."""

import numpy as np
import pytest

import gradcheck
from npdl import InputError, ops
from npdl.kernels.cpu import state_space
from npdl.ops.samples import samples
from tests.kernels.twins import TOLERANCE, is_fast
from tests.kernels.twins import threads as threads_of
from tests.ops.helpers import distance, gaussian_like
from tests.ops.test_state_space import scan_arguments

SHAPES = [(5, 9, 16, 4), (1, 300, 24, 16), (40, 13, 32, 8), (3, 1, 512, 16), (2, 40, 7, 33)]
names = "u delta A B C D h0".split()


@pytest.fixture(autouse=True)
def all_sizes(monkeypatch):
    monkeypatch.setattr(state_space, "SMALL", 0)


def run(pair, arguments, needs=(True,) * 7):
    out, cache = pair.forward(*arguments)
    return [*out, *pair.backward(gaussian_like(out), cache, needs)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("without", [(), ("D",), ("h0",), ("D", "h0")], ids=str)
def test_it_equals_the_readable_pair_for_any_number_of_threads(shape, dtype, without):
    arguments = [None if n in without else a for n, a in zip(names, scan_arguments(*shape))]
    cast = [None if a is None else a.astype(dtype) for a in arguments]
    assert is_fast(ops.selective_scan, cast)
    found = run(ops.selective_scan, cast)
    for got, wanted in zip(found, run(ops.selective_scan.reference, arguments), strict=True):
        assert (got is None) == (wanted is None)
        if got is not None:
            assert got.dtype == dtype and distance(got, wanted, 1e-2) < TOLERANCE[dtype]
    for count in (1, 3):
        with threads_of(count):
            for got, again in zip(found, run(ops.selective_scan, cast), strict=True):
                np.testing.assert_array_equal(got, again)


@pytest.mark.parametrize("number", range(3))
def test_gradients_equal_numerical_ones(number):
    args, _ = samples("selective_scan")[number]
    report = gradcheck.check(ops.selective_scan.forward, ops.selective_scan.backward, args)
    assert report.ok, report


def test_arrays_in_any_order_in_memory_are_read_and_left_as_they_are():
    arguments = scan_arguments(6, 11, 8, 4)
    turned = [np.asfortranarray(a) for a in arguments]
    before = [a.copy() for a in turned]
    for got, wanted in zip(run(ops.selective_scan, turned), run(ops.selective_scan, arguments), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-12)
    for a, b in zip(turned, before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_no_gradient_that_nobody_asked_for():
    arguments = scan_arguments(6, 11, 8, 4)
    every = run(ops.selective_scan, arguments)
    for i in range(7):
        needs = tuple(j == i for j in range(7))
        for j, (got, wanted) in enumerate(zip(run(ops.selective_scan, arguments, needs)[2:], every[2:], strict=True)):
            assert (got is None) == (i != j)
            if i == j:
                np.testing.assert_array_equal(got, wanted)


def test_a_long_scan_takes_the_fast_pair_and_complains_as_the_readable_one(monkeypatch):
    monkeypatch.undo()
    arguments = [a.astype("float32") for a in scan_arguments(8, 64, 32, 8)]
    assert is_fast(ops.selective_scan, arguments)
    assert not is_fast(ops.selective_scan, [a.astype("float32") for a in scan_arguments()])
    arguments[3] = arguments[3][:, :-1]
    with pytest.raises(InputError, match=r"selective_scan: B should be an array of shape \(8, 64, 8\)"):
        ops.selective_scan(*arguments)
