"""Gradient descent: its closed form on a quadratic, when it diverges, and why a mini-batch is enough."""

import numpy as np
import pytest

from npdl import Tensor, nn, ops, optim
from tests.optim.helpers import Regression, descend

A = np.array([[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]])  # symmetric, positive
W0 = np.array([3.0, 2.0, 1.0])


@pytest.mark.topic("R191")
def test_on_a_quadratic_w_t_is_a_power_of_a_matrix():
    """L = wᵀAw / 2 has gradient Aw, so a step multiplies w by I - lr A."""
    w, lr = nn.Parameter(W0.copy()), 0.2
    optimizer = optim.SGD([w], lr=lr)
    for t in range(1, 51):
        loss = 0.5 * (w @ Tensor(A) @ w)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        expected = np.linalg.matrix_power(np.eye(3) - lr * A, t) @ W0
        np.testing.assert_allclose(w.data, expected, rtol=1e-11, atol=1e-14)


@pytest.mark.topic("R502")
@pytest.mark.parametrize("factor", [0.1, 1.0, 1.9, 1.99, 2.01, 2.1, 3.0])
def test_a_quadratic_diverges_if_and_only_if_lr_is_over_2_by_l(factor):
    """L is the largest curvature: the largest eigenvalue of A."""
    L = np.linalg.eigvalsh(A).max()
    lengths = np.linalg.norm(descend(lambda p: optim.SGD(p, lr=factor / L), lambda w: A @ w, W0, 400), axis=1)
    if factor < 2:
        assert lengths[-1] < 0.1 * lengths[0]
    else:
        assert lengths[-1] > 10 * lengths[0]


@pytest.mark.topic("R502")
def test_at_exactly_2_by_l_it_swings_for_ever():
    path = descend(lambda p: optim.SGD(p, lr=0.5), lambda w: 4 * w, [1.0], 101)
    assert path.ravel().tolist() == [1.0, -1.0] * 51


@pytest.mark.topic("R192")
def test_the_mean_gradient_of_all_mini_batches_is_the_full_gradient():
    """Batches of 1, 2, 4, 5, 8 or 10 that together hold all 40 samples once: their mean gradient is the full one."""
    data = Regression()

    def gradient(rows):
        w = Tensor(data.weight.T.copy(), requires_grad=True)
        ops.softmax_cross_entropy(ops.affine(Tensor(data.x[rows]), w, data.bias), data.y[rows]).backward()
        return w.grad

    full, order = gradient(np.arange(40)), np.random.default_rng(2).permutation(40)
    for size in (1, 2, 4, 5, 8, 10):
        of_batches = [gradient(rows) for rows in order.reshape(-1, size)]
        np.testing.assert_allclose(np.mean(of_batches, axis=0), full, rtol=1e-12, atol=1e-15)
        assert max(np.abs(g - full).max() for g in of_batches) > 1e-2  # each by itself is only an estimate


@pytest.mark.topic("R192")
@pytest.mark.oracle
def test_the_path_is_pytorchs():
    torch = pytest.importorskip("torch")
    mine = Regression().path(lambda p: optim.SGD(p, lr=0.3), 100)
    theirs = Regression().torch_path(torch, lambda p: torch.optim.SGD(p, lr=0.3), 100)
    np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-13)
