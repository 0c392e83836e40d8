"""TwoLayerNet: CS231n's published numbers, its gradients, and 50 digits by heart."""

import numpy as np
import pytest

from npdl import Tensor
from npdl.models import TwoLayerNet
from tests.models.helpers import some_digits, steps_to_learn_by_heart
from tests.nn.helpers import worst_gradient_error


@pytest.fixture
def cs231n():
    """The network and the data of CS231n's notebook: evenly spaced numbers everywhere."""
    N, D, H, C = 3, 5, 50, 7
    model = TwoLayerNet(D, H, C)
    model.w1.data = np.linspace(-0.7, 0.3, D * H).reshape(D, H)
    model.b1.data = np.linspace(-0.1, 0.9, H)
    model.w2.data = np.linspace(-0.3, 0.4, H * C).reshape(H, C)
    model.b2.data = np.linspace(-0.9, 0.1, C)
    return model, np.linspace(-5.5, 4.5, N * D).reshape(D, N).T, np.array([0, 5, 1])


def test_the_numbers_that_cs231n_prints(cs231n):
    model, x, y = cs231n
    np.testing.assert_allclose(model(x).data[0, 0], 11.53165108, atol=5e-9)
    for reg, loss in ((0.0, 3.4702243556), (1.0, 26.5948426952)):
        model.reg = reg
        np.testing.assert_allclose(model.loss(x, y).item(), loss, atol=5e-11)


@pytest.mark.parametrize("reg", [0.0, 0.7])
def test_numerical_gradient_of_the_whole_net(cs231n, reg):
    model, x, y = cs231n
    model.reg, x = reg, Tensor(x, requires_grad=True)
    assert worst_gradient_error(lambda: model.loss(x, y), dict(model.named_parameters(), x=x)) < 1e-7


def test_the_start():
    """Weights are small and random, biases zero, so all classes are equally likely: the loss is log 10."""
    model = TwoLayerNet(rng=np.random.default_rng(0))
    shapes = {name: p.shape for name, p in model.named_parameters()}
    assert shapes == dict(w1=(3072, 100), b1=(100,), w2=(100, 10), b2=(10,))
    assert all(p.dtype == np.float32 for p in model.parameters())
    np.testing.assert_allclose([model.w1.data.std(), model.w2.data.std()], 1e-3, rtol=0.05)
    assert not model.b1.data.any() and not model.b2.data.any()
    x = np.random.default_rng(1).standard_normal((20, 3, 32, 32)).astype("float32")
    np.testing.assert_allclose(model.loss(x, np.arange(20) % 10).item(), np.log(10), rtol=1e-3)


def test_it_learns_50_digits_by_heart():
    x, y = some_digits()
    assert steps_to_learn_by_heart(TwoLayerNet(64, 100, rng=np.random.default_rng(0)), x, y, lr=1e-2)
