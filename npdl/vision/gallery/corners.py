"""Corners and blobs: points that are found again."""

import numpy as np

from ... import vision
from ...viz.panels import Panel, dots, rings, segments, together
from .defaults import board, discs, plane
from .picture import picture

MOST = 200  # corners that are drawn
KEYPOINTS = 60  # of SIFT's


@picture("harris", board)
def harris(image):
    """Harris's corners, from the structure tensor to the peaks."""
    grey = vision.to_grey(image)
    s = vision.harris.harris_corners(grey, count=MOST, stages=True)
    return [
        Panel("image", grey),
        Panel("Ix²", s.tensor.xx, "heat"),
        Panel("Ix Iy", s.tensor.xy, "signed"),
        Panel("Iy²", s.tensor.yy, "heat"),
        Panel("corners red, edges blue", np.cbrt(s.response), "signed"),
        Panel(f"corners: {len(s.corners)}", grey, over=dots(s.corners)),
    ]


@picture("shi-tomasi", board)
def shi_tomasi(image):
    """Shi and Tomasi's corners: where the smaller eigenvalue is large."""
    grey = vision.to_grey(image)
    tensor = vision.harris.structure_tensor(*vision.derivatives.sobel(grey))
    larger, smaller = vision.harris.eigenvalues(tensor)
    corners = vision.harris.shi_tomasi_corners(grey, share=0.05, count=MOST)
    return [
        Panel("image", grey),
        Panel("larger eigenvalue: edges too", larger, "heat"),
        Panel("smaller eigenvalue: corners", smaller, "heat"),
        Panel(f"corners: {len(corners)}", grey, over=dots(corners)),
    ]


@picture("fast", plane)
def fast(image):
    """FAST's corners: an arc of a circle all brighter, or all darker."""
    grey = vision.to_grey(image)
    panels = [Panel("image", grey), Panel("score, arcs of 9", vision.fast.fast_score(grey), "heat")]
    for arc in (9, 12):
        corners = vision.fast.fast_corners(grey, arc=arc, count=MOST)
        panels.append(Panel(f"arcs of {arc}: {len(corners)} corners", grey, over=dots(corners)))
    return panels


@picture("blobs", discs)
def blobs(image):
    """Blobs and their sizes: the largest Laplacian of a Gaussian, in space and in scale."""
    grey = vision.to_grey(image)
    scales = 2.0 * 2 ** (np.arange(10) / 2.5)
    scales = scales[scales < min(grey.shape) / 6]
    shown = scales[[0, len(scales) // 2, len(scales) - 1]].tolist()
    bright = vision.blobs.blobs(grey, scales)
    dark = vision.blobs.blobs(grey, scales, dark=True)
    return [
        Panel("image", grey),
        *(Panel(f"σ² LoG, σ = {s:.1f}", s**2 * vision.blobs.laplacian_of_gaussian(grey, s), "signed") for s in shown),
        Panel(f"bright blobs: {len(bright)}", grey, over=rings(bright)),
        Panel(f"dark blobs: {len(dark)}", grey, over=rings(dark)),
    ]


@picture("sift", plane)
def sift(image):
    """SIFT: the pyramid of Gaussians, their differences, keypoints with scale and direction."""
    grey = vision.to_grey(image)
    (gaussians, *_) = vision.sift.gaussian_pyramid(grey, 1)
    differences = np.diff(gaussians, axis=0)
    keypoints, _ = vision.sift.sift(grey)
    best = np.argsort(-keypoints.response)[:KEYPOINTS]
    x, y, radius, angle = (f[best] for f in (keypoints.x, keypoints.y, 3 * keypoints.sigma, keypoints.angle))
    hands = np.stack([[x, x + radius * np.cos(angle)], [y, y + radius * np.sin(angle)]], axis=2).swapaxes(0, 1)
    over = together(rings(np.stack([x, y, radius], axis=1), width=0.8), segments(hands, width=0.8))
    return [
        Panel("image", grey),
        *(Panel(f"Gaussian {i} of an octave", gaussians[i]) for i in (1, 3, 5)),
        *(Panel(f"difference {i}", differences[i], "signed") for i in (0, 2, 4)),
        Panel(f"{len(x)} of {len(keypoints.x)} keypoints", grey, over=over),
    ]


@picture("curvature", discs)
def curvature(image):
    """The curvature of the lines of equal grey: 1 / R on a disc's rim."""
    grey = vision.to_grey(image)
    smoothed = vision.smoothing.gaussian(grey, 2.0)
    bend = vision.curvature.isophote_curvature(grey, sigma=2.0)
    steep = np.hypot(*vision.gradient.gradient(smoothed)) > 0.03
    return [
        Panel("image", grey),
        Panel("smoothed, σ = 2", smoothed),
        Panel("curvature, where it is steep", np.clip(np.where(steep, bend, 0), -0.3, 0.3), "signed"),
    ]
