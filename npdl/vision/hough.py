"""Hough transforms: every point votes for all the lines, or circles, that pass through it.

P. Hough, US patent 3069654, 1962 (slope and intercept); R. Duda and P. Hart, CACM 15(1), 1972 (polar form, circles).
Points are (x, y), y down.
"""

from typing import NamedTuple

import numpy as np

from ..arguments import arrays, integer, number, reals, takes
from ..errors import InputError, require_ndim, require_positive
from .images import require_mask


class Lines(NamedTuple):
    """Lines x cos θ + y sin θ = r, the one with the most votes first; all (n,)."""

    votes: np.ndarray
    theta: np.ndarray  # radians
    r: np.ndarray  # pixels


@takes(points=reals("n, 2"), slopes=reals("A"), intercepts=reals("B"))
def hough_slope_intercept(points, slopes, intercepts):
    """The accumulator (slopes, intercepts) of lines y = a x + b. points: (n, 2).

    1. A point (x, y) lies on all lines with b = -a x + y: a line of the (a, b) plane.
    2. For each slope a, vote for the nearest of the evenly spaced `intercepts`; outside of them no vote counts.
    3. Points of one line meet at its (a, b).

    A vertical line has no slope: its points' lines are parallel and never meet, however large the accumulator.
    """
    require_ndim("hough_slope_intercept", "points", points, 2, "(n, 2)")
    slopes, intercepts = np.asarray(slopes, float), np.asarray(intercepts, float)
    steps = np.diff(intercepts)
    if len(steps) == 0 or steps[0] == 0 or not np.allclose(steps, steps[0]):
        raise InputError("hough_slope_intercept", "intercepts", "at least two, evenly spaced", intercepts)
    x, y = points.T
    b = y - slopes[:, None] * x  # (slopes, n)
    nearest = np.rint((b - intercepts[0]) / (intercepts[1] - intercepts[0])).astype(np.int64)
    a, point = np.nonzero((nearest >= 0) & (nearest < len(intercepts)))
    return _votes((a, nearest[a, point]), (len(slopes), len(intercepts)))


@takes(theta=reals("T"))
def hough_lines(edges, theta=None):
    """(accumulator, theta, r): the polar transform of an edge map, bool (H, W). Duda and Hart 1972.

    1. A pixel (x, y) lies on the lines r = x cos θ + y sin θ: a sinusoid of the (θ, r) plane. θ is the angle of the
       line's normal, not of the line: y = x + 1 has θ = 135°, r = √2 / 2.
    2. For each θ vote for the nearest whole r between -d and d, d the diagonal.
    3. Pixels of one line meet at its (θ, r); (θ + 180°, -r) is the same line, so half a turn is enough.

    theta: radians, by default 180 values in [-90°, 90°). The accumulator is int64 (2d + 1, len(theta)), r (2d + 1,).
    """
    edges = require_mask("hough_lines", edges, argument="edges")
    theta = np.linspace(-np.pi / 2, np.pi / 2, 180, endpoint=False) if theta is None else np.asarray(theta, float)
    reach = int(np.ceil(np.hypot(*edges.shape)))
    y, x = np.nonzero(edges)
    accumulator = np.zeros((2 * reach + 1, len(theta)), dtype=np.int64)
    for column, (c, s) in enumerate(zip(np.cos(theta), np.sin(theta))):
        r = x * c + y * s
        nearest = np.trunc(r + np.copysign(0.5, r)).astype(np.int64)  # halves away from zero
        accumulator[:, column] = np.bincount(nearest + reach, minlength=2 * reach + 1)
    return accumulator, theta, np.arange(-reach, reach + 1)


@takes(
    accumulator=arrays("R, T", finite=True),
    theta=reals("T"),
    r=reals("R"),
    count=integer(0),
    threshold=number(),
    distance=number(0),
    turn=number(0),
)
def hough_peaks(accumulator, theta, r, *, count=None, threshold=None, distance=9, turn=9):
    """The lines that have most votes, as Lines.

    1. Take the largest cell of the accumulator; stop below `threshold` votes (half of the largest) or after `count`.
    2. Strike out all cells within `distance` pixels and `turn` columns of it. Where `theta` is half a turn, the columns
       go on at the other end with r mirrored, since (θ + 180°, -r) is the same line.
    3. Again.
    """
    left = accumulator.copy()
    threshold = 0.5 * left.max() if threshold is None else threshold
    columns, found = len(theta), []
    half_turn = columns > 1 and np.isclose(theta[-1] - theta[0] + (theta[1] - theta[0]), np.pi)
    row, column = np.ogrid[: len(r), :columns]
    while count is None or len(found) < count:
        i, j = np.unravel_index(left.argmax(), left.shape)
        if left[i, j] < max(threshold, 1):
            break
        found.append((left[i, j], theta[j], r[i]))
        near = (abs(row - i) <= distance) & (abs(column - j) <= turn)
        if half_turn:
            mirrored = abs(row - (len(r) - 1 - i)) <= distance
            near |= mirrored & (columns - abs(column - j) <= turn)
        left[near] = 0
    votes, angles, radii = zip(*found) if found else ((), (), ())
    return Lines(np.array(votes, dtype=np.int64), np.array(angles, float), np.array(radii, float))


@takes(radii=reals("K"))
def hough_circles(edges, radii):
    """The accumulator (radii, H, W) of circles: what share of the circle about each pixel are edges.

    1. A pixel of an edge lies on all circles of radius R whose centre is at the distance R from it.
    2. So it votes for the pixels of a circle about itself, for each R.
    3. Divide by the number of pixels of that circle, or large ones would always win.

    edges: bool (H, W); radii: positive, pixels. Centres outside of the image are not counted.
    """
    edges = require_mask("hough_circles", edges, argument="edges")
    H, W = edges.shape
    y, x = np.nonzero(edges)
    accumulator = np.zeros((len(radii), H, W))
    for votes, radius in zip(accumulator, radii):
        require_positive("hough_circles", "radii", radius)
        dy, dx = circle_pixels(radius)
        rows, columns = y[:, None] + dy, x[:, None] + dx  # (edges, circle)
        inside = (rows >= 0) & (rows < H) & (columns >= 0) & (columns < W)
        votes[:] = _votes((rows[inside], columns[inside]), (H, W)) / len(dy)
    return accumulator


@takes(radius=number(above=0))
def circle_pixels(radius):
    """(dy, dx) of the pixels of a circle about (0, 0), each of them once."""
    angle = np.arange(0, 2 * np.pi, 0.5 / radius)  # two steps a pixel
    points = np.rint(radius * np.stack([np.sin(angle), np.cos(angle)], axis=1)).astype(np.int64)
    return np.unique(points, axis=0).T


@takes(accumulator=reals("K, H, W"), radii=reals("K"), count=integer(0), threshold=number(0), distance=number(0))
def circle_peaks(accumulator, radii, *, count=None, threshold=0.5, distance=5):
    """Circles (x, y, radius, share), the best first, (n, 4): none has its centre within `distance` of a better one."""
    left, found = accumulator.copy(), []
    y, x = np.ogrid[: left.shape[1], : left.shape[2]]
    while count is None or len(found) < count:
        k, i, j = np.unravel_index(left.argmax(), left.shape)
        if left[k, i, j] < threshold:
            break
        found.append((j, i, radii[k], left[k, i, j]))
        left[:, (y - i) ** 2 + (x - j) ** 2 <= distance**2] = -1
    return np.array(found, float).reshape(-1, 4)


def _votes(cells, shape):
    """How often each cell of an accumulator is named."""
    return np.bincount(np.ravel_multi_index(cells, shape), minlength=int(np.prod(shape))).reshape(shape)
