"""Second derivatives: the Hessian matrix, what its determinant and trace say, and the peak of a parabola."""

from itertools import combinations, product

import numpy as np

from ..arguments import FUNCTION, number, reals, takes
from ..errors import InputError, require_ndim


@takes(f=FUNCTION, x=reals("N"), h=number(above=0))
def numerical_hessian(f, x, h=1e-4):
    """H[i, j] = ∂²f / ∂x_i ∂x_j of a function of a vector x (n,), by central differences: (n, n).

    H_ij = [f(x + h_i + h_j) - f(x + h_i - h_j) - f(x - h_i + h_j) + f(x - h_i - h_j)] / 4h². The last row is
    ∂²f/∂x_n∂x_1 ... ∂²f/∂x_n². It is symmetric where the second derivatives are continuous (Schwarz).
    """
    x = np.asarray(x, float)
    require_ndim("numerical_hessian", "x", x, 1, "(n,)")
    steps = h * np.eye(len(x))
    H = np.zeros((len(x), len(x)))
    for i, j in product(range(len(x)), repeat=2):
        a, b = steps[i], steps[j]
        H[i, j] = (f(x + a + b) - f(x + a - b) - f(x - a + b) + f(x - a - b)) / (4 * h * h)
    return H


@takes(A=reals("N, N"))
def quadratic_form_hessian(A):
    """The Hessian of xᵀAx: A + Aᵀ. 2A, as some notes have it, is right only for a symmetric A."""
    return A + A.T


@takes(determinant=reals(), trace=reals())
def eigenvalues_2x2(determinant, trace):
    """(larger, smaller) eigenvalue of a symmetric 2 x 2 matrix: λ₁ λ₂ = det, λ₁ + λ₂ = tr; tr/2 ± √(tr²/4 - det).

    Arrays do as well. Corner detectors need only det and tr, no eigenvectors: Harris's det - k tr², SIFT's tr² / det.
    """
    root = np.sqrt(np.maximum(trace * trace / 4 - determinant, 0))
    return trace / 2 + root, trace / 2 - root


@takes(samples=reals())
def quadratic_peak(samples):
    """(offset, value) of the extremum of the parabola through a cube of 3ⁿ samples, counted from the middle one.

    x̂ = -H⁻¹ g, with the gradient g and the Hessian H of central differences; the value there is D + gᵀx̂ / 2. Exact for
    quadratic functions. Brown and Lowe 2002: the sub-pixel places of SIFT, n = 3. Raises InputError if H is singular.
    """
    samples = np.asarray(samples, float)
    if samples.ndim == 0 or set(samples.shape) != {3}:
        raise InputError("quadratic_peak", "samples", "an array of 3 samples along each axis", samples)
    n, middle = samples.ndim, np.ones(samples.ndim, int)
    unit = np.eye(n, dtype=int)

    def at(step):
        return samples[tuple(middle + step)]

    g = np.array([at(e) - at(-e) for e in unit]) / 2
    H = np.diag([at(e) - 2 * at(0 * e) + at(-e) for e in unit])
    for i, j in combinations(range(n), 2):
        a, b = unit[i], unit[j]
        H[i, j] = H[j, i] = (at(a + b) - at(a - b) - at(b - a) + at(-a - b)) / 4
    if np.linalg.matrix_rank(H) < n:
        raise InputError("quadratic_peak", "samples", "curved along every direction", samples)
    offset = -np.linalg.solve(H, g)
    return offset, float(at(0) + g @ offset / 2)
