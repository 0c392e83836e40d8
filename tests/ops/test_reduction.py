"""Sums, means and maxima: NumPy's values over any axes, and how a maximum divides its gradient."""

import numpy as np
import pytest

from npdl import ops

x = np.random.default_rng(0).standard_normal((2, 3, 4))
AXES = [None, 0, 1, -1, (0, 1), (0, -1), (-1, 0), (0, 1, 2)]


def gradient(op, dout, *args, **options):
    return op.backward(np.asarray(dout), op.forward(*args, **options)[1])


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("name", ["sum", "mean", "max"])
def test_values_over_any_axes(name, axis, keepdims):
    y = getattr(ops, name)(x, axis=axis, keepdims=keepdims)
    np.testing.assert_array_equal(y, getattr(np, name)(x, axis=axis, keepdims=keepdims))
    assert type(y) is np.ndarray  # of a single number too


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_gradients_over_any_axes(axis, keepdims):
    y, _ = ops.sum.forward(x, axis=axis, keepdims=keepdims)
    dout = np.arange(1.0, y.size + 1).reshape(y.shape)
    spread = np.broadcast_to(dout.reshape(x.sum(axis=axis, keepdims=True).shape), x.shape)
    winner = x == x.max(axis=axis, keepdims=True)
    options = {"axis": axis, "keepdims": keepdims}
    np.testing.assert_array_equal(gradient(ops.sum, dout, x, **options), spread)
    np.testing.assert_allclose(gradient(ops.mean, dout, x, **options), spread * y.size / x.size, rtol=1e-14)
    np.testing.assert_array_equal(gradient(ops.max, dout, x, **options), spread * winner)


def test_equal_winners_share_the_gradient_of_max():
    tied = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    np.testing.assert_allclose(gradient(ops.max, [6.0, 6.0], tied, axis=1), [[0, 3, 3], [2, 2, 2]])
    np.testing.assert_allclose(gradient(ops.max, 6.0, tied), [[0, 3, 3], [0, 0, 0]])


def test_the_mean_of_an_even_spread_loses_nothing():
    assert gradient(ops.mean, 1.0, x).sum() == pytest.approx(1)
