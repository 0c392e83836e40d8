"""ThreeLayerConvNet: conv - relu - pool - affine - relu - affine, with CS231n's checks of it."""

import numpy as np
import pytest

from npdl import InputError, Tensor
from npdl.models import ThreeLayerConvNet
from tests.models.helpers import some_digits, steps_to_learn_by_heart
from tests.nn.helpers import worst_gradient_error

RNG = np.random.default_rng


def test_the_start():
    """Small random weights: the loss is log 10, and the penalty makes it a little larger, as CS231n checks."""
    model = ThreeLayerConvNet(rng=RNG(0))
    shapes = {name: p.shape for name, p in model.named_parameters()}
    assert shapes["conv.weight"] == (32, 3, 7, 7) and shapes["fc1.weight"] == (100, 32 * 16 * 16)
    assert shapes["fc2.weight"] == (10, 100)
    for weight in model.weights():
        np.testing.assert_allclose(weight.data.std(), 1e-3, rtol=0.05)
        assert weight.dtype == np.float32
    x, y = RNG(1).standard_normal((20, 3, 32, 32)).astype("float32"), np.arange(20) % 10
    np.testing.assert_allclose(model.loss(x, y).item(), np.log(10), rtol=1e-3)
    model.reg = 0.5
    squares = sum(float((w.data.astype(float) ** 2).sum()) for w in model.weights())
    np.testing.assert_allclose(model.loss(x, y).item() - np.log(10), 0.25 * squares, rtol=1e-2)


def test_weights_are_drawn_with_the_deviation_and_not_made_to_have_it():
    """Of 18 normal numbers the sample's deviation varies by a sixth from draw to draw."""
    deviations = [
        ThreeLayerConvNet((1, 2, 2), filters=2, kernel=3, weight_scale=0.5, rng=RNG(seed)).conv.weight.data.std(ddof=1)
        for seed in range(200)
    ]
    np.testing.assert_allclose(np.sqrt(np.mean(np.square(deviations))), 0.5, rtol=0.03)
    np.testing.assert_allclose(np.std(deviations), 0.5 / np.sqrt(2 * 17), rtol=0.2)


@pytest.mark.parametrize("reg", [0.0, 0.7])
def test_numerical_gradient_of_the_whole_net(reg):
    options = dict(filters=3, kernel=3, hidden=7, classes=4, weight_scale=0.3, reg=reg)
    model = ThreeLayerConvNet((2, 6, 4), rng=RNG(0), **options).astype("float64")
    x, y = Tensor(RNG(1).standard_normal((3, 2, 6, 4)), requires_grad=True), np.array([1, 3, 0])
    assert worst_gradient_error(lambda: model.loss(x, y), dict(model.named_parameters(), x=x)) < 1e-6


def test_it_learns_50_digits_by_heart():
    x, y = some_digits()
    model = ThreeLayerConvNet((1, 8, 8), kernel=3, hidden=50, weight_scale=3e-2, rng=RNG(0))
    assert steps_to_learn_by_heart(model, x, y, lr=3e-3)


@pytest.mark.parametrize(
    "shape, options, message",
    [
        ((3, 7, 8), {}, r"shape should be \(C, H, W\) with even H and W"),
        ((3, 8, 8), {"kernel": 4}, "kernel should be odd"),
        ((3, 8, 8), {"kernel": -1}, "kernel should be odd and >= 1"),
        ((3, 8, 8), {"kernel": 3.0}, "kernel should be odd"),
        ((3, 8, 8), {"reg": -1}, "reg should be >= 0; got -1"),
        ((3, 8, 8), {"weight_scale": -1e-3}, "weight_scale should be >= 0"),
    ],
)
def test_refuses(shape, options, message):
    with pytest.raises(InputError, match=f"ThreeLayerConvNet: {message}"):
        ThreeLayerConvNet(shape, **options)
