"""Shape: area, perimeter, moments that do not mind where, how large and which way round, Fourier descriptors.

M.-K. Hu, Visual pattern recognition by moment invariants, IRE IT-8, 1962; F. Zernike, Physica 1, 1934, and M. Teague,
JOSA 70(8), 1980; C. Zahn and R. Roskies, Fourier descriptors for plane closed curves, IEEE C-21(3), 1972.
"""

from math import factorial

import numpy as np

from ..arguments import integer, number, reals, takes
from ..errors import InputError, require_integer
from .images import as_float, require_mask


@takes(order=integer(0, 20))
def central_moments(image, order=3):
    """μ[p, q] = Σ (x - x̄)^p (y - ȳ)^q I(y, x), (order + 1, order + 1), of a grey image or a mask (H, W)."""
    weights = _weights("central_moments", image)
    y, x = (np.arange(n) - c for n, c in zip(weights.shape, centroid(image)[::-1]))
    powers = np.arange(order + 1)[:, None]
    return (x**powers) @ weights.T @ (y**powers).T


def centroid(image):
    """(x̄, ȳ), the mean place, each pixel counted by its grey."""
    weights = _weights("centroid", image)
    total = weights.sum()
    columns, rows = weights.sum(axis=0), weights.sum(axis=1)
    return float(columns @ np.arange(len(columns)) / total), float(rows @ np.arange(len(rows)) / total)


def hu_moments(image):
    """Hu's seven invariants (7,) of a grey image or a mask: they do not change when it moves, turns or grows.

    η[p, q] = μ[p, q] / μ[0, 0]^{1 + (p + q) / 2}; the seventh changes its sign in a mirror.
    """
    mu = central_moments(image)
    p, q = np.mgrid[:4, :4]
    n = mu / mu[0, 0] ** (1 + (p + q) / 2)
    a, b = n[3, 0] + n[1, 2], n[2, 1] + n[0, 3]
    c, d = n[3, 0] - 3 * n[1, 2], 3 * n[2, 1] - n[0, 3]
    e = n[2, 0] - n[0, 2]
    return np.array(
        [
            n[2, 0] + n[0, 2],
            e**2 + 4 * n[1, 1] ** 2,
            c**2 + d**2,
            a**2 + b**2,
            c * a * (a**2 - 3 * b**2) + d * b * (3 * a**2 - b**2),
            e * (a**2 - b**2) + 4 * n[1, 1] * a * b,
            d * a * (a**2 - 3 * b**2) - c * b * (3 * a**2 - b**2),
        ]
    )


@takes(degree=integer(0, 60), radius=number(above=0))
def zernike_moments(image, degree=6, *, radius=None):
    """|Z_nm| for n <= degree, 0 <= m <= n, n - m even, in this order: they do not change when the image turns.

    1. The disc of `radius` pixels about the centroid becomes the unit disc; by default it reaches the farthest pixel
       above 0, which makes size drop out, too.
    2. Z_nm = (n + 1) / π Σ I R_nm(ρ) e^{-imθ} over it, divided by the sum of I.
    3. R_nm(ρ) = Σ_k (-1)^k (n - k)! / (k! ((n + m)/2 - k)! ((n - m)/2 - k)!) ρ^{n - 2k}.
    """
    require_integer("zernike_moments", "degree", degree, 0)
    weights = _weights("zernike_moments", image)
    cx, cy = centroid(image)
    y, x = np.nonzero(weights)
    distance, angle = np.hypot(x - cx, y - cy), np.arctan2(y - cy, x - cx)
    rho = distance / (max(distance.max(), 0.5) if radius is None else radius)
    inside = rho <= 1
    rho, angle, grey = rho[inside], angle[inside], weights[y, x][inside] / weights.sum()
    pairs = [(n, m) for n in range(degree + 1) for m in range(n % 2, n + 1, 2)]
    return np.array(
        [(n + 1) / np.pi * abs(np.sum(grey * zernike_radial(n, m, rho) * np.exp(-1j * m * angle))) for n, m in pairs]
    )


@takes(n=integer(0, 60), m=integer(0), rho=reals())
def zernike_radial(n, m, rho):
    """The polynomial R_nm(ρ); n - m >= 0 and even."""
    if m > n or (n - m) % 2:
        raise InputError("zernike_radial", "m", f"at most n = {n}, and n - m even", m)
    return sum(
        (-1) ** k
        * factorial(n - k)
        / (factorial(k) * factorial((n + m) // 2 - k) * factorial((n - m) // 2 - k))
        * rho ** (n - 2 * k)
        for k in range((n - m) // 2 + 1)
    )


def area(mask):
    """The number of pixels of a mask."""
    return int(require_mask("area", mask).sum())


def eccentricity(mask):
    """√(1 - λ2 / λ1) of the ellipse with the mask's second moments: 0 for a circle, towards 1 for a line."""
    mu = central_moments(require_mask("eccentricity", mask), 2)
    mean, half = (mu[2, 0] + mu[0, 2]) / 2, np.hypot((mu[2, 0] - mu[0, 2]) / 2, mu[1, 1])
    return float(np.sqrt(2 * half / (mean + half))) if mean > 0 else 0.0


def perimeter(mask):
    """The length of the line through the centres of a mask's border pixels. Benkrid and Crookes 2000.

    1. Border pixels have one of their four neighbours outside.
    2. Each counts 1, √2 or (1 + √2) / 2, by whether its border neighbours lie straight, diagonally, or one of each.
    """
    mask = require_mask("perimeter", mask)
    padded = np.pad(mask, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:] & mask
    border = np.pad(mask & ~inner, 1).astype(np.int64)
    straight = border[:-2, 1:-1] + border[2:, 1:-1] + border[1:-1, :-2] + border[1:-1, 2:]
    diagonal = border[:-2, :-2] + border[:-2, 2:] + border[2:, :-2] + border[2:, 2:]
    on = border[1:-1, 1:-1] == 1

    def count(*kinds):
        return sum(np.sum(on & (straight == s) & (diagonal == d)) for s, d in kinds)

    ones = count((2, 0), (3, 0), (2, 1), (3, 1), (2, 2), (3, 2))
    return float(ones + np.sqrt(2) * count((0, 2), (1, 3)) + (1 + np.sqrt(2)) / 2 * count((1, 1), (1, 2)))


@takes(points=reals("n, 2"))
def fourier_descriptors(points, count=10):
    """The shape of a closed contour (n, 2) in `count` numbers: |F_k| / |F_1|, k = -1, 2, -2, 3, ...

    1. Points as complex numbers x + i y, at even distances; F: their Fourier transform.
    2. Without F_0 it does not matter where the contour is; divided by |F_1|, how large it is.
    3. Without the phases, which way round it is and where it begins.

    Against the clock or with it: the larger of |F_1| and |F_-1| counts as F_1. All 0 for a circle.
    """
    points = np.asarray(points, float)
    require_integer("fourier_descriptors", "count", count, 1)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < count + 3:
        raise InputError("fourier_descriptors", "points", f"a contour (n, 2) of {count + 3} points at least", points)
    F = np.abs(np.fft.fft(points @ np.array([1, 1j])))
    if F[-1] > F[1]:
        F = np.concatenate([F[:1], F[:0:-1]])
    if F[1] == 0:
        raise InputError("fourier_descriptors", "points", "a contour, not a single point", points)
    k = np.arange(3, count + 3)
    return F[np.where(k % 2, -(k // 2), k // 2)] / F[1]


def _weights(function, image):
    if getattr(image, "ndim", None) != 2:
        raise InputError(function, "image", "a grey image or a mask (H, W)", image)
    weights = as_float(function, image)
    if not weights.sum() > 0:
        raise InputError(function, "image", "with a sum above 0", image)
    return weights
