"""Pooling modules: what they do to a small image, and to its size, for all their options."""

import numpy as np
import pytest

from npdl import Tensor, nn, ops

IMAGE = np.array([[1.0, 2, 0, 1, 5], [3, 4, 1, 0, 1], [0, 1, 2, 2, 0], [1, 0, 2, 2, 3]])[None, None]  # (1, 1, 4, 5)


@pytest.mark.parametrize(
    "module, expected",
    [
        (nn.MaxPool2d(2), [[4, 1], [1, 2]]),
        (nn.MaxPool2d(2, ceil_mode=True), [[4, 1, 5], [1, 2, 3]]),
        (nn.MaxPool2d(3, stride=1), [[4, 4, 5], [4, 4, 3]]),
        (nn.MaxPool2d((2, 1), stride=(2, 2)), [[3, 1, 5], [1, 2, 3]]),
        (nn.AvgPool2d(2), [[2.5, 0.5], [0.5, 2]]),
        (nn.AvgPool2d(2, stride=2, pad=1), [[0.25, 0.5, 1.5], [0.75, 2, 0.75], [0.25, 0.5, 1.25]]),
        (nn.AvgPool2d(2, pad=1, count_include_pad=False), [[1, 1, 3], [1.5, 2, 0.75], [1, 1, 2.5]]),
        (nn.AvgPool2d((4, 5)), [[1.55]]),
        (nn.GlobalAvgPool2d(), 1.55),
        (nn.AdaptiveAvgPool2d((2, 3)), [[2.5, 4 / 3, 1.75], [0.5, 1.5, 1.75]]),
    ],
)
def test_values(module, expected):
    np.testing.assert_allclose(module(IMAGE)[0, 0], expected, rtol=1e-12)
    assert module.parameters() == []


def test_global_average_pooling_leaves_one_number_a_channel():
    assert nn.GlobalAvgPool2d()(np.zeros((2, 3, 4, 5))).shape == (2, 3)


def test_max_unpooling_after_max_pooling_in_an_autoencoder():
    x = Tensor(IMAGE, requires_grad=True)
    pooled, places = nn.MaxPool2d(2)(x), ops.max_pool2d_places(x, size=2)
    y = nn.MaxUnpool2d(2)(pooled, places, shape=(4, 5))
    np.testing.assert_array_equal(y.data[0, 0], [[0, 0, 0, 1, 0], [0, 4, 0, 0, 0], [0, 1, 2, 0, 0], [0, 0, 0, 0, 0]])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.data != 0)


@pytest.mark.parametrize("options, shape", [((2, None), (4, 6)), ((3, 2), (5, 7)), (((2, 1), (1, 3)), (3, 7))])
def test_the_smallest_image_with_so_many_windows(options, shape):
    size, stride = options
    y = nn.MaxUnpool2d(size, stride=stride)(np.ones((1, 1, 2, 3)), np.arange(6).reshape(1, 1, 2, 3))
    assert y.shape[2:] == shape
    assert nn.MaxPool2d(size, stride=stride)(y).shape[2:] == (2, 3)
