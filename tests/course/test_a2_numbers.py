"""Assignment 2's reference gives the numbers that CS231n has published for its own, on inputs that are grids."""

import numpy as np
import pytest

from npdl.course import material

MODULES = material.load("a2").modules


def grid(first, last):
    return np.linspace(first, last, 20).reshape(4, 5)


STARTED = {"lr": 1e-2, "t": 5, "m": grid(0.6, 0.9), "v": grid(0.7, 0.5)}  # five steps of Adam have been made

@pytest.mark.parametrize(
    "rule, config, first, kept",
    [
        ("sgd_momentum", {"lr": 1e-3, "v": grid(0.6, 0.9)}, 0.1406, {"v": 0.5406}),
        ("rmsprop", {"lr": 1e-2, "r": grid(0.6, 0.9)}, -0.39223849, {"r": 0.5976}),
        ("adam", STARTED, -0.40094747, {"m": 0.48, "v": 0.69966}),
    ],
)
def test_the_update_rules(rule, config, first, kept):
    w, config = getattr(MODULES["optimisers"], rule)(grid(-0.4, 0.6), grid(-0.6, 0.4), config)
    assert w[0, 0] == pytest.approx(first, abs=5e-9)
    assert {k: config[k][0, 0] for k in kept} == pytest.approx(kept, abs=5e-9)
    if rule == "sgd_momentum":
        assert (w[3, 4], config["v"][3, 4]) == pytest.approx((1.4096, 0.8096), abs=5e-9)


def test_affine_forward():
    x, w = np.linspace(-0.1, 0.5, 240).reshape(2, 4, 5, 6), np.linspace(-0.2, 0.3, 360).reshape(120, 3)
    y, _ = MODULES["layers"].affine_forward(x, w, np.linspace(-0.3, 0.1, 3))
    assert y[0] == pytest.approx([1.49834967, 1.70660132, 1.91485297], abs=5e-9)


@pytest.mark.parametrize("reg, loss", [(0.0, 3.4702243556), (1.0, 26.5948426952)])
def test_a_net_of_two_layers(reg, loss):
    params = {
        "w1": np.linspace(-0.7, 0.3, 250).reshape(5, 50), "b1": np.linspace(-0.1, 0.9, 50),
        "w2": np.linspace(-0.3, 0.4, 350).reshape(50, 7), "b2": np.linspace(-0.9, 0.1, 7),
    }  # fmt: skip
    x = np.linspace(-5.5, 4.5, 15).reshape(5, 3).T
    scores, _ = MODULES["fc_net"].net_scores(params, x)
    assert scores[0, 0] == pytest.approx(11.53165108, abs=5e-9)
    assert MODULES["fc_net"].net_loss(params, x, np.array([0, 5, 1]), reg)[0] == pytest.approx(loss, abs=1e-9)
