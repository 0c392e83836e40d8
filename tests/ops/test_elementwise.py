"""Arithmetic: broadcasting there and back, and laws that the gradients obey."""

import numpy as np
import pytest

from npdl import InputError, Tensor, ops
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
        (lambda a, b: ops.power(a, exponent=3) * b, lambda a, b: a * a * a * b),
        (lambda a, b: ops.power(a, exponent=-1.5) * b, lambda a, b: b / (a * ops.sqrt(a))),
        (lambda a, b: ops.sqrt(a * b), lambda a, b: ops.exp((ops.log(a) + ops.log(b)) * 0.5)),
        (lambda a, b: ops.abs(a - b) * b, lambda a, b: ops.sqrt((a - b) * (a - b)) * b),
    ],
    ids=["a - b", "a / b", "a b", "(a + b)(a - b)", "log exp a", "a³", "a^-1.5", "√(ab)", "|a - b|"],
)
def test_equal_expressions_have_equal_gradients(one, other):
    np.testing.assert_allclose(one(Tensor(a), Tensor(b)).data, other(Tensor(a), Tensor(b)).data, rtol=1e-12)
    for first, second in zip(gradients(one, a, b), gradients(other, a, b), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-10)


def test_a_python_number_keeps_float32():
    x = np.ones(2, np.float32)
    for y in (ops.mul(x, 0.1), ops.div(1, x), ops.add(2, x), ops.sub(x, 1e-3), ops.power(x, exponent=0.5)):
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


def slope(op, x, **options):
    """The derivative, for an op that works element by element."""
    y, cache = op.forward(np.asarray(x), **options)
    return op.backward(np.ones_like(y), cache)


def test_derivatives_where_a_formula_would_be_undefined():
    np.testing.assert_array_equal(slope(ops.abs, [-0.0, 0.0, -2.0, 3.0]), [0, 0, -1, 1])
    np.testing.assert_array_equal(slope(ops.power, [0.0, -2.0], exponent=0), [0, 0])
    np.testing.assert_array_equal(slope(ops.power, [0.0, -2.0], exponent=1), [1, 1])
    np.testing.assert_array_equal(slope(ops.power, [0.0, -2.0], exponent=2), [0, -4])
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(slope(ops.sqrt, [0.0]), [np.inf])
        np.testing.assert_array_equal(slope(ops.power, [0.0], exponent=0.5), [np.inf])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_from_zero(dtype):
    far = np.array([1e4, -1e4], dtype)
    np.testing.assert_array_equal(ops.abs(far), [1e4, 1e4])
    np.testing.assert_array_equal(ops.power(far, exponent=2), np.array([1e8, 1e8], dtype))
    np.testing.assert_array_equal(slope(ops.power, far, exponent=2), [2e4, -2e4])
    np.testing.assert_allclose(slope(ops.sqrt, far[:1]), [0.005], rtol=1e-6)


@pytest.mark.parametrize("exponent", [a, "2", None, True, 1j])
def test_the_exponent_is_a_number(exponent):
    with pytest.raises(InputError, match="power: exponent should be a number"):
        ops.power(a, exponent=exponent)
    np.testing.assert_array_equal(ops.power(a, exponent=np.float32(2)), a**2)
