"""The fast pairs of rnn, lstm and gru: taken where they fit, and equal to the readable ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck
from npdl import ops
from npdl.errors import InputError
from npdl.kernels.cpu import recurrent
from npdl.ops.samples import samples
from tests.kernels.twins import TOLERANCE, is_fast, threads
from tests.ops.helpers import as_tuple, distance

KINDS = {"rnn": (1, 1, 1), "lstm": (4, 2, 1), "gru": (3, 1, 2)}  # gates, states, biases
EACH_KIND = pytest.mark.parametrize("kind", KINDS)


def drawn(kind, N, T, D, H, dtype="float32", turned=False):
    """Arguments; turned: weights as transposed views, as nn gives them."""
    gates, states, biases = KINDS[kind]
    rng = np.random.default_rng(0)

    def weights(rows):
        shape = (gates * H, rows) if turned else (rows, gates * H)
        w = (rng.standard_normal(shape) / np.sqrt(rows)).astype(dtype)
        return w.T if turned else w

    first = [rng.standard_normal((N, H)).astype(dtype) for _ in range(states)]
    last = [rng.standard_normal(gates * H).astype(dtype) for _ in range(biases)]
    return rng.standard_normal((N, T, D)).astype(dtype), *first, weights(D), weights(H), *last


def run(kind, args, needs=None):
    """(outs, gradients) of the fast pair for a dout of random numbers; nothing that it is given changes."""
    one = getattr(ops, kind)
    assert is_fast(one, args)
    before = [a.copy() for a in args]
    out, cache = one.forward(*args)
    rng = np.random.default_rng(1)
    douts = tuple(rng.standard_normal(o.shape).astype(o.dtype) for o in as_tuple(out))
    first = one.backward(douts if kind == "lstm" else douts[0], cache, needs)
    again = one.backward(douts if kind == "lstm" else douts[0], cache, needs)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b)
    return as_tuple(out), first, douts


def assert_equal_twins(kind, args, dtype):
    """Values and gradients of the readable pair in float64; to the last bit for any number of threads."""
    outs, gradients, douts = run(kind, args)
    one, wide = getattr(ops, kind), [a.astype("float64") for a in args]
    out, cache = one.reference.forward(*wide)
    douts = tuple(d.astype("float64") for d in douts)
    expected = one.reference.backward(douts if kind == "lstm" else douts[0], cache)
    for got, wanted in zip((*outs, *gradients), (*as_tuple(out), *expected), strict=True):
        assert (got is None) == (wanted is None)
        if wanted is not None:
            assert got.dtype == dtype
            assert distance(got, wanted, 1e-2) < TOLERANCE[dtype]
    for count in (1, 3):
        with threads(count):
            again = run(kind, args)
        for a, b in zip((*outs, *gradients), (*again[0], *again[1]), strict=True):
            np.testing.assert_array_equal(a, b)


@EACH_KIND
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("sizes", [(70, 9, 20, 40), (129, 7, 5, 30), (3, 60, 12, 33), (1, 200, 3, 40), (640, 1, 8, 30)])
def test_equals_the_readable_pair(kind, sizes, dtype, turned, monkeypatch):
    monkeypatch.setattr(recurrent, "SMALL", 1 << 12)
    assert_equal_twins(kind, drawn(kind, *sizes, dtype, turned), dtype)


@EACH_KIND
@settings(max_examples=30, deadline=None, derandomize=True)
@given(sizes=st.tuples(*[st.integers(1, 7)] * 4), turned=st.booleans())
def test_any_sizes(kind, sizes, turned):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recurrent, "SMALL", 0)
        patch.setattr(recurrent, "ROWS", 2)
        assert_equal_twins(kind, drawn(kind, *sizes, "float64", turned), "float64")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(N=st.integers(1, 1000))
def test_blocks_cover_every_sample_once(N):
    slices = recurrent.blocks(N)
    assert [i for s in slices for i in range(N)[s]] == list(range(N))
    assert max(len(range(N)[s]) for s in slices) < 2 * recurrent.ROWS


@EACH_KIND
def test_gradients_equal_numerical_ones(kind, monkeypatch):
    monkeypatch.setattr(recurrent, "SMALL", 0)
    monkeypatch.setattr(recurrent, "ROWS", 1)
    args, one = samples(kind)[0].args, getattr(ops, kind)
    assert is_fast(one, args)
    assert len(recurrent.blocks(len(args[0]))) == 2
    report = gradcheck.check(one.forward, one.backward, dict(zip(one.arguments, args)))
    assert report.ok, report


@EACH_KIND
def test_no_gradient_that_nobody_asked_for(kind):
    args = drawn(kind, 70, 9, 20, 40)
    everything = run(kind, args)[1]
    for wanted in range(len(args)):
        needs = tuple(i == wanted for i in range(len(args) + 1))
        some = run(kind, args, needs)[1]
        assert [g is not None for g in some] == list(needs)
        np.testing.assert_array_equal(some[wanted], everything[wanted])


@EACH_KIND
def test_gates_that_are_shut_or_open_stay_finite(kind):
    *args, b = drawn(kind, 70, 9, 20, 40)
    with np.errstate(all="raise", under="ignore"):
        assert_equal_twins(kind, (*args, 1e4 * b), "float32")


@EACH_KIND
def test_what_takes_the_fast_pairs(kind):
    one, args = getattr(ops, kind), drawn(kind, 64, 10, 32, 32)
    assert is_fast(one, args)
    assert not is_fast(one, (*args, np.ones((64, 10), bool)))
    assert not is_fast(one, samples(kind)[0].args)
    with pytest.raises(InputError, match=f"{kind}: h0 should be"):
        one(args[0], args[1][:-1], *args[2:])
    with pytest.raises(InputError, match=f"{kind}: x should be a sequence"):
        one(args[0][:, :0], *args[1:])
