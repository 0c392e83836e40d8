"""Canny's edge detector, in five stages that can be looked at one by one.

J. Canny, A computational approach to edge detection, IEEE TPAMI 8(6), 1986.
"""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import label

from ..arguments import bools, integers, number, reals, takes
from ..errors import InputError, is_one_of
from .derivatives import sobel
from .gradient import magnitude, sector
from .images import require_grey
from .smoothing import gaussian

EIGHT = np.ones((3, 3), dtype=int)
AHEAD = ((0, 1), (1, 1), (1, 0), (1, -1))  # the neighbour (dy, dx) that sectors 0, 1, 2, 3 point to; 4 to 7 oppose them


class CannyStages(NamedTuple):
    """What each stage of Canny's detector makes, all (H, W)."""

    smoothed: np.ndarray  # 1
    magnitude: np.ndarray  # 2
    sector: np.ndarray  # 2, 0 to 7
    thin: np.ndarray  # 3, the magnitude, or 0
    strong: np.ndarray  # 4, bool
    weak: np.ndarray  # 4, bool
    edges: np.ndarray  # 5, bool


@takes(low=number(0), high=number(0))
def canny(image, *, sigma=1.4, low=0.05, high=0.1, tracking="component", border="nearest", stages=False):
    """The edges of a grey image (H, W): bool (H, W), lines one pixel wide.

    1. Smooth by a Gaussian of `sigma` pixels (0: not at all). A large one blurs and moves the edges.
    2. Sobel's gradient, its magnitude and its direction in eight sectors.
    3. Non-maximum suppression: only what is largest along its gradient stays.
    4. Two thresholds, in levels per pixel: above `high` strong, from `low` on weak. (scikit-image's are 8 times as
       large, OpenCV's 8 · 255 times.)
    5. Tracking: weak pixels that hang together with a strong one are edges too ("component", Canny's rule); in the
       variant "one-hop" only those that touch a strong one themselves.

    stages=True returns all of it, as CannyStages. Raises InputError unless 0 <= low <= high.
    """
    image = require_grey("canny", image)
    if not 0 <= low <= high:
        raise InputError("canny", "low, high", "0 <= low <= high", (low, high))
    if not is_one_of(tracking, TRACKING):
        raise InputError("canny", "tracking", " or ".join(TRACKING), tracking)
    smoothed = gaussian(image, sigma, border=border)
    gx, gy = sobel(smoothed, border=border)
    strength, direction = magnitude(gx, gy), sector(gx, gy)
    thin = non_maximum_suppression(strength, direction)
    strong, weak = double_threshold(thin, low, high)
    edges = TRACKING[tracking](strong, weak)
    return CannyStages(smoothed, strength, direction, thin, strong, weak, edges) if stages else edges


@takes(magnitude=reals("H, W", finite=False), sector=integers("H, W"))
def non_maximum_suppression(magnitude, sector):
    """The magnitude where it is the largest of the three pixels along ± its gradient, else 0. Both (H, W).

    On a plateau, two equal pixels side by side, the first in reading order is left out and the second stays: a pixel
    must exceed the one before it and not be less than the one behind. Beyond the border the magnitude is 0.
    """
    H, W = magnitude.shape
    padded = np.pad(magnitude, 1)
    here = np.arange(1, H + 1)[:, None] * (W + 2) + np.arange(1, W + 1)  # places in the padded array, row by row
    step = np.array([dy * (W + 2) + dx for dy, dx in AHEAD])[sector % 4]
    ahead, behind = padded.take(here + step), padded.take(here - step)
    return np.where((magnitude > ahead) & (magnitude >= behind), magnitude, 0)


@takes(thin=reals("H, W", finite=False), low=number(0), high=number(0))
def double_threshold(thin, low, high):
    """(strong, weak), two disjoint maps: above `high`, and from `low` up to it; 0 is never an edge."""
    strong = thin > high
    return strong, (thin >= low) & (thin > 0) & ~strong


@takes(strong=bools("H, W"), weak=bools("H, W"))
def track(strong, weak):
    """The strong pixels, and every weak component (8 neighbours) with a pixel that touches a strong one."""
    components, count = label(strong | weak, EIGHT)
    has_strong = np.zeros(count + 1, dtype=bool)
    has_strong[components[strong]] = True
    return has_strong[components]


@takes(strong=bools("H, W"), weak=bools("H, W"))
def track_one_hop(strong, weak):
    """The strong pixels, and the weak ones with a strong pixel among their own eight neighbours.

    Of a chain strong - weak - weak it keeps one weak pixel, where `track` keeps both: it breaks edges that fade.
    """
    H, W = strong.shape
    padded = np.pad(strong, 1)
    near = np.zeros_like(strong)
    for dy in range(3):
        for dx in range(3):
            near |= padded[dy : dy + H, dx : dx + W]
    return strong | (weak & near)


TRACKING = {"component": track, "one-hop": track_one_hop}
