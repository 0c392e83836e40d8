"""Dropout and its kin: what they drop in training, nothing in test mode, and where their random numbers come from."""

import copy

import numpy as np
import pytest

import npdl
from npdl import InputError, Tensor, nn

X = np.ones((100, 100))


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_a_share_p_is_dropped_and_the_rest_made_larger(p):
    y = nn.Dropout(p, rng=np.random.default_rng(0))(X)
    np.testing.assert_allclose(np.unique(y), [0, 1 / (1 - p)][p == 0 :], rtol=1e-12)
    assert abs((y == 0).mean() - p) < 0.02
    assert abs(y.mean() - 1) < 0.05  # the expectation is x


def test_the_gradient_takes_the_same_mask():
    x = Tensor(X, requires_grad=True)
    y = nn.Dropout(0.3)(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.data)


def test_test_mode_does_nothing():
    np.testing.assert_array_equal(nn.Dropout(0.9).eval()(X), X)


def test_each_call_draws_anew_and_the_seed_fixes_all():
    def two_masks(layer):
        return layer(X), layer(X)

    for make in (lambda: nn.Dropout(rng=np.random.default_rng(3)), lambda: npdl.seed(3) or nn.Dropout()):
        first, again = two_masks(make()), two_masks(make())
        np.testing.assert_array_equal(first, again)
        assert (first[0] != first[1]).any()
    npdl.seed(None)


def test_a_copied_layer_goes_on_with_the_same_numbers():
    layer = nn.Dropout(rng=np.random.default_rng(3))
    layer(X)
    np.testing.assert_array_equal(copy.deepcopy(layer)(X), layer(X))


def test_a_p_that_is_no_probability():
    with pytest.raises(InputError, match=r"Dropout: p should be in \[0, 1\]; got 1.5"):
        nn.Dropout(1.5)


@pytest.mark.parametrize("layer, shape", [(nn.Dropout2d, (60, 50, 1, 1)), (nn.DropPath, (60, 1, 1, 1))])
def test_channels_and_samples(layer, shape):
    x, rng = np.ones((60, 50, 2, 3)), np.random.default_rng(0)
    y = layer(0.25, rng=rng)(x)
    np.testing.assert_array_equal(y, np.broadcast_to((np.random.default_rng(0).random(shape) >= 0.25) / 0.75, y.shape))
    np.testing.assert_array_equal(layer(0.25).eval()(x), x)
