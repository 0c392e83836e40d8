"""GAN losses: closed forms, the balance of the game, and scores far from zero."""

import math

import numpy as np
import pytest
from scipy import special

from npdl import Tensor, ops

rng = np.random.default_rng(0)
real, fake = rng.standard_normal((7, 1)) * 2, rng.standard_normal((5, 1)) * 2
sigmoid = special.expit


def gradients(loss, *scores):
    """(value, gradients) of a loss of Tensors."""
    tensors = [Tensor(s, requires_grad=True) for s in scores]
    value = loss(*tensors)
    value.backward()
    return value.item(), [t.grad for t in tensors]


@pytest.mark.topic("R308")
def test_discriminator_loss():
    loss, (dreal, dfake) = gradients(ops.discriminator_loss, real, fake)
    assert loss == pytest.approx(-np.log(sigmoid(real)).mean() - np.log(1 - sigmoid(fake)).mean())
    np.testing.assert_allclose(dreal, (sigmoid(real) - 1) / 7, rtol=1e-12)
    np.testing.assert_allclose(dfake, sigmoid(fake) / 5, rtol=1e-12)


@pytest.mark.topic("R308")
def test_the_best_discriminator_measures_the_jensen_shannon_divergence():
    """Its score is log(p / q), its loss 2 log 2 - 2 JS(p, q): 2 log 2, a coin's, once the fakes are like the real."""
    outcomes_real, outcomes_fake = [0, 1, 1, 1], [0, 1]  # p = 1/4, 3/4; q = 1/2, 1/2
    p, q = np.array([0.25, 0.75]), np.array([0.5, 0.5])
    best = Tensor(np.log(p / q), requires_grad=True)
    loss = ops.discriminator_loss(best[outcomes_real], best[outcomes_fake])
    loss.backward()
    m = np.stack([(p + q) / 2])
    js = (ops.kl_divergence(p[None], m) + ops.kl_divergence(q[None], m)) / 2
    assert loss.item() == pytest.approx(2 * math.log(2) - 2 * js)
    np.testing.assert_allclose(best.grad, 0, atol=1e-15)
    assert ops.discriminator_loss(np.zeros(4), np.zeros(3)) == pytest.approx(2 * math.log(2))


@pytest.mark.topic("R307")
def test_generator_loss_is_a_cross_entropy_with_the_label_1():
    loss, (dfake,) = gradients(ops.generator_loss, fake)
    assert loss == pytest.approx(-np.log(sigmoid(fake)).mean())
    np.testing.assert_allclose(dfake, (sigmoid(fake) - 1) / 5, rtol=1e-12)


@pytest.mark.topic("R307")
def test_generator_loss_does_not_saturate():
    """Where the discriminator is sure, log(1 - D) is flat; -log D has its full slope."""
    bad = np.full((5, 1), -20.0)
    _, (flat,) = gradients(lambda s: -ops.bce_with_logits(s, np.zeros((5, 1))), bad)
    _, (steep,) = gradients(ops.generator_loss, bad)
    assert np.abs(flat).max() < 1e-8
    np.testing.assert_allclose(steep, -1 / 5, rtol=1e-8)


def test_least_squares_losses():
    loss, (dreal, dfake) = gradients(ops.ls_discriminator_loss, real, fake)
    assert loss == pytest.approx(((real - 1) ** 2).mean() / 2 + (fake**2).mean() / 2)
    np.testing.assert_allclose(dreal, (real - 1) / 7, rtol=1e-12)
    np.testing.assert_allclose(dfake, fake / 5, rtol=1e-12)
    loss, (dfake,) = gradients(ops.ls_generator_loss, fake)
    assert loss == pytest.approx(((fake - 1) ** 2).mean() / 2)
    np.testing.assert_allclose(dfake, (fake - 1) / 5, rtol=1e-12)


def test_hinge_losses():
    loss, (dreal, dfake) = gradients(ops.hinge_discriminator_loss, real, fake)
    assert loss == pytest.approx(np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean())
    np.testing.assert_allclose(dreal, -1.0 * (real < 1) / 7, rtol=1e-12)
    np.testing.assert_allclose(dfake, (fake > -1) / 5, rtol=1e-12)
    loss, (dfake,) = gradients(ops.hinge_generator_loss, fake)
    assert loss == pytest.approx(-fake.mean())
    np.testing.assert_allclose(dfake, -1 / 5, rtol=1e-12)


@pytest.mark.topic("R307", "R308")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_scores_far_from_zero(dtype):
    far = np.array([1e4, -1e4], dtype)
    loss, (dreal, dfake) = gradients(ops.discriminator_loss, far, far)
    assert loss == 1e4  # half of the real and half of the fakes are mistaken, at 10000 each
    np.testing.assert_array_equal(dreal, [0, -0.5])
    np.testing.assert_array_equal(dfake, [0.5, 0])
    loss, (dfake,) = gradients(ops.generator_loss, far)
    assert loss == 5e3
    np.testing.assert_array_equal(dfake, [0, -0.5])
    assert dfake.dtype == dtype


@pytest.mark.parametrize(
    "loss, scores",
    [
        (ops.discriminator_loss, (real, fake)),
        (ops.generator_loss, (fake,)),
        (ops.ls_discriminator_loss, (real, fake)),
        (ops.ls_generator_loss, (fake,)),
        (ops.hinge_discriminator_loss, (real, fake)),
        (ops.hinge_generator_loss, (fake,)),
    ],
)
def test_arrays_give_the_same_as_tensors(loss, scores):
    value, _ = gradients(loss, *scores)
    assert float(loss(*scores)) == value
