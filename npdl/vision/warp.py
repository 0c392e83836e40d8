"""Affine and projective maps of the plane, and images seen through them.

A map is a matrix M (3, 3) on points (x, y, 1), x to the right and y down, (0, 0) the centre of the first pixel; points
are an array (N, 2). The last row is 0 0 1 for affine maps: what is parallel stays so. A @ B is B first, then A.
"""

from math import cos, radians, sin

import numpy as np

from ..arguments import number, reals, takes
from ..errors import InputError, is_one_of, require_shape
from ..threads import each
from .borders import border_index, pad, require_border
from .convolution import row_blocks
from .images import require_image, require_size
from .resize import keys

STEPS = {"nearest": (0,), "bilinear": (0, 1), "bicubic": (-1, 0, 1, 2)}  # the pixels that a place is mixed from
RING = 4  # pixels round an image that hold every step from the places -2 to n + 1
FAR = 1e9  # pixels: outside of every image, and small enough for an integer


@takes(dx=number(), dy=number())
def translation(dx, dy=None):
    """(x + dx, y + dy); dy = dx by default."""
    return np.array([[1, 0, dx], [0, 1, dx if dy is None else dy], [0, 0, 1]], float)


@takes(sx=number(), sy=number())
def scaling(sx, sy=None):
    """(sx x, sy y); sy = sx by default."""
    return np.diag([sx, sx if sy is None else sy, 1.0])


@takes(degrees=number(), centre=reals("2"))
def rotation(degrees, centre=(0, 0)):
    """A turn about the centre (x, y), from the x axis to the y axis: clockwise to the eye, as y points down."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return translation(*centre) @ turn @ translation(-centre[0], -centre[1])


@takes(kx=number(), ky=number())
def shear(kx=0.0, ky=0.0):
    """(x + kx y, y + ky x)."""
    return np.array([[1, kx, 0], [ky, 1, 0], [0, 0, 1]], float)


@takes(degrees=number(), centre=reals("2"))
def reflection(degrees, centre=(0, 0)):
    """The mirror image in the line through the centre, turned by these degrees from the x axis. Determinant -1."""
    c, s = cos(radians(2 * degrees)), sin(radians(2 * degrees))
    mirror = np.array([[c, s, 0], [s, -c, 0], [0, 0, 1]])
    return translation(*centre) @ mirror @ translation(-centre[0], -centre[1])


@takes(matrix=reals(finite=False), points=reals("n, 2"))
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


@takes(matrix=reals(finite=False), a=number())
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
    inverse *= _side(matrix, image.shape)
    out = np.empty((height, width, *image.shape[2:]), image.dtype)
    look = _sampler(image, method, border, value, a)

    def block(rows):
        x, y = np.arange(width), np.arange(rows.start, rows.stop)[:, None]
        u, v, w = (m[0] * x + (m[1] * y + m[2]) for m in inverse)  # (rows, W')
        behind = w <= 0
        if behind.any():
            u, v, w = np.where(behind, -FAR, u), np.where(behind, -FAR, v), np.where(behind, 1, w)
        out[rows] = look(u / w, v / w)

    each(block, row_blocks(height, width * image[0, 0].size))
    return out


@takes(x=reals(), y=reals(), a=number())
def sample(image, x, y, *, method="bilinear", border="constant", value=0.0, a=-0.5):
    """The image at places between the pixels: x, y of shape S -> S, or S + (3,) for a colour image.

    A place is mixed from the 1, 2 x 2 or 4 x 4 pixels about it, by the product of the two distances' weights: 1, the
    triangle, Keys's cubic with slope a. Pixels outside are those of the border, see borders.py.
    """
    look = _sampler(require_image("sample", image), method, border, value, a)
    return look(*np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float)))


def _sampler(image, method, border, value, a):
    """The function (x, y) -> the image there. A constant border is a ring of pixels, to which far places are moved."""
    if not is_one_of(method, STEPS):
        raise InputError("sample", "method", f"one of {', '.join(STEPS)}", method)
    require_border("sample", border)
    H, W = image.shape[:2]
    ring = RING if border == "constant" else 0
    pixels = pad(image, ((ring, ring), (ring, ring)), border, value).reshape((H + 2 * ring) * (W + 2 * ring), -1)
    pixels = pixels[:, 0] if image.ndim == 2 else pixels

    def look(x, y):
        out = np.zeros((*x.shape, *image.shape[2:]), image.dtype)
        columns = _taps(x, W, method, border, a)
        for i, p in _taps(y, H, method, border, a):
            row = i * (W + 2 * ring)
            line = 0
            for j, q in columns:
                line = line + _weigh(q, np.take(pixels, row + j, axis=0))
            out += _weigh(p, line)
        return out

    return look


def _weigh(weight, pixels):
    """Each pixel, or its three channels, times its weight, in the pixels' dtype; None: the weight 1."""
    if weight is None:
        return pixels
    weight = weight.astype(pixels.dtype, copy=False)
    return (weight if weight.ndim == pixels.ndim else weight[..., None]) * pixels


def _taps(place, n, method, border, a):
    """The pixels along an axis about a place, counted in the padded image: [(index, weight), ...]."""
    place = np.clip(place, -2, n + 1) if border == "constant" else np.clip(place, -FAR, FAR)
    first = np.floor(place + 0.5 if method == "nearest" else place).astype(np.int64)
    if method == "nearest":
        weights = [None]
    elif method == "bilinear":
        right = place - first
        weights = [1 - right, right]
    else:
        weights = [keys(np.abs(place - (first + step)), a) for step in STEPS[method]]
    if border == "constant":
        return [(first + (step + RING), weight) for step, weight in zip(STEPS[method], weights)]
    return [(border_index(first + step, n, border)[0], weight) for step, weight in zip(STEPS[method], weights)]


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
