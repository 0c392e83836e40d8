"""Lines, affine maps and homographies by least squares. Hartley and Zisserman, Multiple View Geometry, 2004, ch. 4.

Points are (x, y); a map (3, 3) takes the column (x, y, 1), and the result is divided by its third number.
"""

import numpy as np

from ..arguments import reals, takes
from ..errors import InputError

FLAT = 1e-9  # singular values below this share of the largest count as 0: the points are collinear, or all the same


@takes(points=reals("N, 2"))
def fit_line(points):
    """The line a x + b y = c, a² + b² = 1, with the least sum of squared distances; (a, b, c), or None for one point.

    It passes through the mean; its normal (a, b) is the direction in which the points vary least.
    """
    mean = points.mean(axis=0)
    _, spread, directions = np.linalg.svd(points - mean, full_matrices=len(points) < 2)
    if spread[0] == 0:
        return None
    normal = directions[1]
    return np.array([*normal, normal @ mean])


@takes(line=reals("3"), points=reals("n, 2"))
def line_distances(line, points):
    """|a x + b y - c| of points (N, 2)."""
    return np.abs(points @ line[:2] - line[2])


@takes(source=reals("N, 2"), target=reals("N, 2"))
def fit_affine(source, target):
    """The affine map (3, 3) with the least squared errors in the target; None where the source is collinear.

    [x y 1] Aᵀ = [x' y'] for three pairs or more, (N, 2) each.
    """
    rows = np.concatenate([source, np.ones((len(source), 1))], axis=1)
    solution, _, rank, _ = np.linalg.lstsq(rows, target, rcond=FLAT)
    return None if rank < 3 else np.concatenate([solution.T, [[0, 0, 1]]])


@takes(source=reals("N, 2"), target=reals("N, 2"))
def fit_homography(source, target):
    """The homography (3, 3) from four pairs of points or more, each (N, 2), by the direct linear transform.

    1. Move and scale each set to mean 0 and mean distance √2 (Hartley's normalisation), or the numbers of step 2
       differ by factors of a million.
    2. x' × H x = 0 gives two equations a pair, linear in the nine numbers h of H: A h = 0.
    3. h is the right singular vector of A with the smallest singular value.
    4. Undo step 1; scale so that H[2, 2] = 1.

    None where the points do not determine one (three of four on a line). Raises InputError for fewer than four.
    """
    if len(source) < 4:
        raise InputError("fit_homography", "source", "four points (N, 2) at least", source)
    T, U = normalisation(source), normalisation(target)
    if T is None or U is None:
        return None
    x, y = _apply(T, source).T
    u, v = _apply(U, target).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    A = np.concatenate(
        [
            np.stack([-x, -y, -one, zero, zero, zero, u * x, u * y, u], axis=1),
            np.stack([zero, zero, zero, -x, -y, -one, v * x, v * y, v], axis=1),
        ]
    )
    _, values, vectors = np.linalg.svd(A, full_matrices=len(A) < 9)
    if values[7] < FLAT * values[0]:
        return None
    H = np.linalg.inv(U) @ vectors[8].reshape(3, 3) @ T
    return None if abs(H[2, 2]) < FLAT * np.abs(H).max() or np.linalg.cond(H) > 1 / FLAT else H / H[2, 2]


@takes(homography=reals("3, 3"), points=reals("n, 2"))
def apply(homography, points):
    """Points (N, 2) through a map (3, 3). What it sends to infinity becomes inf or nan."""
    return _apply(homography, points)


def _apply(homography, points):
    """The same, of what was looked at before: RANSAC asks for it thousands of times."""
    moved = points @ homography[:, :2].T + homography[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return moved[:, :2] / moved[:, 2:]


@takes(homography=reals("3, 3"), source=reals("n, 2"), target=reals("n, 2"))
def transfer_errors(homography, source, target):
    """|H x - x'| of each pair, pixels; inf where H sends x to infinity."""
    errors = np.linalg.norm(_apply(homography, source) - target, axis=1)
    return np.nan_to_num(errors, nan=np.inf)


@takes(points=reals("N, 2"))
def normalisation(points):
    """The similarity that moves points to mean 0 and mean distance √2; None where they all are the same."""
    mean = points.mean(axis=0)
    distance = np.linalg.norm(points - mean, axis=1).mean()
    if distance == 0:
        return None
    s = np.sqrt(2) / distance
    return np.array([[s, 0, -s * mean[0]], [0, s, -s * mean[1]], [0, 0, 1]])
