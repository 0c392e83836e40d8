"""Flatten: one row a sample, and back."""

import numpy as np
import pytest

from npdl import Tensor, nn


@pytest.mark.parametrize("shape, flat", [((4, 3, 2, 5), (4, 30)), ((4, 7), (4, 7)), ((1, 2, 3), (1, 6))])
def test_one_row_a_sample_in_the_order_of_the_axes(shape, flat):
    x = Tensor(np.arange(float(np.prod(shape))).reshape(shape), requires_grad=True)
    y = nn.Flatten()(x)
    assert y.shape == flat
    np.testing.assert_array_equal(y.data.ravel(), x.data.ravel())
    (y * y).sum().backward()
    np.testing.assert_array_equal(x.grad, 2 * x.data)
