"""Pooling modules: what they do to a small image, and to its size, for all their options."""

import numpy as np
import pytest

from npdl import nn

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
    ],
)
def test_values(module, expected):
    np.testing.assert_allclose(module(IMAGE)[0, 0], expected, rtol=1e-12)
    assert module.parameters() == []


def test_global_average_pooling_leaves_one_number_a_channel():
    assert nn.GlobalAvgPool2d()(np.zeros((2, 3, 4, 5))).shape == (2, 3)
