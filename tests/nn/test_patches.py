"""Patches and the class token: shapes, the reshape that the convolution is, gradients."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.topic("R288")
@pytest.mark.parametrize("C, H, W, P, D", [(3, 32, 48, 16, 20), (1, 8, 8, 2, 5), (2, 6, 3, 3, 7), (4, 5, 5, 1, 3)])
def test_a_convolution_of_kernel_and_stride_p_is_a_reshape_and_an_affine_layer(C, H, W, P, D):
    embed, x = nn.PatchEmbedding(C, D, P).astype("float64"), normal(2, C, H, W)
    embed.proj.bias.data = normal(D, seed=1)
    patches = x.reshape(2, C, H // P, P, W // P, P).transpose(0, 2, 4, 1, 3, 5).reshape(2, -1, C * P * P)
    expected = patches @ embed.proj.weight.data.reshape(D, -1).T + embed.proj.bias.data
    np.testing.assert_allclose(embed(x).data, expected, rtol=0, atol=1e-12)


@pytest.mark.topic("R288", "R289")
def test_the_sizes_of_vit_b_16():
    """(3, 224, 224) -> 14 x 14 patches of 16 · 16 · 3 = 768 numbers -> (196, 768); with the class token (197, 768)."""
    embed, token = nn.PatchEmbedding(3, 768, 16), nn.ClassToken(768)
    assert embed.proj.weight.shape == (768, 3, 16, 16)
    patches = embed(np.zeros((1, 3, 224, 224), np.float32))
    assert patches.shape == (1, 196, 768)
    assert token(patches).shape == (1, 197, 768)


@pytest.mark.topic("R289")
def test_the_class_token_stands_in_front_of_every_sequence():
    token, x, dout = nn.ClassToken(4).astype("float64"), Tensor(normal(5, 3, 4), requires_grad=True), normal(5, 4, 4)
    y = token(x)
    np.testing.assert_array_equal(y.data[:, 0], token.weight.data.repeat(5, 0))
    np.testing.assert_array_equal(y.data[:, 1:], x.data)
    y.backward(dout)
    np.testing.assert_allclose(token.weight.grad, dout[:, 0].sum(axis=0, keepdims=True), rtol=1e-12)
    np.testing.assert_array_equal(x.grad, dout[:, 1:])


@pytest.mark.parametrize("shape", [(2, 3, 30, 32), (2, 3, 32, 30), (3, 32, 32)])
def test_an_image_that_patches_do_not_cover_is_refused(shape):
    with pytest.raises(InputError, match=r"x should be \(N, C, H, W\) with H and W multiples of the patch 16"):
        nn.PatchEmbedding(3, 8, 16)(np.zeros(shape, np.float32))
