"""The reference answers of a1's two-layer net, features and tape, against published numbers and the library."""

import numpy as np
import pytest

from npdl.course import material
from npdl.vision.colour import rgb_to_hsv
from npdl.vision.hog import hog

two_layer, features, tape = (material.load("a1").modules[name] for name in ("two_layer", "features", "tape"))


def test_the_two_layer_net_has_the_published_scores_and_losses():
    """CS231n 2026, two_layer_net: N 3, D 5, H 50, C 7, all numbers from linspace; there, too, the penalty is halved."""
    grid = lambda low, high, *shape: np.linspace(low, high, np.prod(shape)).reshape(shape)  # noqa: E731
    params = {"w1": grid(-0.7, 0.3, 5, 50), "b1": grid(-0.1, 0.9, 50)}
    params |= {"w2": grid(-0.3, 0.4, 50, 7), "b2": grid(-0.9, 0.1, 7)}
    x, y = grid(-5.5, 4.5, 5, 3).T, np.array([0, 5, 1])
    assert two_layer.two_layer_scores(params, x)[0, 0] == pytest.approx(11.53165108, abs=1e-8)
    assert two_layer.two_layer_loss(params, x, y, 0.0)[0] == pytest.approx(3.4702243556, abs=1e-10)
    assert two_layer.two_layer_loss(params, x, y, 1.0)[0] == pytest.approx(26.5948426952, abs=1e-10)


def test_the_two_layer_gradient_is_that_of_central_differences():
    rng = np.random.default_rng(0)
    params = two_layer.init_two_layer(4, 5, 3, 1.0, rng)
    x, y = rng.standard_normal((6, 4)), rng.integers(0, 3, 6)
    _, grads = two_layer.two_layer_loss(params, x, y, 0.3)
    for name, p in params.items():
        at, step = (0,) * p.ndim, 1e-6
        ends = []
        for sign in (1, -1):
            moved = params | {name: p.copy()}
            moved[name][at] += sign * step
            ends.append(two_layer.two_layer_loss(moved, x, y, 0.3)[0])
        assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(grads[name][at], abs=1e-8)


def test_hog_and_hue_are_those_of_the_library():
    rng = np.random.default_rng(0)
    image = rng.random((33, 26))
    assert np.allclose(features.block_normalise(features.hog_cells(image, 8, 9)), hog(image), rtol=0, atol=1e-12)
    colours = rng.random((9, 7, 3))
    assert np.allclose(features.rgb_to_hue(colours)[0], rgb_to_hsv(colours)[..., 0], rtol=0, atol=1e-12)


def test_the_tape_differentiates_what_its_docstring_and_its_notebook_say():
    assert tape.gradients(("multiply", "x", ("add", "x", 2.0)), {"x": 3.0}) == (15.0, {"x": 8.0})
    quotient = ("divide", ("multiply", "x", "x"), ("add", "x", "y"))
    assert tape.gradients(quotient, {"x": 3.0, "y": 1.0})[1] == {"x": 15 / 16, "y": -9 / 16}


def test_operators_of_nodes_write_the_same_as_expressions():
    entries = []
    x, y = tape.Node(entries, np.array([0.5, 2.0])), tape.Node(entries, 1.5)
    root = np.array([1.0, 2.0]) * x - y**2 / (1 + x) + -x
    slopes = tape.derivatives(root, [x, y])
    assert np.allclose(slopes[0], np.array([1.0, 2.0]) + 1.5**2 / (1 + x.value) ** 2 - 1)
    assert np.allclose(slopes[1], (-2 * 1.5 / (1 + x.value)).sum()) and np.shape(slopes[1]) == ()


def test_a_long_chain_on_the_tape():
    entries = []
    x = node = tape.Node(entries, 1.0)
    for _ in range(20_000):
        node = node + 1.0
    assert tape.derivatives(node, [x]) == [1.0]
