"""Affine and projective maps of the plane, and images seen through them.

A map is a matrix M (3, 3) on points (x, y, 1), x to the right and y down, (0, 0) the centre of the first pixel; points
are an array (N, 2). The last row is 0 0 1 for affine maps: what is parallel stays so. A @ B is B first, then A.
"""

from math import cos, radians, sin

import numpy as np

from ..errors import InputError, require_shape
from .borders import border_index, require_border
from .images import require_image, require_size
from .resize import keys, triangle

REACH = {"nearest": 1, "bilinear": 2, "bicubic": 4}  # pixels a side that a place is mixed from


def translation(dx, dy):
    """(x + dx, y + dy)."""
    return np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]], float)


def scaling(sx, sy=None):
    """(sx x, sy y); sy = sx by default."""
    return np.diag([sx, sx if sy is None else sy, 1.0])


def rotation(degrees, centre=(0, 0)):
    """A turn about the centre (x, y), from the x axis to the y axis: clockwise to the eye, as y points down."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return translation(*centre) @ turn @ translation(-centre[0], -centre[1])


def shear(kx=0.0, ky=0.0):
    """(x + kx y, y + ky x)."""
    return np.array([[1, kx, 0], [ky, 1, 0], [0, 0, 1]], float)


def reflection(degrees, centre=(0, 0)):
    """The mirror image in the line through the centre, turned by these degrees from the x axis. Determinant -1."""
    c, s = cos(radians(2 * degrees)), sin(radians(2 * degrees))
    mirror = np.array([[c, s, 0], [s, -c, 0], [0, 0, 1]])
    return translation(*centre) @ mirror @ translation(-centre[0], -centre[1])


def transform_points(matrix, points):
    """The points (N, 2) mapped: (x', y') = (u / w, v / w) with (u, v, w) = M (x, y, 1).

    Points on the line w = 0 go to infinity: an InputError.
    """
    matrix = _require_matrix("transform_points", matrix)
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 2:
        raise InputError("transform_points", "points", "an array (N, 2) of pairs (x, y)", points)
    u, v, w = matrix @ np.vstack([points.T, np.ones(len(points))])
    if (w == 0).any():
        raise InputError("transform_points", "points", "none that the map sends to infinity", points[w == 0][0])
    return np.stack([u / w, v / w], axis=1)


def warp(image, matrix, size=None, *, method="bilinear", border="constant", value=0.0, a=-0.5):
    """The image moved by the map M: what is at p comes to M p. (H, W) or (H, W, 3) -> size = (H', W'), None: the same.

    1. For each pixel of the new image, look where it came from, M⁻¹ (x, y, 1): so none stays empty.
    2. Mix the pixels about that place: "nearest", "bilinear" or "bicubic".

    Places that M⁻¹ brings from beyond infinity (w of the other sign than for the image's
    middle) are outside. Equals OpenCV's warpAffine and warpPerspective, which round places to 1/32 pixel.
    """
    image = require_image("warp", image)
    matrix = _require_matrix("warp", matrix)
    height, width = image.shape[:2] if size is None else require_size("warp", size)
    if abs(np.linalg.det(matrix)) <= 1e-12 * np.abs(matrix).max() ** 3:
        raise InputError("warp", "matrix", "invertible", matrix)
    inverse = np.linalg.inv(matrix)
    y, x = np.mgrid[:height, :width].reshape(2, -1)
    u, v, w = inverse @ np.stack([x, y, np.ones_like(x)]).astype(float)
    front = w * _side(matrix, image.shape) > 0
    safe = np.where(front, w, 1)
    x = np.where(front, u / safe, -1e9)
    y = np.where(front, v / safe, -1e9)
    values = sample(image, x, y, method=method, border=border, value=value, a=a)
    return values.reshape(height, width, *image.shape[2:])


def sample(image, x, y, *, method="bilinear", border="constant", value=0.0, a=-0.5):
    """The image at places between the pixels: x, y of shape S -> S, or S + (3,) for a colour image.

    A place is mixed from the 1, 2 x 2 or 4 x 4 pixels about it, by the product of the two distances' weights: 1, the
    triangle, Keys's cubic with slope a. Pixels outside are those of the border, see borders.py.
    """
    if method not in REACH:
        raise InputError("sample", "method", f"one of {', '.join(REACH)}", method)
    require_border("sample", border)
    x, y = np.asarray(x, float), np.asarray(y, float)
    colour = (...,) + (None,) * (image.ndim - 2)
    out = np.zeros((*x.shape, *image.shape[2:]), image.dtype)
    columns, rows = _taps(x, image.shape[1], method, border, a), _taps(y, image.shape[0], method, border, a)
    for i, p, inside_i in rows:
        for j, q, inside_j in columns:
            pixels = image[i, j]
            if border == "constant":
                pixels = np.where((inside_i & inside_j)[colour], pixels, value)
            out += ((p * q)[colour] * pixels).astype(image.dtype, copy=False)
    return out


def _taps(place, n, method, border, a):
    """The pixels along an axis about a place: [(index, weight, is it inside?), ...]."""
    place = np.clip(place, -1e9, 1e9)  # far away is outside, and an integer
    first = np.floor(place + 0.5 if method == "nearest" else place).astype(np.int64)
    if method == "nearest":
        return [(index, np.ones_like(place), inside) for index, inside in [border_index(first, n, border)]]
    taps = []
    for step in (0, 1) if method == "bilinear" else (-1, 0, 1, 2):
        index, inside = border_index(first + step, n, border)
        distance = np.abs(place - (first + step))
        taps.append((index, triangle(distance) if method == "bilinear" else keys(distance, a), inside))
    return taps


def _side(matrix, shape):
    """The sign of w' where the image's middle comes to: M⁻¹ (M p) = p (x, y, 1), and so w of M p / w' is 1 / w'."""
    w = matrix[2] @ [(shape[1] - 1) / 2, (shape[0] - 1) / 2, 1]
    return 1.0 if w >= 0 else -1.0


def _require_matrix(function, matrix):
    matrix = np.asarray(matrix, float)
    require_shape(function, "matrix", matrix, (3, 3), "on points (x, y, 1)")
    if not np.isfinite(matrix).all():
        raise InputError(function, "matrix", "of finite numbers", matrix)
    return matrix
