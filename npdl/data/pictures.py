"""Procedural pictures whose geometry is exact: corners, lines, circles, and a textured plane seen by any homography.

Grey images (H, W), float64 in [0, 1]. Points are (x, y): x to the right, y down, (0, 0) the centre of the first pixel.
"""

import numpy as np

from ..errors import InputError, require_integer, require_positive, require_shape
from ..vision import warp
from ..vision.warp import scaling, translation

SUPERSAMPLES = 4  # an edge pixel is the mean of 4 × 4 points


def checkerboard(squares=4, side=16, *, angle=0.0, margin=8):
    """(image, corners): squares × squares fields of `side` pixels, turned by `angle` degrees, on grey 0.5.

    corners (n, 2): where four fields meet, (squares - 1)² points.
    """
    squares = require_integer("checkerboard", "squares", squares, 2)
    require_positive("checkerboard", "side", side)
    extent = squares * side
    size = int(np.ceil(extent * (abs(np.cos(np.radians(angle))) + abs(np.sin(np.radians(angle)))))) + 2 * margin
    pose = rotation(angle, centre=((size - 1) / 2, (size - 1) / 2)) @ translation((size - 1 - extent) / 2)

    def board(x, y):
        i, j = np.floor(y / side), np.floor(x / side)
        inside = (i >= 0) & (i < squares) & (j >= 0) & (j < squares)
        return np.where(inside, (i + j) % 2, 0.5)

    at = side * np.arange(1, squares)
    corners = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    return view(board, pose, (size, size)), transform(pose, corners)


def polygon(corners, shape, *, inside=1.0, outside=0.0):
    """A convex polygon. corners (n, 2), clockwise as seen on the screen; shape: (H, W) of the image."""
    if np.ndim(corners) != 2 or np.shape(corners)[1] != 2 or len(corners) < 3:
        raise InputError("polygon", "corners", "an array (n, 2) of three points at least", corners)
    corners = np.asarray(corners, dtype=np.float64)
    sides = np.roll(corners, -1, axis=0) - corners

    def paint(x, y):
        covered = np.ones(x.shape, dtype=bool)
        for (x0, y0), (dx, dy) in zip(corners, sides):
            covered &= dx * (y - y0) - dy * (x - x0) >= 0  # to the right of every side
        return np.where(covered, inside, outside)

    return view(paint, np.eye(3), shape)


def discs(circles, shape, *, inside=1.0, outside=0.0):
    """Discs (x, y, radius) of one grey on a ground of another."""

    def paint(x, y):
        covered = np.zeros(x.shape, dtype=bool)
        for cx, cy, radius in circles:
            covered |= (x - cx) ** 2 + (y - cy) ** 2 <= radius**2
        return np.where(covered, inside, outside)

    return view(paint, np.eye(3), shape)


def blobs(circles, shape, *, height=1.0):
    """A sum of Gaussian bumps exp(-d² / 2σ²), one for each (x, y, σ): smooth, so that nothing is lost in its pixels."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return sum(height * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * s**2)) for cx, cy, s in circles)


def line_points(theta, r, shape):
    """bool (H, W): the pixels within half a pixel of the line x cos θ + y sin θ = r; θ in radians."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.abs(x * np.cos(theta) + y * np.sin(theta) - r) <= 0.5


class TexturedPlane:
    """A plane full of turned rectangles and discs: its grey at any real point, so that views need no resampling.

    size: the square [0, size]² that is covered; shapes: how many, the small ones on top.
    """

    def __init__(self, size=128, *, shapes=120, seed=0):
        require_positive("TexturedPlane", "size", size)
        require_integer("TexturedPlane", "shapes", shapes, 1)
        rng = np.random.default_rng(seed)
        half = np.sort(size / 4 * rng.uniform(0.12, 1, shapes) ** 2 + 1.5)[::-1]  # half of a side, large ones first
        self.half = np.stack([half, half * rng.uniform(0.5, 1, shapes)], axis=1)
        self.centres = rng.uniform(0, size, (shapes, 2))
        self.angles = rng.uniform(0, np.pi, shapes)
        self.round = rng.random(shapes) < 0.4
        self.greys = rng.uniform(0, 1, shapes)

    def __call__(self, x, y):
        """The grey at points x, y of any shape."""
        order = np.argsort(y, axis=None, kind="stable")  # a shape then meets but a slice of the points
        xs, ys, greys = x.ravel()[order], y.ravel()[order], np.full(x.size, 0.5)
        for (cx, cy), (a, b), angle, disc, level in zip(
            self.centres, self.half, self.angles, self.round, self.greys, strict=True
        ):
            start, stop = np.searchsorted(ys, (cy - a - b, cy + a + b))
            near = start + np.flatnonzero(abs(xs[start:stop] - cx) <= a + b)
            u, v = xs[near] - cx, ys[near] - cy
            c, s = np.cos(angle), np.sin(angle)
            u, v = abs(c * u + s * v) / a, abs(c * v - s * u) / b
            covered = u * u + v * v <= 1 if disc else (u <= 1) & (v <= 1)
            greys[near[covered]] = level
        grey = np.empty(x.shape)
        grey.flat[order] = greys
        return grey


def view(paint, homography, shape):
    """The image (H, W) of a plane: its pixel p shows the plane's point H⁻¹ p, the mean of 4 × 4 points of the pixel.

    paint: a function of x, y, the grey of the plane; homography (3, 3), plane to image.
    """
    require_shape("view", "homography", homography, (3, 3), "from plane to image")
    H, W = shape
    n = SUPERSAMPLES
    fine_y, fine_x = (np.mgrid[: H * n, : W * n] + 0.5) / n - 0.5
    points = transform(np.linalg.inv(homography), np.stack([fine_x.ravel(), fine_y.ravel()], axis=1))
    grey = paint(*points.T).reshape(H, n, W, n)
    return grey.mean(axis=(1, 3))


def transform(homography, points):
    """Points (n, 2) through a homography (3, 3): (x, y, 1) Hᵀ, divided by its third number."""
    moved = points @ homography[:, :2].T + homography[:, 2]
    return moved[:, :2] / moved[:, 2:]


def rotation(degrees, *, scale=1.0, centre=(0.0, 0.0)):
    """The homography that turns by `degrees` (from x to y: clockwise on the screen) and scales about `centre`."""
    return translation(*centre) @ scaling(scale) @ warp.rotation(degrees) @ translation(-centre[0], -centre[1])
