"""The identities of matrix calculus, against numerical gradients."""

import numpy as np
import pytest

import npdl
from gradcheck import numerical_gradient
from npdl import InputError, ops
from npdl.maths.identities import IDENTITIES, example

TOPICS = {
    "linear": "R003", "bilinear": "R004", "bilinear_transposed": "R005", "quadratic": "R006", "trace": "R001",
    "squares": "R001", "determinant": "R001", "length_by_weights": "R009", "length_by_inputs": "R009",
}  # fmt: skip


@pytest.mark.topic("R001", "R002", "R003", "R004", "R005", "R006", "R009")
@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("m, n", [(3, 5), (4, 2), (1, 1)])
def test_the_gradient_is_the_numerical_one_and_has_the_shape(name, m, n):
    assert TOPICS.keys() == IDENTITIES.keys()
    _, f, gradient, _ = IDENTITIES[name]
    x, constants = example(name, np.random.default_rng(m), m, n)
    expected = numerical_gradient(lambda x: np.asarray(f(x, **constants)), x)
    g = gradient(x, **constants)
    assert g.shape == x.shape
    np.testing.assert_allclose(g, expected, rtol=1e-7, atol=1e-8)


@pytest.mark.topic("R006")
def test_twice_b_x_is_wrong_when_b_is_not_symmetric():
    rng = np.random.default_rng(0)
    x, constants = example("quadratic", rng)
    b = constants["b"]
    assert np.abs(IDENTITIES["quadratic"].gradient(x, b) - 2 * b @ x).max() > 0.1
    symmetric = b + b.T
    np.testing.assert_allclose(IDENTITIES["quadratic"].gradient(x, symmetric), 2 * symmetric @ x, rtol=1e-12)


@pytest.mark.topic("R009")
def test_the_tape_finds_both_gradients_of_the_squared_length():
    rng = np.random.default_rng(1)
    W, x = (npdl.Tensor(rng.standard_normal(shape), requires_grad=True) for shape in ((3, 5), (5, 1)))
    q = ops.matmul(W, x)
    (q * q).sum().backward()
    by_weights, by_inputs = (IDENTITIES[f"length_by_{name}"].gradient for name in ("weights", "inputs"))
    np.testing.assert_allclose(W.grad, by_weights(W.data, x.data[:, 0]), rtol=1e-9)
    np.testing.assert_allclose(x.grad[:, 0], by_inputs(x.data[:, 0], W.data), rtol=1e-9)


def test_an_unknown_identity():
    with pytest.raises(InputError, match="one of linear, bilinear"):
        example("cubic", np.random.default_rng(0))
