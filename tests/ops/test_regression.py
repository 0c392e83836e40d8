"""Losses of regression: closed forms, how they hang together, and differences far from zero."""

import math

import numpy as np
import pytest
from scipy import stats

from npdl import InputError, Tensor, ops
from tests.ops.helpers import loss_and_gradients

rng = np.random.default_rng(0)
x, target, logvar = rng.standard_normal((3, 6, 4)) * 2
d = x - target


def test_mse_and_its_gradients():
    a, b = Tensor(x, requires_grad=True), Tensor(target, requires_grad=True)
    loss = ops.mse(a, b)
    loss.backward()
    assert loss.item() == pytest.approx((d**2).mean())
    np.testing.assert_allclose(a.grad, 2 * d / 24, rtol=1e-12)
    np.testing.assert_array_equal(b.grad, -a.grad)


def test_l1_and_its_gradients():
    loss, (dx, dtarget) = loss_and_gradients(ops.l1, x, target)
    assert loss == pytest.approx(np.abs(d).mean())
    np.testing.assert_allclose(dx, np.sign(d) / 24, rtol=1e-12)
    np.testing.assert_array_equal(dtarget, -dx)


def test_l1_has_gradient_0_at_0():
    loss, (dx, dtarget) = loss_and_gradients(ops.l1, x, x)
    assert loss == 0
    assert not dx.any() and not dtarget.any()


def test_the_best_constant_is_the_mean_for_mse_and_the_median_for_l1():
    numbers = rng.standard_normal(9)
    for loss, best in ((ops.mse, np.mean(numbers)), (ops.l1, np.median(numbers))):
        _, (slopes, _) = loss_and_gradients(loss, np.full(9, best), numbers)
        assert slopes.sum() == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("width", [1.0, 0.3, 2.5])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_huber_is_smooth_l1_times_delta(width, reduction):
    huber, huber_gradients = loss_and_gradients(ops.huber, x, target, delta=width, reduction=reduction)
    smooth, smooth_gradients = loss_and_gradients(ops.smooth_l1, x, target, beta=width, reduction=reduction)
    np.testing.assert_allclose(huber, width * smooth, rtol=1e-12)
    for a, b in zip(huber_gradients, smooth_gradients, strict=True):
        np.testing.assert_allclose(a, width * b, rtol=1e-12)


@pytest.mark.topic("R387")
def test_smooth_l1_is_a_parabola_inside_and_l1_outside():
    """Fast R-CNN's: 0.5 d² for |d| < 1, else |d| - 0.5."""
    expected = np.where(np.abs(d) < 1, 0.5 * d * d, np.abs(d) - 0.5)
    np.testing.assert_allclose(ops.smooth_l1(x, target, reduction="none"), expected, rtol=1e-12)


@pytest.mark.topic("R387")
@pytest.mark.parametrize("beta", [1.0, 0.3])
def test_smooth_l1_is_continuous_with_its_derivative_where_the_two_meet(beta):
    for side in (1, -1):
        near = side * beta * np.array([1 - 1e-9, 1, 1 + 1e-9])
        loss, (slope, _) = loss_and_gradients(ops.smooth_l1, near, np.zeros(3), beta=beta, reduction="none")
        np.testing.assert_allclose(loss, beta / 2, atol=1e-8)
        np.testing.assert_allclose(slope, side, atol=1e-8)


def test_the_limits_of_both():
    np.testing.assert_allclose(ops.huber(x, target, delta=1e3), ops.mse(x, target) / 2, rtol=1e-12)
    np.testing.assert_allclose(ops.smooth_l1(x, target, beta=1e-9), ops.l1(x, target), atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("far", [1e4, 1e30])
def test_no_outlier_pulls_by_more_than_delta(far, dtype):
    outliers = np.array([far, -far], dtype)
    loss, (dx, _) = loss_and_gradients(ops.huber, outliers, np.zeros_like(outliers), delta=0.5, reduction="none")
    np.testing.assert_allclose(loss, 0.5 * (far - 0.25), rtol=1e-6)
    np.testing.assert_array_equal(dx, [0.5, -0.5])
    loss, (dx, _) = loss_and_gradients(ops.smooth_l1, outliers, np.zeros_like(outliers), beta=0.5, reduction="none")
    np.testing.assert_allclose(loss, far - 0.25, rtol=1e-6)
    np.testing.assert_array_equal(dx, [1, -1])


# The negative logarithm of a Gaussian's density.


@pytest.mark.topic("R026")
def test_gaussian_nll_is_minus_the_log_of_the_density():
    expected = -stats.norm.logpdf(x, target, np.exp(logvar / 2))
    np.testing.assert_allclose(ops.gaussian_nll(x, target, logvar, reduction="none"), expected, rtol=1e-12)
    np.testing.assert_allclose(ops.gaussian_nll(x, target, logvar, reduction="sum"), expected.sum(), rtol=1e-12)


@pytest.mark.topic("R026")
def test_gradients_of_the_gaussian_nll():
    var = np.exp(logvar)
    _, (dx, dmu, dlogvar) = loss_and_gradients(ops.gaussian_nll, x, target, logvar, reduction="sum")
    np.testing.assert_allclose(dmu, -d / var, rtol=1e-12)
    np.testing.assert_array_equal(dx, -dmu)
    np.testing.assert_allclose(dlogvar, 0.5 * (1 - d * d / var), rtol=1e-12)


@pytest.mark.topic("R026")
def test_mean_and_variance_of_the_data_are_the_most_likely():
    mean, variance = x.mean(axis=0), x.var(axis=0)
    mu, log_variance = (np.broadcast_to(a, x.shape) for a in (mean, np.log(variance)))
    _, (_, dmu, dlogvar) = loss_and_gradients(ops.gaussian_nll, x, mu, log_variance)
    np.testing.assert_allclose(dmu.sum(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(dlogvar.sum(axis=0), 0, atol=1e-15)


@pytest.mark.topic("R026")
@pytest.mark.oracle
def test_gaussian_nll_is_pytorchs():
    torch = pytest.importorskip("torch")
    tensors = mu, logs = [torch.tensor(a, requires_grad=True) for a in (target, logvar)]
    theirs = torch.nn.GaussianNLLLoss(full=True, eps=1e-30)(mu, torch.tensor(x), logs.exp())
    theirs.backward()
    mine, gradients = loss_and_gradients(ops.gaussian_nll, x, target, logvar)
    assert mine == pytest.approx(theirs.item(), rel=1e-12)
    for gradient, tensor in zip(gradients[1:], tensors, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-10)


def test_gaussian_nll_of_variance_1_is_half_the_squared_error_and_a_constant():
    loss, (dx, dmu, _) = loss_and_gradients(ops.gaussian_nll, x, target, np.zeros_like(x))
    mse, mse_gradients = loss_and_gradients(ops.mse, x, target)
    assert loss == pytest.approx(mse / 2 + math.log(2 * math.pi) / 2)
    np.testing.assert_allclose([dx, dmu], np.array(mse_gradients) / 2, rtol=1e-12)


@pytest.mark.topic("R026")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gaussian_nll_far_from_zero(dtype):
    far, zero = np.array([1e4, -1e4], dtype), np.zeros(2, dtype)
    loss, (dx, dmu, dlogvar) = loss_and_gradients(ops.gaussian_nll, far, zero, zero, reduction="none")
    np.testing.assert_allclose(loss, 5e7 + math.log(2 * math.pi) / 2, rtol=1e-7)
    np.testing.assert_array_equal(dx, far)
    np.testing.assert_array_equal(dmu, -far)
    np.testing.assert_array_equal(dlogvar, 0.5 * (1 - far * far))
    loss, (_, dmu, dlogvar) = loss_and_gradients(ops.gaussian_nll, far, zero, np.abs(far), reduction="none")
    np.testing.assert_allclose(loss, 5e3 + math.log(2 * math.pi) / 2, rtol=1e-6)  # a variance of e^10000
    np.testing.assert_array_equal(dmu, 0)
    np.testing.assert_array_equal(dlogvar, 0.5)
    assert loss.dtype == dlogvar.dtype == dtype


# What all have in common.


@pytest.mark.parametrize("loss", [ops.mse, ops.l1, ops.huber, ops.smooth_l1])
def test_the_mean_is_over_all_numbers(loss):
    each = loss(x, target, reduction="none")
    assert each.shape == x.shape
    assert loss(x, target) == pytest.approx(each.mean())
    assert loss(x, target, reduction="sum") == pytest.approx(each.sum())


@pytest.mark.parametrize(
    "loss, arrays, options, message",
    [
        *[(loss, (x, target[:, :1]), {}, r"target should be an array of shape \(6, 4\) like x; got float64 array of")
          for loss in (ops.mse, ops.l1, ops.huber, ops.smooth_l1)],
        *[(loss, (x, target), {"reduction": "average"}, 'reduction should be "mean", "sum" or "none"; got \'average\'')
          for loss in (ops.mse, ops.l1, ops.huber, ops.smooth_l1)],
        (ops.huber, (x, target), {"delta": 0}, "delta should be greater than 0; got 0"),
        (ops.huber, (x, target), {"delta": float("nan")}, "delta should be greater than 0; got nan"),
        (ops.smooth_l1, (x, target), {"beta": -1.0}, "beta should be greater than 0; got -1.0"),
        (ops.gaussian_nll, (x, target[0], logvar), {}, r"mu should be an array of shape \(6, 4\) like x"),
        (ops.gaussian_nll, (x, target, logvar[0]), {}, r"logvar should be an array of shape \(6, 4\) like x"),
        (ops.gaussian_nll, (x, target, logvar), {"reduction": 1}, "reduction should be"),
        (ops.l1, (x[:0], target[:0]), {}, "the batch should be of at least one sample"),
    ],
)  # fmt: skip
def test_bad_input(loss, arrays, options, message):
    with pytest.raises(InputError, match=f"^{loss.name}: {message}"):
        loss(*arrays, **options)
