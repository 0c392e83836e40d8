"""Nesterov's accelerated gradient: as first written, CS231n's form, PyTorch's, and what it is good for."""

import numpy as np
import pytest

from npdl import optim
from tests.optim.helpers import Regression, bumpy, descend, one_step

W0 = np.linspace(-2, 2, 6)
LR, MOMENTUM = 0.02, 0.9


def test_w_is_the_place_to_which_the_velocity_leads():
    """v ← μv - lr ∇L(θ + μv), θ ← θ + v, as first written; the rule's w is θ + μv at every step."""
    theta, v, expected = W0, np.zeros(6), [W0]
    for _ in range(200):
        v = MOMENTUM * v - LR * bumpy(theta + MOMENTUM * v)
        theta = theta + v
        expected.append(theta + MOMENTUM * v)
    path = descend(lambda p: optim.Nesterov(p, lr=LR, momentum=MOMENTUM), bumpy, W0, 200)
    np.testing.assert_allclose(path, expected, rtol=1e-10, atol=1e-11)


def test_cs231ns_form():
    """w += -μ v_before + (1 + μ) v, with v_before the velocity before the update."""
    w, v, expected = W0, np.zeros(6), [W0]
    for _ in range(200):
        before = v
        v = MOMENTUM * v - LR * bumpy(w)
        w = w - MOMENTUM * before + (1 + MOMENTUM) * v
        expected.append(w)
    path = descend(lambda p: optim.Nesterov(p, lr=LR, momentum=MOMENTUM), bumpy, W0, 200)
    np.testing.assert_allclose(path, expected, rtol=1e-10, atol=1e-11)


def test_two_steps_by_hand():
    """lr 0.1, momentum 0.5, g = 2: v = -0.2, w = -0.1 - 0.2; then g = 0: v = -0.1, w = -0.3 - 0.05."""
    rule = lambda p: optim.Nesterov(p, lr=0.1, momentum=0.5)  # noqa: E731
    w, state = one_step(rule, np.zeros(1), np.array([2.0]))
    assert w == pytest.approx(-0.3) and state["v"] == pytest.approx(-0.2)
    w, state = one_step(rule, w, np.zeros(1), **state)
    assert w == pytest.approx(-0.35) and state["v"] == pytest.approx(-0.1)


def test_without_momentum_it_is_gradient_descent():
    paths = [descend(rule, bumpy, W0, 50) for rule in (lambda p: optim.Nesterov(p, LR, 0), lambda p: optim.SGD(p, LR))]
    np.testing.assert_array_equal(*paths)


def test_it_swings_less_than_momentum_in_a_narrow_valley():
    """On the quadratic of curvatures 1 and 100 momentum overshoots and comes back many times."""
    gradient = lambda w: np.array([1.0, 100.0]) * w  # noqa: E731
    far = {
        Rule: np.abs(descend(lambda p, R=Rule: R(p, lr=0.009, momentum=0.95), gradient, [1.0, 1.0], 40)[10:, 1]).max()
        for Rule in (optim.Momentum, optim.Nesterov)
    }
    assert far[optim.Nesterov] < 0.2 * far[optim.Momentum]


@pytest.mark.oracle
@pytest.mark.parametrize("lr_inside", [True, False])
def test_the_path_is_pytorchs_while_lr_is_constant(lr_inside):
    torch = pytest.importorskip("torch")
    mine = Regression().path(lambda p: optim.Nesterov(p, lr=0.1, momentum=0.9, lr_inside=lr_inside), 200)
    theirs = Regression().torch_path(torch, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True), 200)
    np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-11)


def test_a_momentum_that_is_none():
    with pytest.raises(ValueError, match=r"Nesterov: momentum should be in \[0, 1\); got 1"):
        one_step(lambda p: optim.Nesterov(p, lr=0.1, momentum=1), W0, W0)
