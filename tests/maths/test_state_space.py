"""State spaces on paper: discretisation as SciPy has it, HiPPO's memory, and S4's kernel without the powers."""

import numpy as np
import pytest
from scipy.signal import cont2discrete

from npdl import InputError
from npdl.maths import state_space as ss


def system(N=5, seed=0):
    """A stable one, drawn at random."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, N)) - 3 * np.eye(N), rng.standard_normal(N), rng.standard_normal(N)


@pytest.mark.topic("R300")
@pytest.mark.parametrize("method", ["zoh", "bilinear"])
@pytest.mark.parametrize("dt", [0.01, 0.3])
def test_discretisation_is_scipys(method, dt):
    A, B, C = system()
    A_bar, B_bar = ss.discretise(A, B, dt, method)
    expected = cont2discrete((A, B[:, None], C[None], np.zeros((1, 1))), dt, method=method)
    np.testing.assert_allclose(A_bar, expected[0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(B_bar, expected[1][:, 0], rtol=1e-12, atol=1e-14)


@pytest.mark.topic("R300")
@pytest.mark.parametrize("method", ["zoh", "bilinear"])
def test_a_diagonal_matrix_is_discretised_number_by_number(method):
    A, B = np.array([-0.5 + 3j, -1 - 2j, -2]), np.array([1, 2, 1j])
    A_bar, B_bar = ss.discretise_diagonal(A, B, 0.1, method)
    full_A, full_B = ss.discretise(np.diag(A), B, 0.1, method)
    np.testing.assert_allclose(np.diag(A_bar), full_A, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(B_bar, full_B, rtol=1e-12, atol=1e-14)


@pytest.mark.topic("R300")
def test_zero_order_hold_is_the_solution_for_a_staircase_and_the_trapezium_rule_nearly():
    A, B, _ = system()
    fine, errors = 1000, {}
    for method in ("zoh", "bilinear"):
        _, B_bar = ss.discretise(A, B, 0.1, method)
        small_A, small_B = ss.discretise(A, B, 0.1 / fine, "bilinear")
        h = np.zeros(5)
        for _ in range(fine):
            h = small_A @ h + small_B
        errors[method] = np.abs(h - B_bar).max()
    assert errors["zoh"] < 1e-8 < 1e-5 < errors["bilinear"] < 1e-2


@pytest.mark.topic("R300")
@pytest.mark.parametrize("method", ["zoh", "bilinear"])
def test_the_recurrence_is_a_convolution(method):
    A, B, C = system()
    A_bar, B_bar = ss.discretise(A, B, 0.1, method)
    u = np.random.default_rng(1).standard_normal(64)
    K = ss.kernel(A_bar, B_bar, C, 64)
    by_fft = np.fft.irfft(np.fft.rfft(K, 128) * np.fft.rfft(u, 128), 128)[:64]
    np.testing.assert_allclose(by_fft, ss.recurrence(A_bar, B_bar, C, u), rtol=1e-10, atol=1e-10)


# HiPPO.


@pytest.mark.topic("R302")
def test_the_entries_of_hippo_legs():
    A, B = ss.hippo_legs(6)
    for n in range(6):
        assert B[n] == pytest.approx(np.sqrt(2 * n + 1))
        for k in range(6):
            root = np.sqrt((2 * n + 1) * (2 * k + 1))
            assert -A[n, k] == pytest.approx(root if n > k else n + 1 if n == k else 0)


def integrals(staircase, N):
    """Legendre coefficients of a staircase on [0, 1], by the antiderivative ∫P_n = (P_{n+1} - P_{n-1}) / (2n + 1)."""
    T = len(staircase)
    edges = np.linspace(-1, 1, T + 1)
    c = []
    for n in range(N):
        P = np.polynomial.legendre.Legendre.basis(n).integ()
        c.append(np.sqrt(2 * n + 1) / 2 * (np.diff(P(edges)) * staircase).sum())
    return np.array(c)


@pytest.mark.topic("R302")
def test_the_memory_is_the_projection_at_every_time():
    u = np.random.default_rng(0).standard_normal(40)
    memory = ss.legs_memory(u, 8)
    for k in (1, 2, 7, 40):
        np.testing.assert_allclose(memory[k - 1], integrals(u[:k], 8), rtol=0, atol=1e-10)


@pytest.mark.topic("R302")
def test_it_reconstructs_a_smooth_signal_the_better_the_more_it_may_remember():
    times = (np.arange(300) + 0.5) / 300
    u = np.sin(6 * times) + 0.5 * np.cos(15 * times**2)
    errors = []
    for N in (4, 8, 16, 24):
        c = ss.legs_memory(u, N)[-1]
        errors.append(np.sqrt(np.mean((ss.legs_reconstruction(c, times) - u) ** 2)))
    assert errors[0] > errors[1] > errors[2] > errors[3]
    assert errors[0] > 0.1 and errors[3] < 1e-3


@pytest.mark.topic("R302")
def test_with_u_constant_only_the_mean_is_remembered():
    memory = ss.legs_memory(np.full(20, 3.0), 5)
    np.testing.assert_allclose(memory, np.tile([3.0, 0, 0, 0, 0], (20, 1)), rtol=0, atol=1e-12)


# S4.


@pytest.mark.topic("R301")
@pytest.mark.parametrize("N", [1, 2, 8, 33, 64])
def test_legs_is_diagonal_plus_low_rank(N):
    A, B = ss.hippo_legs(N)
    Lambda, p, b, V = ss.dplr_of_legs(N)
    np.testing.assert_allclose(V @ V.conj().T, np.eye(N), rtol=0, atol=1e-12)
    np.testing.assert_allclose(V @ (np.diag(Lambda) - np.outer(p, p.conj())) @ V.conj().T, A, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(V @ b, B, rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(Lambda.real, -0.5)


@pytest.mark.topic("R301")
@pytest.mark.parametrize("N, length", [(4, 16), (16, 255), (64, 1024)])
@pytest.mark.parametrize("dt", [0.001, 0.1])
def test_the_kernel_by_cauchys_matrix_is_that_by_powers(N, length, dt):
    A, B = ss.hippo_legs(N)
    C = np.random.default_rng(0).standard_normal(N)
    naive = ss.kernel(*ss.discretise(A, B, dt, "bilinear"), C, length)
    np.testing.assert_allclose(ss.dplr_kernel(ss.dplr_of_legs(N), C, dt, length), naive, rtol=0, atol=1e-8)
    assert np.abs(naive).max() > 1e-3


@pytest.mark.topic("R301")
def test_where_s4d_starts():
    np.testing.assert_allclose(ss.diagonal_init(6, "lin"), -0.5 + 1j * np.pi * np.arange(3))
    np.testing.assert_allclose(ss.diagonal_init(6, "inv"), -0.5 + 6j / np.pi * np.array([6 - 1, 6 / 3 - 1, 6 / 5 - 1]))
    A, _ = ss.hippo_legs(6)
    P = np.sqrt(np.arange(6) + 0.5)
    own = np.linalg.eigvals(A + np.outer(P, P))
    legs = ss.diagonal_init(6, "legs")
    np.testing.assert_allclose(np.sort(own[own.imag > 0].imag), np.sort(legs.imag), rtol=1e-10)
    np.testing.assert_allclose(legs.real, -0.5)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: ss.discretise(np.eye(2), np.ones(2), 1, "euler"), 'discretise: method should be "zoh" or "bilinear"'),
        (lambda: ss.discretise(np.eye(2), np.ones(2), 0), "discretise: dt should be greater than 0"),
        (lambda: ss.discretise_diagonal(np.ones(2), 1, -1), "discretise_diagonal: dt should be greater than 0"),
        (lambda: ss.hippo_legs(0), "hippo_legs: N should be an integer >= 1"),
        (lambda: ss.diagonal_init(5, "lin"), "diagonal_init: N should be an even integer >= 2"),
        (lambda: ss.diagonal_init(4, "legt"), 'diagonal_init: kind should be "lin", "inv" or "legs"'),
    ],
)
def test_what_makes_no_sense(call, message):
    with pytest.raises(InputError, match=message):
        call()
