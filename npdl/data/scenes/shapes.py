"""The ten shapes: their names, their outlines and their corners.

A shape lives in its own coordinates (u, v), v downwards as in images, with its centroid at the origin and an area of
about 2.2: at the same radius all shapes cover about as many pixels. Its level function is below 0 inside, above 0
outside, and near the outline the distance to it (Quilez, "2D distance functions"). None of them uses anything but
+ - · / | |, square roots, minimum and maximum, which IEEE 754 rounds the same way everywhere: masks are exactly the
same on every platform.
"""

import math

import numpy as np

CLASSES = ("circle", "square", "triangle", "arrow", "diamond", "star", "cross", "ring", "heart", "crescent")
CIRCLE, SQUARE, TRIANGLE = 0.84, 0.74, 1.3  # radius, half a side, circumscribed radius
ARROW, ARROW_CENTRE = (
    (1.26, 1.0, 0.4, 1.18),
    0.0136,
)  # height and half width of the head, half width and length of the shaft
DIAMOND = (0.85, 1.3)  # half diagonals
STAR = (1.25, 0.6)  # radii of the tips and of the notches
CROSS = (1.01, 0.325)  # half the length and half the width of a bar
RING = (1.0, 0.55)  # radii
HEART, HEART_CENTRE = 1.57, 0.656  # scale, and height of the centroid above the tip before it
MOON, SHADE, SHIFT, MOON_CENTRE = 1.15, 0.9, 0.65, -0.4  # radius of the disc, of what covers it, its shift, centroid
MOON_TIP = ((MOON**2 - SHADE**2 + SHIFT**2) / (2 * SHIFT),)  # where the two circles meet, before the shift
MOON_TIP += (math.sqrt(MOON**2 - MOON_TIP[0] ** 2),)
C36, S36 = (1 + math.sqrt(5)) / 4, math.sqrt(10 - 2 * math.sqrt(5)) / 4  # cos and sin of 36°
C60 = math.sqrt(3) / 2  # sin 60°


def circle(u, v):
    return np.sqrt(u * u + v * v) - CIRCLE


def square(u, v):
    return np.maximum(abs(u), abs(v)) - SQUARE


def triangle(u, v):
    """Folded along two axes of symmetry: what is left is half an edge, from the upper tip to the right."""
    u = abs(u)
    beyond = np.maximum(u + 2 * C60 * v, 0)  # twice the distance from the second axis
    return _edge(abs(u - beyond / 2), v - C60 * beyond, (0, -TRIANGLE), (C60 * TRIANGLE / 2, -TRIANGLE / 4))


def arrow(u, v):
    """The union of a triangle and of a bar that begins inside it."""
    height, width, shaft, length = ARROW
    u, v = abs(u), v + ARROW_CENTRE
    head = np.maximum(_edge(u, v, (0, -height), (width, 0)), v)
    return np.minimum(head, np.maximum(np.maximum(u - shaft, v - length), -v - height / 2))


def diamond(u, v):
    a, b = DIAMOND
    return _edge(abs(u), -abs(v), (0, -b), (a, 0))


def star(u, v):
    """Folded along its axes of symmetry until one edge is left, from the upper tip to the notch on its right."""
    R, r = STAR
    u = abs(u)
    for side in (1, -1):
        beyond = 2 * np.maximum(side * C36 * u + S36 * v, 0)
        u, v = u - side * C36 * beyond, v - S36 * beyond
    return _edge(abs(u), v, (0, -R), (r * S36, -r * C36))


def _edge(u, v, start, end):
    """The distance to a segment, above 0 on its left when looking from start to end (v points down)."""
    du, dv = end[0] - start[0], end[1] - start[1]
    u, v = u - start[0], v - start[1]
    t = np.clip((u * du + v * dv) / (du * du + dv * dv), 0, 1)
    side = u * dv - v * du
    u, v = u - t * du, v - t * dv
    return np.copysign(np.sqrt(u * u + v * v), side)


def cross(u, v):
    """The union of two bars."""
    length, width = CROSS
    u, v = abs(u), abs(v)
    return np.minimum(np.maximum(u - length, v - width), np.maximum(u - width, v - length))


def ring(u, v):
    outer, inner = RING
    return abs(np.sqrt(u * u + v * v) - (outer + inner) / 2) - (outer - inner) / 2


def heart(u, v):
    """The union of a square on its tip and of two discs."""
    u, v = abs(u) / HEART, HEART_CENTRE - v / HEART
    tip = (u + abs(v - 0.5) - 0.5) / math.sqrt(2)
    a, b = u - 0.25, v - 0.75
    return HEART * np.minimum(tip, np.sqrt(a * a + b * b) - math.sqrt(2) / 4)


def crescent(u, v):
    """A disc without another one; where the nearest point is the tip between the two, the distance from it."""
    u, v = u + MOON_CENTRE, abs(v)
    a, tip_u, tip_v = u - SHIFT, *MOON_TIP
    arcs = np.maximum(np.sqrt(u * u + v * v) - MOON, SHADE - np.sqrt(a * a + v * v))
    beyond = (tip_v * u > tip_u * v) & (tip_v * a > (tip_u - SHIFT) * v)  # on the far side of both radii to the tip
    u, v = u - tip_u, v - tip_v
    return np.where(beyond, np.sqrt(u * u + v * v), arcs)


LEVEL = (circle, square, triangle, arrow, diamond, star, cross, ring, heart, crescent)


def _polygon(radius, corners):
    """Corners of a regular polygon clockwise from the top, (corners, 2)."""
    turn = 2 * math.pi * np.arange(corners) / corners
    return np.stack([radius * np.sin(turn), -radius * np.cos(turn)], axis=1)


def _corners():
    """The corners of each shape in its own coordinates, a list of (P, 2)."""
    none, s, (a, b) = np.zeros((0, 2)), SQUARE, DIAMOND
    (length, width), (h, w, t, l) = CROSS, ARROW
    arm = np.array([[-width, -length], [width, -length], [width, -width]])  # of the cross, clockwise; then turned
    arms = [arm, *(arm @ np.array(m) for m in ([[0, 1], [-1, 0]], [[-1, 0], [0, -1]], [[0, -1], [1, 0]]))]
    tip, high = MOON_TIP
    return [
        none,
        np.array([[-s, -s], [s, -s], [s, s], [-s, s]]),
        _polygon(TRIANGLE, 3),
        np.array([[0, -h], [w, 0], [t, 0], [t, l], [-t, l], [-t, 0], [-w, 0]]) - (0, ARROW_CENTRE),
        np.array([[0, -b], [a, 0], [0, b], [-a, 0]]),
        np.stack([_polygon(STAR[0], 5), -np.roll(_polygon(STAR[1], 5), 2, axis=0)], axis=1).reshape(10, 2),
        np.concatenate(arms),
        none,
        np.array([[0, HEART * (HEART_CENTRE - 1)], [0, HEART * HEART_CENTRE]]),
        np.array([[tip - MOON_CENTRE, -high], [tip - MOON_CENTRE, high]]),
    ]


def _hulls():
    """Points whose convex hull holds the shape and little more, (classes, P, 2): a disc is put in 16 tangents."""
    disc = _polygon(1 / math.cos(math.pi / 16), 16)
    lobe = HEART * (math.sqrt(2) / 4 * disc + (0.25, HEART_CENTRE - 0.75))
    round_ones = {
        "circle": CIRCLE * disc,
        "ring": RING[0] * disc,
        "heart": np.concatenate([lobe, lobe * (-1, 1), CORNERS[8][1:]]),
        "crescent": np.concatenate([np.minimum(MOON * disc, (MOON_TIP[0], 9)) - (MOON_CENTRE, 0), CORNERS[9]]),
    }
    hulls = [round_ones.get(name, corners) for name, corners in zip(CLASSES, CORNERS)]
    most = max(map(len, hulls))
    return np.round(np.stack([np.resize(hull, (most, 2)) for hull in hulls]) * 2**20) / 2**20


CORNERS = _corners()
HULLS = _hulls()
REACH = np.array(
    [CIRCLE, 1.05, 1.3, 1.28, 1.3, 1.25, 1.08, RING[0], 1.05, 1.44]
)  # all of the shape is at most so far out
HALF_TURN = np.array([0, 45, 60, 180, 90, 36, 45, 0, 180, 180])  # degrees; turned twice as far it looks the same
DIRECTIONS = np.round(np.stack([f(np.arange(-180, 181) * math.pi / 180) for f in (np.cos, np.sin)], -1) * 2**20) / 2**20


def directions(degrees):
    """cos and sin of whole degrees in [-180, 180], rounded to 2⁻²⁰ so that no platform differs: float64 (..., 2)."""
    return DIRECTIONS[degrees + 180]


def extents(layout):
    """How far objects of radius 1 stretch from their centres: left and up, right and down, (n, K, 2) each."""
    u, v = np.moveaxis(HULLS[layout.classes], -1, 0)  # (n, K, P) each
    cos, sin = np.moveaxis(directions(layout.degrees), -1, 0)[..., None]
    points = np.stack([cos * u - sin * v, sin * u + cos * v], axis=-1)
    return -points.min(axis=2), points.max(axis=2)


def distances(layout, size):
    """How far pixel centres are from the outlines, in pixels, below 0 inside: float32 (n, K, size, size).

    Pixel (i, j) is the square [j, j + 1) × [i, i + 1); its centre is (j + 0.5, i + 0.5). +inf where there is no object.
    """
    n, K = layout.classes.shape
    out = np.full((n * K, size, size), np.inf, dtype=np.float32)
    classes, radii = layout.classes.reshape(-1), layout.radii.reshape(-1) * size
    centres, turns = layout.centres.reshape(-1, 2) * size, directions(layout.degrees.reshape(-1))
    for c, level in enumerate(LEVEL):
        rows = np.flatnonzero(classes == c)
        if len(rows):
            x, y = (np.arange(size) + 0.5 - centres[rows].T[..., None]) / radii[rows, None]  # (rows, size) each
            cos, sin = turns[rows].T[..., None]  # u = cos x + sin y, v = cos y - sin x: turned back by the angle
            u = (cos * x).astype(np.float32)[:, None, :] + (sin * y).astype(np.float32)[:, :, None]
            v = (-sin * x).astype(np.float32)[:, None, :] + (cos * y).astype(np.float32)[:, :, None]
            out[rows] = level(u, v) * radii[rows, None, None].astype(np.float32)
    return out.reshape(n, K, size, size)
