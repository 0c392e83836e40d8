"""RMSProp: CS231n's numbers, the formula with its average written out, and PyTorch's path."""

import numpy as np
import pytest

from npdl import optim
from tests.optim.helpers import Regression, bumpy, descend, grid, one_step

W0 = np.linspace(-2, 2, 6)


@pytest.mark.topic("R196")
def test_the_numbers_that_cs231n_prints():
    w, state = one_step(lambda p: optim.RMSProp(p, lr=1e-2), grid(-0.4, 0.6), grid(-0.6, 0.4), r=grid(0.6, 0.9))
    np.testing.assert_allclose([w[0, 0], w[3, 4]], [-0.39223849, 0.59576619], atol=5e-9)
    np.testing.assert_allclose([state["r"][0, 0], state["r"][3, 4]], [0.5976, 0.8926], rtol=1e-8)


@pytest.mark.topic("R196")
def test_200_steps_by_the_formula():
    """r_t = (1 - ρ) Σ_i ρ^(t-i) g_i², the average with its recursion undone; w_t = w_{t-1} - lr g_t / (√r_t + eps)."""
    lr, decay, eps = 0.01, 0.9, 1e-3
    path = descend(lambda p: optim.RMSProp(p, lr=lr, decay=decay, eps=eps), bumpy, W0, 200)
    w, gradients = W0, []
    for t in range(1, 201):
        gradients.append(bumpy(w))
        weights = (1 - decay) * decay ** np.arange(t - 1, -1, -1)
        r = weights @ np.array(gradients) ** 2
        w = w - lr * gradients[-1] / (np.sqrt(r) + eps)
        np.testing.assert_allclose(path[t], w, rtol=1e-10, atol=1e-10)


def test_the_size_of_the_gradient_does_not_matter():
    """Only its sign and its history do: eps aside, 1000 times the gradient is the same step."""
    rule = lambda p: optim.RMSProp(p, lr=0.01, eps=0)  # noqa: E731
    small, large = descend(rule, bumpy, W0, 50), descend(rule, lambda w: 1000 * bumpy(w), W0, 50)
    np.testing.assert_allclose(small, large, rtol=1e-9, atol=1e-9)


@pytest.mark.topic("R196")
@pytest.mark.oracle
def test_the_path_is_pytorchs():
    torch = pytest.importorskip("torch")
    mine = Regression().path(lambda p: optim.RMSProp(p, lr=0.01, decay=0.95, eps=1e-6), 200)
    theirs = Regression().torch_path(torch, lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.95, eps=1e-6), 200)
    np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-10)


def test_a_decay_that_is_none():
    with pytest.raises(ValueError, match=r"RMSProp: decay should be in \[0, 1\); got 1.5"):
        one_step(lambda p: optim.RMSProp(p, decay=1.5), W0, W0)
