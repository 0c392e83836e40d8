"""check_optimizer: every rule passes, every known mistake fails and is named, and conventions are no mistakes."""

import numpy as np
import pytest

from gradcheck.optimizers import check_optimizer
from gradcheck.optimizers.rules import MISTAKES, RATE_OUTSIDE, RULES, mistakes, patched
from npdl import nn, optim


def as_update(rule):
    return lambda w, dw, config: (rule(w, dw, config), config)


def cases():
    return [pytest.param(name, rule, words, id=f"{name}: {words}") for name in RULES for rule, words in mistakes(name)]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("seed", range(3))
def test_every_rule_is_itself(name, seed):
    report = check_optimizer(as_update(RULES[name]), name, seed=seed)
    assert report.ok and report.step == 0 and str(report) == "ok"


@pytest.mark.parametrize("name, rule, words", cases())
def test_every_mistake_fails_and_is_named(name, rule, words):
    report = check_optimizer(as_update(rule), name)
    assert not report.ok and words in report.guesses
    assert len(report.guesses) <= 2


def test_there_are_mistakes_for_every_rule():
    assert {name: len(MISTAKES[name]) for name in RULES} == dict(
        sgd=2, sgd_momentum=7, nesterov=7, adagrad=7, rmsprop=10, adam=26, adamw=29
    )


# The catalogue's optimiser mistakes, as a student writes them.


def momentum_without_velocity(w, dw, config):
    v = config.get("velocity", np.zeros_like(w))
    v = config["momentum"] * v - config["learning_rate"] * dw
    return w + v, config


def adam_written_freely(w, dw, config, t_first=True, corrected=False, square=True, inside=False):
    config.setdefault("m", np.zeros_like(w)), config.setdefault("v", np.zeros_like(w)), config.setdefault("t", 0)
    b1, b2, eps = config["beta1"], config["beta2"], config["epsilon"]
    config["t"] += t_first
    m, v = b1 * config["m"] + (1 - b1) * dw, b2 * config["v"] + (1 - b2) * (dw**2 if square else dw)
    mh, vh = m / np.float64(1 - b1 ** config["t"]), v / np.float64(1 - b2 ** config["t"])
    config["m"], config["v"] = (mh, vh) if corrected else (m, v)
    config["t"] += not t_first
    root = np.sqrt(vh + eps) if inside else np.sqrt(vh) + eps
    return w - config["learning_rate"] * mh / root, config


def rmsprop_written_freely(w, dw, config, root=lambda r, eps: np.sqrt(r) + eps):
    r = config["decay_rate"] * config.get("cache", 0) + (1 - config["decay_rate"]) * dw**2
    config["cache"] = r
    return w - config["learning_rate"] / root(r, config["epsilon"]) * dw, config


CATALOGUE = {
    "sgd_ascent": ("sgd", lambda w, dw, c: (w + c["learning_rate"] * dw, c), "goes up the slope", 1),
    "momentum_no_store": ("sgd_momentum", momentum_without_velocity, "velocity is not stored", 2),
    "momentum_sign": (
        "sgd_momentum",
        as_update(patched("sgd_momentum", ("return w + v", "return w - v"))),
        "w - v",
        1,
    ),
    "rmsprop_no_sqrt": (
        "rmsprop",
        lambda *a: rmsprop_written_freely(*a, root=lambda r, eps: r + eps),
        "root is missing",
        1,
    ),
    "rmsprop_eps_inside": (
        "rmsprop",
        lambda *a: rmsprop_written_freely(*a, root=lambda r, eps: np.sqrt(r + eps)),
        "eps is inside",
        1,
    ),
    "adam_eps_inside": ("adam", lambda *a: adam_written_freely(*a, inside=True), "eps is inside", 1),
    "adam_stores_corrected": ("adam", lambda *a: adam_written_freely(*a, corrected=True), "corrected moments", 2),
    "adam_t_after": ("adam", lambda *a: adam_written_freely(*a, t_first=False), "raised after its use", 1),
    "adam_v_no_square": ("adam", lambda *a: adam_written_freely(*a, square=False), "the square is missing", 1),
}


@pytest.mark.parametrize("mistake", CATALOGUE)
def test_the_catalogues_mistakes_are_named_at_their_step(mistake):
    rule, update, words, step = CATALOGUE[mistake]
    report = check_optimizer(update, rule)
    assert not report.ok and words in "; ".join(report.guesses) and report.step == step


@pytest.mark.parametrize("update, rule", [(adam_written_freely, "adam"), (rmsprop_written_freely, "rmsprop")])
def test_other_orders_of_the_same_operations_are_right(update, rule):
    assert check_optimizer(update, rule).ok


def test_the_report_says_where_and_by_how_much():
    report = check_optimizer(lambda w, dw, c: (w - 2 * c["learning_rate"] * dw, c), "sgd")
    assert report.step == 1 and "(2 times as far)" in report.fact and report.guesses == []
    assert str(report).startswith("FAIL\n  step 1, where dw = ")


def test_another_rule_is_recognised():
    assert check_optimizer(as_update(RULES["rmsprop"]), "adagrad").guesses == ["this is the rule 'rmsprop'"]


def test_a_reference_may_be_a_function():
    update = as_update(patched("adam", ('c.get("t", 0)', 'c.get("t", 1)')))
    assert check_optimizer(update, update).ok
    report = check_optimizer(update, as_update(RULES["adam"]))
    assert not report.ok and report.guesses[0].startswith("as in 'adam': t begins at 1")


# State.


def test_arrays_changed_in_place_are_a_problem():
    def in_place(w, dw, config):
        w -= config["learning_rate"] * dw
        return w, config

    def scales_dw(w, dw, config):
        dw *= config["learning_rate"]
        return w - dw, config

    assert check_optimizer(in_place, "sgd").problems == ["update changed w in place"]
    report = check_optimizer(scales_dw, "sgd")
    assert not report.ok and report.problems == ["update changed dw in place"]


def test_state_outside_config_is_a_problem():
    velocities = {}

    def update(w, dw, config):
        v = config["momentum"] * velocities.get(w.shape, 0) - config["learning_rate"] * dw
        velocities[w.shape] = v
        return w + v, config

    report = check_optimizer(update, "sgd_momentum")
    assert not report.ok and "keeps state outside config" in report.problems[0]


def test_one_velocity_for_all_arrays_is_a_problem():
    shared = {}

    def update(w, dw, config):
        shared["v"] = config["momentum"] * shared.get("v", np.zeros_like(w)) - config["learning_rate"] * dw
        return w + shared["v"], config

    report = check_optimizer(update, "sgd_momentum")
    assert not report.ok and "stepping several arrays in turn raises" in report.problems[0]


# Conventions.


@pytest.mark.parametrize("name", RATE_OUTSIDE)
def test_a_learning_rate_outside_the_velocity_is_a_convention(name):
    report = check_optimizer(as_update(patched(name, RATE_OUTSIDE[name])), name)
    assert report.ok and "PyTorch's convention" in report.notes[0]


def test_a_learning_rate_that_is_read_once_is_a_mistake():
    def update(w, dw, config):
        rate = config.setdefault("rate", config["learning_rate"])
        return w - rate * dw, config

    report = check_optimizer(update, "sgd")
    assert not report.ok and "one that changes at step 3: the first 2 agree" in report.fact


# Objects.


@pytest.mark.parametrize(
    "make, rule",
    [
        (lambda p: optim.SGD(p, 0.1), "sgd"),
        (lambda p: optim.Momentum(p, 0.1, momentum=0.8), "sgd_momentum"),
        (lambda p: optim.Nesterov(p, 0.1, momentum=0.8), "nesterov"),
        (lambda p: optim.Adagrad(p, 0.1, eps=1e-3), "adagrad"),
        (lambda p: optim.RMSProp(p, decay=0.9), "rmsprop"),
        (lambda p: optim.Adam(p, betas=(0.8, 0.99)), "adam"),
        (lambda p: optim.AdamW(p, betas=(0.8, 0.99), weight_decay=0.1), "adamw"),
        (lambda p: optim.AdamW([{"parameters": p[:2]}, {"parameters": p[2:]}], weight_decay=0.1), "adamw"),
    ],
)
def test_npdls_optimisers_are_right_and_stay_as_they_are(make, rule):
    model = nn.Sequential(nn.Affine(3, 4), nn.Affine(4, 2))
    before = {name: array.tobytes() for name, array in model.state_dict().items()}
    optimizer = make(model.parameters())
    assert check_optimizer(optimizer, rule).ok
    assert {name: array.tobytes() for name, array in model.state_dict().items()} == before
    assert optimizer.state == {} and all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("Rule, name", [(optim.Momentum, "sgd_momentum"), (optim.Nesterov, "nesterov")])
def test_npdls_other_convention_is_noted(Rule, name):
    report = check_optimizer(Rule(nn.Affine(3, 4).parameters(), 0.1, lr_inside=False), name)
    assert report.ok and "PyTorch's convention" in report.notes[0]


def test_frozen_parameters_are_not_expected_to_move():
    model = nn.Sequential(nn.Affine(3, 4).freeze(), nn.Affine(4, 2))
    assert check_optimizer(optim.Adam(model.parameters()), "adam").ok


def test_a_wrong_object_is_named():
    class Adam(optim.Adam):
        def update(self, w, g, state, lr):
            w -= lr * g

    report = check_optimizer(Adam(nn.Affine(3, 4).parameters()), "adam")
    assert not report.ok and report.guesses == ["this is the rule 'sgd'"]


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"reference should be one of sgd, .*; got 'sdg'"):
        check_optimizer(as_update(RULES["sgd"]), "sdg")
    with pytest.raises(ValueError, match=r"steps should be at least 3.*; got 1"):
        check_optimizer(as_update(RULES["sgd"]), "sgd", steps=1)
    with pytest.raises(TypeError, match="update should be a function"):
        check_optimizer("adam", "adam")
    with pytest.raises(TypeError, match=r"should return \(next_w, config\); got ndarray"):
        check_optimizer(lambda w, dw, c: w, "sgd")
    with pytest.raises(ValueError, match=r"next_w of w's shape \(2, 3\); got \(\)"):
        check_optimizer(lambda w, dw, c: (w.sum(), c), "sgd")
    with pytest.raises(TypeError, match="reference should be a rule's name or a function"):
        check_optimizer(as_update(RULES["sgd"]), 3)
