"""The L2 penalty, and when it is weight decay."""

import numpy as np
import pytest

from npdl import InputError, Tensor, ops
from npdl.nn import Parameter
from npdl.optim import SGD, Adam

rng = np.random.default_rng(0)
W, B, G = rng.standard_normal((3, 4)), rng.standard_normal(4), rng.standard_normal((3, 4))


def test_half_the_sum_of_squares_and_its_gradient():
    w, b = Tensor(W, requires_grad=True), Tensor(B, requires_grad=True)
    loss = 0.1 * ops.l2_penalty(w, b)
    loss.backward()
    assert loss.item() == pytest.approx(0.1 * ((W**2).sum() + (B**2).sum()) / 2)
    np.testing.assert_allclose(w.grad, 0.1 * W, rtol=1e-15)
    np.testing.assert_allclose(b.grad, 0.1 * B, rtol=1e-15)


def step(optimizer, decay, gradient, **options):
    """The weights after one step on the loss Σ gradient · w + decay · penalty."""
    w = Parameter(W.copy())
    ((w * gradient).sum() + decay * ops.l2_penalty(w)).backward()
    optimizer([w], **options).step()
    return w.data


def test_under_gradient_descent_it_is_weight_decay():
    lr, decay = 0.1, 0.3
    np.testing.assert_allclose(step(SGD, decay, G, lr=lr), (1 - lr * decay) * W - lr * G, rtol=1e-12)


def test_under_adam_it_is_not():
    """With no other gradient Adam's first step is lr long for every weight, however small the penalty or the weight."""
    lr = 1e-3
    for decay in (1e-3, 1.0):
        np.testing.assert_allclose(step(Adam, decay, 0 * G, lr=lr), W - lr * np.sign(W), atol=lr / 1000)
    decayed = (1 - lr * 1.0) * W
    assert np.abs(step(Adam, 1.0, 0 * G, lr=lr) - decayed).max() > lr / 10


def test_only_what_is_trained_gets_a_gradient():
    w, frozen = Tensor(W, requires_grad=True), Tensor(B)
    ops.l2_penalty(frozen, w).backward()
    np.testing.assert_array_equal(w.grad, W)
    assert frozen.grad is None


def test_a_penalty_on_nothing():
    with pytest.raises(InputError, match="l2_penalty: ws should be one array or more"):
        ops.l2_penalty()
