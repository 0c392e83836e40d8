"""Activations: closed forms, what happens far from zero, and at the corner."""

import numpy as np
import pytest
from scipy import special

from gradcheck import numerical_gradient
from npdl import Tensor, ops

FAR = np.array([-1e3, -50.0, -1.0, 0.0, 1.0, 50.0, 1e3])
x = np.random.default_rng(0).standard_normal((3, 5)) * 3


def gradient(op, x, dout=None, **options):
    out, cache = op.forward(x, **options)
    return op.backward(np.ones_like(out) if dout is None else dout, cache)


@pytest.mark.parametrize(
    "op, expected",
    [
        pytest.param(ops.relu, np.maximum(x, 0), marks=pytest.mark.topic("R125")),
        (ops.leaky_relu, np.where(x > 0, x, 0.01 * x)),
        pytest.param(ops.sigmoid, special.expit(x), marks=pytest.mark.topic("R126")),
        pytest.param(ops.tanh, (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), marks=pytest.mark.topic("R127")),
        pytest.param(ops.softmax, special.softmax(x, axis=-1), marks=pytest.mark.topic("R128")),
        (ops.log_softmax, special.log_softmax(x, axis=-1)),
    ],
)
def test_values(op, expected):
    np.testing.assert_allclose(op(x), expected, rtol=1e-13)


@pytest.mark.parametrize(
    "op, derivative",
    [
        pytest.param(ops.relu, x > 0, marks=pytest.mark.topic("R125")),
        (ops.leaky_relu, np.where(x > 0, 1, 0.01)),
        pytest.param(ops.sigmoid, special.expit(x) * (1 - special.expit(x)), marks=pytest.mark.topic("R126")),
        pytest.param(ops.tanh, 1 - np.tanh(x) ** 2, marks=pytest.mark.topic("R127")),
    ],
)
def test_derivatives(op, derivative):
    np.testing.assert_allclose(gradient(op, x), derivative, rtol=1e-12)
    np.testing.assert_allclose(gradient(op, x), numerical_gradient(lambda v: op(v).sum(), x), rtol=1e-6, atol=1e-9)


@pytest.mark.topic("R126")
def test_sigmoid_far_from_zero():
    y = ops.sigmoid(FAR)
    np.testing.assert_array_equal(y[[0, 3, 6]], [0, 0.5, 1])
    np.testing.assert_allclose(y + ops.sigmoid(-FAR), 1, rtol=1e-15)
    np.testing.assert_allclose(y[1], np.exp(-50), rtol=1e-12)  # small, but not rounded to 0
    assert np.isfinite(gradient(ops.sigmoid, FAR)).all()


def test_tanh_is_a_stretched_sigmoid():
    np.testing.assert_allclose(ops.tanh(x), 2 * ops.sigmoid(2 * x) - 1, rtol=1e-12)


@pytest.mark.parametrize("op, options, slope", [(ops.relu, {}, 0), (ops.leaky_relu, {"slope": 0.2}, 0.2)])
def test_the_derivative_at_the_corner_is_that_of_the_left_side(op, options, slope):
    np.testing.assert_array_equal(gradient(op, np.array([-0.0, 0.0]), **options), [slope, slope])


@pytest.mark.topic("R128")
def test_softmax_is_a_distribution_that_ignores_a_shift():
    for axis in (0, 1, -1):
        np.testing.assert_allclose(ops.softmax(x, axis=axis).sum(axis=axis), 1, rtol=1e-14)
        np.testing.assert_allclose(ops.softmax(x + 1e3, axis=axis), ops.softmax(x, axis=axis), rtol=1e-10)
    np.testing.assert_array_equal(ops.softmax(np.array([1e4, 0.0, -1e4])), [1, 0, 0])
    np.testing.assert_array_equal(ops.log_softmax(np.array([1e4, 0.0, -1e4])), [0, -1e4, -2e4])


@pytest.mark.topic("R128")
def test_the_jacobian_of_softmax():
    row = x[0]
    p = ops.softmax(row)
    jacobian = np.array([gradient(ops.softmax, row, dout=e) for e in np.eye(5)])
    np.testing.assert_allclose(jacobian, np.diag(p) - np.outer(p, p), atol=1e-15)
    numeric = np.array([numerical_gradient(ops.softmax, row, e) for e in np.eye(5)])
    np.testing.assert_allclose(jacobian, numeric, atol=1e-9)


def test_log_softmax_is_the_log_of_softmax():
    np.testing.assert_allclose(ops.log_softmax(x, axis=0), np.log(ops.softmax(x, axis=0)), rtol=1e-12)
    one, two = Tensor(x, requires_grad=True), Tensor(x, requires_grad=True)
    (ops.log_softmax(one) * x).sum().backward()
    (ops.log(ops.softmax(two)) * x).sum().backward()
    np.testing.assert_allclose(one.grad, two.grad, rtol=1e-10)
