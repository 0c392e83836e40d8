"""Maps of rows and columns apart: the formula, and that the transposed matrices are the way back."""

import numpy as np
import pytest

from npdl import InputError
from npdl.ops.separable import apart, lengths

rng = np.random.default_rng(0)
x, rows, columns = rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((7, 5)), rng.standard_normal((2, 4))


def test_each_channel_is_multiplied_from_both_sides():
    y = apart(x, rows, columns)
    assert y.shape == (2, 3, 7, 2)
    np.testing.assert_allclose(y[1, 2], rows @ x[1, 2] @ columns.T, rtol=1e-12)
    np.testing.assert_array_equal(apart(x.transpose(0, 1, 3, 2).copy().transpose(0, 1, 3, 2), rows, columns), y)


def test_the_transposed_matrices_are_the_adjoint():
    y = rng.standard_normal((2, 3, 7, 2))
    np.testing.assert_allclose((apart(x, rows, columns) * y).sum(), (x * apart(y, rows.T, columns.T)).sum(), rtol=1e-12)


def test_of_no_images_come_no_images():
    assert apart(x[:0], rows, columns).shape == (0, 3, 7, 2)


def test_lengths_of_both_axes():
    assert lengths("f", x, (7, 2)) == ((5, 7), (4, 2))
    assert lengths("f", x, 3) == ((5, 3), (4, 3))


@pytest.mark.parametrize("size", [0, -1, (2,), (2, 0), (1, 2, 3), 1.5, "same", [2, 2], None])
def test_a_size_that_is_none(size):
    with pytest.raises(InputError, match=r"f: size should be an integer >= 1 or a pair \(height, width\) of them; got"):
        lengths("f", x, size)


def test_images_that_are_none():
    with pytest.raises(InputError, match=r"f: x should be a 4-d array \(N, C, H, W\)"):
        lengths("f", x[0], 3)
    with pytest.raises(InputError, match="f: x should be an image with a pixel at least"):
        lengths("f", x[:, :, :0], 3)
