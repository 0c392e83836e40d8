"""Matrix products: the definition, CS231n's published numbers, vectors and stacks of matrices."""

import numpy as np
import pytest

import gradcheck
from npdl import ops

rng = np.random.default_rng(0)


@pytest.mark.topic("R123")
def test_affine_is_a_matrix_product_of_flattened_samples():
    x, w, b = rng.standard_normal((3, 2, 5)), rng.standard_normal((10, 7)), rng.standard_normal(7)
    expected = [[sum(x[n].ravel()[d] * w[d, m] for d in range(10)) + b[m] for m in range(7)] for n in range(3)]
    np.testing.assert_allclose(ops.affine(x, w, b), expected, rtol=1e-12)
    np.testing.assert_allclose(ops.affine(x, w), expected - b, rtol=1e-12)
    for inputs in ({"x": x, "w": w, "b": b}, {"x": x, "w": w}):
        report = gradcheck.check(ops.affine_forward, ops.affine_backward, inputs)
        assert report.ok, report
        assert list(report.inputs) == list(inputs)


@pytest.mark.topic("R123")
def test_affine_gives_the_numbers_that_cs231n_prints():
    x = np.linspace(-0.1, 0.5, 2 * 4 * 5 * 6).reshape(2, 4, 5, 6)
    w = np.linspace(-0.2, 0.3, 4 * 5 * 6 * 3).reshape(4 * 5 * 6, 3)
    y = ops.affine(x, w, np.linspace(-0.3, 0.1, 3))
    np.testing.assert_allclose(y[0], [1.49834967, 1.70660132, 1.91485297], rtol=1e-8)


@pytest.mark.parametrize(
    "a, b, formula",
    [
        ((3, 5), (5, 2), "ik,kj->ij"),
        ((4, 3, 5), (4, 5, 2), "nik,nkj->nij"),
        ((4, 3, 5), (5, 2), "nik,kj->nij"),
        ((3, 5), (4, 5, 2), "ik,nkj->nij"),
        ((5,), (5, 2), "k,kj->j"),
        ((3, 5), (5,), "ik,k->i"),
        ((4, 3, 5), (5,), "nik,k->ni"),
        ((5,), (5,), "k,k->"),
    ],
)
def test_matmul_and_its_gradients_in_index_notation(a, b, formula):
    """Exchange an input with the output in y = einsum("ik,kj->ij", a, b) and you have that input's gradient."""
    a, b = rng.standard_normal(a), rng.standard_normal(b)
    y, cache = ops.matmul.forward(a, b)
    np.testing.assert_allclose(y, np.einsum(formula, a, b), rtol=1e-12)

    dout = np.asarray(rng.standard_normal(y.shape))
    da, db = ops.matmul.backward(dout, cache)
    left, right, out = formula.replace("->", ",").split(",")
    np.testing.assert_allclose(da, np.einsum(f"{out},{right}->{left}", dout, b), rtol=1e-12)
    np.testing.assert_allclose(db, np.einsum(f"{out},{left}->{right}", dout, a), rtol=1e-12)


def test_affine_of_one_matrix_is_matmul_plus_b():
    x, w, b = rng.standard_normal((3, 5)), rng.standard_normal((5, 2)), rng.standard_normal(2)
    np.testing.assert_array_equal(ops.affine(x, w, b), ops.add(ops.matmul(x, w), b))
