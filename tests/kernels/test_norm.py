"""The fast pairs of batchnorm and layernorm: taken where they fit, and equal to the readable ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck
from npdl import ops
from npdl.errors import InputError
from npdl.kernels.cpu import norm, sums
from npdl.kernels.cpu.layout import is_channels_last
from npdl.ops.samples import samples
from tests.kernels.twins import ORDERS, TOLERANCE, assert_equal_twins, is_fast, run, threads
from tests.ops.helpers import distance

MATRICES = [(600, 70), (4200, 70), (1100, 30), (40000, 1), (9, 20000)]
SHAPES = [*MATRICES, (4, 8, 32, 33), (70, 10, 7, 7), (3, 5, 64, 48), (3, 16, 700)]


@pytest.fixture(autouse=True)
def small_arrays_too(monkeypatch):
    monkeypatch.setattr(norm, "SMALL", 0)
    monkeypatch.setattr(sums, "ALONE", 1 << 15)
    monkeypatch.setattr(sums, "BLOCK", 1 << 15)


def arguments(shape, dtype="float32", order="channels first", mean=1.0, running=True):
    rng = np.random.default_rng(0)
    x = ORDERS[order]((rng.standard_normal(shape) * 2 + mean).astype(dtype))
    gamma, beta, running_mean = rng.standard_normal((3, shape[1])).astype(dtype)
    running_var = rng.uniform(0.5, 2, shape[1]).astype(dtype)
    return (x, gamma, beta, running_mean, running_var) if running else (x, gamma, beta, None, None)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_batchnorm_equals_the_readable_pair(shape, order, dtype):
    assert_equal_twins(ops.batchnorm, arguments(shape, dtype, order, running=False), dtype=dtype)
    assert_equal_twins(ops.batchnorm, arguments(shape, dtype, order), {"training": False, "eps": 1e-3}, dtype=dtype)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    shape=st.lists(st.integers(1, 9), min_size=2, max_size=5).filter(lambda s: np.prod(s) > 2 * s[1]),
    order=st.sampled_from(sorted(ORDERS)),
    dout=st.sampled_from(sorted(ORDERS)),
    training=st.booleans(),
)
def test_batchnorm_of_any_shape_and_with_dout_in_another_order(shape, order, dout, training):
    args = arguments(tuple(shape), "float64", order, running=not training)
    assert_equal_twins(ops.batchnorm, args, {"training": training, "eps": 0.1}, "float64", dout)


@pytest.mark.parametrize("order", ["channels first", "channels last"])
def test_batchnorm_keeps_the_order_in_memory(order):
    x, *rest = arguments((4, 8, 32, 33), order=order)
    for dout in ("channels first", "channels last"):
        y, (dx, *_) = run(ops.batchnorm, (x, *rest), {"training": False}, dout)
        for a in (y, dx):
            assert is_channels_last(a) == (order == "channels last")
            assert a.flags.c_contiguous == (order == "channels first")


@pytest.mark.parametrize("shape", [(600, 70), (4, 8, 32, 33)], ids=str)
def test_batchnorm_updates_running_statistics_as_the_readable_one(shape):
    fast, slow = arguments(shape, "float64"), arguments(shape, "float64")
    ops.batchnorm.forward(*fast, momentum=0.7)
    ops.batchnorm_forward(*slow, momentum=0.7)
    for got, wanted in zip(fast[3:], slow[3:], strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-12)
    y, _ = ops.batchnorm.forward(*fast[:3], fast[3])  # one of them alone
    assert y.shape == shape


@pytest.mark.parametrize("order", ["channels first", "channels last"])
def test_batchnorm_has_digits_far_from_zero(order):
    """With a mean of 1000 deviations Σ x² - m mean² would have no digit of the variance left."""
    x, *rest = arguments((8, 4, 48, 48), order=order, mean=2000)
    running = np.zeros(4, "float32"), np.zeros(4, "float32")
    ops.batchnorm.forward(x, *rest[:2], *running, momentum=0.0)
    np.testing.assert_allclose(running[1], x.astype("float64").var(axis=(0, 2, 3)), rtol=1e-5)
    y, _ = ops.batchnorm.forward(x, *rest[:2])
    wanted, _ = ops.batchnorm_forward(*(a.astype("float64") for a in (x, *rest[:2])))
    readable, _ = ops.batchnorm_forward(x, *rest[:2])
    assert distance(y, wanted) < 2 * distance(readable, wanted) < 1e-3


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("needs", [(1, 0, 0, 0, 0), (0, 1, 0, 0, 0), (0, 0, 1, 0, 0), (1, 0, 1, 0, 0), (0, 0, 0, 0, 0)])
def test_batchnorm_computes_no_gradient_that_nobody_asked_for(needs, training):
    args = arguments((4, 8, 32, 33), running=not training)
    _, every = run(ops.batchnorm, args, {"training": training})
    _, some = run(ops.batchnorm, args, {"training": training}, needs=tuple(map(bool, needs)))
    for need, got, wanted in zip(needs, some, every, strict=True):
        assert (got is not None) == bool(need)
        if need:
            np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("order", ["channels first", "channels last"])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_missing_number_spoils_its_channel_alone(order, value):
    x, gamma, beta, *_ = arguments((4, 8, 32, 33), order=order)
    x[1, 3, 5, 7] = value
    y, _ = ops.batchnorm.forward(x, gamma, beta)
    wanted, _ = ops.batchnorm_forward(x, gamma, beta)
    np.testing.assert_array_equal(np.isnan(y), np.isnan(wanted))


@pytest.mark.parametrize("order", ["channels first", "channels last"])
def test_scale_and_shift_with_relu(order):
    x, scale, shift, *_ = arguments((4, 8, 32, 33), order=order)
    wanted = x * scale.reshape(8, 1, 1) + shift.reshape(8, 1, 1)
    np.testing.assert_allclose(norm.scale_shift(x, scale, shift), wanted, rtol=1e-5, atol=1e-6)
    got = norm.scale_shift(x, scale, shift, plus=2 * x, relu=True)
    np.testing.assert_allclose(got, np.maximum(wanted + 2 * x, 0), rtol=1e-5, atol=1e-6)


def test_large_arrays_take_the_fast_pairs(monkeypatch):
    monkeypatch.undo()
    assert is_fast(ops.batchnorm, arguments((64, 64, 32, 32)))
    assert is_fast(ops.layernorm, layer((4096, 512)))
    assert not is_fast(ops.batchnorm, arguments((4, 3, 5, 5)))
    assert not is_fast(ops.layernorm, layer((4, 5)))


@pytest.mark.parametrize(
    "change",
    [
        {"gamma": np.ones(3, "float32")},
        {"running_mean": np.ones(8, "float64")},
        {"momentum": 2},
        {"running_var": None, "training": False},
        {"x": np.ones((1, 8), "float32")},
        {"x": np.ones(8, "float32")},
    ],
)
def test_batchnorm_complains_as_the_readable_one(change):
    names = "x", "gamma", "beta", "running_mean", "running_var"
    call = dict(zip(names, arguments((4, 8, 32, 33)))) | change
    with pytest.raises(InputError) as fast:
        ops.batchnorm.forward(*[call.pop(name) for name in names], **call)
    call = dict(zip(names, arguments((4, 8, 32, 33)))) | change
    with pytest.raises(InputError) as slow:
        ops.batchnorm_forward(*[call.pop(name) for name in names], **call)
    assert str(fast.value) == str(slow.value)


@pytest.mark.parametrize("name", ["batchnorm", "layernorm"])
@pytest.mark.parametrize("number", range(3))
def test_gradients_equal_numerical_ones(name, number, monkeypatch):
    monkeypatch.setattr(norm, "SHORT", 0)
    calls = samples(name)
    args, options = calls[number % len(calls)]
    op = getattr(ops, name)
    assert is_fast(op, args, options)
    mutable = ("input 3", "input 4") if name == "batchnorm" and len(args) > 3 else ()
    report = gradcheck.check(op.forward, op.backward, args, options=options, mutable=mutable)
    assert report.ok, report


def layer(shape, dtype="float32", mean=1.0):
    rng = np.random.default_rng(0)
    gamma, beta = rng.standard_normal((2, shape[-1])).astype(dtype)
    return (rng.standard_normal(shape) * 2 + mean).astype(dtype), gamma, beta


@pytest.mark.parametrize("shape", [(4096, 512), (5, 700, 48), (2000, 16), (1, 40000), (3, 4, 5, 26)], ids=str)
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_layernorm_equals_the_readable_pair(shape, dtype):
    assert_equal_twins(ops.layernorm, layer(shape, dtype), {"eps": 1e-3}, dtype)


@pytest.mark.parametrize("order", ORDERS)
def test_layernorm_of_any_order_in_memory(order):
    x, gamma, beta = layer((30, 40, 22))
    assert_equal_twins(ops.layernorm, (ORDERS[order](x), gamma[::-1], beta), {}, "float32", order)


@pytest.mark.parametrize("needs", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (0, 0, 0)])
def test_layernorm_computes_no_gradient_that_nobody_asked_for(needs):
    _, every = run(ops.layernorm, layer((600, 48)), {})
    _, some = run(ops.layernorm, layer((600, 48)), {}, needs=tuple(map(bool, needs)))
    for need, got, wanted in zip(needs, some, every, strict=True):
        assert (got is not None) == bool(need)
        if need:
            np.testing.assert_array_equal(got, wanted)


def test_layernorm_has_digits_far_from_zero_and_nan_spoils_its_row_alone():
    x, gamma, beta = layer((700, 64), mean=2000)
    x[5, 7] = np.nan
    y, _ = ops.layernorm.forward(x, gamma, beta)
    assert np.flatnonzero(np.isnan(y).any(axis=1)).tolist() == [5]
    wanted, _ = ops.layernorm_forward(*(np.delete(a, 5, axis=0).astype("float64") for a in (x,)), gamma, beta)
    assert distance(np.delete(y, 5, axis=0), wanted) < 1e-3


def test_layernorm_complains_as_the_readable_one():
    x, gamma, beta = layer((700, 64))
    with pytest.raises(InputError, match="layernorm: beta"):
        ops.layernorm.forward(x, gamma, beta[:-1])


def test_threads_see_the_callers_error_state():
    x, gamma, beta, *_ = arguments((64, 8, 32, 33))
    x[60] = 1e38
    with threads(2), np.errstate(all="raise"), pytest.raises(FloatingPointError):
        ops.batchnorm.forward(x, gamma, beta)
