"""SLAM in the plane: where a robot was and what it saw, from motions and sightings that are both a little wrong.

A pose is (x, y, θ), metres and radians. The graph: poses are nodes; an edge says where j is as seen from i, from the
odometry for neighbours, and from landmarks that both saw for poses far apart in time (a loop closure). The poses that
fit all edges best are found by Gauss and Newton's method.
Lu and Milios 1997; Grisetti, Kümmerle, Stachniss and Burgard 2010.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from ..arguments import instance, integer, reals, sequence, takes
from ..errors import InputError, require_indices, require_integer, require_ndim, require_shape


class Edges(NamedTuple):
    """i, j (E,): the poses; motions (E, 3): where i sees j; weights (E, 3): 1 / variance of each number."""

    i: np.ndarray
    j: np.ndarray
    motions: np.ndarray
    weights: np.ndarray


@takes(angle=reals())
def wrap(angle):
    """The same angle in [-π, π)."""
    return (angle + np.pi) % (2 * np.pi) - np.pi


@takes(a=reals("..., 3"), b=reals("..., 3"))
def compose(a, b):
    """Where the pose b, given in the frame of a, is in the world: (..., 3)."""
    c, s = np.cos(a[..., 2]), np.sin(a[..., 2])
    x, y = a[..., 0] + c * b[..., 0] - s * b[..., 1], a[..., 1] + s * b[..., 0] + c * b[..., 1]
    return np.stack([x, y, wrap(a[..., 2] + b[..., 2])], axis=-1)


@takes(a=reals("..., 3"), b=reals("..., 3"))
def between(a, b):
    """Where b is in the frame of a, so that compose(a, between(a, b)) = b: (..., 3)."""
    c, s = np.cos(a[..., 2]), np.sin(a[..., 2])
    dx, dy = b[..., 0] - a[..., 0], b[..., 1] - a[..., 1]
    return np.stack([c * dx + s * dy, -s * dx + c * dy, wrap(b[..., 2] - a[..., 2])], axis=-1)


@takes(motions=reals("n, 3"), start=reals("3"))
def dead_reckoning(motions, start=(0.0, 0.0, 0.0)):
    """The poses (N + 1, 3) by motions (N, 3), one after the other: odometry alone, whose errors add up."""
    poses = [np.asarray(start, float)]
    for motion in motions:
        poses.append(compose(poses[-1], motion))
    return np.array(poses)


@takes(points=reals("n, 2"), others=reals("m, 2"))
def align(points, others):
    """The pose that moves points (N, 2) onto others (N, 2) with the least squares: compose(pose, point) ≈ other.

    Of the centred points p and q the angle is atan2(Σ p × q, Σ p · q); then the middles must meet. Umeyama 1991 in 2-D.
    """
    require_shape("align", "points", points, (len(others), 2), "as others")
    if len(points) < 2:
        raise InputError("align", "points", "two or more, or the angle is open", points)
    a, b = points.mean(axis=0), others.mean(axis=0)
    p, q = points - a, others - b
    angle = np.arctan2(np.sum(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]), np.sum(p * q))
    c, s = np.cos(angle), np.sin(angle)
    return np.array([b[0] - c * a[0] + s * a[1], b[1] - s * a[0] - c * a[1], angle])


@takes(motions=reals("n, 3"), weights=reals("3", 0))
def odometry_edges(motions, weights):
    """The edges of a chain: pose n + 1 from pose n. motions (N, 3), weights (3,)."""
    n = np.arange(len(motions))
    return Edges(n, n + 1, np.asarray(motions), np.tile(np.asarray(weights, float), (len(motions), 1)))


@takes(sightings=sequence(0, dict), weights=reals("3", 0), apart=integer(1), least=integer(2))
def loop_closures(sightings, weights, *, apart=10, least=3):
    """Edges between poses that saw the same places, at least `apart` steps apart and with `least` landmarks in common.

    sightings: for each pose {landmark: (x, y) in the robot's frame}. The landmarks are known by name, as features are
    by their descriptors. Of all earlier poses the one with the most in common makes the edge, by `align`.
    """
    rows = []
    for j, seen in enumerate(sightings):
        common = [len(seen.keys() & sightings[i].keys()) for i in range(max(0, j - apart + 1))]
        i = int(np.argmax(common)) if common else 0
        if common and common[i] >= least:
            names = sorted(seen.keys() & sightings[i].keys())
            here, there = (np.array([where[name] for name in names]) for where in (seen, sightings[i]))
            rows.append((i, j, align(here, there)))
    if not rows:
        return Edges(np.zeros(0, int), np.zeros(0, int), np.zeros((0, 3)), np.zeros((0, 3)))
    i, j, motions = map(np.array, zip(*rows))
    return Edges(i, j, motions, np.tile(np.asarray(weights, float), (len(rows), 1)))


def join(*parts):
    """Several Edges as one."""
    return Edges(*(np.concatenate(columns) for columns in zip(*parts)))


@takes(poses=reals("N, 3"), edges=instance(Edges))
def residuals(poses, edges):
    """e (E, 3): where j is, as seen from i, less what the edge says; in the frame that the edge puts j in."""
    require_indices("residuals", "edges.i", edges.i, len(poses))
    require_indices("residuals", "edges.j", edges.j, len(poses))
    return between(edges.motions, between(poses[edges.i], poses[edges.j]))


@takes(poses=reals("N, 3"), edges=instance(Edges))
def cost(poses, edges):
    """Σ_e eᵀ W e."""
    return float(np.sum(edges.weights * residuals(poses, edges) ** 2))


@takes(poses=reals("N, 3"), edges=instance(Edges))
def optimise(poses, edges, *, iterations=20):
    """The poses (N, 3) of least cost, from a first guess; the first pose stays where it is.

    Gauss-Newton: the residuals are linear near the poses, e + J δ; solve Jᵀ W J δ = -Jᵀ W e, add δ, again. J is sparse:
    three rows an edge, with numbers at its two poses. Ends when no number moves by more than 1e-9.
    """
    require_ndim("optimise", "poses", poses, 2, "(N, 3)")
    require_integer("optimise", "iterations", iterations, 1)
    poses = np.array(poses, dtype=np.float64)
    for _ in range(iterations):
        e = residuals(poses, edges).ravel()
        J, weights = _jacobian(poses, edges), edges.weights.ravel()
        weighted = J.T.multiply(weights).tocsr()
        step = spsolve((weighted @ J).tocsc(), -(weighted @ e)).reshape(-1, 3)
        poses[1:] += step
        poses[:, 2] = wrap(poses[:, 2])
        if np.abs(step).max() < 1e-9:
            break
    return poses


@takes(poses=reals("N, D"), truth=reals("N, D"))
def trajectory_error(poses, truth):
    """The root mean square of the distances between the poses and the true ones, metres."""
    return float(np.sqrt(np.mean(np.sum((poses[:, :2] - truth[:, :2]) ** 2, axis=1))))


def _jacobian(poses, edges):
    """∂e/∂poses as a sparse matrix (3 E, 3 (N - 1)): without the columns of the first pose."""
    E, a, b = len(edges.i), poses[edges.i], poses[edges.j]
    c, s = np.cos(a[:, 2] + edges.motions[:, 2]), np.sin(a[:, 2] + edges.motions[:, 2])
    dx, dy = b[:, 0] - a[:, 0], b[:, 1] - a[:, 1]
    to_j = np.zeros((E, 3, 3))  # the rotation from the world to the edge's frame
    to_j[:, 0, 0], to_j[:, 0, 1], to_j[:, 1, 0], to_j[:, 1, 1], to_j[:, 2, 2] = c, s, -s, c, 1
    to_i = -to_j
    to_i[:, 0, 2], to_i[:, 1, 2] = -s * dx + c * dy, -c * dx - s * dy
    rows = np.broadcast_to(3 * np.arange(E)[:, None, None] + np.arange(3)[:, None], (E, 3, 3))
    columns = [np.broadcast_to(3 * n[:, None, None] + np.arange(3), (E, 3, 3)) for n in (edges.i, edges.j)]
    values, rows, columns = np.stack([to_i, to_j]).ravel(), np.stack([rows, rows]).ravel(), np.stack(columns).ravel()
    return coo_matrix((values, (rows, columns)), shape=(3 * E, 3 * len(poses))).tocsr()[:, 3:]
