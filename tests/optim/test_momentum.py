"""Momentum: CS231n's numbers, the two ways to write it, and PyTorch's path."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npdl import nn, optim
from tests.optim.helpers import LAWS, Regression, bumpy, descend, grid, one_step

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


EITHER = pytest.mark.parametrize("Rule", [optim.Momentum, optim.Nesterov])


@pytest.mark.topic("R193", "R194")
@EITHER
@LAWS
@given(lr=st.floats(1e-3, 0.05), momentum=st.floats(0, 0.95), decay=st.floats(0, 0.1))
def test_lr_inside_or_outside_v_is_one_path_while_lr_is_constant(Rule, lr, momentum, decay):
    inside, outside = (
        descend(lambda p, i=i: Rule(p, lr, momentum, lr_inside=i, weight_decay=decay), bumpy, W0, 30)
        for i in (True, False)
    )
    np.testing.assert_allclose(inside, outside, rtol=1e-8, atol=1e-9)


@pytest.mark.topic("R193", "R194")
@EITHER
def test_under_a_schedule_they_differ(Rule):
    """lr falls to nothing after two steps: outside, the weights stand still at once; inside, they roll on."""
    w, ends = np.zeros(1), {}
    for lr_inside in (True, False):
        parameter = nn.Parameter(w.copy())
        optimizer = Rule([parameter], lr=1.0, momentum=0.5, lr_inside=lr_inside)
        schedule = optim.Schedule(optimizer, optim.step_decay([2], gamma=0))
        for g in (1.0, 1.0, 0.0, 0.0):
            parameter.grad = np.array([g])
            optimizer.step()
            schedule.step()
        ends[lr_inside] = parameter.data.item()
    if Rule is optim.Momentum:  # v: -1, -1.5, then -0.75 and -0.375 if lr is inside
        assert ends == {True: -1 - 1.5 - 0.75 - 0.375, False: -1 - 1.5}
    else:  # steps of μv - lr g: -1.5, -1.75, then 0.5 · -0.75 and 0.5 · -0.375
        assert ends == {True: -1.5 - 1.75 - 0.375 - 0.1875, False: -1.5 - 1.75}


@pytest.mark.topic("R193", "R194")
@pytest.mark.oracle
@pytest.mark.parametrize("nesterov", [False, True])
def test_with_lr_outside_the_path_is_pytorchs_under_a_schedule_too(nesterov):
    torch = pytest.importorskip("torch")
    Rule = optim.Nesterov if nesterov else optim.Momentum

    class Scheduled:
        """An optimiser whose step is followed by its schedule's."""

        def __init__(self, optimizer, schedule):
            self.optimizer, self.schedule, self.zero_grad = optimizer, schedule, optimizer.zero_grad

        def step(self):
            self.optimizer.step()
            self.schedule.step()

    def mine(parameters, lr_inside):
        optimizer = Rule(parameters, lr=0.2, lr_inside=lr_inside)
        return Scheduled(optimizer, optim.Schedule(optimizer, optim.step_decay(10, gamma=0.5)))

    def theirs(parameters):
        optimizer = torch.optim.SGD(parameters, lr=0.2, momentum=0.9, nesterov=nesterov)
        return Scheduled(optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 10, gamma=0.5))

    expected = Regression().torch_path(torch, theirs, 60)
    np.testing.assert_allclose(Regression().path(lambda p: mine(p, False), 60), expected, rtol=1e-10, atol=1e-11)
    assert np.abs(Regression().path(lambda p: mine(p, True), 60) - expected).max() > 1e-2


@pytest.mark.parametrize("momentum", [-0.1, 1.1, float("nan")])
def test_a_momentum_that_is_none(momentum):
    with pytest.raises(ValueError, match=r"Momentum: momentum should be in \[0, 1\)"):
        one_step(lambda p: optim.Momentum(p, lr=0.1, momentum=momentum), W0, W0)
