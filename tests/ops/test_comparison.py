"""Ops that choose: who has the gradient, also at ties and bounds."""

import numpy as np
import pytest

from npdl import InputError, Tensor, ops

a, b = np.random.default_rng(0).standard_normal((2, 3, 4))
dout = np.arange(1.0, 13).reshape(3, 4)


def gradients(op, *args, dout=None, **options):
    y, cache = op.forward(*args, **options)
    return op.backward(np.ones_like(y) if dout is None else dout, cache)


def test_values():
    np.testing.assert_array_equal(ops.clip(a, low=-0.5, high=0.3), np.clip(a, -0.5, 0.3))
    np.testing.assert_array_equal(ops.maximum(a, b), np.where(a > b, a, b))
    np.testing.assert_array_equal(ops.minimum(a, b), np.where(a > b, b, a))
    np.testing.assert_array_equal(ops.where(a > b, a, b), ops.maximum(a, b))


def test_equal_expressions_have_equal_gradients():
    """Off the corners: max(x, 0) = relu, clip = min of max, |x| = max(x, -x), where(a > b, a, b) = max(a, b)."""
    for one, other in (
        (lambda x: ops.maximum(x, 0.0), ops.relu),
        (lambda x: ops.clip(x, low=-0.5, high=0.3), lambda x: ops.minimum(ops.maximum(x, -0.5), 0.3)),
        (lambda x: ops.maximum(x, -x), ops.abs),
        (lambda x: ops.where(a > b, x, b), lambda x: ops.maximum(x, b)),
        (lambda x: ops.where(a < b, 0.5, x), lambda x: x * (a >= b).astype(float) + 0.5 * (a < b)),
    ):
        first, second = Tensor(a, requires_grad=True), Tensor(a, requires_grad=True)
        for y in (one(first), other(second)):
            y.backward(dout)
        np.testing.assert_array_equal(one(first).data, other(second).data)
        np.testing.assert_array_equal(first.grad, second.grad)


def test_the_gradient_passes_at_a_bound_of_clip():
    x = np.array([-2.0, -1.0, 0.0, 2.0, 3.0])
    np.testing.assert_array_equal(gradients(ops.clip, x, low=-1, high=2), [0, 1, 1, 1, 0])
    np.testing.assert_array_equal(gradients(ops.clip, x, low=-1), [0, 1, 1, 1, 1])
    np.testing.assert_array_equal(gradients(ops.clip, x, high=2), [1, 1, 1, 1, 0])


def test_equal_numbers_share_the_gradient():
    x, y = np.array([1.0, 2.0, 3.0]), np.array([1.0, 5.0, 0.0])
    for op, dx, dy in ((ops.maximum, [0.5, 0, 1], [0.5, 1, 0]), (ops.minimum, [0.5, 1, 0], [0.5, 0, 1])):
        for got, expected in zip(gradients(op, x, y), (dx, dy), strict=True):
            np.testing.assert_array_equal(got, expected)
    assert sum(gradients(ops.maximum, x[:1], 1.0, dout=np.array([6.0]))[:1]) == 3  # a number takes its half along


@pytest.mark.parametrize("op", [ops.maximum, ops.minimum])
def test_the_two_gradients_add_up_to_dout_also_where_one_was_broadcast(op):
    da, db = gradients(op, a, b[:, :1], dout=dout)
    assert da.shape == (3, 4) and db.shape == (3, 1)
    np.testing.assert_allclose(da.sum(axis=1) + db[:, 0], dout.sum(axis=1), rtol=1e-14)


def test_where_broadcasts_all_three():
    condition = np.array([[True], [False]])
    y, cache = ops.where.forward(condition, np.arange(3.0), np.zeros((4, 1, 1)))
    np.testing.assert_array_equal(y, np.broadcast_to([[0, 1, 2], [0, 0, 0]], (4, 2, 3)))
    _, da, db = ops.where.backward(np.ones_like(y), cache)
    np.testing.assert_array_equal(da, [4, 4, 4])
    np.testing.assert_array_equal(db, np.full((4, 1, 1), 3.0))


def test_a_guard_inside_where_keeps_the_gradient_finite():
    x = Tensor(np.array([0.0, 2.0]), requires_grad=True)
    positive = x > 0
    ops.where(positive, ops.log(ops.where(positive, x, 1.0)), 0.0).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0.5])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_type_and_numbers_far_out(dtype):
    far = np.array([-1e4, 0.5, 1e4], dtype)
    for y in (ops.maximum(far, 1), ops.minimum(0.1, far), ops.clip(far, low=-1), ops.where(far > 0, far, 0.1)):
        assert y.dtype == dtype and np.isfinite(y).all()


def test_what_is_refused():
    with pytest.raises(InputError, match="clip: low or high should be given"):
        ops.clip(a)
    with pytest.raises(InputError, match=r"clip: low should be at most high = 0\.3; got 0\.5"):
        ops.clip(a, low=0.5, high=0.3)
    with pytest.raises(InputError, match=r"clip: low should be a number .for arrays: maximum.*; got float64 array"):
        ops.clip(a, low=b)
    with pytest.raises(InputError, match="where: condition should be an array of booleans"):
        ops.where(a, a, b)
    with pytest.raises(InputError, match="where: condition should be without gradient"):
        ops.where(Tensor(a, requires_grad=True), a, b)
    with pytest.raises(InputError, match=r"maximum: .*broadcast"):
        ops.maximum(a, b[:, :3])
