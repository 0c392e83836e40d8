"""Curvature: how fast a contour turns. 1 / R on a circle, 0 on a line."""

import numpy as np

from ..arguments import number, reals, takes
from ..errors import InputError
from .gradient import gradient
from .images import require_grey
from .smoothing import gaussian


@takes(points=reals("n, 2"))
def contour_curvature(points):
    """κ (n,) of a closed contour (n, 2), x and y in order: (x' y'' - y' x'') / (x'² + y'²)^{3/2}.

    The derivatives along the contour are central differences between neighbours, the last of which is followed by the
    first. κ > 0 where it turns from x to y, clockwise on the screen; its unit is 1 / pixel. It needs points at even
    distances; κ is nan where both neighbours are the same point.
    """
    points = _require_contour("contour_curvature", points)
    before, behind = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    dx, dy = ((behind - before) / 2).T
    ddx, ddy = (behind - 2 * points + before).T
    speed = dx**2 + dy**2
    still = speed == 0
    return np.where(still, np.nan, (dx * ddy - dy * ddx) / np.where(still, 1, speed) ** 1.5)


@takes(points=reals("n, 2"))
def menger_curvature(points):
    """κ (n,) of a closed contour (n, 2) by the circle through each point and its two neighbours: 4 A / abc.

    A: the triangle's area, signed as in contour_curvature; a, b, c: its sides. Distances may be uneven.
    """
    points = _require_contour("menger_curvature", points)
    before, behind = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    u, v = points - before, behind - points
    twice_area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    sides = np.linalg.norm(u, axis=1) * np.linalg.norm(v, axis=1) * np.linalg.norm(behind - before, axis=1)
    return np.where(sides == 0, np.nan, 2 * twice_area / np.where(sides == 0, 1, sides))


@takes(flat=number(0))
def isophote_curvature(image, *, sigma=2.0, flat=1e-3):
    """κ (H, W) of the line of equal grey through each pixel; 0 where the gradient is below `flat` a pixel.

    1. Smooth by a Gaussian of `sigma` pixels.
    2. Central differences Ix, Iy, and of those Ixx, Ixy, Iyy.
    3. κ = -(Ixx Iy² - 2 Ixy Ix Iy + Iyy Ix²) / (Ix² + Iy²)^{3/2}: 1 / R on a bright disc, -1 / R on a dark one.
    """
    smoothed = gaussian(require_grey("isophote_curvature", image), sigma)
    gx, gy = gradient(smoothed)
    gxx, gxy = gradient(gx)
    _, gyy = gradient(gy)
    square = gx * gx + gy * gy
    steep = square > flat**2
    bend = gxx * gy * gy - 2 * gxy * gx * gy + gyy * gx * gx
    return np.where(steep, -bend / np.where(steep, square, 1) ** 1.5, 0)


def _require_contour(function, points):
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
        raise InputError(function, "points", "a contour (n, 2) of three points at least", points)
    return points
