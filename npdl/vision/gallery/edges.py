"""Edges, lines and circles."""

import math

import numpy as np

from ... import vision
from ...errors import InputError
from ...viz.figures import BLUE
from ...viz.panels import Panel, Plot, dots, rings, segments, together
from .colours import as_hue
from .defaults import discs, fading, outlines
from .picture import picture


@picture("canny", fading)
def canny(image):
    """Canny's edges, all five stages."""
    grey = vision.to_grey(image)
    s = vision.canny.canny(grey, stages=True)
    levels = np.where(s.strong, 1.0, np.where(s.weak, 0.45, 0))
    return [
        Panel("image", grey),
        Panel("1  smoothed", s.smoothed),
        Panel("2  length of the gradient", s.magnitude, "heat"),
        Panel("2  its sector, 0 to 7, as a hue", as_hue(s.sector / 8, s.magnitude)),
        Panel("3  largest along the gradient", s.thin, "heat"),
        Panel("4  strong white, weak grey", levels),
        Panel("5  what hangs on a strong one", s.edges),
        Panel("one-hop: what touches one", vision.canny.track_one_hop(s.strong, s.weak)),
    ]


@picture("hough-lines", outlines)
def hough_lines(image):
    """Lines by Hough's transform: every edge pixel votes for the lines through it."""
    grey = vision.to_grey(image)
    edges = vision.canny.canny(grey)
    accumulator, theta, r = vision.hough.hough_lines(edges)
    lines = vision.hough.hough_peaks(accumulator, theta, r, count=8, threshold=max(0.4 * accumulator.max(), 10))

    def votes(axes):
        axes.imshow(np.sqrt(accumulator), cmap="magma", aspect="auto", extent=(-90, 90, r[-1], r[0]))
        axes.scatter(np.degrees(lines.theta), lines.r, s=60, facecolors="none", edgecolors="white", linewidths=0.9)
        axes.set(xlabel="θ, degrees", ylabel="r, pixels", xlim=(-90, 90), ylim=(r[-1], r[0]))
        axes.grid(False)

    return [
        Panel("image", grey),
        Panel("edges", edges),
        Plot("√votes, and their peaks", votes),
        Panel(f"lines: {len(lines.r)}", grey, over=segments(_ends(lines, grey.shape))),
    ]


def _ends(lines, shape):
    """Two points of each line x cos θ + y sin θ = r, far outside of the image."""
    far = sum(shape)
    feet = lines.r[:, None] * np.stack([np.cos(lines.theta), np.sin(lines.theta)], axis=1)  # nearest to (0, 0)
    along = far * np.stack([-np.sin(lines.theta), np.cos(lines.theta)], axis=1)
    return np.stack([feet - along, feet + along], axis=1)


@picture("hough-slope", outlines)
def hough_slope(image):
    """Hough's own transform: lines by slope and intercept, where no steep line has a place."""
    grey = vision.to_grey(image)
    H, W = grey.shape
    edges = vision.canny.canny(grey)
    slopes, intercepts = np.linspace(-2, 2, 241), np.arange(-2 * H, 3 * H + 1, 2.0)
    y, x = np.nonzero(edges)
    votes = vision.hough.hough_slope_intercept(np.stack([x, y], axis=1), slopes, intercepts)
    best = vision.peaks.local_maxima(votes.astype(float), distance=8, threshold=0.1 * len(x), count=6)
    ends = np.array([-1.0, W])
    lines = [np.stack([ends, slopes[i] * ends + intercepts[j]], axis=1) for i, j in best]

    def plane(axes):
        axes.imshow(np.sqrt(votes.T), cmap="magma", aspect="auto", extent=(-2, 2, intercepts[-1], intercepts[0]))
        places = [(slopes[i], intercepts[j]) for i, j in best]
        axes.scatter(*np.reshape(places, (-1, 2)).T, s=60, facecolors="none", edgecolors="white", linewidths=0.9)
        axes.set(xlabel="slope", ylabel="intercept, pixels")
        axes.grid(False)

    return [
        Panel("image", grey),
        Panel("edges", edges),
        Plot("√votes, and their peaks", plane),
        Panel(f"lines: {len(lines)}; none is steep", grey, over=segments(lines)),
    ]


@picture("hough-circles", discs)
def hough_circles(image):
    """Circles by Hough's transform: every edge pixel votes for the centres around it."""
    grey = vision.to_grey(image)
    edges = vision.canny.canny(grey)
    least = max(3, min(grey.shape) // 24)
    most = max(min(grey.shape) // 4, least + 1)
    radii = np.arange(least, most, math.ceil((most - least) / 40))
    shares = vision.hough.hough_circles(edges, radii)
    circles = vision.hough.circle_peaks(shares, radii, count=12, threshold=0.45)
    return [
        Panel("image", grey),
        Panel("edges", edges),
        Panel("share that votes, best radius", shares.max(axis=0), "heat"),
        Panel(f"circles: {len(circles)}", grey, over=together(rings(circles[:, :3]), dots(circles[:, :2]))),
    ]


@picture("ransac", outlines)
def ransac(image):
    """A line by RANSAC beside the one of least squares, through the edge pixels of the image."""
    grey = vision.to_grey(image)
    edges = vision.canny.canny(grey)
    y, x = np.nonzero(edges)
    if len(x) < 2:
        raise InputError("ransac", "image", "one with edges, pixels of which a line can go through", image)
    points = np.stack([x, y], axis=1).astype(float)
    found = vision.ransac.ransac_line(points, threshold=1.0)
    fitted = vision.geometry.fit_line(points)
    agree = f"RANSAC: {found.inliers.sum()} of {len(points)} agree"
    return [
        Panel("image", grey),
        Panel("edges", edges),
        Panel("least squares, through them all", grey, over=segments(_through(fitted, grey.shape))),
        Panel(
            agree, grey, over=together(segments(_through(found.model, grey.shape)), dots(points[found.inliers], BLUE))
        ),
    ]


def _through(line, shape):
    """Two far points of the line a x + b y = c, in a list; none where there is no line."""
    if line is None:
        return []
    a, b, c = line
    foot, along = np.array([a * c, b * c]), sum(shape) * np.array([-b, a])
    return [np.stack([foot - along, foot + along])]
