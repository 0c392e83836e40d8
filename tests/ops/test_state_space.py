"""State spaces: the scan is a loop, the convolution a recurrence, both are causal, and the limits are right."""

import numpy as np
import pytest

from npdl import InputError, ops
from npdl.maths import state_space as maths


def scan_arguments(N=2, T=7, E=3, S=4, seed=0):
    rng = np.random.default_rng(seed)
    u, B, C = rng.standard_normal((N, T, E)), rng.standard_normal((N, T, S)), rng.standard_normal((N, T, S))
    delta, A = rng.uniform(0.05, 1, (N, T, E)), -rng.uniform(0.5, 3, (E, S))
    return u, delta, A, B, C, rng.standard_normal(E), rng.standard_normal((N, E, S))


def scan_number_by_number(u, delta, A, B, C, D, h0):
    """The definition, in plain Python."""
    y, h = np.zeros_like(u), h0.copy()
    for n, t, e in np.ndindex(u.shape):
        for s in range(A.shape[1]):
            step = delta[n, t, e]
            h[n, e, s] = np.exp(step * A[e, s]) * h[n, e, s] + step * B[n, t, s] * u[n, t, e]
            y[n, t, e] += C[n, t, s] * h[n, e, s]
        y[n, t, e] += D[e] * u[n, t, e]
    return y, h


@pytest.mark.topic("R299")
@pytest.mark.parametrize("shape", [(2, 7, 3, 4), (1, 1, 1, 1), (3, 20, 2, 5)])
def test_the_scan_is_a_loop_over_time(shape):
    arguments = scan_arguments(*shape)
    for got, expected in zip(ops.selective_scan(*arguments), scan_number_by_number(*arguments), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.topic("R299")
def test_a_sequence_in_pieces_is_the_sequence():
    u, delta, A, B, C, D, h0 = scan_arguments(T=9)
    whole, last = ops.selective_scan(u, delta, A, B, C, D, h0)
    pieces, h = [], h0
    for piece in (slice(0, 1), slice(1, 5), slice(5, 9)):
        y, h = ops.selective_scan(u[:, piece], delta[:, piece], A, B[:, piece], C[:, piece], D, h)
        pieces.append(y)
    np.testing.assert_array_equal(h, last)
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, rtol=1e-12, atol=1e-12)


@pytest.mark.topic("R299")
def test_the_same_call_gives_the_same_bits():
    arguments = [a.astype("float32") for a in scan_arguments(4, 30, 16, 8)]
    first, again = (ops.selective_scan.forward(*arguments) for _ in range(2))
    dout = tuple(np.ones_like(o) for o in first[0])
    gradients = [ops.selective_scan.backward(dout, cache) for _, cache in (first, again)]
    for a, b in zip(first[0] + gradients[0], again[0] + gradients[1], strict=True):
        np.testing.assert_array_equal(a, b)


def jacobian_over_time(function, u):
    """(T, T): by how much the output at each time (row) moves when the input at each time (column) is moved."""
    y, T = function(u), u.shape[1]
    moved = np.zeros((T, T))
    for t in range(T):
        other = u.copy()
        other[:, t] += 1
        moved[:, t] = np.abs(function(other) - y).max(axis=(0, 2))
    return moved


@pytest.mark.topic("R299")
def test_nothing_comes_before_its_cause():
    u, _, A, B, C, *_ = scan_arguments()
    k = np.random.default_rng(1).standard_normal((7, 3))
    for function, exact in (
        (lambda u: ops.selective_scan(u, np.abs(u) + 0.1, A, B * u[:, :, :1], C * u[:, :, :1])[0], 0),
        (lambda u: ops.causal_convolution(u, k), 1e-14),
    ):
        jacobian = jacobian_over_time(function, u)
        assert np.triu(jacobian, 1).max() <= exact
        assert np.diag(jacobian).min() > 1e-3


class Counted(np.ndarray):
    """An array that counts the numbers that ufuncs (matmul too) write from it."""

    written = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        plain = [x.view(np.ndarray) if isinstance(x, Counted) else x for x in inputs]
        if out is not None:
            kwargs["out"] = tuple(o.view(np.ndarray) for o in out)
        result = getattr(ufunc, method)(*plain, **kwargs)
        Counted.written += np.size(result)
        return out[0] if out is not None else np.asarray(result).view(Counted)


@pytest.mark.topic("R299")
def test_the_work_grows_with_the_length_and_not_with_its_square():
    def work(T):
        Counted.written = 0
        arguments = [a.view(Counted) for a in scan_arguments(T=T)]
        (y, h), cache = ops.selective_scan_forward(*arguments)
        ops.selective_scan_backward((y, h), cache)
        return Counted.written

    once, twice, thrice = work(50), work(100), work(150)
    assert once > 50 * 2 * 3 * 4
    assert thrice - twice == twice - once


@pytest.mark.topic("R299")
def test_a_step_of_no_length_passes_the_token_over_and_a_long_one_forgets_the_past():
    u, delta, A, B, C, D, h0 = scan_arguments()
    y, h = ops.selective_scan(u, 0 * delta, A, B, C, D, h0)
    np.testing.assert_array_equal(h, h0)
    np.testing.assert_allclose(y, np.einsum("nts,nes->nte", C, h0) + D * u, rtol=1e-12, atol=1e-12)

    long = np.full_like(delta, 1e4)
    _, h = ops.selective_scan(u, long, A, B, C, D, h0)
    np.testing.assert_array_equal(h, 1e4 * u[:, -1, :, None] * B[:, -1, None])  # of the last token alone


@pytest.mark.topic("R299")
def test_without_decay_the_state_is_a_running_sum():
    u, delta, A, B, C, _, _ = scan_arguments()
    _, h = ops.selective_scan(u, delta, 0 * A, B, C)
    np.testing.assert_allclose(h, np.einsum("nte,nts->nes", delta * u, B), rtol=1e-12, atol=1e-12)


@pytest.mark.topic("R300")
def test_a_scan_whose_numbers_do_not_change_is_a_convolution():
    """Δ, B and C the same at all times: then K_l = Σ_s C_s e^(l Δ A_s) Δ B_s, and the FFT gives what the loop gives."""
    u, delta, A, B, C, _, _ = scan_arguments(T=50)
    dt, b, c = delta[0, 0], B[0, 0], C[0, 0]
    constant = (np.broadcast_to(a, (2, 50, len(a))) for a in (dt, b, c))
    step, b_all, c_all = constant
    y, _ = ops.selective_scan(u, step, A, b_all, c_all)
    K = np.stack([maths.kernel(np.exp(dt[e] * A[e]), dt[e] * b, c, 50) for e in range(3)], axis=1)
    np.testing.assert_allclose(ops.causal_convolution(u, K), y, rtol=1e-10, atol=1e-10)


@pytest.mark.topic("R300")
@pytest.mark.parametrize("T, L", [(1, 1), (8, 8), (13, 4), (5, 12), (100, 100)])
def test_the_causal_convolution_is_numpys(T, L):
    rng = np.random.default_rng(0)
    u, k = rng.standard_normal((2, T, 3)), rng.standard_normal((L, 3))
    y = ops.causal_convolution(u, k)
    for n, e in np.ndindex(2, 3):
        np.testing.assert_allclose(y[n, :, e], np.convolve(u[n, :, e], k[:, e])[:T], rtol=1e-10, atol=1e-10)


@pytest.mark.topic("R301")
@pytest.mark.parametrize("start", ["lin", "inv", "legs"])
def test_the_kernel_by_vandermonde_is_that_by_powers(start):
    rng = np.random.default_rng(0)
    A, dt = maths.diagonal_init(16, start), np.array([0.001, 0.01, 0.1])
    C = rng.standard_normal((3, 8)) + 1j * rng.standard_normal((3, 8))
    rows = np.broadcast_to(A, C.shape)
    K = ops.diagonal_ssm_kernel(dt, rows.real.copy(), rows.imag.copy(), C.real.copy(), C.imag.copy(), length=200)
    everything = np.concatenate([A, A.conj()])  # each state and its conjugate
    for e in range(3):
        system = maths.discretise_diagonal(everything, np.ones(16), dt[e])
        naive = maths.kernel(*system, np.concatenate([C[e], C[e].conj()]), 200)
        np.testing.assert_allclose(K[:, e], naive.real, rtol=0, atol=1e-8)
        assert np.abs(naive.imag).max() < 1e-10


@pytest.mark.parametrize(
    "change, message",
    [
        ({"u": np.ones((2, 3))}, r"u should be a 3-d array \(N, T, E\)"),
        ({"u": np.ones((2, 0, 3))}, "u should be of at least one step"),
        ({"delta": np.ones((2, 7, 1))}, r"delta should be an array of shape \(2, 7, 3\) like u"),
        ({"A": np.ones((4, 4))}, r"A should be \(3, S\), as u has 3 channels"),
        ({"A": np.ones(3)}, r"A should be \(3, S\)"),
        ({"B": np.ones((2, 7, 3))}, r"B should be an array of shape \(2, 7, 4\)"),
        ({"C": np.ones((2, 6, 4))}, r"C should be an array of shape \(2, 7, 4\)"),
        ({"D": np.ones(4)}, r"D should be an array of shape \(3,\)"),
        ({"h0": np.ones((2, 4, 3))}, r"h0 should be an array of shape \(2, 3, 4\)"),
    ],
)
def test_what_cannot_be_scanned(change, message):
    arguments = dict(zip("u delta A B C D h0".split(), scan_arguments())) | change
    with pytest.raises(InputError, match=f"selective_scan: {message}"):
        ops.selective_scan(*arguments.values())


def test_what_is_no_convolution_and_no_kernel():
    with pytest.raises(InputError, match=r"causal_convolution: k should be \(L, 3\)"):
        ops.causal_convolution(np.ones((2, 5, 3)), np.ones((5, 2)))
    with pytest.raises(InputError, match="causal_convolution: k should be"):
        ops.causal_convolution(np.ones((2, 5, 3)), np.ones((0, 3)))
    with pytest.raises(InputError, match="causal_convolution: u should be a 3-d array"):
        ops.causal_convolution(np.ones((5, 3)), np.ones((5, 3)))
    dt, A = np.ones(2), np.ones((2, 3))
    with pytest.raises(InputError, match="diagonal_ssm_kernel: length should be an integer >= 1; got 0"):
        ops.diagonal_ssm_kernel(dt, -A, A, A, A, length=0)
    with pytest.raises(InputError, match=r"diagonal_ssm_kernel: C_imag should be an array of shape \(2, 3\)"):
        ops.diagonal_ssm_kernel(dt, -A, A, A, A.T, length=4)
