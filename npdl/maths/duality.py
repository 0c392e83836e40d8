"""Lagrange's multipliers and duality, on convex quadratic programs small enough to try every answer.

    primal   p* = min_x  ½ xᵀPx + qᵀx   subject to G x <= h
    L(x, λ) = ½ xᵀPx + qᵀx + λᵀ(G x - h),  λ >= 0
    dual     d* = max_{λ >= 0} min_x L(x, λ)

d* <= p* always, as L(x, λ) is at most the primal's value at every x that is allowed; for these programs d* = p*: strong
duality. Boyd and Vandenberghe 2004, ch. 5.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from ..arguments import instance, reals, takes
from ..errors import InputError, require_ndim, require_shape

MOST = 14  # constraints: 16,384 sets of them


class Solution(NamedTuple):
    """Where primal and dual meet."""

    x: np.ndarray
    multipliers: np.ndarray  # λ, 0 for the constraints that do not hold x back
    value: float


class QuadraticProgram:
    """min ½ xᵀPx + qᵀx subject to G x <= h. P (n, n) symmetric, positive semi-definite; q (n,); G (m, n); h (m,)."""

    @takes(P=reals("a, b"), q=reals("c"), G=reals("m, n"), h=reals("d"))
    def __init__(self, P, q, G, h):
        self.P, self.q, self.G, self.h = (np.asarray(array, float) for array in (P, q, G, h))
        require_ndim("QuadraticProgram", "G", self.G, 2, "(m, n)")
        m, n = self.G.shape
        require_shape("QuadraticProgram", "P", self.P, (n, n), "as G has n columns")
        require_shape("QuadraticProgram", "q", self.q, (n,), "as G has n columns")
        require_shape("QuadraticProgram", "h", self.h, (m,), "as G has m rows")

    @takes(x=reals("n"))
    def primal(self, x):
        """½ xᵀPx + qᵀx."""
        require_shape("QuadraticProgram.primal", "x", x, self.q.shape, "like q")
        return float(0.5 * x @ self.P @ x + self.q @ x)

    @takes(x=reals("n"), multipliers=reals("m"))
    def lagrangian(self, x, multipliers):
        """The primal's value and λᵀ(G x - h)."""
        require_shape("QuadraticProgram.lagrangian", "multipliers", multipliers, self.h.shape, "like h")
        return self.primal(x) + float(multipliers @ (self.G @ x - self.h))

    @takes(multipliers=reals("m"))
    def dual(self, multipliers):
        """min_x L(x, λ): where P x + q + Gᵀλ = 0. -∞ when no x is there, as L then falls without end."""
        require_shape("QuadraticProgram.dual", "multipliers", multipliers, self.h.shape, "like h")
        pull = self.q + self.G.T @ multipliers
        x = -np.linalg.pinv(self.P, hermitian=True) @ pull
        if np.abs(self.P @ x + pull).max() > 1e-9 * max(np.abs(pull).max(), 1):
            return -np.inf
        return self.lagrangian(x, multipliers)

    def solve(self):
        """Try every set of constraints as those that hold with equality.

        1. For a set S, solve P x + q + G_Sᵀλ = 0, G_S x = h_S: linear equations.
        2. It is the answer if x keeps the other constraints and λ >= 0 (Karush, Kuhn and Tucker).

        Raises InputError if there is none, or more than 14 constraints.
        """
        m, n = self.G.shape
        if m > MOST:
            raise InputError("QuadraticProgram.solve", "G", f"at most {MOST} rows", self.G)
        for size in range(min(m, n + 1) + 1):
            for S in map(list, combinations(range(m), size)):
                K = np.block([[self.P, self.G[S].T], [self.G[S], np.zeros((size, size))]])
                right = np.append(-self.q, self.h[S])
                answer = np.linalg.lstsq(K, right, rcond=None)[0]
                x, multipliers = answer[:n], np.zeros(m)
                multipliers[S] = answer[n:]
                if max(kkt_residuals(self, x, multipliers).values()) < 1e-9 * max(np.abs(answer).max(), 1):
                    return Solution(x, multipliers, self.primal(x))
        raise InputError("QuadraticProgram.solve", "G x <= h", "constraints that some x keeps, with a minimum", self.h)


@takes(program=instance(QuadraticProgram), x=reals("n"), multipliers=reals("m"))
def kkt_residuals(program, x, multipliers):
    """How far x and λ miss each of the four conditions of Karush 1939, Kuhn and Tucker 1951; all 0 at the solution."""
    require_shape("kkt_residuals", "x", x, program.q.shape, "like q")
    require_shape("kkt_residuals", "multipliers", multipliers, program.h.shape, "like h")
    slack = program.G @ x - program.h
    return {
        "stationarity": float(np.abs(program.P @ x + program.q + program.G.T @ multipliers).max()),
        "primal feasibility": float(max(slack.max(initial=0), 0)),
        "dual feasibility": float(max((-multipliers).max(initial=0), 0)),
        "complementary slackness": float(np.abs(multipliers * slack).max(initial=0)),
    }


@takes(x=reals("N, D"), y=reals("n"))
def hard_margin_program(x, y):
    """The hard-margin SVM of samples x (N, D), y (N,) ±1: min ½‖ω‖², y_n (ωᵀx_n + b) >= 1; the variables are (ω, b).

    L = ½‖ω‖² + Σ λ_n [1 - y_n (ωᵀx_n + b)]: stationary at ω = Σ λ_n y_n x_n, Σ λ_n y_n = 0. Those
    with λ_n > 0 are the support vectors.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    require_ndim("hard_margin_program", "x", x, 2, "(N, D)")
    require_shape("hard_margin_program", "y", y, (len(x),), "one label, 1 or -1, for each sample")
    P = np.diag(np.append(np.ones(x.shape[1]), 0.0))
    G = -y[:, None] * np.column_stack([x, np.ones(len(x))])
    return QuadraticProgram(P, np.zeros(x.shape[1] + 1), G, -np.ones(len(x)))
