"""Sums, means and maxima over groups of rows: matrix products, transposes of a look-up, ties, empty groups."""

import numpy as np
import pytest

from npdl import InputError, InputTypeError, ops

rng = np.random.default_rng(0)
IDS = np.array([3, 0, 3, 5, 0, 3, 1])
x = rng.standard_normal((7, 4))
one_hot = np.eye(6)[IDS]  # (7, 6)
SEGMENTS = pytest.mark.parametrize("op", [ops.segment_sum, ops.segment_mean, ops.segment_max], ids=lambda o: o.name)


def gradient(op, dout, x, ids, count):
    return op.backward(dout, op.forward(x, ids, count=count)[1])[0]


@pytest.mark.topic("R178")
def test_a_segment_sum_is_a_product_with_one_hot_rows():
    np.testing.assert_allclose(ops.segment_sum(x, IDS, count=6), one_hot.T @ x, rtol=1e-12)


@pytest.mark.topic("R178")
def test_gathering_and_adding_up_are_transposes_of_one_another():
    """The backward of each is the forward of the other: <S x, y> = <x, look-up y>."""
    y = rng.standard_normal((6, 4))
    assert (ops.segment_sum(x, IDS, count=6) * y).sum() == pytest.approx((x * ops.embedding(IDS, y)).sum(), rel=1e-12)
    np.testing.assert_array_equal(gradient(ops.segment_sum, y, x, IDS, 6), ops.embedding(IDS, y))
    back = ops.embedding.backward(x, ops.embedding.forward(IDS, y)[1])[1]
    np.testing.assert_allclose(back, ops.segment_sum(x, IDS, count=6), rtol=1e-12)


@pytest.mark.topic("R178")
def test_means_and_maxima_are_those_of_the_rows_with_the_id():
    mean, largest = ops.segment_mean(x, IDS, count=6), ops.segment_max(x, IDS, count=6)
    for v in set(IDS):
        np.testing.assert_allclose(mean[v], x[IDS == v].mean(axis=0), rtol=1e-12)
        np.testing.assert_array_equal(largest[v], x[IDS == v].max(axis=0))


@pytest.mark.topic("R178")
@SEGMENTS
def test_the_order_of_the_rows_does_not_matter(op):
    order, dout = rng.permutation(7), rng.standard_normal((6, 4))
    np.testing.assert_allclose(op(x[order], IDS[order], count=6), op(x, IDS, count=6), rtol=1e-12)
    expected = gradient(op, dout, x, IDS, 6)[order]
    np.testing.assert_allclose(gradient(op, dout, x[order], IDS[order], 6), expected, rtol=1e-12)


@SEGMENTS
@pytest.mark.filterwarnings("error")
def test_a_group_without_rows_is_zero_and_takes_no_gradient(op):
    y = op(x - 10, IDS, count=6)
    assert not y[[2, 4]].any() and y[[0, 1, 3, 5]].all()
    nothing = op(x[:0], IDS[:0], count=3)
    assert nothing.shape == (3, 4) and not nothing.any()
    assert gradient(op, np.ones((3, 4)), x[:0], IDS[:0], 3).shape == (0, 4)
    dout = np.zeros((6, 4))
    dout[[2, 4]] = 1
    assert not gradient(op, dout, x, IDS, 6).any()


def test_equal_winners_share_the_gradient():
    tied = np.array([[1.0, 2], [1, 3], [0, 3], [5, 5]])
    dx = gradient(ops.segment_max, np.array([[6.0, 8], [1, 2]]), tied, np.array([0, 0, 0, 1]), 2)
    np.testing.assert_array_equal(dx, [[3, 0], [3, 4], [0, 4], [1, 2]])


@SEGMENTS
@pytest.mark.parametrize(
    "arrays, count, says",
    [
        ((x[0], IDS[:4]), 6, r"x should be a 2-d array \(E, D\)"),
        ((x, IDS), 5, r"ids should be integers in \[0, 5\); got 5"),
        ((x, -IDS), 6, r"ids should be integers in \[0, 6\); got -"),
        ((x, IDS[:6]), 6, r"ids should be an array of shape \(7,\) one for each row of x"),
        ((x, IDS), 6.0, "count should be an integer >= 0; got 6.0"),
    ],
)
def test_what_is_said_of_bad_input(op, arrays, count, says):
    with pytest.raises(InputError, match=f"{op.name}: {says}"):
        op(*arrays, count=count)


@SEGMENTS
def test_ids_are_integers(op):
    for ids in (IDS.astype(float), IDS > 0, list(IDS)):
        with pytest.raises(InputTypeError, match=f"{op.name}: ids should be an array of integers"):
            op(x, ids, count=6)
