"""Markov chains: the next state depends on the present one alone. P[i, j] = p(next = j | now = i); rows sum to 1."""

import numpy as np

from ..arguments import integer, integers, reals, takes
from ..errors import InputError, require_indices, require_integer, require_shape


@takes(P=reals())
def stationary(P):
    """π with π P = π, Σ π = 1: the left eigenvector of the eigenvalue 1. Raises InputError if there is more than one.

    Solves (Pᵀ - 1) π = 0 together with Σ π = 1.
    """
    P = require_transitions("stationary", P)
    n = len(P)
    A = np.vstack([P.T - np.eye(n), np.ones(n)])
    if np.linalg.matrix_rank(A) < n:
        raise InputError("stationary", "P", "a chain with one stationary law", P)
    return np.linalg.lstsq(A, np.append(np.zeros(n), 1.0), rcond=None)[0]


@takes(P=reals(), start=reals("n"))
def after(P, start, steps):
    """The law after some steps from the law `start` (n,): start Pˢ, by squaring P."""
    P = require_transitions("after", P)
    require_shape("after", "start", start, (len(P),), "a probability for each state")
    return np.asarray(start, float) @ np.linalg.matrix_power(P, require_integer("after", "steps", steps, 0))


@takes(P=reals(), start=integer(0))
def simulate(P, start, steps, rng):
    """The states x_0 = start, x_1, ..., x_steps of one walk. A step: where a uniform number falls in row x_t."""
    P = require_transitions("simulate", P)
    require_indices("simulate", "start", np.asarray(start), len(P))
    bounds, states = np.cumsum(P, axis=1)[:, :-1], [int(start)]
    for u in rng.random(require_integer("simulate", "steps", steps, 0)):
        states.append(int(np.searchsorted(bounds[states[-1]], u, side="right")))
    return np.array(states)


@takes(states=integers("n"), n=integer(1))
def transition_counts(states, n):
    """How often each state followed each: (n, n); divided by its rows' sums the likeliest P."""
    require_indices("transition_counts", "states", states, n)
    return np.bincount(states[:-1] * n + states[1:], minlength=n * n).reshape(n, n)


def require_transitions(function, P):
    """P as floats; raise unless it is (n, n), not negative, with rows of the sum 1."""
    P = np.asarray(P, float)
    square = P.ndim == 2 and P.shape[0] == P.shape[1] and P.size
    if not square or (P < 0).any() or not np.allclose(P.sum(axis=1), 1):
        raise InputError(function, "P", "a matrix (n, n) of probabilities with rows of the sum 1", P)
    return P
