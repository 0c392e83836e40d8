"""Activations: closed forms, what happens far from zero, and at the corner."""

import numpy as np
import pytest
from scipy import special

from gradcheck import numerical_gradient
from npdl import InputError, Tensor, ops

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
        (ops.elu, np.where(x > 0, x, np.exp(x) - 1)),
        pytest.param(ops.relu6, np.minimum(np.maximum(x, 0), 6), marks=pytest.mark.topic("R133")),
        (ops.softplus, np.logaddexp(0, x)),
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
        (ops.elu, np.where(x > 0, 1, np.exp(x))),
        pytest.param(ops.relu6, (x > 0) & (x < 6), marks=pytest.mark.topic("R133")),
        (ops.softplus, special.expit(x)),
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


@pytest.mark.parametrize(
    "op, options, slope",
    [(ops.relu, {}, 0), (ops.leaky_relu, {"slope": 0.2}, 0.2), (ops.relu6, {}, 0), (ops.elu, {"alpha": 0.7}, 0.7)],
)
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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "op, y, slopes",
    [
        (ops.relu, [0, 1e4], [0, 1]),
        (ops.leaky_relu, [-100, 1e4], [0.01, 1]),
        (ops.elu, [-1, 1e4], [0, 1]),
        (ops.relu6, [0, 6], [0, 0]),
        (ops.softplus, [0, 1e4], [0, 1]),
        (ops.sigmoid, [0, 1], [0, 0]),
        (ops.tanh, [-1, 1], [0, 0]),
    ],
)
def test_far_out(op, y, slopes, dtype):
    far = np.array([-1e4, 1e4], dtype)
    np.testing.assert_allclose(op(far), y, rtol=1e-6)
    np.testing.assert_allclose(gradient(op, far), slopes, rtol=1e-6)


@pytest.mark.topic("R133")
def test_the_bound_of_relu6_keeps_the_step_of_few_bits_small():
    """8 bits for [0, 6] step by 6 / 255, and float16 by 2^-8 between 4 and 8, whatever x; relu's steps grow with x."""
    wide = np.concatenate([x.ravel(), [-500.0, 100.0, 1000.0]])

    def off_in_8_bits(y):
        step = y.max() / 255
        return np.abs(np.round(y / step) * step - y).max()

    assert ops.relu6(wide).max() == 6 and off_in_8_bits(ops.relu6(wide)) <= 3 / 255
    assert off_in_8_bits(ops.relu(wide)) > 50 * off_in_8_bits(ops.relu6(wide))
    half = np.array([2049.0, 3e4, 7e4 - 1e4], np.float64)
    np.testing.assert_array_equal(ops.relu6(half.astype(np.float16)), [6, 6, 6])
    fine = np.linspace(0, 6, 10001)
    assert np.abs(ops.relu6(fine).astype(np.float16) - fine).max() <= 2**-9
    assert np.abs(ops.relu(half).astype(np.float16) - half).max() >= 1  # 2049 lies between two numbers of float16


def test_relu6_at_its_corners():
    np.testing.assert_array_equal(gradient(ops.relu6, np.array([-1.0, 0.0, 3.0, 6.0, 7.0])), [0, 0, 1, 0, 0])


def test_prelu_is_leaky_relu_with_a_slope_for_each_channel():
    images, a = np.random.default_rng(1).standard_normal((2, 3, 4, 5)), np.array([0.1, -0.5, 0.0])
    dout = np.random.default_rng(2).standard_normal(images.shape)
    y, cache = ops.prelu.forward(images, a)
    dx, da = ops.prelu.backward(dout, cache)
    for c in range(3):
        np.testing.assert_array_equal(y[:, c], ops.leaky_relu(images[:, c], slope=a[c]))
        np.testing.assert_array_equal(dx[:, c], gradient(ops.leaky_relu, images[:, c], dout[:, c], slope=a[c]))
    np.testing.assert_allclose(da, (dout * np.minimum(images, 0)).sum(axis=(0, 2, 3)), rtol=1e-12)
    one, cache = ops.prelu.forward(images, np.array([0.3]))
    np.testing.assert_array_equal(one, ops.leaky_relu(images, slope=0.3))
    np.testing.assert_allclose(ops.prelu.backward(dout, cache)[1], [(dout * np.minimum(images, 0)).sum()], rtol=1e-12)
    np.testing.assert_array_equal(ops.prelu(np.array([-2.0, 1.0]), np.array([0.5])), [-1, 1])  # without channels


def test_prelu_of_one_number_keeps_its_shape():
    y, cache = ops.prelu.forward(np.array(-2.0), np.array([0.5]))
    dx, da = ops.prelu.backward(np.array(3.0), cache)
    assert (y.shape, dx.shape, da.shape) == ((), (), (1,))
    assert (y, dx, da) == (-1, 1.5, -6)


@pytest.mark.parametrize("shape, slopes", [((2, 3, 4, 5), (2,)), ((2, 3), (3, 1)), ((5,), (5,)), ((2, 3), ())])
def test_prelu_wants_a_slope_for_each_channel(shape, slopes):
    with pytest.raises(InputError, match=r"prelu: a should be of shape \(1,\), or \(C,\)"):
        ops.prelu(np.ones(shape), np.ones(slopes))


def test_softplus_is_a_smooth_relu():
    np.testing.assert_allclose(ops.softplus(x) - ops.softplus(-x), x, rtol=1e-12)
    gap = ops.softplus(FAR) - ops.relu(FAR)
    assert (gap >= 0).all() and gap.max() == gap[3] == np.log(2)
