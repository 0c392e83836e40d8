"""The singular value decomposition A = U D Vᵀ of any matrix, and the pseudo-inverse, by Jacobi's rotations."""

from typing import NamedTuple

import numpy as np

from ..arguments import integer, reals, takes
from ..errors import InputError, require_ndim, require_range

EPS = np.finfo(np.float64).eps
SWEEPS = 60  # a handful is usual


class SVD(NamedTuple):
    """A = U[:, :k] diag(s) Vt[:k], k = min(m, n)."""

    U: np.ndarray  # (m, m), or (m, k) when thin: eigenvectors of A Aᵀ
    s: np.ndarray  # (k,), falling, >= 0: the roots of the eigenvalues of both
    Vt: np.ndarray  # (n, n), or (k, n): eigenvectors of Aᵀ A, a row each


@takes(A=reals("m, n"))
def svd(A, *, thin=False):
    """The SVD of any A (m, n), by Hestenes's one-sided Jacobi method (1958).

    1. Take the columns of A (of Aᵀ if it is wide), and V = 1.
    2. For a pair of columns p, q with a = ‖p‖², b = ‖q‖², c = p · q, turn both in their plane, and V's columns alike,
       by the angle with ζ = (b - a) / 2c, tan = sign ζ / (|ζ| + √(1 + ζ²)): now p · q = 0.
    3. Sweep over all pairs, half of the columns at a time with the other half, until no pair needs a turn.
    4. The lengths of the columns are the singular values, the columns themselves, of length 1, are U's.
    5. Fill U and V up to square matrices with any orthonormal rest.
    """
    A = np.asarray(A, float)
    require_ndim("svd", "A", A, 2, "(m, n)")
    if A.size == 0 or not np.isfinite(A).all():
        raise InputError("svd", "A", "a matrix of finite numbers, one at least", A)
    if A.shape[0] < A.shape[1]:
        V, s, Ut = svd(A.T, thin=thin)
        return SVD(Ut.T, s, V.T)
    scale = np.abs(A).max() or 1.0
    columns, V = _orthogonal_columns(A / scale)
    s = np.sqrt((columns * columns).sum(axis=0))
    order = np.argsort(-s, kind="stable")
    s, columns, V = s[order], columns[:, order], V[:, order]
    rank = int((s > EPS * s[0] * max(A.shape)).sum()) if s[0] > 0 else 0
    U = complete_basis(columns[:, :rank] / s[:rank], A.shape[1] if thin else A.shape[0])
    return SVD(U, s * scale, V.T)


@takes(Q=reals("m, n"), k=integer(0))
def complete_basis(Q, k):
    """Orthonormal columns Q (m, r) and k - r more, each from the unit vector farthest from those before."""
    if k > len(Q):
        raise InputError("complete_basis", "k", f"at most {len(Q)}, the rows of Q", k)
    while Q.shape[1] < k:
        rest = np.eye(len(Q)) - Q @ Q.T
        new = rest[:, (rest * rest).sum(axis=0).argmax()]
        new = new - Q @ (Q.T @ new)  # again, as the first time leaves rounding errors
        Q = np.column_stack([Q, new / np.sqrt(new @ new)])
    return Q


@takes(A=reals("m, n"))
def pseudo_inverse(A, rcond=None):
    """A⁺ = V D⁺ Uᵀ, D⁺ with 1 / s for the singular values above rcond · s_max, and 0 for the others. (n, m)

    x = A⁺ b is the shortest of all x that make ‖A x - b‖ smallest. Penrose 1955: A A⁺ A = A, A⁺ A A⁺ = A⁺, and A A⁺ and
    A⁺ A are symmetric. rcond: max(m, n) · 2.2e-16 by default.
    """
    A = np.asarray(A, float)
    U, s, Vt = svd(A, thin=True)
    rcond = max(A.shape) * EPS if rcond is None else rcond
    require_range("pseudo_inverse", "rcond", rcond, 0, 1)
    kept = s > rcond * s[0]
    return (Vt[kept].T / s[kept]) @ U[:, kept].T


@takes(A=reals("m, n"), k=integer(0))
def low_rank(A, k):
    """The matrix of rank k nearest to A, Σ_{i < k} s_i u_i v_iᵀ; it misses √Σ_{i >= k} s_i². Eckart and Young 1936."""
    U, s, Vt = svd(A, thin=True)
    if not 0 <= k <= len(s):
        raise InputError("low_rank", "k", f"from 0 to {len(s)}", k)
    return (U[:, :k] * s[:k]) @ Vt[:k]


def _orthogonal_columns(columns):
    """(columns V, V) with orthogonal columns."""
    n = columns.shape[1]
    columns, V = columns.copy(), np.eye(n)
    for _ in range(SWEEPS):
        turned = [_turn(columns, V, p, q) for p, q in _rounds(n)]
        if not any(turned):
            return columns, V
    raise np.linalg.LinAlgError(f"svd: no convergence after {SWEEPS} sweeps")


def _turn(columns, V, p, q):
    """Make the columns p orthogonal to the columns q, pair by pair, in place; False when they are."""
    a, b = (columns[:, p] ** 2).sum(axis=0), (columns[:, q] ** 2).sum(axis=0)
    c = (columns[:, p] * columns[:, q]).sum(axis=0)
    needed = np.abs(c) > 4 * EPS * np.sqrt(a * b) + 1e-300
    if not needed.any():
        return False
    p, q, zeta = p[needed], q[needed], (b - a)[needed] / (2 * c[needed])
    tan = np.where(zeta >= 0, 1, -1) / (np.abs(zeta) + np.hypot(1, zeta))
    cos = 1 / np.hypot(1, tan)
    sin = cos * tan
    for M in (columns, V):
        M[:, p], M[:, q] = cos * M[:, p] - sin * M[:, q], sin * M[:, p] + cos * M[:, q]
    return True


def _rounds(n):
    """All pairs of n columns in rounds where none comes twice: one stays, the others go round, as in a tournament."""
    players = list(range(n + n % 2))
    for _ in range(len(players) - 1):
        half = len(players) // 2
        pairs = [(i, j) for i, j in zip(players[:half], players[:half - 1 : -1]) if max(i, j) < n]
        yield (np.array([min(pair) for pair in pairs], int), np.array([max(pair) for pair in pairs], int))
        players = [players[0], players[-1], *players[1:-1]]
