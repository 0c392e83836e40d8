"""Affine: its weights lie as PyTorch's, and how they start."""

import numpy as np
import pytest

import npdl
from npdl import InputError, nn


def test_weight_is_outputs_by_inputs():
    layer = nn.Affine(3, 2)
    assert layer.weight.shape == (2, 3) and layer.bias.shape == (2,)
    layer.load_state_dict({"weight": np.array([[1, 2, 3], [4, 5, 6]]), "bias": np.array([10, 20])})
    x = np.array([[1, 0, 0], [0, 0, 1]], np.float32)
    assert layer(x).data.tolist() == [[11, 24], [13, 26]]


def test_without_bias():
    layer = nn.Affine(3, 2, bias=False)
    assert list(layer.state_dict()) == ["weight"]
    assert not layer(np.zeros((1, 3), np.float32)).data.any()


def test_weights_start_with_variance_2_by_inputs_and_biases_at_zero():
    layer = nn.Affine(800, 200, rng=np.random.default_rng(0))
    np.testing.assert_allclose(layer.weight.data.std(), np.sqrt(2 / 800), rtol=0.01)
    assert not layer.bias.data.any()


def test_the_start_depends_on_the_seed_alone():
    def start(**options):
        return nn.Affine(3, 2, **options).weight.data

    npdl.seed(5)
    first, second = start(), start()
    npdl.seed(5)
    np.testing.assert_array_equal(start(), first)
    assert (first != second).all()
    own = start(rng=np.random.default_rng(1))  # takes nothing from the shared generator
    np.testing.assert_array_equal(start(), second)
    np.testing.assert_array_equal(start(rng=np.random.default_rng(1)), own)
    npdl.seed(None)


def test_an_input_of_the_wrong_width_is_named():
    with pytest.raises(InputError, match=r"affine: x should be \(N, ...\) with 3 numbers a sample.*\(4, 5\)"):
        nn.Affine(3, 2)(np.zeros((4, 5), np.float32))
