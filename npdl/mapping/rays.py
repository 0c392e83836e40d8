"""Rays through a grid of cells, and rays against walls: what a laser passes and what it hits."""

import numpy as np

from ..arguments import integer, number, reals, takes
from ..errors import InputError, require_ndim, require_positive


@takes(origin=reals("D"), end=reals("D"))
def cells_between(origin, end):
    """The cells (K, D) that the straight way from origin (D,) to end (D,) passes, in order, without that of the end.

    Cells are cubes of side 1: cell n holds the places x with floor(x) = n.

    1. Where does the line cross a side? On each axis at every whole number between: the parameters t of all crossings,
       sorted.
    2. Between two crossings it is in one cell, the one that holds the middle. (Amanatides and Woo 1987 step from
       crossing to crossing; these are all of their steps at once.)
    """
    origin, end = np.asarray(origin, float), np.asarray(end, float)
    crossings = [np.array([0.0, 1.0])]
    for a, b in zip(origin, end):
        if a != b:
            sides = np.arange(np.floor(min(a, b)) + 1, np.ceil(max(a, b)))
            crossings.append((sides - a) / (b - a))
    t = np.unique(np.concatenate(crossings))
    middle = (t[1:] + t[:-1])[t[1:] - t[:-1] > 1e-12] / 2
    cells = np.floor(origin + middle[:, None] * (end - origin)).astype(np.int64)
    return cells[np.any(cells != np.floor(end).astype(np.int64), axis=1)]


@takes(pose=reals("n"), walls=reals("M, 4"), rays=integer(1), max_range=number(above=0), noise=number(0))
def scan(pose, walls, *, rays=180, max_range=10.0, noise=0.0, seed=0):
    """A simulated laser: the distances (rays,) to the nearest wall, and the angles (rays,) from ahead to the left.

    pose: x, y and heading, radians. walls: (M, 4), each from x1, y1 to x2, y2. inf where nothing is within max_range;
    noise: the standard deviation of a distance, metres.

    Ray p + s d meets wall a + u (b - a) where s = (a - p) × (b - a) / d × (b - a) and u = (a - p) × d / d × (b - a), if
    s > 0 and 0 <= u <= 1.
    """
    require_ndim("scan", "walls", walls, 2, "(M, 4)")
    require_positive("scan", "max_range", max_range)
    if len(pose) != 3:
        raise InputError("scan", "pose", "three numbers: x, y, heading", pose)
    angles = np.arange(rays) * (2 * np.pi / rays)
    d = np.stack([np.cos(pose[2] + angles), np.sin(pose[2] + angles)], axis=1)[:, None]  # (rays, 1, 2)
    a, along = walls[:, :2] - np.asarray(pose[:2], float), walls[:, 2:] - walls[:, :2]  # (M, 2)
    across = _cross(d, along)  # (rays, M)
    safe = np.where(np.abs(across) > 1e-12, across, 1)
    s, u = _cross(a, along) / safe, _cross(a, d) / safe
    met = (np.abs(across) > 1e-12) & (s > 0) & (u >= 0) & (u <= 1)
    distances = np.where(met, s, np.inf).min(axis=1, initial=np.inf)
    distances = distances + noise * np.random.default_rng(seed).normal(size=rays)
    return np.where(distances <= max_range, distances, np.inf), angles


def _cross(a, b):
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
