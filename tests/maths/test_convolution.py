"""Convolution as a matrix, its transpose in four steps, two convolutions as one, and what they cost."""

import itertools

import numpy as np
import pytest

from npdl import InputError, ops
from npdl.maths import convolution

rng = np.random.default_rng(0)


# The transposed convolution in four steps. n: image, k: kernel, p: padding, s: stride.


@pytest.mark.topic("R155")
@pytest.mark.parametrize("n, k, p, s", [(2, 3, 0, 1), (3, 3, 1, 2), (4, 4, 1, 2), (5, 2, 0, 3), (4, 5, 3, 1)])
def test_the_four_steps_are_the_transposed_convolution(n, k, p, s):
    x, w = rng.standard_normal((2, 3, n, n)), rng.standard_normal((3, 4, k, k))
    y = convolution.transposed_in_four_steps(x, w, stride=s, pad=p)
    assert y.shape[2:] == ((n - 1) * s - 2 * p + k,) * 2
    np.testing.assert_allclose(ops.conv_transpose2d(x, w, stride=s, pad=p), y, rtol=1e-12, atol=1e-13)


@pytest.mark.topic("R155", "R143")
def test_zeros_are_inserted_between_pixels_and_not_around_them():
    x = np.arange(1.0, 7.0).reshape(1, 1, 2, 3)
    expected = [[1, 0, 2, 0, 3], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [4, 0, 5, 0, 6]]
    np.testing.assert_array_equal(convolution.insert_zeros(x, (3, 2))[0, 0], expected)
    assert convolution.insert_zeros(x.astype("float32"), 1).dtype == np.float32


def test_more_padding_than_the_kernel_has_pixels_would_be_minus_some_zeros():
    with pytest.raises(InputError, match="pad should be less than the kernel's 3 pixels; got 3"):
        convolution.transposed_in_four_steps(np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)), pad=3)


# The matrix of a convolution.

OPTIONS = [{}, {"stride": 2, "pad": 1}, {"dilation": 2}, {"stride": (1, 3), "pad": ((1, 0), (2, 1))}]
every_option = pytest.mark.parametrize("options", OPTIONS, ids=str)


def matrix_case(options):
    shape, w = (3, 5, 6), rng.standard_normal((2, 3, 3, 2))
    return rng.standard_normal((1, *shape)), w, convolution.convolution_matrix(w, shape, **options)


@pytest.mark.topic("R156")
@every_option
def test_the_image_times_the_matrix_is_conv2d(options):
    x, w, C = matrix_case(options)
    np.testing.assert_allclose(x.ravel() @ C, ops.conv2d(x, w, **options).ravel(), rtol=1e-11, atol=1e-13)


@pytest.mark.topic("R156")
@every_option
def test_its_transpose_is_conv_transpose2d_and_brings_back_the_size_but_not_the_image(options):
    x, w, C = matrix_case(options)
    y = ops.conv2d(x, w, **options)
    size = ops.conv_transpose2d(y, w, **options).shape[2:]
    more = tuple(n - m for n, m in zip(x.shape[2:], size))  # remainder rows that no window reaches
    back = ops.conv_transpose2d(y, w, output_pad=more, **options)
    np.testing.assert_allclose(y.ravel() @ C.T, back.ravel(), rtol=1e-11, atol=1e-12)
    assert back.shape == x.shape and np.abs(back - x).max() > 0.1


@pytest.mark.topic("R156")
@every_option
def test_the_matrix_is_rectangular_and_loses_some_of_the_image(options):
    x, _, C = matrix_case(options)
    assert C.shape[0] == x.size > C.shape[1]
    assert np.linalg.matrix_rank(C) < x.size


def test_the_matrix_has_the_kernel_in_every_column_and_zeros_elsewhere():
    w = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    expected = [[1, 0, 0, 0], [2, 1, 0, 0], [0, 2, 0, 0], [3, 0, 1, 0], [4, 3, 2, 1], [0, 4, 0, 2], [0, 0, 3, 0]]
    expected += [[0, 0, 4, 3], [0, 0, 0, 4]]
    np.testing.assert_array_equal(convolution.convolution_matrix(w, (1, 3, 3)), expected)


@pytest.mark.topic("R156")
@pytest.mark.parametrize("options", [*OPTIONS, {"groups": 2}, {"stride": 3, "groups": 2, "pad": 1}], ids=str)
def test_the_transposed_convolution_is_the_adjoint(options):
    """⟨C x, y⟩ = ⟨x, Cᵀ y⟩, for conv2d and its conv_transpose2d."""
    x, w = rng.standard_normal((2, 4, 7, 8)), rng.standard_normal((6, 4 // options.get("groups", 1), 3, 2))
    cx = ops.conv2d(x, w, **options)
    y = rng.standard_normal(cx.shape)
    size = ops.conv_transpose2d(y, w, **options).shape[2:]
    more = tuple(n - m for n, m in zip(x.shape[2:], size))
    cty = ops.conv_transpose2d(y, w, output_pad=more, **options)
    assert (cx * y).sum() == pytest.approx((x * cty).sum(), rel=1e-11)


# Several convolutions, and what they cost.


@pytest.mark.topic("R175")
def test_three_3_by_3_layers_without_activations_are_one_of_7_by_7():
    C = 4
    x, first, *others = rng.standard_normal((1, C, 9, 10)), *rng.standard_normal((3, C, C, 3, 3))
    composite, y = first, ops.conv2d(x, first)
    for w in others:
        composite, y = convolution.compose(composite, w), ops.conv2d(y, w)
    assert composite.shape == (C, C, 7, 7)
    np.testing.assert_allclose(ops.conv2d(x, composite), y, rtol=1e-10, atol=1e-11)


@pytest.mark.topic("R175")
def test_they_have_27_weights_where_it_has_49():
    C = 64
    three, one = 3 * C * C * 3 * 3, C * C * 7 * 7
    assert (three, one) == (27 * C**2, 49 * C**2) and round(three / one, 3) == 0.551
    counted = 3 * convolution.multiplications((C, C, 3, 3), (1, 1))
    assert counted == three and convolution.multiplications((C, C, 7, 7), (1, 1)) == one


@pytest.mark.topic("R175")
def test_the_field_of_three_3_by_3_layers_is_7_by_7_with_activations_too():
    layers = rng.standard_normal((3, 2, 2, 3, 3))

    def middle(x):
        for w in layers:
            x = np.tanh(ops.conv2d(x, w, pad=1))
        return x[0, :, 5, 5]

    x = rng.standard_normal((1, 2, 11, 11))
    seen = np.zeros((11, 11), bool)
    for i, j in np.ndindex(11, 11):
        moved = x.copy()
        moved[:, :, i, j] += 1
        seen[i, j] = (middle(moved) != middle(x)).any()
    expected = np.zeros((11, 11), bool)
    expected[2:9, 2:9] = True
    np.testing.assert_array_equal(seen, expected)


@pytest.mark.topic("R151")
def test_groups_are_a_block_diagonal_weight():
    x, w = rng.standard_normal((2, 6, 5, 4)), rng.standard_normal((9, 2, 3, 2))
    dense = convolution.block_diagonal(w, 3)
    assert dense.shape == (9, 6, 3, 2) and np.count_nonzero(dense) == w.size
    np.testing.assert_allclose(ops.conv2d(x, w, groups=3, pad=1), ops.conv2d(x, dense, pad=1), rtol=1e-11, atol=1e-13)


class Counted(float):
    """A number that counts the multiplications that it is in."""

    total = 0

    def __mul__(self, other):
        Counted.total += 1
        return Counted(float(self) * float(other))

    def __add__(self, other):
        return Counted(float(self) + float(other))

    __radd__ = __add__


def counted(x_shape, w_shape, **options):
    """The multiplications of conv2d's loops, one by one."""
    x, w = (np.vectorize(Counted, otypes=[object])(rng.standard_normal(shape)) for shape in (x_shape, w_shape))
    Counted.total = 0
    ops.conv2d_naive(x, w, **options)
    return Counted.total


@pytest.mark.topic("R150", "R151")
def test_the_number_of_multiplications_is_counted():
    D, k, M, N = 3, 3, 4, 6  # size of the maps, of the kernel, channels, filters: the letters of MobileNet's paper
    padded = (1, M, D + 2, D + 2)
    full = counted(padded, (N, M, k, k))
    depthwise = counted(padded, (M, 1, k, k), groups=M)
    pointwise = counted((1, M, D, D), (N, M, 1, 1))
    grouped = counted(padded, (N, M // 2, k, k), groups=2)
    assert full == D**2 * k**2 * M * N == convolution.multiplications((N, M, k, k), (D, D))
    assert depthwise + pointwise == D**2 * k**2 * M + M * N * D**2
    assert depthwise == convolution.multiplications((M, 1, k, k), (D, D))
    assert full / (depthwise + pointwise) == pytest.approx(1 / (1 / N + 1 / k**2))
    assert grouped == full / 2


@pytest.mark.topic("R150")
@pytest.mark.parametrize("filters, ratio", [(64, 7.89), (256, 8.69), (1024, 8.92)])
def test_a_separable_convolution_takes_an_eighth_or_a_ninth(filters, ratio):
    count, out, M = convolution.multiplications, (14, 14), 32
    full = count((filters, M, 3, 3), out)
    separable = count((M, 1, 3, 3), out) + count((filters, M, 1, 1), out)
    assert round(full / separable, 2) == ratio == round(1 / (1 / filters + 1 / 9), 2)


@pytest.mark.topic("R154")
@pytest.mark.parametrize("k, r", list(itertools.product((1, 2, 3, 5), (1, 2, 3))))
def test_dilation_is_a_kernel_with_zeros_inserted(k, r):
    x, w = rng.standard_normal((1, 2, 14, 13)), rng.standard_normal((3, 2, k, k))
    stuffed = convolution.insert_zeros(w, r)
    assert stuffed.shape[2:] == (k + (k - 1) * (r - 1),) * 2
    np.testing.assert_allclose(ops.conv2d(x, w, dilation=r), ops.conv2d(x, stuffed), rtol=1e-11, atol=1e-13)
