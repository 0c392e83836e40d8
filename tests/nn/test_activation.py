"""Activation modules: no parameters, and the options that PyTorch's have by default."""

import numpy as np
import pytest

from npdl import nn

X = np.array([[-2.0, 0.0, 1.0], [0.5, 3.0, -1.0]])
E = np.exp(X)


@pytest.mark.parametrize(
    "module, expected",
    [
        (nn.ReLU(), [[0, 0, 1], [0.5, 3, 0]]),
        (nn.LeakyReLU(), [[-0.02, 0, 1], [0.5, 3, -0.01]]),
        (nn.LeakyReLU(slope=0.5), [[-1, 0, 1], [0.5, 3, -0.5]]),
        (nn.Sigmoid(), E / (1 + E)),
        (nn.Tanh(), (E - 1 / E) / (E + 1 / E)),
        (nn.Softmax(), E / E.sum(axis=1, keepdims=True)),
        (nn.Softmax(axis=0), E / E.sum(axis=0)),
        (nn.LogSoftmax(), X - np.log(E.sum(axis=1, keepdims=True))),
        (nn.LogSoftmax(axis=0), X - np.log(E.sum(axis=0))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values(module, expected):
    np.testing.assert_allclose(module(X), expected, rtol=1e-14, atol=1e-15)
    assert module.parameters() == [] and module.state_dict() == {}
