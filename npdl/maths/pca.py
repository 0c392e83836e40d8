"""Covariance, the directions of the largest variance, and transforms that make coefficients uncorrelated."""

from typing import NamedTuple

import numpy as np

from ..arguments import integer, number, reals, takes
from ..errors import InputError, require_integer, require_ndim


@takes(ddof=integer(0))
def covariance(x, ddof=1):
    """Σ_n (x_n - x̄)(x_n - x̄)ᵀ / (N - ddof) of samples x (N, D), a row each: (D, D), symmetric, positive semi-definite.

    ddof: 1 has the right mean over samples, 0 is the likeliest for Gaussians.
    """
    x = _require_samples("covariance", x)
    if len(x) <= ddof:
        raise InputError("covariance", "x", f"more than ddof = {ddof} samples", x)
    centred = x - x.mean(axis=0)
    return centred.T @ centred / (len(x) - ddof)


class PCA(NamedTuple):
    """Principal components. encode gives the coordinates in them, the latent code; decode the point that has them."""

    mean: np.ndarray  # (D,)
    components: np.ndarray  # (k, D), orthonormal rows, by falling variance
    variances: np.ndarray  # (k,), of the coordinates, ddof 1
    ratio: np.ndarray  # (k,), the shares of the whole variance

    def encode(self, x):
        """z = (x - mean) componentsᵀ: (N, D) -> (N, k), uncorrelated."""
        return (x - self.mean) @ self.components.T

    def decode(self, z):
        """x = z components + mean: (N, k) -> (N, D)."""
        return z @ self.components + self.mean

    def whiten(self, x):
        """The coordinates divided by their standard deviations: covariance 1."""
        return self.encode(x) / np.sqrt(self.variances)


def pca(x, k=None):
    """The k directions in which samples x (N, D) vary most, all by default. Pearson 1901.

    1. Take off the mean.
    2. The right singular vectors of the centred samples are the eigenvectors of their covariance, and s² / (N - 1) its
       eigenvalues: no need to square the samples, which would lose half of the digits.
    3. Keep the first k; of each direction take the sign that makes its largest entry positive.

    No other map to k numbers and back by linear maps has a smaller squared error: that of PCA is the sum of the
    variances left away, times N - 1. Equals scikit-learn's PCA but for signs.
    """
    x = _require_samples("pca", x)
    most = min(x.shape)
    k = most if k is None else require_integer("pca", "k", k, 1)
    if k > most or len(x) < 2:
        raise InputError("pca", "k", f"at most min(N, D) = {most}, of two samples or more", k)
    mean = x.mean(axis=0)
    _, s, Vt = np.linalg.svd(x - mean, full_matrices=False)
    largest = Vt[np.arange(len(Vt)), np.abs(Vt).argmax(axis=1)]
    variances = s * s / (len(x) - 1)
    total = variances.sum()
    ratio = variances / total if total > 0 else np.zeros_like(variances)
    return PCA(mean, (Vt * np.sign(largest)[:, None])[:k], variances[:k], ratio[:k])


@takes(cov=reals("N, M"))
def klt(cov):
    """The Karhunen-Loève transform of signals with this covariance: T (n, n), its rows eigenvectors.

    T C Tᵀ is diagonal. Of all orthogonal transforms it packs most energy into the first k coefficients, for every k.
    """
    cov = np.asarray(cov, float)
    if cov.ndim != 2 or cov.shape[0] != cov.shape[1] or not np.allclose(cov, cov.T):
        raise InputError("klt", "cov", "a symmetric matrix (n, n)", cov)
    values, vectors = np.linalg.eigh(cov)
    return vectors[:, np.argsort(-values)].T


@takes(rho=number(-1, 1))
def markov_covariance(n, rho):
    """C[i, j] = ρ^|i - j|: a row of pixels each like its neighbour but for noise, x_i = ρ x_{i-1} + √(1 - ρ²) ε."""
    i = np.arange(require_integer("markov_covariance", "n", n, 1))
    return rho ** np.abs(i[:, None] - i).astype(float)


@takes(T=reals("N, N"), cov=reals("N, N"))
def coding_gain(T, cov):
    """The arithmetic over the geometric mean of the coefficients' variances, of an orthogonal transform T (n, n).

    How many times smaller the error is at the same number of bits than without the transform.
    """
    variances = np.diag(T @ cov @ T.T)
    if not (variances > 0).all():
        raise InputError("coding_gain", "cov", "such that all coefficients vary", variances.tolist())
    return float(variances.mean() / np.exp(np.log(variances).mean()))


@takes(T=reals("N, N"), cov=reals("N, N"), k=integer(0))
def energy_in_first(T, cov, k):
    """The share of the energy in the first k coefficients."""
    variances = np.diag(T @ cov @ T.T)
    if not variances.sum() > 0:
        raise InputError("energy_in_first", "cov", "such that a coefficient varies", variances.tolist())
    return float(variances[:k].sum() / variances.sum())


def _require_samples(function, x):
    x = np.asarray(x)
    require_ndim(function, "x", x, 2, "(N, D)")
    if x.size == 0 or x.dtype.kind not in "fiu" or not np.isfinite(x).all():
        raise InputError(function, "x", "samples (N, D) of finite numbers", x)
    return x if x.dtype.kind == "f" and x.dtype.itemsize >= 4 else x.astype(np.float64)
