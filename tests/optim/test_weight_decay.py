"""Weight decay: the gradient of a penalty (L2) in all rules but AdamW, which keeps it apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npdl import nn, optim
from tests.optim.helpers import LAWS, RULES, Regression, bumpy, descend

W0 = np.linspace(-2, 2, 6)
L2_RULES = {
    "sgd": (optim.SGD, dict(lr=0.05)),
    "momentum": (optim.Momentum, dict(lr=0.02)),
    "nesterov": (optim.Nesterov, dict(lr=0.02)),
    "adagrad": (optim.Adagrad, dict(lr=0.1)),
    "rmsprop": (optim.RMSProp, dict(lr=0.01)),
    "adam": (optim.Adam, dict(lr=0.02)),
}


@pytest.mark.parametrize("Rule, options", L2_RULES.values(), ids=L2_RULES)
def test_it_is_the_gradient_of_half_the_sum_of_squares(Rule, options):
    decayed = descend(lambda p: Rule(p, **options, weight_decay=0.3), bumpy, W0, 60)
    penalised = descend(lambda p: Rule(p, **options), lambda w: bumpy(w) + 0.3 * w, W0, 60)
    np.testing.assert_allclose(decayed, penalised, rtol=1e-12, atol=1e-13)
    assert np.abs(decayed - descend(lambda p: Rule(p, **options), bumpy, W0, 60)).max() > 1e-2


@LAWS
@given(lr=st.floats(1e-3, 0.5), decay=st.floats(1e-3, 1), g=st.floats(-10, 10), w=st.floats(-10, 10))
def test_in_gradient_descent_the_weights_decay(lr, decay, g, w):
    """w - lr (g + λw) = (1 - lr λ) w - lr g: L2 and decay are one thing, here."""
    path = descend(lambda p: optim.SGD(p, lr=lr, weight_decay=decay), lambda _: np.array([g]), [w], 1)
    np.testing.assert_allclose(path[1], [(1 - lr * decay) * w - lr * g], rtol=1e-12, atol=1e-12)


def test_adamw_decays_all_weights_at_one_pace_and_adam_hardly_those_with_large_gradients():
    """Gradients of sizes 1e-2 to 1e2 from one place: what decay does is where it ends less the end without it."""
    gradients = np.random.default_rng(0).standard_normal((100, 1)) * np.geomspace(1e-2, 1e2, 5)

    def end(Rule, decay):
        pushes = iter(gradients)
        return descend(lambda p: Rule(p, lr=1e-3, weight_decay=decay), lambda w: next(pushes), np.full(5, 3.0), 100)[-1]

    apart, inside = (np.abs(end(Rule, 0.01) - end(Rule, 0)) for Rule in (optim.AdamW, optim.Adam))
    np.testing.assert_allclose(apart, 100 * 1e-3 * 0.01 * 3, rtol=0.02)
    assert (inside[:-1] > 2 * inside[1:]).all()


@LAWS
@given(steps=st.integers(1, 30), lr=st.floats(1e-4, 0.1), decay=st.floats(0, 1))
def test_without_a_gradient_adamw_is_a_geometric_decay(steps, lr, decay):
    path = descend(lambda p: optim.AdamW(p, lr=lr, weight_decay=decay), np.zeros_like, W0, steps)
    np.testing.assert_allclose(path[-1], (1 - lr * decay) ** steps * W0, rtol=1e-12)


def test_without_decay_adamw_is_adam():
    adam = descend(lambda p: optim.Adam(p, lr=0.02), bumpy, W0, 50)
    np.testing.assert_array_equal(descend(lambda p: optim.AdamW(p, lr=0.02, weight_decay=0), bumpy, W0, 50), adam)


def test_adamw_as_in_the_paper():
    """Algorithm 2 of Loshchilov and Hutter, with α inside the decay as PyTorch has it, its averages written out."""
    lr, (beta1, beta2), eps, decay = 0.02, (0.8, 0.95), 1e-3, 0.2
    rule = lambda p: optim.AdamW(p, lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=decay)  # noqa: E731
    path, w, gradients = descend(rule, bumpy, W0, 100), W0, []
    for t in range(1, 101):
        gradients.append(bumpy(w))
        age = np.arange(t - 1, -1, -1)
        m = (1 - beta1) * beta1**age @ np.array(gradients)
        v = (1 - beta2) * beta2**age @ np.array(gradients) ** 2
        w = w - lr * (m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps) + decay * w)
        np.testing.assert_allclose(path[t], w, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("rule", RULES)
def test_the_gradient_stays_as_it_is(rule):
    w = nn.Parameter(W0.copy())
    optimizer = RULES[rule]([w])
    optimizer.weight_decay, w.grad = 0.5, np.full(6, 3.0)
    optimizer.step()
    assert (w.grad == 3).all() and (w.data != W0).all()


OPTIONS = {  # npdl's rule, PyTorch's, and options with the same meaning
    "SGD": ("SGD", dict(), dict()),
    "Momentum": ("SGD", dict(momentum=0.8), dict(momentum=0.8)),
    "Nesterov": ("SGD", dict(momentum=0.8), dict(momentum=0.8, nesterov=True)),
    "Adagrad": ("Adagrad", dict(eps=1e-6), dict(eps=1e-6)),
    "RMSProp": ("RMSprop", dict(decay=0.95, eps=1e-6), dict(alpha=0.95, eps=1e-6)),
    "Adam": ("Adam", dict(betas=(0.85, 0.97)), dict(betas=(0.85, 0.97))),
    "AdamW": ("AdamW", dict(betas=(0.85, 0.97)), dict(betas=(0.85, 0.97))),
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", OPTIONS)
def test_groups_with_decay_go_pytorchs_way(name):
    torch = pytest.importorskip("torch")
    theirs, mine_options, their_options = OPTIONS[name]

    def groups(key, parameters):
        return [{key: parameters[:1], "weight_decay": 0.1}, {key: parameters[1:], "lr": 0.05}]

    mine = Regression().path(
        lambda p: getattr(optim, name)(groups("parameters", p), lr=0.02, weight_decay=0.03, **mine_options), 200
    )
    theirs = Regression().torch_path(
        torch,
        lambda p: getattr(torch.optim, theirs)(groups("params", p), lr=0.02, weight_decay=0.03, **their_options),
        200,
    )
    np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-10)
