"""Activation modules: no parameters but PReLU's, and the options that PyTorch's have by default."""

import numpy as np
import pytest

from npdl import Tensor, nn

X = np.array([[-2.0, 0.0, 1.0], [0.5, 3.0, -1.0]])
E = np.exp(X)


@pytest.mark.parametrize(
    "module, expected",
    [
        (nn.ReLU(), [[0, 0, 1], [0.5, 3, 0]]),
        (nn.LeakyReLU(), [[-0.02, 0, 1], [0.5, 3, -0.01]]),
        (nn.LeakyReLU(slope=0.5), [[-1, 0, 1], [0.5, 3, -0.5]]),
        (nn.ELU(), np.where(X > 0, X, E - 1)),
        (nn.ELU(alpha=0.5), np.where(X > 0, X, 0.5 * (E - 1))),
        (nn.ReLU6(), [[0, 0, 1], [0.5, 3, 0]]),
        (nn.Softplus(), np.log(1 + E)),
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


@pytest.mark.parametrize("channels, shape", [(1, (4, 3)), (3, (4, 3)), (3, (2, 3, 4, 5)), (1, (2, 3, 4, 5))])
def test_prelu_learns_its_slopes(channels, shape):
    layer = nn.PReLU(channels).astype(np.float64)
    assert list(layer.state_dict()) == ["weight"] and layer.weight.shape == (channels,)
    np.testing.assert_array_equal(layer.weight.data, 0.25)
    x = np.random.default_rng(0).standard_normal(shape)
    y = layer(Tensor(x))
    np.testing.assert_array_equal(y.data, np.where(x > 0, x, 0.25 * x))
    y.sum().backward()
    below = np.minimum(x, 0).sum(axis=tuple(axis for axis in range(x.ndim) if axis != 1))
    np.testing.assert_allclose(layer.weight.grad, below if channels > 1 else [below.sum()], rtol=1e-12)


def test_prelu_starts_where_it_is_told():
    np.testing.assert_array_equal(nn.PReLU(2, init=0.5).weight.data, np.float32([0.5, 0.5]))
