"""Embedding: a matrix product with one-hot rows, without the multiplications by zero."""

import numpy as np
import pytest

from npdl import Tensor, ops

ids = np.array([[3, 1, 3], [0, 3, 6]])
table = np.random.default_rng(0).standard_normal((7, 5))
one_hot = np.eye(7)[ids]


@pytest.mark.topic("R169")
def test_a_lookup_is_a_product_with_one_hot_rows():
    np.testing.assert_array_equal(ops.embedding(ids, table), one_hot @ table)


@pytest.mark.topic("R169")
def test_the_gradient_is_added_up_over_the_places_of_an_id():
    looked_up, multiplied = Tensor(table, requires_grad=True), Tensor(table, requires_grad=True)
    dout = np.random.default_rng(1).standard_normal((2, 3, 5))
    ops.embedding(ids, looked_up).backward(dout)
    (one_hot @ multiplied).backward(dout)
    np.testing.assert_allclose(looked_up.grad, multiplied.grad, rtol=1e-12)
    np.testing.assert_allclose(looked_up.grad[3], dout[0, 0] + dout[0, 2] + dout[1, 1], rtol=1e-12)  # 3 stands thrice
    np.testing.assert_array_equal(looked_up.grad[[2, 4, 5]], 0)  # these stand nowhere


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_any_integers_are_ids(dtype):
    np.testing.assert_array_equal(ops.embedding(ids.astype(dtype), table), table[ids])


def test_ids_may_be_a_tensor():
    assert ops.embedding(Tensor(ids), Tensor(table, requires_grad=True)).shape == (2, 3, 5)
