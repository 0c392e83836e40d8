"""The spiral, and on it the published numbers of CS231n's case study, reached with the pairs of npdl.ops."""

from itertools import pairwise

import numpy as np
import pytest

from npdl import InputError, ops
from npdl.data import spiral


def test_shapes_and_formula():
    x, y = spiral(n=50, classes=4, rng=7)
    assert x.shape == (200, 2) and x.dtype == np.float64
    assert y.dtype == np.int64 and np.array_equal(y, np.repeat([0, 1, 2, 3], 50))
    np.testing.assert_allclose(np.hypot(*x.T), np.tile(np.linspace(0, 1, 50), 4), atol=1e-15)
    noise = np.random.RandomState(7).standard_normal(200)
    angle = np.concatenate([np.linspace(4 * j, 4 * j + 4, 50) for j in range(4)]) + 0.2 * noise
    np.testing.assert_allclose(x[:, 0], np.hypot(*x.T) * np.sin(angle), atol=1e-15)


def test_where_the_numbers_come_from():
    assert np.array_equal(spiral(rng=3)[0], spiral(rng=np.random.RandomState(3))[0])
    assert not np.array_equal(spiral(rng=3)[0], spiral(rng=4)[0])
    generator = np.random.default_rng(0)
    assert not np.array_equal(spiral(rng=generator)[0], spiral(rng=generator)[0])  # it goes on in its stream


@pytest.mark.parametrize("options", [{"n": 1}, {"n": 2.5}, {"classes": 0}, {"rng": "seed"}])
def test_refuses(options):
    with pytest.raises(InputError, match=f"spiral: {next(iter(options))} should be"):
        spiral(**options)


def train(layers, steps):
    """Full-batch gradient descent as in the case study: lr 1, penalty 0.5 · 1e-3 · Σ W², W = 0.01 · randn, b = 0."""
    random = np.random.RandomState(0)
    x, y = spiral(rng=random)
    weights = [0.01 * random.standard_normal(shape) for shape in pairwise(layers)]
    biases = [np.zeros(w.shape[1]) for w in weights]
    losses = []
    for _ in range(steps):
        h, caches = x, []
        for w, b in zip(weights, biases, strict=True):
            if caches:
                h, cache = ops.relu_forward(h)
                caches.append(cache)
            h, cache = ops.affine_forward(h, w, b)
            caches.append(cache)
        loss, cache = ops.softmax_cross_entropy_forward(h, y)
        losses.append(loss + 0.5e-3 * sum((w * w).sum() for w in weights))
        dh, _ = ops.softmax_cross_entropy_backward(np.ones_like(loss), cache)
        for w, b in zip(reversed(weights), reversed(biases), strict=True):
            dh, dw, db = ops.affine_backward(dh, caches.pop())
            dh = ops.relu_backward(dh, caches.pop()) if caches else None
            w -= dw + 1e-3 * w
            b -= db
    return losses, np.mean(h.argmax(axis=1) == y)


def test_linear_softmax_reaches_the_published_numbers():
    losses, right = train((2, 3), steps=200)
    assert losses[0] == pytest.approx(1.0969, abs=5e-5)  # log 3 = 1.0986 and a little
    assert losses[190] == pytest.approx(0.7863, abs=5e-5)
    assert right == pytest.approx(0.49, abs=0.005)  # no line can separate the arms


def test_two_layers_reach_the_published_numbers():
    losses, right = train((2, 100, 3), steps=10000)
    assert losses[0] == pytest.approx(1.0988, abs=5e-5)
    assert losses[-1] == pytest.approx(0.245, abs=5e-4)
    assert right == pytest.approx(0.98, abs=0.005)
