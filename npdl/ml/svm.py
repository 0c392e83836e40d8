"""The support vector machine: the hyperplane between two classes with the widest margin, by its dual and SMO.

Primal   min ½|w|² + C Σ_n ξ_n   so that   y_n (w·x_n + b) >= 1 - ξ_n,  ξ_n >= 0      (y_n is -1 or 1)
Dual     max Σ_n λ_n - ½ Σ_n Σ_m λ_n λ_m y_n y_m x_n·x_m   so that   0 <= λ_n <= C,  Σ_n λ_n y_n = 0

C = ∞ forbids every slack ξ: the hard margin, for classes that a hyperplane separates. The nearest samples are at the
distance 1/|w| from the plane. The dual knows samples by their products alone, so a kernel k(x, z), the product of φ(x)
and φ(z) in another space, gives curved boundaries without any φ. It saves no pairs: all N² products are still there.
"""

from math import inf, sqrt
from typing import NamedTuple

import numpy as np

from ..arguments import FUNCTION, integer, number, reals, takes
from ..errors import InputError, is_number, is_one_of, require_integer, require_positive, require_shape
from .inputs import real_rows, require_labels


@takes(a=reals("n, D"), b=reals("m, D"))
def linear_kernel(a, b):
    """k(x, z) = x·z for all pairs of rows: a (N, D), b (M, D) give (N, M)."""
    return a @ b.T


@takes(a=reals("n, D"), b=reals("m, D"), degree=integer(1))
def polynomial_kernel(a, b, degree=2):
    """k(x, z) = (x·z)^degree: the products of all monomials of this degree. (N, M)."""
    return (a @ b.T) ** degree


@takes(a=reals("n, D"), b=reals("m, D"), sigma=number(above=0))
def gaussian_kernel(a, b, sigma=1.0):
    """k(x, z) = exp(-|x - z|² / 2σ²): 1 for equal rows, near 0 from a few σ on. (N, M)."""
    squared = np.sum(a * a, axis=1)[:, None] - 2 * a @ b.T + np.sum(b * b, axis=1)
    return np.exp(-np.maximum(squared, 0) / (2 * sigma**2))


class SMO(NamedTuple):
    """multipliers: λ (N,); history: the dual objective before every step and at the end, which never falls."""

    multipliers: np.ndarray
    history: np.ndarray


@takes(multipliers=reals("N"), y=reals("N"), gram=reals("N, N"))
def dual_objective(multipliers, y, gram):
    """Σ λ - ½ (λ y)ᵀ K (λ y), for y of -1 and 1 and gram K (N, N)."""
    weights = multipliers * y
    return float(multipliers.sum() - weights @ gram @ weights / 2)


@takes(y=reals("N", -1, 1), row=FUNCTION, diagonal=reals("N"), tolerance=number(above=0), max_steps=integer(1))
def smo(y, C, row, diagonal, tolerance=1e-6, max_steps=100_000):
    """Sequential minimal optimisation: solve the dual for two multipliers at a time, all others fixed.

    Two, since one alone cannot move without breaking Σ λ y = 0. With e_n = y_n - Σ_m λ_m y_m K_nm:

    1. Of the samples that may move in the direction +y (λ < C for y = 1, λ > 0 for y = -1) take i of the largest e, of
       those that may move against it the j that gains most, (e_i - e_j)² / 2a with a = K_ii + K_jj - 2 K_ij.
    2. Stop where the largest e_i is no longer above the smallest e_j (by more than `tolerance`): the conditions of
       Karush, Kuhn and Tucker hold, and every b between is right.
    3. λ_i += y_i t, λ_j -= y_j t for t = (e_i - e_j) / a, but not past 0 or C. Then e -= t (K_i - K_j).

    y: (N,) of -1 and 1. row(n): K_n (N,), read from the Gram matrix or computed again; diagonal: K_nn (N,). Raises
    RuntimeError after max_steps: with C = ∞, when no hyperplane separates the classes. Platt 1998; the choice of the
    pair by Fan, Chen and Lin 2005, "WSS 2".
    """
    require_positive("smo", "C", C)
    multipliers, errors, history = np.zeros(len(y)), y.astype(float), []
    for _ in range(max_steps):
        history.append(float(multipliers.sum() + multipliers @ (y * errors)) / 2)
        up = np.where(y > 0, C - multipliers, multipliers)  # how far each may go in its direction +y, and
        down = np.where(y > 0, multipliers, C - multipliers)  # against it
        i = int(np.argmax(np.where(up > 0, errors, -inf)))
        gaps = np.where(down > 0, errors[i] - errors, -inf)
        if gaps.max() <= tolerance:
            return SMO(multipliers, np.array(history))
        curvature = np.maximum(diagonal[i] + diagonal - 2 * row(i), 1e-12)
        j = int(np.argmax(np.where(gaps > 0, gaps**2 / curvature, -inf)))
        t = min(gaps[j] / curvature[j], up[i], down[j])
        multipliers[i] = _moved(multipliers[i], y[i], t, up[i], C)
        multipliers[j] = _moved(multipliers[j], -y[j], t, down[j], C)
        errors -= t * (row(i) - row(j))
    raise RuntimeError(f"smo: no end after {max_steps} steps; with a hard margin, are the classes separable?")


def _moved(multiplier, direction, t, room, C):
    """multiplier + direction · t, and exactly 0 or C where it used up its room."""
    if t < room:
        return multiplier + direction * t
    return C if direction > 0 else 0.0


class SVM:
    """A support vector machine for two classes.

    C: the price of slack, ∞ for the hard margin. kernel: "linear", "polynomial" ((x·z)^degree) or "gaussian" (sigma).
    gram: keep the N² kernel values (8 N² bytes: 32 MB for N = 2000), or compute a row for each use.

    After `fit`: multipliers λ (N,), support (the indices of the samples with λ > 0; only they matter), b, margin (the
    distance 1/|w| in the space of φ), w (D,) for the linear kernel (else None), classes (2,), history of the dual.

    w = Σ λ_n y_n φ(x_n). b is the mean of y_s - w·φ(x_s) over the support vectors on the margin (0 < λ < C); if there
    is none, the middle of the b that the conditions leave. Cortes and Vapnik 1995.
    """

    @takes(sigma=number(above=0), tolerance=number(above=0))
    def __init__(self, C=1.0, *, kernel="linear", degree=2, sigma=1.0, gram=True, tolerance=1e-6, max_steps=100_000):
        require_positive("SVM", "C", C)
        for name, value in (("sigma", sigma), ("tolerance", tolerance)):
            require_positive("SVM", name, value)
        degree, self.max_steps = (require_integer("SVM", *x, 1) for x in (("degree", degree), ("max_steps", max_steps)))
        kernels = {
            "linear": linear_kernel,
            "polynomial": lambda a, b: polynomial_kernel(a, b, degree),
            "gaussian": lambda a, b: gaussian_kernel(a, b, sigma),
        }
        if not is_one_of(kernel, kernels):
            raise InputError("SVM", "kernel", '"linear", "polynomial" or "gaussian"', kernel)
        self.C, self.kernel, self.gram, self.tolerance = float(C), kernels[kernel], gram, tolerance
        self.linear = kernel == "linear"
        self.multipliers = None

    def fit(self, x, y):
        """Learn from x (N, D) and integer labels y (N,) of two values; the larger one is the positive. Returns self."""
        x = real_rows("SVM.fit", x).astype(np.float64)
        require_labels("SVM.fit", y, len(x))
        self.classes = np.unique(y)
        if len(self.classes) != 2:
            raise InputError("SVM.fit", "y", "labels of two classes", self.classes.tolist())
        signs = np.where(y == self.classes[1], 1.0, -1.0)
        row, diagonal = self._products(x)
        self.multipliers, self.history = smo(signs, self.C, row, diagonal, self.tolerance, self.max_steps)
        self.support = np.flatnonzero(self.multipliers)
        self.x, self.weights = x[self.support], (self.multipliers * signs)[self.support]  # λ_s y_s
        self.w = self.weights @ self.x if self.linear else None
        squared = float(self.weights @ self.kernel(self.x, self.x) @ self.weights)  # |w|²
        self.margin = 1 / sqrt(squared) if squared > 0 else inf
        self.b = self._intercept(signs - self.kernel(x, self.x) @ self.weights, signs)
        return self

    def decision(self, x):
        """Σ_s λ_s y_s k(x_s, x) + b for x (N, D): (N,), above 0 for the positive class; ±1 on the margin."""
        if self.multipliers is None:
            raise RuntimeError("SVM: it has no support vectors yet; call fit first")
        x, D = real_rows("SVM.decision", x), self.x.shape[1]
        require_shape("SVM.decision", "x", x, (len(x), D), f"as fit had {D} numbers a sample")
        return self.kernel(x, self.x) @ self.weights + self.b

    def predict(self, x):
        """The label (N,) of the side on which each sample of x (N, D) lies."""
        return self.classes[(self.decision(x) > 0).astype(int)]

    def _products(self, x):
        if self.gram:
            matrix = self.kernel(x, x)
            return matrix.__getitem__, matrix.diagonal()
        diagonal = np.array([self.kernel(x[n : n + 1], x[n : n + 1])[0, 0] for n in range(len(x))])
        return (lambda n: self.kernel(x[n : n + 1], x)[0]), diagonal

    def _intercept(self, errors, signs):
        """errors: y_n - w·φ(x_n) (N,)."""
        on_margin = (self.multipliers > 0) & (self.multipliers < self.C)
        if on_margin.any():
            return float(errors[on_margin].mean())
        up = np.where(signs > 0, self.multipliers < self.C, self.multipliers > 0)
        return float(errors[up].max() + errors[~up].min()) / 2


@takes(w=reals("D"), b=number(), x=reals("N, D"), y=reals("N", -1, 1))
def primal_objective(w, b, x, y, C):
    """½|w|² + C Σ max(0, 1 - y (w·x + b)): each slack as small as it may be. x (N, D), y (N,) of -1 and 1, C finite."""
    if not (is_number(C) and 0 < C < inf):
        raise InputError("primal_objective", "C", "a finite number greater than 0", C)
    return float(w @ w / 2 + C * np.maximum(0, 1 - y * (x @ w + b)).sum())
