"""The fast pairs of softmax and its losses: taken where they fit, and equal to the readable ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck
from npdl import ops
from npdl.errors import InputError
from npdl.kernels.cpu import loss, sums
from npdl.ops.samples import samples
from tests.kernels.twins import ORDERS, TOLERANCE, assert_equal_twins, is_fast

rng = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def small_arrays_too(monkeypatch):
    monkeypatch.setattr(loss, "SMALL", 0)
    monkeypatch.setattr(sums, "ALONE", 1 << 15)
    monkeypatch.setattr(sums, "BLOCK", 1 << 15)


def scores(shape, dtype="float32"):
    return (np.random.default_rng(0).standard_normal(shape) * 3).astype(dtype)


def labels(n, classes):
    return np.random.default_rng(1).integers(0, classes, n)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("ignore_index", [None, -100, 2])
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_cross_entropy_equals_the_readable_pair(reduction, ignore_index, dtype):
    x, y = scores((3000, 60), dtype), labels(3000, 60)
    if ignore_index == -100:
        y[::7] = -100
    options = {"reduction": reduction, "ignore_index": ignore_index}
    assert_equal_twins(ops.softmax_cross_entropy, (x, y), options, dtype, floor=0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(n=st.integers(1, 40), classes=st.integers(2, 40), order=st.sampled_from(sorted(ORDERS)))
def test_cross_entropy_of_any_shape(n, classes, order):
    x = ORDERS[order](scores((n, classes), "float64"))
    assert_equal_twins(ops.softmax_cross_entropy, (x, labels(n, classes).astype("uint8")), dtype="float64")


@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_cross_entropy_of_infinite_and_missing_scores():
    x, y = scores((300, 60)), labels(300, 60)
    x[3, 5], x[4, y[4]], x[5, 7], x[6], x[7, 9] = -np.inf, -np.inf, np.nan, -np.inf, np.inf
    got, cache = ops.softmax_cross_entropy.forward(x, y, reduction="none")
    wanted, slow = ops.softmax_cross_entropy_forward(x, y, reduction="none")
    np.testing.assert_allclose(got, wanted, rtol=1e-5)
    ones = np.ones_like(got)
    got, _ = ops.softmax_cross_entropy.backward(ones, cache)
    np.testing.assert_allclose(got, ops.softmax_cross_entropy_backward(ones, slow)[0], rtol=1e-4, atol=1e-6)


def test_a_mean_over_no_sample_is_zero():
    x, y = scores((300, 60)), np.full(300, -1)
    value, cache = ops.softmax_cross_entropy.forward(x, y, ignore_index=-1)
    assert value == 0
    assert not ops.softmax_cross_entropy.backward(np.ones((), "float32"), cache)[0].any()


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", [(3000, 60), (5, 70, 40), (9000,)], ids=str)
def test_softmaxes_equal_the_readable_pairs(name, shape, dtype):
    assert_equal_twins(getattr(ops, name), (scores(shape, dtype),), {}, dtype, floor=0)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("axis", [-1, 2])
def test_softmaxes_of_any_order_in_memory(name, order, axis):
    assert_equal_twins(getattr(ops, name), (ORDERS[order](scores((30, 20, 12))),), {"axis": axis}, "float32", order)


def test_what_they_leave_to_the_readable_pairs():
    x, y = scores((3000, 60)), labels(3000, 60)
    assert not is_fast(ops.softmax_cross_entropy, (x, y), {"label_smoothing": 0.1})
    assert not is_fast(ops.softmax_cross_entropy, (x, y), {"weight": np.ones(60)})
    assert not is_fast(ops.softmax_cross_entropy, (x[:, :, None], y[:, None]))
    assert not is_fast(ops.softmax, (x,), {"axis": 0})
    assert not is_fast(ops.log_softmax, (x,), {"axis": (0, 1)})


def test_large_arrays_take_the_fast_pairs(monkeypatch):
    monkeypatch.undo()
    assert is_fast(ops.softmax_cross_entropy, (scores((4096, 1000)), labels(4096, 1000)))
    assert not is_fast(ops.softmax_cross_entropy, (scores((64, 10)), labels(64, 10)))
    assert is_fast(ops.softmax, (scores((4096, 1000)),))
    assert not is_fast(ops.log_softmax, (scores((64, 10)),))


@pytest.mark.parametrize(
    "y, options",
    [
        (labels(300, 60)[:-1], {}),
        (labels(300, 60) + 1, {}),
        (labels(300, 60) * 1.0, {}),
        (labels(300, 60), {"reduction": "total"}),
    ],
)
def test_cross_entropy_complains_as_the_readable_one(y, options):
    with pytest.raises(InputError) as fast:
        ops.softmax_cross_entropy.forward(scores((300, 60)), y, **options)
    with pytest.raises(InputError) as slow:
        ops.softmax_cross_entropy_forward(scores((300, 60)), y, **options)
    assert str(fast.value) == str(slow.value)


@pytest.mark.parametrize("name, number", [("softmax_cross_entropy", 0), ("softmax_cross_entropy", 3)])
def test_gradients_equal_numerical_ones(name, number):
    args, options = samples(name)[number]
    op = getattr(ops, name)
    assert is_fast(op, args, options)
    report = gradcheck.check(op.forward, op.backward, args, options=options)
    assert report.ok, report


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_gradients_of_the_softmaxes_equal_numerical_ones(name):
    op = getattr(ops, name)
    report = gradcheck.check(op.forward, op.backward, [scores((3, 5), "float64")])
    assert report.ok, report
