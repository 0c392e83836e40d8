"""Second derivatives."""

import numpy as np
import pytest

from npdl import InputError
from npdl.maths.hessians import eigenvalues_2x2, numerical_hessian, quadratic_form_hessian, quadratic_peak

rng = np.random.default_rng(0)


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


@pytest.mark.topic("R007")
@pytest.mark.parametrize("x", [(1.0, 1.0), (-0.7, 1.3)])
def test_the_hessian_of_rosenbrocks_valley(x):
    H = numerical_hessian(rosenbrock, x)
    expected = [[1200 * x[0] ** 2 - 400 * x[1] + 2, -400 * x[0]], [-400 * x[0], 200]]
    np.testing.assert_allclose(H, expected, rtol=1e-6)
    np.testing.assert_allclose(H, H.T, rtol=1e-12)


@pytest.mark.topic("R007")
def test_the_last_row_belongs_to_the_last_variable():
    H = numerical_hessian(lambda x: x[0] * x[2] ** 2 + x[1] ** 3, np.array([2.0, 3.0, 5.0]))
    np.testing.assert_allclose(H, [[0, 0, 10], [0, 18, 0], [10, 0, 4]], atol=1e-5)


@pytest.mark.topic("R008")
def test_a_quadratic_form_has_a_plus_its_transpose_and_not_twice_a():
    A = rng.standard_normal((4, 4))
    H = numerical_hessian(lambda x: x @ A @ x, rng.standard_normal(4))
    np.testing.assert_allclose(H, quadratic_form_hessian(A), atol=1e-6)
    assert np.abs(H - 2 * A).max() > 0.5
    symmetric = A + A.T
    np.testing.assert_allclose(quadratic_form_hessian(symmetric), 2 * symmetric, rtol=1e-12)


@pytest.mark.topic("R022")
def test_determinant_and_trace_give_the_eigenvalues():
    M = rng.standard_normal((50, 2, 2))
    M = M + M.swapaxes(1, 2)
    det, trace = np.linalg.det(M), np.trace(M, axis1=1, axis2=2)
    expected = np.linalg.eigvalsh(M)
    larger, smaller = eigenvalues_2x2(det, trace)
    np.testing.assert_allclose(larger, expected[:, 1], atol=1e-9)
    np.testing.assert_allclose(smaller, expected[:, 0], atol=1e-9)
    np.testing.assert_allclose(larger * smaller, det, atol=1e-9)


@pytest.mark.topic("R023")
@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_vertex_of_a_sampled_parabola_is_found(n):
    root = rng.standard_normal((n, n))
    A, vertex = -(root @ root.T + np.eye(n)), rng.uniform(-0.5, 0.5, n)
    places = np.stack(np.meshgrid(*[[-1, 0, 1]] * n, indexing="ij"), axis=-1) - vertex
    samples = np.einsum("...i,ij,...j", places, A, places) + 0.7
    offset, value = quadratic_peak(samples)
    np.testing.assert_allclose(offset, vertex, atol=1e-10)
    assert value == pytest.approx(0.7, abs=1e-10)


def test_bad_input():
    with pytest.raises(InputError, match="curved along every direction"):
        quadratic_peak(np.ones((3, 3)))
    with pytest.raises(InputError, match="3 samples along each axis"):
        quadratic_peak(np.ones((3, 4)))
    with pytest.raises(InputError, match="h should be greater than 0"):
        numerical_hessian(rosenbrock, np.ones(2), 0)
