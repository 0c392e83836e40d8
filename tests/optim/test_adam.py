"""Adam: CS231n's numbers, algorithm 1 of the paper with its averages written out, and PyTorch's path."""

import numpy as np
import pytest

from npdl import optim
from tests.optim.helpers import Regression, bumpy, descend, grid, one_step

W0 = np.linspace(-2, 2, 6)


@pytest.mark.topic("R197")
def test_the_numbers_that_cs231n_prints():
    """Its state says t = 5: five steps have been made and this is the sixth."""
    start = dict(m=grid(0.6, 0.9), v=grid(0.7, 0.5), t=5)
    w, state = one_step(lambda p: optim.Adam(p, lr=1e-2), grid(-0.4, 0.6), grid(-0.6, 0.4), **start)
    np.testing.assert_allclose([w[0, 0], w[3, 4]], [-0.40094747, 0.59801459], atol=5e-9)
    np.testing.assert_allclose([state["v"][0, 0], state["v"][3, 4]], [0.69966, 0.49966], rtol=1e-8)
    np.testing.assert_allclose([state["m"][0, 0], state["m"][3, 4]], [0.48, 0.85], rtol=1e-8)
    assert state["t"] == 6


@pytest.mark.topic("R197")
def test_the_first_step_is_lr_long_whatever_the_gradient():
    """m̂ = g and v̂ = g² after one step: the corrections take out the start from zero altogether."""
    g = np.array([1e-3, -1.0, 1e3, 0.0])
    w, _ = one_step(lambda p: optim.Adam(p, lr=0.1), np.zeros(4), g)
    np.testing.assert_allclose(w, [-0.1, 0.1, -0.1, 0], rtol=2e-5)  # eps = 1e-8 is a 1e-5th of the smallest gradient


@pytest.mark.topic("R197")
def test_200_steps_by_the_paper():
    """m_t = (1 - β1) Σ_i β1^(t-i) g_i, and v_t so with g_i²: the averages with their recursion undone."""
    lr, beta1, beta2, eps = 0.02, 0.8, 0.95, 1e-3
    path = descend(lambda p: optim.Adam(p, lr=lr, betas=(beta1, beta2), eps=eps), bumpy, W0, 200)
    w, gradients = W0, []
    for t in range(1, 201):
        gradients.append(bumpy(w))
        age = np.arange(t - 1, -1, -1)
        m = (1 - beta1) * beta1**age @ np.array(gradients)
        v = (1 - beta2) * beta2**age @ np.array(gradients) ** 2
        w = w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
        np.testing.assert_allclose(path[t], w, rtol=1e-10, atol=1e-10)


@pytest.mark.topic("R197")
@pytest.mark.oracle
def test_the_path_is_pytorchs():
    torch = pytest.importorskip("torch")
    options = dict(lr=0.02, betas=(0.85, 0.97), eps=1e-6)
    mine = Regression().path(lambda p: optim.Adam(p, **options), 200)
    theirs = Regression().torch_path(torch, lambda p: torch.optim.Adam(p, **options), 200)
    np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("betas", [0.9, (0.9,), (0.9, 0.99, 0.999), "ab"])
def test_betas_that_are_no_pair(betas):
    with pytest.raises(ValueError, match="Adam: betas should be a pair"):
        one_step(lambda p: optim.Adam(p, betas=betas), W0, W0)


@pytest.mark.parametrize("betas", [(-0.1, 0.9), (0.9, 1.1), (0.9, "b")])
def test_betas_that_are_none(betas):
    with pytest.raises(ValueError, match=r"Adam: betas should be in \[0, 1\)"):
        one_step(lambda p: optim.Adam(p, betas=betas), W0, W0)
