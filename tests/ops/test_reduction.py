"""Sums, means and maxima: NumPy's values over any axes, and how a maximum divides its gradient."""

import numpy as np
import pytest
from scipy import special

from npdl import InputError, Tensor, ops

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


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_logsumexp_and_its_gradient_over_any_axes(axis, keepdims):
    y, cache = ops.logsumexp.forward(x, axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(y, special.logsumexp(x, axis=axis, keepdims=keepdims), rtol=1e-14)
    dout = np.arange(1.0, y.size + 1).reshape(y.shape)
    spread = dout.reshape(x.sum(axis=axis, keepdims=True).shape)
    np.testing.assert_allclose(ops.logsumexp.backward(dout, cache), spread * special.softmax(x, axis=axis), rtol=1e-13)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_variances_over_any_axes(axis, keepdims):
    for ddof in (0, 1):
        y = ops.var(x, axis=axis, keepdims=keepdims, ddof=ddof)
        np.testing.assert_allclose(y, np.var(x, axis=axis, keepdims=keepdims, ddof=ddof), rtol=1e-14)
        assert type(y) is np.ndarray


@pytest.mark.parametrize("ddof", [0, 1, 2])
def test_var_is_the_mean_of_squares_less_the_square_of_the_mean(ddof):
    a, b = Tensor(x, requires_grad=True), Tensor(x, requires_grad=True)
    one = a.var(axis=(0, 2), ddof=ddof)
    other = ((b * b).mean(axis=(0, 2)) - b.mean(axis=(0, 2)) * b.mean(axis=(0, 2))) * (8 / (8 - ddof))
    np.testing.assert_allclose(one.data, other.data, rtol=1e-12)
    for y in (one, other):
        y.backward(np.array([1.0, -2.0, 3.0]))
    np.testing.assert_allclose(a.grad, b.grad, rtol=1e-10, atol=1e-14)


def test_the_unbiased_variance_is_right_on_average():
    """Of all samples of two from {0, 1, 2}: the variance is 2/3, ddof=1 finds it on average and ddof=0 half of it."""
    pairs = np.array([[a, b] for a in range(3) for b in range(3)], float)
    np.testing.assert_allclose(ops.var(pairs, axis=1, ddof=1).mean(), 2 / 3, rtol=1e-14)
    np.testing.assert_allclose(ops.var(pairs, axis=1).mean(), 1 / 3, rtol=1e-14)


def test_a_variance_needs_more_numbers_than_ddof():
    with pytest.raises(InputError, match="var: ddof should be below the 3 numbers of each variance; got 3"):
        ops.var(x, axis=1, ddof=3)


@pytest.mark.topic("R187")
def test_a_feature_column_less_its_mean_over_its_deviation_has_mean_0_and_variance_1():
    columns = Tensor(np.random.default_rng(1).uniform(0, 1, (50, 3)) * [1, 1e3, 1e-3] + [0, 5e3, 2])
    z = (columns - columns.mean(axis=0)) / columns.var(axis=0).sqrt()
    np.testing.assert_allclose(z.mean(axis=0).data, 0, atol=1e-12)
    np.testing.assert_allclose(z.var(axis=0).data, 1, rtol=1e-12)


@pytest.mark.topic("R187")
def test_a_constant_column_needs_an_epsilon():
    column = Tensor(np.full((4, 1), 7.0), requires_grad=True)
    z = (column - column.mean(axis=0)) / (column.var(axis=0) + 1e-5).sqrt()
    z.backward(np.array([[1.0], [2.0], [3.0], [4.0]]))
    np.testing.assert_array_equal(z.data, np.zeros((4, 1)))
    np.testing.assert_allclose(column.grad, np.array([[-1.5], [-0.5], [0.5], [1.5]]) / np.sqrt(1e-5), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logsumexp_far_out(dtype):
    rows = np.array([[1e4, 1e4, -1e4], [-1e4, -1e4, -2e4], [0, -1e4, -np.inf]], dtype)
    y, cache = ops.logsumexp.forward(rows)
    np.testing.assert_allclose(y, [1e4 + np.log(2), -1e4 + np.log(2), 0], rtol=1e-7)
    np.testing.assert_allclose(ops.logsumexp.backward(np.ones_like(y), cache), [[0.5, 0.5, 0]] * 2 + [[1, 0, 0]])


def test_logsumexp_of_nothing_but_minus_infinity():
    """ln 0: no term counts, and none has a gradient."""
    y, cache = ops.logsumexp.forward(np.full((2, 3), -np.inf))
    np.testing.assert_array_equal(y, [-np.inf, -np.inf])
    np.testing.assert_array_equal(ops.logsumexp.backward(np.ones(2), cache), np.zeros((2, 3)))


@pytest.mark.filterwarnings("error")
def test_logsumexp_with_infinity():
    """It is infinite, and the infinite numbers share the gradient, as equal maxima do."""
    y, cache = ops.logsumexp.forward(np.array([[np.inf, 1.0, -np.inf], [2.0, np.inf, np.inf], [0.0, 0.0, 1e308]]))
    np.testing.assert_array_equal(y, [np.inf, np.inf, 1e308])
    np.testing.assert_array_equal(ops.logsumexp.backward(np.ones(3), cache), [[1, 0, 0], [0, 0.5, 0.5], [0, 0, 1]])


def test_logsumexp_is_a_smooth_maximum():
    y = ops.logsumexp(x, axis=1)
    assert (x.max(axis=1) < y).all() and (y < x.max(axis=1) + np.log(3)).all()
    np.testing.assert_allclose(ops.logsumexp(x + 5, axis=1), y + 5, rtol=1e-14)
