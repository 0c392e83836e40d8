"""Schedules: the closed forms of the factors, PyTorch's schedulers, and how a Schedule drives an optimiser."""

from itertools import pairwise
from math import cos, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npdl import InputError, InputTypeError, nn, optim
from npdl.optim import constant, cosine, linear, one_cycle, step_decay, warmup
from tests.optim.helpers import LAWS

steps_ = st.integers(1, 500)
shares = st.floats(0, 1)

FACTORS = {
    "constant": constant(),
    "linear": linear(20, floor=0.1),
    "step_decay": step_decay(7, gamma=0.5),
    "milestones": step_decay([3, 8, 15], gamma=0.2),
    "cosine": cosine(20, floor=0.05),
    "warmup": warmup(5),
    "warmup then cosine": warmup(5, then=cosine(15)),
    "one_cycle": one_cycle(20),
    "one_cycle, others": one_cycle(23, rise=0.4, start=0.1, end=0.01),
}


def made(lr=0.1, **options):
    return optim.SGD([nn.Parameter(np.zeros(1))], lr=lr, **options)


@pytest.mark.parametrize("factor", FACTORS.values(), ids=FACTORS)
def test_it_is_a_pure_function_that_stays_where_it_ends(factor):
    values = [factor(t) for t in range(60)]
    assert [factor(t) for t in reversed(range(60))] == values[::-1]
    assert all(0 <= value <= 1 for value in values)
    assert len({factor(t) for t in (10**6, 10**6 + 1, 2 * 10**6)}) == 1


@LAWS
@given(steps=steps_, floor=shares)
def test_linear_and_cosine_go_from_1_to_the_floor(steps, floor):
    t = np.arange(steps + 1)
    line, wave = ([factor(i) for i in t] for factor in (linear(steps, floor), cosine(steps, floor)))
    np.testing.assert_allclose(line, 1 - (1 - floor) * t / steps, rtol=0, atol=1e-12)
    np.testing.assert_allclose(wave, (1 + floor) / 2 + (1 - floor) / 2 * np.cos(pi * t / steps), rtol=0, atol=1e-12)
    for factor in (linear(steps, floor), cosine(steps, floor)):
        assert factor(0) == 1 and factor(steps) == floor and factor(3 * steps) == floor
    assert all(a >= b - 1e-15 for path in (line, wave) for a, b in pairwise(path))


@LAWS
@given(every=steps_, gamma=shares, t=st.integers(0, 2000))
def test_step_decay_multiplies_by_gamma_every_so_often(every, gamma, t):
    factor = step_decay(every, gamma)
    assert factor(t + every) == pytest.approx(gamma * factor(t)) and factor(0) == factor(every - 1) == 1
    multiples = list(range(every, t + every, every))
    if multiples:
        assert step_decay(multiples, gamma)(t) == factor(t)


@LAWS
@given(steps=steps_, t=st.integers(0, 2000))
def test_warmup_rises_by_equal_amounts_and_hands_over(steps, t):
    then = cosine(100)
    factor = warmup(steps, then)
    assert factor(t) == ((t + 1) / steps if t < steps else then(t - steps))
    assert factor(0) == 1 / steps and factor(steps - 1) == factor(steps) == 1


def test_warmups_may_be_nested():
    factor = warmup(2, warmup(2, step_decay(1, 0.5)))
    assert [factor(t) for t in range(7)] == [0.5, 1, 0.5, 1, 1, 0.5, 0.25]


@LAWS
@given(steps=st.integers(10, 500), rise=st.floats(0.2, 0.8), start=shares, end=shares)
def test_one_cycle_rises_to_1_and_falls_to_its_end(steps, rise, start, end):
    factor = one_cycle(steps, rise, start, end)
    values, top = [factor(t) for t in range(steps)], int(rise * steps - 1)
    assert values[0] == pytest.approx(start) and values[-1] == pytest.approx(end) and factor(2 * steps) == values[-1]
    assert all(a <= b + 1e-12 for a, b in pairwise(values[: top + 1]))
    assert all(a >= b - 1e-12 for a, b in pairwise(values[top + 1 :]))
    assert one_cycle(10, 0.3, start, end)(2) == 1  # 0.3 · 10 - 1: the top lies on a step


def torch_rates(torch, make, steps, lr=0.1):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    schedule, rates = make(torch.optim.lr_scheduler, optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


@pytest.mark.oracle
@pytest.mark.parametrize(
    "factor, make, steps",
    [
        (linear(20, 0.1), lambda s, o: s.LinearLR(o, 1, 0.1, total_iters=20), 30),
        (step_decay(7, 0.5), lambda s, o: s.StepLR(o, 7, gamma=0.5), 30),
        (step_decay([3, 8, 15], 0.2), lambda s, o: s.MultiStepLR(o, [3, 8, 15], gamma=0.2), 30),
        (cosine(20, 0.05), lambda s, o: s.CosineAnnealingLR(o, 20, eta_min=0.005), 21),  # then theirs rises again
        (warmup(5), lambda s, o: s.LinearLR(o, 1 / 5, total_iters=4), 12),
        (
            warmup(5, then=cosine(15)),
            lambda s, o: s.SequentialLR(
                o, [s.LinearLR(o, 1 / 5, total_iters=4), s.CosineAnnealingLR(o, 15)], milestones=[5]
            ),
            20,
        ),
        (one_cycle(20), lambda s, o: s.OneCycleLR(o, 0.1, total_steps=20, cycle_momentum=False), 20),
        (
            one_cycle(23, rise=0.4, start=0.1, end=0.01),
            lambda s, o: s.OneCycleLR(
                o, 0.1, total_steps=23, pct_start=0.4, div_factor=10, final_div_factor=10, cycle_momentum=False
            ),
            23,
        ),
    ],
    ids=[
        "linear",
        "step_decay",
        "milestones",
        "cosine",
        "warmup",
        "warmup then cosine",
        "one_cycle",
        "one_cycle, others",
    ],
)
@pytest.mark.filterwarnings("ignore:.*scheduler.step:UserWarning")  # SequentialLR's own steps
def test_pytorchs_scheduler_gives_the_same_rates(factor, make, steps):
    torch = pytest.importorskip("torch")
    optimizer, mine = made(), []
    schedule = optim.Schedule(optimizer, factor)
    for _ in range(steps):
        mine.append(optimizer.lr)
        schedule.step()
    np.testing.assert_allclose(mine, torch_rates(torch, make, steps), rtol=1e-10, atol=1e-16)


def test_every_group_keeps_its_share():
    p, q = nn.Parameter(np.zeros(1)), nn.Parameter(np.zeros(1))
    optimizer = optim.SGD([{"parameters": [p]}, {"parameters": [q], "lr": 0.01}], lr=0.1)
    schedule = optim.Schedule(optimizer, warmup(2, then=step_decay(1, 0.5)))
    expected = [0.5, 1, 1, 0.5, 0.25]
    for t, factor in enumerate(expected):
        assert schedule.t == t and optimizer.lr == [0.1 * factor, 0.01 * factor]
        schedule.step()


def test_the_rate_holds_for_the_next_step():
    """The first step is made with factor(0), already when the schedule is made."""
    optimizer = made(lr=1.0)
    schedule = optim.Schedule(optimizer, lambda t: [0.5, 0.25][t])
    (w,) = optimizer.parameters
    for expected in (-0.5, -0.75):
        w.grad = np.ones(1)
        optimizer.step()
        assert w.data == expected
        if schedule.t == 0:
            schedule.step()


def test_a_rate_set_by_hand_holds_until_the_next_step_and_base_for_good():
    optimizer = made()
    schedule = optim.Schedule(optimizer, step_decay(1, 0.5))
    optimizer.lr = 7
    schedule.step()
    assert optimizer.lr == 0.05
    schedule.base = [1.0]
    schedule.step()
    assert optimizer.lr == 0.25


def test_warm_restarts_are_one_line():
    factor = lambda t: cosine(10)(t % 10)  # noqa: E731
    optimizer, rates = made(lr=1), []
    schedule = optim.Schedule(optimizer, factor)
    for _ in range(30):
        rates.append(optimizer.lr)
        schedule.step()
    assert rates[:10] == rates[10:20] == rates[20:] and rates[5] == pytest.approx((1 + cos(pi / 2)) / 2)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: linear(0), "linear: steps should be an integer >= 1; got 0"),
        (lambda: cosine(-5), "cosine: steps should be an integer >= 1; got -5"),
        (lambda: cosine(10.5), "cosine: steps should be an integer >= 1; got 10.5"),
        (lambda: cosine(10, floor=2), r"cosine: floor should be in \[0, 1\]; got 2"),
        (lambda: warmup(0), "warmup: steps should be an integer >= 1"),
        (lambda: warmup(5, then=1), "warmup: then should be a function of the step"),
        (lambda: step_decay(0), "step_decay: every should be an integer >= 1; got 0"),
        (lambda: step_decay([]), "step_decay: every should be an integer, or a list of integers >= 1"),
        (lambda: step_decay([5, 3]), "step_decay: every should be an integer, or a list"),
        (lambda: step_decay([0, 3]), "step_decay: every should be an integer, or a list"),
        (lambda: step_decay([1.5, 2]), r"step_decay: every should be an integer, or a list of .*; got \[1.5, 2\]"),
        (lambda: step_decay(True), "step_decay: every should be an integer >= 1; got True"),
        (lambda: step_decay(5, gamma="a"), r"step_decay: gamma should be in \[0, 1\]; got 'a'"),
        (lambda: one_cycle(10, rise="a"), "one_cycle: rise should be in"),
        (lambda: step_decay(5, gamma=-1), r"step_decay: gamma should be in \[0, 1\]; got -1"),
        (lambda: one_cycle(0), "one_cycle: steps should be an integer >= 1; got 0"),
        (lambda: one_cycle(10, rise=1), r"one_cycle: rise should be in \(1/steps, 1\), steps = 10; got 1"),
        (lambda: one_cycle(10, rise=0.1), "one_cycle: rise should be"),
        (lambda: one_cycle(10, start=-1), "one_cycle: start should be in"),
        (lambda: optim.Schedule(made(), 0.1), "Schedule: factor should be a function of the step"),
        (lambda: optim.Schedule(made(), lambda t: -1.0), r"Schedule: factor\(0\) should be in \[0, inf\]; got -1"),
        (lambda: optim.Schedule(made(), lambda t: float("nan")), r"Schedule: factor\(0\) should be in"),
    ],
)
def test_what_is_no_schedule(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_no_function_is_an_error_of_type():
    with pytest.raises(InputTypeError):
        optim.Schedule(made(), 0.1)


def test_a_factor_that_fails_later_leaves_the_schedule_where_it_was():
    optimizer = made()
    schedule = optim.Schedule(optimizer, lambda t: 1.0 - t)
    schedule.step()
    with pytest.raises(InputError, match=r"factor\(2\)"):
        schedule.step()
    assert schedule.t == 1 and optimizer.lr == 0
