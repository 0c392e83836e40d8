"""Ops that only move numbers: the gradients move back."""

import numpy as np
import pytest

from npdl import Tensor, ops

x = np.arange(24.0).reshape(2, 3, 4)


def gradient(op, dout, *args, **options):
    return op.backward(dout, op.forward(*args, **options)[1])


@pytest.mark.topic("R124")
def test_flattening_and_back_is_the_identity():
    images = Tensor(x.reshape(2, 3, 2, 2), requires_grad=True)
    rows = images.reshape(2, -1)
    assert rows.shape == (2, 12)
    np.testing.assert_array_equal(rows.reshape(2, 3, 2, 2).data, images.data)
    rows.backward(np.arange(24.0).reshape(2, 12))
    np.testing.assert_array_equal(images.grad, np.arange(24.0).reshape(2, 3, 2, 2))  # the gradient is a reshape


@pytest.mark.parametrize(
    "axes, inverse", [((1, 2, 0), (2, 0, 1)), ((0, 2, 1), (0, 2, 1)), ((-1, 0, 1), (1, 2, 0)), (None, None)]
)
def test_the_gradient_of_transpose_is_the_inverse_permutation(axes, inverse):
    y = ops.transpose(x, axes=axes)
    np.testing.assert_array_equal(y, x.transpose(axes))
    np.testing.assert_array_equal(gradient(ops.transpose, y, x, axes=axes), x)
    np.testing.assert_array_equal(y.transpose(inverse), x)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_the_gradients_of_concat_are_the_pieces(axis):
    pieces = [x, x + 100, x.take([0], axis=axis) + 200]
    y = ops.concat(*pieces, axis=axis)
    np.testing.assert_array_equal(y, np.concatenate(pieces, axis=axis))
    for piece, back in zip(pieces, gradient(ops.concat, y, *pieces, axis=axis), strict=True):
        np.testing.assert_array_equal(back, piece)


@pytest.mark.parametrize(
    "index",
    [
        1,
        -1,
        (0, slice(1, 3)),
        (slice(None), slice(None, None, -2)),
        (Ellipsis, 2),
        (slice(None), None, 1),
        np.array([1, 0, 1, 1]),
        (np.array([0, 1, 1]), slice(None), np.array([3, 0, 0])),
        (np.array([[0], [1]]), np.array([2, 2])),
        x > 7,
        (slice(None), np.array([True, False, True])),
        (np.int64(1), slice(None)),
        [0, 1, 1],
    ],
    ids=str,
)
def test_getitem_reads_what_numpy_reads_and_adds_up_where_it_read_twice(index):
    y = ops.getitem(x, index=index)
    np.testing.assert_array_equal(y, x[index])
    expected = np.zeros_like(x)
    for place, g in zip(np.arange(24).reshape(x.shape)[index].ravel(), y.ravel(), strict=True):
        expected.flat[place] += g
    np.testing.assert_array_equal(gradient(ops.getitem, y, x, index=index), expected)
