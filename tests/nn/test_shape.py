"""Layers that move numbers: Flatten, and the channels split and shuffled."""

import numpy as np
import pytest

from npdl import Tensor, nn, ops


@pytest.mark.parametrize("shape, flat", [((4, 3, 2, 5), (4, 30)), ((4, 7), (4, 7)), ((1, 2, 3), (1, 6))])
def test_one_row_a_sample_in_the_order_of_the_axes(shape, flat):
    x = Tensor(np.arange(float(np.prod(shape))).reshape(shape), requires_grad=True)
    y = nn.Flatten()(x)
    assert y.shape == flat
    np.testing.assert_array_equal(y.data.ravel(), x.data.ravel())
    (y * y).sum().backward()
    np.testing.assert_array_equal(x.grad, 2 * x.data)


def test_channel_shuffle_deals_the_channels_out():
    x = np.broadcast_to(np.arange(6.0)[:, None, None], (2, 6, 3, 4))
    np.testing.assert_array_equal(nn.ChannelShuffle(2)(x)[0, :, 0, 0], [0, 3, 1, 4, 2, 5])
    np.testing.assert_array_equal(nn.ChannelShuffle(3)(nn.ChannelShuffle(2)(x)), x)


@pytest.mark.topic("R153")
@pytest.mark.parametrize("sections, channels", [(2, [4, 4]), (4, [2, 2, 2, 2]), ((1, 5, 2), [1, 5, 2])])
def test_channels_that_are_split_and_joined_are_the_same_as_before(sections, channels):
    x = Tensor(np.random.default_rng(0).standard_normal((2, 8, 3, 5)), requires_grad=True)
    pieces = nn.ChannelSplit(sections)(x)
    assert [piece.shape for piece in pieces] == [(2, c, 3, 5) for c in channels]
    joined = ops.concat(*pieces, axis=1)
    np.testing.assert_array_equal(joined.data, x.data)
    joined.backward(2 * x.data)
    np.testing.assert_array_equal(x.grad, 2 * x.data)


def test_channels_are_split_in_halves_unless_told_otherwise():
    assert [piece.shape for piece in nn.ChannelSplit()(np.zeros((1, 6, 2)))] == [(1, 3, 2)] * 2
