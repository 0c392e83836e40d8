"""Mean-shift: every point climbs to the nearest peak of the density of the samples."""

from typing import NamedTuple

import numpy as np

from ..arguments import number, takes
from ..errors import InputError, is_one_of, require_integer, require_positive, require_shape
from .inputs import real_rows

BLOCK = 2**18  # numbers held at once: points times samples


class Modes(NamedTuple):
    """modes: the peaks (M, D), of the most samples within the bandwidth first; labels: the peak (N,) of each sample."""

    modes: np.ndarray
    labels: np.ndarray


@takes(bandwidth=number(above=0))
def mean_shift_vector(points, x, bandwidth, kernel="flat"):
    """From each point of (P, D) to the weighted mean of the samples x (N, D) around it, (P, D).

    m(p) = Σ_n x_n g(|(p - x_n)/h|²) / Σ_n g(|(p - x_n)/h|²) - p

    kernel g: "flat", 1 where |p - x_n| <= h; "gaussian", exp(-|p - x_n|² / 2h²). m points up the
    gradient of the density estimated with a kernel whose derivative is -g (for the Gaussian, itself: m = h² ∇log f),
    and is 0 at the peaks. A point with no sample within h stays.
    Fukunaga and Hostetler 1975; Comaniciu and Meer 2002, equation 17.
    """
    points, x = (real_rows("mean_shift_vector", a, name) for a, name in ((points, "points"), (x, "x")))
    require_shape("mean_shift_vector", "points", points, (len(points), x.shape[1]), "with as many numbers as a sample")
    _require_options("mean_shift_vector", bandwidth, kernel)
    shift = np.zeros_like(points)
    B = max(1, BLOCK // len(x))
    for i in range(0, len(points), B):
        p = points[i : i + B]
        squared = _squared(p, x) / bandwidth**2
        weights = (squared <= 1).astype(x.dtype) if kernel == "flat" else np.exp(-squared / 2)  # (B, N)
        total = weights.sum(axis=1, keepdims=True)
        shift[i : i + B] = np.where(total > 0, weights @ x / np.maximum(total, np.finfo(x.dtype).tiny) - p, 0)
    return shift


@takes(bandwidth=number(above=0))
def mean_shift(x, bandwidth, *, kernel="flat", seeds=None, max_iterations=300):
    """The peaks of the density of x (N, D), and which of them each sample is nearest to: Modes.

    1. Start a point at every sample (or at `seeds` (P, D)).
    2. Move each by its mean-shift vector until that is shorter than bandwidth/1000.
    3. Sort the end points by the number of samples within the bandwidth, and from the first on drop all others
       that lie within the bandwidth of one that is kept: they are the same mode.
    4. Label each sample with the nearest mode.

    The number of clusters comes out, where k-means wants it given; what goes in is the bandwidth h, in units of x.
    """
    x = real_rows("mean_shift", x)
    _require_options("mean_shift", bandwidth, kernel)
    require_integer("mean_shift", "max_iterations", max_iterations, 1)
    points = np.unique(x if seeds is None else real_rows("mean_shift", seeds, "seeds"), axis=0)
    moving = np.arange(len(points))
    for _ in range(max_iterations):
        shift = mean_shift_vector(points[moving], x, bandwidth, kernel)
        points[moving] += shift
        moving = moving[np.sum(shift**2, axis=1) > (1e-3 * bandwidth) ** 2]
        if not len(moving):
            break
    modes = _merged(points, x, bandwidth)
    return Modes(modes, _squared(x, modes).argmin(axis=1))


def _merged(points, x, bandwidth):
    around = np.array([np.count_nonzero(_squared(p[None], x) <= bandwidth**2) for p in points])
    points = points[np.lexsort((*points.T[::-1], around))[::-1]]  # of equal counts the larger coordinates first
    modes = []
    while len(points):
        modes.append(points[0])
        points = points[_squared(points[:1], points)[0] > bandwidth**2]
    return np.array(modes)


def _squared(a, b):
    """|a_i - b_j|² (A, B)."""
    return sum((a[:, None, d] - b[:, d]) ** 2 for d in range(a.shape[1]))


def _require_options(function, bandwidth, kernel):
    require_positive(function, "bandwidth", bandwidth)
    if not is_one_of(kernel, ("flat", "gaussian")):
        raise InputError(function, "kernel", '"flat" or "gaussian"', kernel)
