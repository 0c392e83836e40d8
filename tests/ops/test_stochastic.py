"""Dropout: what is dropped, what stays, and that the expectation does not change."""

import numpy as np
import pytest

import npdl
from npdl import Tensor, ops

x = np.random.default_rng(0).standard_normal((3, 7))


@pytest.mark.topic("R163")
@pytest.mark.parametrize("p", [0.1, 0.5, 0.7])
def test_mean_and_variance(p):
    """Each number is x / (1 - p) with probability 1 - p, else 0: mean x, variance x² p / (1 - p)."""
    n = 200_000
    y = ops.dropout(np.full(n, 3.0), p=p, rng=np.random.default_rng(0))
    sd = 3 * np.sqrt(p / (1 - p))
    assert set(np.unique(y).round(12)) == {0.0, round(3 / (1 - p), 12)}
    assert abs((y == 0).mean() - p) < 5 * np.sqrt(p * (1 - p) / n)
    assert abs(y.mean() - 3) < 5 * sd / np.sqrt(n)
    assert abs(y.std() / sd - 1) < 0.01


@pytest.mark.topic("R163")
def test_the_gradient_goes_through_the_same_mask():
    t = Tensor(x, requires_grad=True)
    y = ops.dropout(t, p=0.5, rng=np.random.default_rng(0))
    y.backward(np.ones_like(x))
    np.testing.assert_array_equal(t.grad, np.where(y.data == 0, 0, 2))
    assert 0 < (t.grad == 0).sum() < x.size


@pytest.mark.topic("R163")
@pytest.mark.parametrize("options", [{"p": 0.7, "training": False}, {"p": 0}, {"p": 0.0, "training": True}])
def test_at_test_time_it_is_the_identity(options):
    y, cache = ops.dropout.forward(x, **options)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(ops.dropout.backward(2 * x, cache), 2 * x)


def test_with_p_one_nothing_is_left():
    y, cache = ops.dropout.forward(x, p=1)
    np.testing.assert_array_equal(y, np.zeros_like(x))
    np.testing.assert_array_equal(ops.dropout.backward(x, cache), np.zeros_like(x))


def test_the_same_seed_drops_the_same_numbers():
    same = [ops.dropout(x, p=0.5, rng=np.random.default_rng(3)) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    draws = []
    for _ in range(2):
        npdl.seed(5)
        draws.append([ops.dropout(x, p=0.5) for _ in range(2)])
    np.testing.assert_array_equal(*draws)
    assert (draws[0][0] != draws[0][1]).any()  # another mask at every call


def test_nothing_survives_dropout_with_p_one_in_half_precision():
    assert not ops.dropout(np.ones(200_000, "float16"), p=1, rng=np.random.default_rng(0)).any()
