"""Resizing modules: sizes, what is handed on to the ops, and round trips."""

import numpy as np
import pytest

from npdl import InputError, nn, ops

X = np.random.default_rng(0).standard_normal((2, 8, 3, 5)).astype("float32")


@pytest.mark.topic("R171")
@pytest.mark.parametrize("options", [{}, {"mode": "bilinear"}, {"mode": "bilinear", "align_corners": True}])
def test_to_a_size_or_by_a_factor(options):
    expected = ops.resize(X, size=(6, 10), **options)
    np.testing.assert_array_equal(nn.Resize((6, 10), **options)(X), expected)
    np.testing.assert_array_equal(nn.Upsample(2, **options)(X), expected)
    assert nn.Resize(7, **options)(X).shape == (2, 8, 7, 7)
    assert nn.Upsample(2).state_dict() == {}


@pytest.mark.parametrize("factor", [(2, 3), 0, 1.5])
def test_a_factor_that_is_no_whole_number_is_refused_when_the_layer_is_made(factor):
    with pytest.raises(InputError, match="Upsample: factor should be an integer >= 1; got"):
        nn.Upsample(factor)


@pytest.mark.topic("R170")
def test_pixel_shuffle_makes_four_channels_one_of_twice_the_size():
    y = nn.PixelShuffle(2)(X)
    assert y.shape == (2, 2, 6, 10)
    np.testing.assert_array_equal(y[0, 1, :2, :2], [[X[0, 4, 0, 0], X[0, 5, 0, 0]], [X[0, 6, 0, 0], X[0, 7, 0, 0]]])
    np.testing.assert_array_equal(nn.PixelUnshuffle(2)(y), X)


@pytest.mark.topic("R170")
def test_sub_pixel_convolution_upsamples_and_learns_at_the_small_size():
    net = nn.Sequential(nn.Conv2d(8, 3 * 9, 3, pad=1), nn.PixelShuffle(3))
    y = net(X)
    assert y.shape == (2, 3, 9, 15)
    y.sum().backward()
    np.testing.assert_allclose(net[0].bias.grad, 2 * 3 * 5)
