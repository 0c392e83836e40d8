"""Adagrad: the formula with its sum written out, its closed form, where eps stands, and PyTorch's path."""

import numpy as np
import pytest

from npdl import optim
from tests.optim.helpers import Regression, bumpy, descend, one_step

W0 = np.linspace(-2, 2, 6)


@pytest.mark.topic("R195")
def test_200_steps_by_the_formula():
    """w_t = w_{t-1} - lr g_t / (√Σ g_i² + eps), the sum over all gradients so far."""
    path = descend(lambda p: optim.Adagrad(p, lr=0.1, eps=1e-3), bumpy, W0, 200)
    w, gradients = W0, []
    for t in range(1, 201):
        gradients.append(bumpy(w))
        w = w - 0.1 * gradients[-1] / (np.sqrt((np.array(gradients) ** 2).sum(axis=0)) + 1e-3)
        np.testing.assert_allclose(path[t], w, rtol=1e-10, atol=1e-10)


@pytest.mark.topic("R195")
def test_with_a_constant_gradient_the_way_is_a_sum_of_1_by_root_t():
    """Whatever the size of the gradient: step t is lr / √t long, the first one lr."""
    g = np.array([1e-3, -1.0, 1e3])
    path = descend(lambda p: optim.Adagrad(p, lr=0.1), lambda w: g, np.zeros(3), 100)
    way = 0.1 * np.cumsum(1 / np.sqrt(np.arange(1, 101)))
    np.testing.assert_allclose(path[1:], -np.sign(g) * way[:, None], rtol=1e-6)


@pytest.mark.topic("R195")
def test_eps_stands_outside_the_root():
    """√s + eps = 1 + 0.5; inside it would be √1.5 = 1.22."""
    w, state = one_step(lambda p: optim.Adagrad(p, lr=1, eps=0.5), np.zeros(1), np.ones(1))
    assert w == -1 / 1.5 and state["s"] == 1


def test_a_weight_that_is_rarely_pushed_takes_longer_steps():
    """Both are pushed by 1 in the last step; the first was pushed 9 times before: steps of 1/√10 and 1."""
    pushes = iter([[1.0, 0.0]] * 9 + [[1.0, 1.0]])
    path = descend(lambda p: optim.Adagrad(p, lr=1), lambda w: np.array(next(pushes)), np.zeros(2), 10)
    np.testing.assert_allclose(path[9] - path[10], [1 / np.sqrt(10), 1])


@pytest.mark.topic("R195")
@pytest.mark.oracle
def test_the_path_is_pytorchs():
    torch = pytest.importorskip("torch")
    for options in (dict(lr=0.1), dict(lr=0.3, eps=1e-3)):
        mine = Regression().path(lambda p: optim.Adagrad(p, **options), 200)  # noqa: B023
        theirs = Regression().torch_path(torch, lambda p: torch.optim.Adagrad(p, **options), 200)  # noqa: B023
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("Rule", [optim.Adagrad, optim.RMSProp, optim.Adam, optim.AdamW])
@pytest.mark.parametrize("eps", [-1e-8, float("nan")])
def test_an_eps_that_is_none(Rule, eps):
    with pytest.raises(ValueError, match=rf"{Rule.__name__}: eps should be in \[0, inf\]; got"):
        one_step(lambda p: Rule(p, eps=eps), W0, W0)
