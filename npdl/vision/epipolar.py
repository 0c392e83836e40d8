"""Two views of one scene: the essential matrix, and from it how the camera has moved.

A point X before the first camera is at R X + t before the second. Their rays, x and x' with a third number of 1, and t
lie in one plane: x'ᵀ E x = 0 with E = [t]× R. Places alone never tell how long t is: a scene twice as large, passed
twice as fast, looks the same. Here |t| = 1.

R. Hartley and A. Zisserman, Multiple View Geometry, 2004, chapters 9 and 11. (D. Nistér, An efficient solution to the
five-point relative pose problem, PAMI 26(6), 2004, needs but five pairs, and bears a plane, for roots of degree ten.)
"""

from typing import NamedTuple

import numpy as np

from ..arguments import integer, number, reals, takes
from ..errors import InputError
from .geometry import FLAT, apply, normalisation
from .ransac import ransac

FORM = np.diag([1.0, 1, 0])
QUARTER = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])  # a turn by 90° about z
GENERATORS = -np.cross(np.eye(3)[:, None], np.eye(3))  # of turns about x, y and z: G v = axis × v


class TwoViews(NamedTuple):
    """How two cameras stand, and what they see."""

    R: np.ndarray  # (3, 3) and
    t: np.ndarray  # (3,): X in the first camera is R X + t in the second; |t| = 1
    points: np.ndarray  # (N, 3), of each pair in the first camera, in units of |t|
    front: np.ndarray  # bool (N,): ahead of both cameras


@takes(pixels=reals("n, 2"), K=reals("3, 3"))
def to_rays(pixels, K):
    """Places (N, 2) where rays cut the plane z = 1 of a camera of matrix K (3, 3): K⁻¹ (x, y, 1) of each pixel."""
    if np.linalg.matrix_rank(K) < 3:
        raise InputError("to_rays", "K", "invertible", K)
    return apply(np.linalg.inv(K), pixels)


@takes(source=reals("N, 2"), target=reals("N, 2"))
def fit_essential(source, target):
    """The essential matrix (3, 3) of eight pairs of rays or more, (N, 2) each: the normalised eight-point algorithm.

    1. Move and scale each set to mean 0 and mean distance √2, so that no number of step 2 outweighs the others.
    2. x'ᵀ E x = 0 is one equation a pair, linear in the nine numbers of E.
    3. The right singular vector of the smallest singular value; undo step 1.
    4. An essential matrix has two equal singular values, and a third of 0: the nearest such one, of 1, 1, 0.

    Hartley and Zisserman, algorithm 11.1 and section 11.7.3.

    None where the pairs do not determine one: points of one plane (a homography holds them), or no way between the
    cameras. Raises InputError for fewer than eight.
    """
    if len(source) < 8:
        raise InputError("fit_essential", "source", "eight rays (N, 2) at least", source)
    T, U = normalisation(source), normalisation(target)
    if T is None or U is None:
        return None
    (x, y), (u, v) = apply(T, source).T, apply(U, target).T
    A = np.stack([u * x, u * y, u, v * x, v * y, v, x, y, np.ones_like(x)], axis=1)  # (N, 9)
    _, values, vectors = np.linalg.svd(A, full_matrices=len(A) < 9)
    if values[7] < FLAT * values[0]:
        return None
    left, _, right = np.linalg.svd(U.T @ vectors[8].reshape(3, 3) @ T)
    return left @ FORM @ right


@takes(E=reals("3, 3"), source=reals("n, 2"), target=reals("n, 2"))
def sampson_distances(E, source, target):
    """How far pairs of rays (N, 2) are from x'ᵀ E x = 0, (N,): to first order, the least that both must move.

    |x'ᵀ E x| / √(a² + b² + c² + d²), with a, b of E x and c, d of Eᵀ x'. Hartley and Zisserman, equation 11.9.
    """
    first, second = _homogeneous(source), _homogeneous(target)
    return np.abs(np.sum(second @ E * first, axis=1)) / _slopes(E, first, second)


@takes(E=reals("3, 3"), source=reals("N, 2"), target=reals("N, 2"), rounds=integer(0))
def refine_essential(E, source, target, rounds=5):
    """The essential matrix near E of least squared Sampson distances, for pairs of rays (N, 2): Gauss-Newton.

    E = U diag(1, 1, 0) Vᵀ stays one while U and V turn, by small angles about their three axes: six numbers, one of
    which changes nothing (a turn of both about z), so the shortest step that solves the linear problem.
    """
    first, second = _homogeneous(source), _homogeneous(target)
    for _ in range(rounds):
        U, _, V = np.linalg.svd(E)
        turns = [U @ g @ FORM @ V for g in GENERATORS] + [U @ FORM @ g @ V for g in GENERATORS]
        weights = 1 / _slopes(E, first, second)
        values, *columns = (weights * np.sum(second @ M * first, axis=1) for M in (U @ FORM @ V, *turns))
        step = np.linalg.lstsq(np.stack(columns, axis=1), -values, rcond=FLAT)[0]
        E = U @ _rotation(step[:3]) @ FORM @ _rotation(step[3:]) @ V
    return E


@takes(source=reals("N, 2"), target=reals("N, 2"), K=reals("3, 3"), threshold=number(above=0))
def ransac_essential(source, target, K, *, threshold=1.0, **options):
    """The essential matrix that most pairs of pixels (N, 2) agree with, as a Consensus; threshold in pixels.

    Every trial's matrix is refined on its eight pairs, or step 4 of fit_essential moves it away from them, and few of
    the others agree. The trials may end at a motion that is not the best, as turning about y and moving along x look
    alike: ask for a confidence of 0.99999 where noise is large beside the way.
    """
    pairs = np.concatenate([to_rays(source, K), to_rays(target, K)], axis=1)  # (N, 4)
    unit = threshold / ((K[0, 0] + K[1, 1]) / 2)  # a pixel is 1 / f of z = 1

    def errors(E, rays):
        return sampson_distances(E, rays[:, :2], rays[:, 2:])

    def fit(rays):
        E = fit_essential(rays[:, :2], rays[:, 2:])
        return None if E is None else refine_essential(E, rays[:, :2], rays[:, 2:])

    return ransac(pairs, fit, errors, size=8, threshold=unit, **options)


@takes(E=reals("3, 3"))
def decompose_essential(E):
    """The four (R, t) that one essential matrix can come from. Hartley and Zisserman, result 9.19.

    E = U diag(1, 1, 0) Vᵀ: R = U W Vᵀ or U Wᵀ Vᵀ with W a quarter turn about z, t = ± the last column of U. The two R
    differ by half a turn about t: the second camera on its head. E and -E are the same.
    """
    U, _, V = np.linalg.svd(E)
    U, V = U * np.linalg.det(U), V * np.linalg.det(V)  # rotations, not mirrors: at most the sign of E changes
    return [(U @ turn @ V, t) for turn in (QUARTER, QUARTER.T) for t in (U[:, 2], -U[:, 2])]


@takes(R=reals("3, 3"), t=reals("3"), source=reals("n, 2"), target=reals("n, 2"))
def triangulate(R, t, source, target):
    """The points (N, 3) in the first camera that pairs of rays (N, 2) show; inf or nan where the rays are parallel.

    At depth z on the first ray: x' × (z R x + t) = 0, three equations for one number z: the least squares.
    """
    first, second = _homogeneous(source), _homogeneous(target)
    a, b = np.cross(second, first @ R.T), np.cross(second, t)
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(np.sum(a * b, axis=1) / np.sum(a * a, axis=1))[:, None] * first


@takes(E=reals("3, 3"), source=reals("N, 2"), target=reals("N, 2"))
def recover_motion(E, source, target):
    """Of the four motions of E the one that puts most of the rays' points ahead of both cameras, as TwoViews.

    Only one can for points that are real (the cheirality test): the others have them behind one camera or both.
    """
    found = []
    for R, t in decompose_essential(E):
        points = triangulate(R, t, source, target)
        with np.errstate(invalid="ignore"):
            front = np.isfinite(points[:, 2]) & (points[:, 2] > 0) & (points @ R[2] + t[2] > 0)
        found.append(TwoViews(R, t, points, front))
    return max(found, key=lambda views: int(views.front.sum()))


def _homogeneous(points):
    return np.column_stack([points, np.ones(len(points))])


def _slopes(E, first, second):
    """√(a² + b² + c² + d²) of each pair (N, 3): how fast x'ᵀ E x changes when the rays move."""
    lines, others = first @ E.T, second @ E  # where the other's ray is to be seen
    squared = np.sum(lines[:, :2] ** 2, axis=1) + np.sum(others[:, :2] ** 2, axis=1)
    return np.sqrt(np.maximum(squared, np.finfo(float).tiny))


def _rotation(turn):
    """The rotation (3, 3) about the vector `turn` by its length. Rodrigues: I + sin θ G + (1 - cos θ) G²."""
    angle = max(float(np.linalg.norm(turn)), 1e-300)
    G = np.tensordot(turn / angle, GENERATORS, 1)
    return np.eye(3) + np.sin(angle) * G + (1 - np.cos(angle)) * (G @ G)
