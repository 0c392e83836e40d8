"""Momentum: CS231n's numbers, the two ways to write it, and PyTorch's path."""

import numpy as np
import pytest

from npdl import optim
from tests.optim.helpers import Regression, bumpy, descend, grid, one_step

W0 = np.linspace(-2, 2, 6)
LR, MOMENTUM = 0.02, 0.9


@pytest.mark.topic("R193")
def test_the_numbers_that_cs231n_prints():
    w, state = one_step(lambda p: optim.Momentum(p, lr=1e-3), grid(-0.4, 0.6), grid(-0.6, 0.4), v=grid(0.6, 0.9))
    np.testing.assert_allclose([w[0, 0], w[3, 4]], [0.1406, 1.4096], rtol=1e-8)
    np.testing.assert_allclose([state["v"][0, 0], state["v"][3, 4]], [0.5406, 0.8096], rtol=1e-8)


@pytest.mark.topic("R193", "R194")
def test_both_signs_of_v_give_one_path():
    """v ← αv - ηg, w ← w + v (CS231n) and v ← αv + ηg, w ← w - v: v has the other sign, w is the same."""
    w, v, expected = W0.copy(), np.zeros_like(W0), [W0]
    for _ in range(200):
        v = MOMENTUM * v + LR * bumpy(w)
        w = w - v
        expected.append(w)
    path = descend(lambda p: optim.Momentum(p, lr=LR, momentum=MOMENTUM), bumpy, W0, 200)
    np.testing.assert_allclose(path, expected, rtol=1e-12, atol=1e-13)


def test_w_is_a_sum_over_all_gradients():
    """With v written out: w_t - w_{t-1} = -lr Σ_i momentum^(t-i) g_i."""
    path = descend(lambda p: optim.Momentum(p, lr=LR, momentum=MOMENTUM), bumpy, W0, 100)
    gradients = np.array([bumpy(w) for w in path])
    for t in range(1, 101):
        weights = MOMENTUM ** np.arange(t - 1, -1, -1)  # the oldest gradient counts least
        np.testing.assert_allclose(path[t] - path[t - 1], -LR * weights @ gradients[:t], rtol=1e-9, atol=1e-12)


def test_without_momentum_it_is_gradient_descent():
    without = descend(lambda p: optim.Momentum(p, lr=LR, momentum=0), bumpy, W0, 50)
    np.testing.assert_array_equal(without, descend(lambda p: optim.SGD(p, lr=LR), bumpy, W0, 50))


@pytest.mark.topic("R193", "R194")
@pytest.mark.oracle
def test_the_path_is_pytorchs_while_lr_is_constant():
    torch = pytest.importorskip("torch")
    mine = Regression().path(lambda p: optim.Momentum(p, lr=0.1, momentum=0.9), 200)
    theirs = Regression().torch_path(torch, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), 200)
    np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-11)


def test_lr_is_inside_v_so_a_smaller_lr_does_not_brake_what_already_moves():
    """PyTorch, with lr outside v, would go on with lr · momentum · v = 0.01 · 0.5 · 2, this rule with 0.1 · 0.5 · 2."""
    w, g, zero = np.array([0.0]), np.array([2.0]), np.array([0.0])
    w, state = one_step(lambda p: optim.Momentum(p, lr=0.1, momentum=0.5), w, g)
    assert w == -0.2
    w, _ = one_step(lambda p: optim.Momentum(p, lr=0.01, momentum=0.5), w, zero, **state)
    assert w == pytest.approx(-0.3)


@pytest.mark.parametrize("momentum", [-0.1, 1.1, float("nan")])
def test_a_momentum_that_is_none(momentum):
    with pytest.raises(ValueError, match=r"Momentum: momentum should be in \[0, 1\)"):
        one_step(lambda p: optim.Momentum(p, lr=0.1, momentum=momentum), W0, W0)
