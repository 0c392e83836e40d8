"""State spaces on paper: discretisation, the two ways to run one, HiPPO's memory, and how S4 computes its kernel.

h' = A h + B u, y = C h, with A (N, N), B and C (N,): one channel, one input and one output, as in the papers.
"""

from typing import NamedTuple

import numpy as np

from ..arguments import complexes, instance, integer, number, reals, takes
from ..errors import InputError, is_integer, is_one_of, require_positive, require_shape

# In steps of length dt.


@takes(A=complexes("N, N"), B=complexes("N"), dt=number(above=0))
def discretise(A, B, dt, method="zoh"):
    """(Ā, B̄) of h_t = Ā h_{t-1} + B̄ u_t, from A (N, N) and B (N,) of h' = A h + B u.

    "zoh", zero-order hold: u is constant during a step, and the solution is exact,
        Ā = e^(dt A),  B̄ = A⁻¹ (Ā - 1) B, together the top of exp(dt [[A, B], [0, 0]]), which needs no inverse.
    "bilinear" (Tustin): the trapezium rule,  Ā = (1 - dt A / 2)⁻¹ (1 + dt A / 2),  B̄ = (1 - dt A / 2)⁻¹ dt B.
    """
    _require_method("discretise", dt, method)
    N = len(A)
    if method == "bilinear":
        half, one = dt / 2 * A, np.eye(N)
        both = np.linalg.solve(one - half, np.column_stack([one + half, dt * B]))
        return both[:, :N], both[:, N]
    from scipy.linalg import expm  # takes longer to load than all of npdl

    both = expm(dt * np.block([[A, B[:, None]], [np.zeros((1, N + 1))]]))
    return both[:N, :N], both[:N, N]


@takes(A=complexes(), B=complexes(), dt=reals())
def discretise_diagonal(A, B, dt, method="zoh"):
    """The same for the diagonal A (N,), which never is 0: number by number."""
    _require_method("discretise_diagonal", dt, method)
    if method == "bilinear":
        return (1 + dt / 2 * A) / (1 - dt / 2 * A), dt * B / (1 - dt / 2 * A)
    if not np.all(A):
        raise InputError("discretise_diagonal", "A", "without a 0", A)
    decay = np.exp(dt * A)
    return decay, (decay - 1) / A * B


def _require_method(function, dt, method):
    if not is_one_of(method, ("zoh", "bilinear")):
        raise InputError(function, "method", '"zoh" or "bilinear"', method)
    if np.ndim(dt) == 0:
        require_positive(function, "dt", dt)


# The two ways to run it: y_t = C h_t, h_t = Ā h_{t-1} + B̄ u_t, and y = K * u.


@takes(A_bar=complexes("N, ..."), B_bar=complexes("N"), C=complexes("N"), u=complexes("t"))
def recurrence(A_bar, B_bar, C, u):
    """y (T,) step by step, from u (T,) and h = 0. Ā: (N, N), or (N,) if it is diagonal."""
    h, y = np.zeros_like(B_bar), []
    for value in u:
        h = _apply(A_bar, h) + B_bar * value
        y.append(C @ h)
    return np.array(y)


@takes(A_bar=complexes("N, ..."), B_bar=complexes("N"), C=complexes("N"), length=integer(0))
def kernel(A_bar, B_bar, C, length):
    """K_l = C Ā^l B̄ (length,), the answer to a single 1, power by power: a recurrence convolves with it."""
    h, K = B_bar, []
    for _ in range(length):
        K.append(C @ h)
        h = _apply(A_bar, h)
    return np.array(K)


def _apply(A_bar, h):
    require_shape("recurrence", "A_bar", A_bar, (len(h),) * A_bar.ndim, "(N, N) or (N,), as B_bar is (N,)")
    return A_bar * h if A_bar.ndim == 1 else A_bar @ h


# HiPPO: a state that remembers the whole past.


def hippo_legs(N):
    """(A, B) of HiPPO-LegS: the state holds the best polynomial of degree N - 1 for all of the past. Gu et al. 2020.

        A_nk = -√((2n+1)(2k+1)) below the diagonal, -(n+1) on it, 0 above;  B_n = √(2n+1)

    At time t the memory obeys c' = (A c + B u) / t; S4 takes A and B for those of h' = A h + B u.
    """
    if not is_integer(N, 1):
        raise InputError("hippo_legs", "N", "an integer >= 1", N)
    n = np.arange(N)
    root = np.sqrt(2 * n + 1.0)
    return -np.tril(np.outer(root, root), -1) - np.diag(n + 1.0), root


@takes(u=reals("T"))
def legs_memory(u, N):
    """The coefficients (T, N) after each sample of u (T,), online: no sample is kept, no length need be known before.

    In logarithmic time s = ln t, c' = (A c + B u) / t is an ordinary system, dc/ds = A c + B u, and step k is
    ln(k / (k - 1)) long. Zero-order hold solves it exactly: c_k is the projection of the staircase of k samples.
    """
    A, B = hippo_legs(N)
    all_c = np.zeros((len(u), N))
    all_c[0, 0] = u[0]  # a constant past
    for k in range(2, len(u) + 1):
        A_bar, B_bar = discretise(A, B, np.log(k / (k - 1)))
        all_c[k - 1] = A_bar @ all_c[k - 2] + B_bar * u[k - 1]
    return all_c


@takes(c=reals("N"), times=reals())
def legs_reconstruction(c, times):
    """What the memory c (N,) holds of the past, at `times` from 0 (the beginning) to 1 (now): Σ c_n √(2n+1) P_n."""
    return np.polynomial.legendre.legval(2 * np.asarray(times) - 1, c * np.sqrt(2 * np.arange(len(c)) + 1.0))


# S4: the kernel of a full matrix, without a power of it at each step.


class DPLR(NamedTuple):
    """A = V (Λ - p p*) V*: diagonal plus low rank, in the basis of the columns of V."""

    Lambda: np.ndarray  # (N,), complex, real parts -1/2
    p: np.ndarray  # (N,)
    B: np.ndarray  # (N,), V* B
    V: np.ndarray  # (N, N), unitary


def dplr_of_legs(N):
    """HiPPO-LegS as diagonal plus low rank. Gu, Goel and Ré 2021 (S4), Theorem 1.

    Its own eigenvectors have entries of up to 2^(4N/3) and are of no use. But with P_n = √(n + 1/2) the sum A + P Pᵀ is
    -1/2 on the diagonal and skew-symmetric beside it: eigenvalues -1/2 + iω, and eigenvectors at right angles.
    """
    A, B = hippo_legs(N)
    P = np.sqrt(np.arange(N) + 0.5)
    skew = A + np.outer(P, P) + np.eye(N) / 2
    omega, V = np.linalg.eigh(-1j * skew)
    return DPLR(-0.5 + 1j * omega, V.conj().T @ P, V.conj().T @ B, V)


@takes(system=instance(DPLR), C=complexes("N"), dt=number(above=0), length=integer(1))
def dplr_kernel(system, C, dt, length):
    """The kernel (length,) of a DPLR system with the row C (N,) of the original basis. S4, Algorithm 1.

    1. The transform of K at a root of unity z is C (1 - Ā^L) (1 - Ā z)⁻¹ B̄: a geometric series, one inverse in place of
       L powers.
    2. Under the bilinear rule that inverse is one of (g - A), g = 2 (1 - z) / dt (1 + z).
    3. A is Λ less p p*, and Woodbury takes it apart: (g - A)⁻¹ = R - R p p* R / (1 + p* R p), R = (g - Λ)⁻¹.
    4. R is diagonal, so each product a R b is a sum Σ a_n b_n / (g - λ_n): Cauchy's matrix.
    5. Transform back.

    Everything is multiplied by 1 + z, for at z = -1 there is no g.
    """
    Lambda, p, B, V = system
    require_shape("dplr_kernel", "C", C, Lambda.shape, "a number for each state")
    A_bar, _ = discretise(V @ (np.diag(Lambda) - np.outer(p, p.conj())) @ V.conj().T, V @ B, dt, "bilinear")
    cut = (C - C @ np.linalg.matrix_power(A_bar, length)) @ V  # C (1 - Ā^L)
    z = np.exp(-2j * np.pi * np.arange(length) / length)[:, None]
    cauchy = 1 / (2 / dt * (1 - z) - (1 + z) * Lambda)  # (L, N): R / (1 + z)
    CB, Cp, pB, pp = (cauchy @ (a * b) for a, b in ((cut, B), (cut, p), (p.conj(), B), (p.conj(), p)))
    return np.fft.ifft(2 * (CB - Cp * pB * (1 + z[:, 0]) / (1 + (1 + z[:, 0]) * pp))).real


# S4D: the low rank left away.


@takes(kind=instance(str))
def diagonal_init(N, kind):
    """The N / 2 eigenvalues A (of N, the others are their conjugates) from which S4D starts. Gu et al. 2022, Sect. 4.

    "lin":  -1/2 + iπn, Fourier's frequencies;  "inv":  -1/2 + i N/π (N / (2n+1) - 1), close to LegS's;
    "legs": LegS's own, those of A + P Pᵀ.
    """
    if not is_integer(N, 2) or N % 2:
        raise InputError("diagonal_init", "N", "an even integer >= 2", N)
    n = np.arange(N // 2)
    if kind == "lin":
        return -0.5 + 1j * np.pi * n
    if kind == "inv":
        return -0.5 + 1j * N / np.pi * (N / (2 * n + 1) - 1)
    if kind == "legs":
        return dplr_of_legs(N).Lambda[N // 2 :]
    raise InputError("diagonal_init", "kind", '"lin", "inv" or "legs"', kind)
