"""Arithmetic: broadcasting there and back, and laws that the gradients obey."""

import numpy as np
import pytest

from npdl import Tensor, ops
from npdl.ops.elementwise import unbroadcast

a, b = np.random.default_rng(0).uniform(0.5, 2, (2, 3, 4))


def gradients(f, *arrays):
    """f's gradients, with a dout that is not all ones."""
    tensors = [Tensor(v, requires_grad=True) for v in arrays]
    y = f(*tensors)
    y.backward(np.arange(1.0, y.size + 1).reshape(y.shape))
    return [t.grad for t in tensors]


@pytest.mark.parametrize(
    "shape, onto",
    [
        ((), (2, 3)),
        ((1,), (2, 3)),
        ((3,), (2, 3)),
        ((2, 1), (2, 3)),
        ((2, 3), (2, 3)),
        ((1, 3), (4, 2, 3)),
        ((2, 1, 3), (5, 2, 4, 3)),
    ],
)
def test_unbroadcast_is_the_transpose_of_broadcasting(shape, onto):
    """<broadcast(x), g> = <x, unbroadcast(g)> for all x and g: what "transpose" means."""
    rng = np.random.default_rng(1)
    x, g = rng.standard_normal(shape), rng.standard_normal(onto)
    back = unbroadcast(g, x.shape)
    assert back.shape == shape
    np.testing.assert_allclose((np.broadcast_to(x, onto) * g).sum(), (x * back).sum(), rtol=1e-12)


@pytest.mark.parametrize(
    "one, other",
    [
        (lambda a, b: a - b, lambda a, b: a + (-b)),
        (lambda a, b: a / b, lambda a, b: a * ops.exp(-ops.log(b))),
        (lambda a, b: a * b, lambda a, b: ops.exp(ops.log(a) + ops.log(b))),
        (lambda a, b: (a + b) * (a - b), lambda a, b: a * a - b * b),
        (lambda a, b: ops.log(ops.exp(a)) * b, lambda a, b: a * b),
    ],
    ids=["a - b", "a / b", "a b", "(a + b)(a - b)", "log exp a"],
)
def test_equal_expressions_have_equal_gradients(one, other):
    np.testing.assert_allclose(one(Tensor(a), Tensor(b)).data, other(Tensor(a), Tensor(b)).data, rtol=1e-12)
    for first, second in zip(gradients(one, a, b), gradients(other, a, b), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-10)


def test_a_python_number_keeps_float32():
    x = np.ones(2, np.float32)
    for y in (ops.mul(x, 0.1), ops.div(1, x), ops.add(2, x), ops.sub(x, 1e-3)):
        assert y.dtype == np.float32


@pytest.mark.topic("R165")
def test_a_skip_connection_adds_one_to_the_derivative():
    x, dout = Tensor(a, requires_grad=True), b
    (x + ops.tanh(x)).backward(dout)
    np.testing.assert_allclose(x.grad, dout * (1 + (1 - np.tanh(a) ** 2)), rtol=1e-12)


@pytest.mark.topic("R165")
def test_a_skip_connection_around_a_branch_of_zero_is_the_identity():
    x, w = Tensor(a, requires_grad=True), Tensor(np.zeros((4, 4)), requires_grad=True)
    y = x + ops.relu(x @ w)
    np.testing.assert_array_equal(y.data, a)
    y.backward(b)
    np.testing.assert_array_equal(x.grad, b)
    with pytest.raises(ValueError, match="broadcast"):  # a shortcut needs equal shapes
        ops.add(a, b[:, :3])


def test_log_of_zero_and_below_is_numpys():
    with np.errstate(divide="ignore", invalid="ignore"):
        np.testing.assert_array_equal(ops.log(np.array([0.0, -1.0])), [-np.inf, np.nan])
