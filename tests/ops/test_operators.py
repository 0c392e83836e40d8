"""Operators and methods of Tensors: each is the op that it is short for."""

import numpy as np
import pytest

from npdl import Tensor, ops

a, b, m = np.random.default_rng(0).uniform(0.5, 2, (3, 4, 4))

SHORT_FOR = {
    "a + b": (lambda a, b: a + b, ops.add),
    "a - b": (lambda a, b: a - b, ops.sub),
    "a * b": (lambda a, b: a * b, ops.mul),
    "a / b": (lambda a, b: a / b, ops.div),
    "a @ b": (lambda a, b: a @ b, ops.matmul),
}
METHODS = {
    "-a": (lambda t: -t, -a),
    "a[1:, 2]": (lambda t: t[1:, 2], a[1:, 2]),
    "T": (lambda t: t.T, a.T),
    "exp": (lambda t: t.exp(), np.exp(a)),
    "log": (lambda t: t.log(), np.log(a)),
    "a ** 3": (lambda t: t**3, a**3),
    "a ** -0.5": (lambda t: t**-0.5, a**-0.5),
    "a ** np.float32(2)": (lambda t: t ** np.float32(2), a**2),
    "abs(-a)": (lambda t: abs(-t), a),
    "sqrt": (lambda t: t.sqrt(), np.sqrt(a)),
    "clip(0.7, 1)": (lambda t: t.clip(0.7, 1), np.clip(a, 0.7, 1)),
    "clip(high=1)": (lambda t: t.clip(high=1), np.minimum(a, 1)),
    "var(0, ddof=1)": (lambda t: t.var(0, ddof=1), a.var(axis=0, ddof=1)),
    "reshape(2, 8)": (lambda t: t.reshape(2, 8), a.reshape(2, 8)),
    "reshape((2, -1))": (lambda t: t.reshape((2, -1)), a.reshape(2, -1)),
    "reshape(-1)": (lambda t: t.reshape(-1), a.reshape(-1)),
    "transpose": (lambda t: t.transpose(), a.T),
    "transpose(1, 0)": (lambda t: t.transpose(1, 0), a.T),
    "sum": (lambda t: t.sum(), a.sum()),
    "sum(axis=0)": (lambda t: t.sum(axis=0), a.sum(axis=0)),
    "mean(1, keepdims)": (lambda t: t.mean(1, keepdims=True), a.mean(1, keepdims=True)),
    "max": (lambda t: t.max(axis=-1), a.max(axis=-1)),
}


@pytest.mark.parametrize("text", SHORT_FOR)
def test_an_operator_is_its_op_on_either_side(text):
    operator, op = SHORT_FOR[text]
    expected = op(a, b)
    for left, right in ((Tensor(a), Tensor(b)), (Tensor(a), b), (a, Tensor(b))):
        y = operator(left, right)
        assert type(y) is Tensor
        np.testing.assert_array_equal(y.data, expected)


@pytest.mark.parametrize("text", [text for text in SHORT_FOR if "@" not in text])
def test_an_operator_takes_numbers_on_either_side(text):
    operator, op = SHORT_FOR[text]
    np.testing.assert_array_equal(operator(Tensor(a), 2).data, op(a, 2))
    np.testing.assert_array_equal(operator(0.5, Tensor(a)).data, op(0.5, a))


@pytest.mark.parametrize("text", METHODS)
def test_a_method_is_its_op(text):
    method, expected = METHODS[text]
    np.testing.assert_array_equal(method(Tensor(a)).data, expected)


def test_a_formula_in_operators_has_the_gradient_of_the_formula():
    x, w = Tensor(a, requires_grad=True), Tensor(m, requires_grad=True)
    ((x @ w.T - 1) / 2).sum().backward()
    np.testing.assert_allclose(x.grad, np.ones((4, 4)) @ m / 2, rtol=1e-12)
    np.testing.assert_allclose(w.grad, np.ones((4, 4)) @ a / 2, rtol=1e-12)
