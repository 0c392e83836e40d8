"""Singular values by Jacobi's rotations, and what rests on them."""

import numpy as np
import pytest

from npdl import InputError
from npdl.maths.svd import complete_basis, low_rank, pseudo_inverse, svd

rng = np.random.default_rng(0)
MATRICES = {
    "square": rng.standard_normal((6, 6)),
    "tall": rng.standard_normal((9, 4)),
    "wide": rng.standard_normal((3, 8)),
    "odd": rng.standard_normal((7, 5)),
    "deficient": rng.standard_normal((7, 2)) @ rng.standard_normal((2, 5)),
    "repeated": np.repeat(rng.standard_normal((5, 1)), 3, axis=1),
    "zero": np.zeros((4, 3)),
    "one": np.array([[-2.5]]),
    "graded": rng.standard_normal((6, 4)) * 10.0 ** -np.arange(0, 12, 3),
    "huge": 1e200 * rng.standard_normal((3, 3)),
}
every_matrix = pytest.mark.parametrize("A", MATRICES.values(), ids=MATRICES)


@pytest.mark.topic("R013")
@every_matrix
def test_it_decomposes_any_matrix_as_lapack_does(A):
    m, n = A.shape
    U, s, Vt = svd(A)
    assert U.shape == (m, m) and s.shape == (min(m, n),) and Vt.shape == (n, n)
    np.testing.assert_allclose(U.T @ U, np.eye(m), atol=1e-10)
    np.testing.assert_allclose(Vt @ Vt.T, np.eye(n), atol=1e-10)
    D = np.zeros((m, n))
    np.fill_diagonal(D, s)
    scale = max(np.abs(A).max(), 1e-300)
    np.testing.assert_allclose(U @ D @ Vt / scale, A / scale, atol=1e-10)
    np.testing.assert_allclose(s / scale, np.linalg.svd(A / scale, compute_uv=False), rtol=1e-8, atol=1e-12)
    assert (np.diff(s) <= 0).all() and (s >= 0).all()


@pytest.mark.topic("R013")
def test_u_and_v_are_eigenvectors():
    A = MATRICES["tall"]
    U, s, Vt = svd(A)
    np.testing.assert_allclose(A.T @ A @ Vt.T, Vt.T * s**2, atol=1e-10)
    np.testing.assert_allclose(A @ A.T @ U[:, :4], U[:, :4] * s**2, atol=1e-10)
    np.testing.assert_allclose(A @ A.T @ U[:, 4:], 0, atol=1e-10)


@pytest.mark.topic("R013")
@every_matrix
def test_thin(A):
    U, s, Vt = svd(A, thin=True)
    k = min(A.shape)
    assert U.shape == (len(A), k) and Vt.shape == (k, A.shape[1])
    scale = max(np.abs(A).max(), 1e-300)
    np.testing.assert_allclose((U * s / scale) @ Vt, A / scale, atol=1e-10)


@pytest.mark.topic("R014")
@every_matrix
def test_penroses_four_conditions(A):
    scale = np.abs(A).max() or 1
    A = A / scale
    P = pseudo_inverse(A)
    assert P.shape == A.shape[::-1]
    size = max(np.abs(P).max(), 1)
    np.testing.assert_allclose(A @ P @ A, A, atol=1e-10)
    np.testing.assert_allclose(P @ A @ P / size, P / size, atol=1e-10)
    for product in (A @ P, P @ A):
        np.testing.assert_allclose(product, product.T, atol=1e-7 if size > 1e6 else 1e-10)
    np.testing.assert_allclose(P / size, np.linalg.pinv(A, rcond=1e-15 * max(A.shape)) / size, atol=1e-9)


@pytest.mark.topic("R014")
def test_it_solves_least_squares_by_the_shortest_solution():
    A, b = MATRICES["deficient"], rng.standard_normal(7)
    np.testing.assert_allclose(pseudo_inverse(A) @ b, np.linalg.lstsq(A, b, rcond=1e-12)[0], atol=1e-10)


@pytest.mark.topic("R013")
def test_the_nearest_matrix_of_a_rank():
    A = MATRICES["square"]
    s = np.linalg.svd(A, compute_uv=False)
    for k in range(7):
        B = low_rank(A, k)
        assert np.linalg.matrix_rank(B) == k
        assert np.linalg.norm(A - B) == pytest.approx(np.sqrt((s[k:] ** 2).sum()), abs=1e-9)


def test_a_basis_is_completed():
    Q = complete_basis(np.zeros((4, 0)), 4)
    np.testing.assert_allclose(Q.T @ Q, np.eye(4), atol=1e-12)


def test_bad_input():
    for A in (np.zeros((0, 3)), [[np.nan]], np.ones(3)):
        with pytest.raises(InputError, match="svd: A"):
            svd(A)
    with pytest.raises(InputError, match="from 0 to 3"):
        low_rank(np.ones((4, 3)), 4)
