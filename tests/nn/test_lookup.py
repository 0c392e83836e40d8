"""Embedding: rows of a table, standard normal at the start; only the rows that were read learn."""

import numpy as np
import pytest

from npdl import InputError, nn


def test_shape_and_start():
    layer = nn.Embedding(500, 40, rng=np.random.default_rng(0))
    assert layer(np.zeros((2, 3), int)).shape == (2, 3, 40)
    np.testing.assert_allclose([layer.weight.data.mean(), layer.weight.data.std()], [0, 1], atol=0.02)


def test_the_same_generator_gives_the_same_table():
    first, second = (nn.Embedding(5, 4, rng=np.random.default_rng(1)).weight.data for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_only_rows_that_were_read_have_a_gradient_and_a_row_read_twice_has_two():
    layer = nn.Embedding(5, 2)
    layer(np.array([3, 1, 3])).sum().backward()
    assert layer.weight.grad.tolist() == [[0, 0], [1, 1], [0, 0], [2, 2], [0, 0]]


def test_an_id_outside_the_table_is_named():
    with pytest.raises(InputError, match=r"embedding: ids should be integers in \[0, 5\); got 5"):
        nn.Embedding(5, 2)(np.array([0, 5]))
