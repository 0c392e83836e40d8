"""The same things found in two images: matches, panoramas, templates. The second image is made from the first."""

import numpy as np

from ... import vision
from ...errors import InputError
from ...viz.figures import COLOURS
from ...viz.panels import Panel, dots, segments
from .defaults import bright, plane
from .picture import picture

MOST = 60  # matches that are drawn
BEST = 80  # features
NEAR = 3  # pixels from the true place: a correct match


def _view(image):
    """(the image turned, smaller and darker, the map to it)."""
    H, W = image.shape[:2]
    middle = vision.warp.translation(W / 2, H / 2)
    about = vision.warp.scaling(0.8) @ vision.warp.rotation(25) @ vision.warp.translation(-W / 2, -H / 2)
    matrix = middle @ about
    return 0.8 * vision.warp.warp(image, matrix, border="nearest") + 0.05, matrix


def _matched(title, first, second, source, target, matrix):
    """Two images side by side with lines between matches: coloured those that are right, grey the others."""
    right = np.hypot(*(vision.warp.transform_points(matrix, source) - target).T) < NEAR
    drawn = np.linspace(0, len(source) - 1, min(MOST, len(source))).astype(int)
    lines = np.stack([source, target + np.array([first.shape[1], 0])], axis=1)[drawn]
    colours = [COLOURS[n % 6] if right[i] else "#888888" for n, i in enumerate(drawn)]
    both = np.concatenate([first, second], axis=1)
    return Panel(f"{title}: {int(right.sum())} of {len(source)} right", both, over=segments(lines, colours, 0.6))


@picture("orb", plane)
def orb(image):
    """ORB's features, matched between the image and a turned, smaller and darker one."""
    grey = vision.to_grey(image)
    other, matrix = _view(grey)
    first, second = vision.orb.orb(grey, count=300), vision.orb.orb(other, count=300)
    pairs = vision.matching.match(first.descriptors, second.descriptors, ratio=0.85, cross_check=True)
    source, target = (np.stack([f.x, f.y], axis=1)[k] for f, k in ((first, pairs[:, 0]), (second, pairs[:, 1])))
    return [
        Panel(f"the best of {len(first.x)} features", grey, over=dots(np.stack([first.x, first.y], axis=1)[:BEST])),
        _matched("matches", grey, other, source, target, matrix),
    ]


@picture("sift-matches", plane)
def sift_matches(image):
    """SIFT's keypoints, matched between the image and a turned, smaller and darker one."""
    grey = vision.to_grey(image)
    other, matrix = _view(grey)
    first, second = vision.panorama.keypoints(grey), vision.panorama.keypoints(other)
    found = vision.panorama.align(first, second, threshold=1.0)
    kept = found.inliers
    return [
        _matched("matches", grey, other, found.source, found.target, matrix),
        _matched("after RANSAC", grey, other, found.source[kept], found.target[kept], matrix),
    ]


@picture("panorama", plane)
def panorama(image):
    """Three overlapping views of the image laid into one."""
    H, W = image.shape[:2]
    size = int(0.9 * H), int(0.54 * W)
    views = []
    for left, degrees in ((0.03, 3), (0.22, 0), (0.41, -3)):  # inside of the image, but for very tall ones
        moved = vision.warp.translation(-left * W, -0.05 * H)
        turned = vision.warp.rotation(degrees, (size[1] / 2, size[0] / 2)) @ moved
        views.append(vision.warp.warp(image, turned, size))
    found = vision.panorama.panorama(views)
    names = ("left", "middle", "right")
    whole = Panel(f"in one; overlaps differ by {found.overlap_error:.3f}", found.image)
    return [Panel(f"{name} view", view) for name, view in zip(names, views)] + [whole]


@picture("template", bright)
def template(image):
    """A part of the image found again, in noise and less light, by normalised cross-correlation."""
    grey = vision.to_grey(image)
    H, W = grey.shape
    h, w = H // 4, W // 4
    top, left = _liveliest(grey, h, w)
    part = grey[top : top + h, left : left + w]
    if np.ptp(part) == 0:
        raise InputError("template", "image", "of more than one brightness", image)
    darker = 0.6 * vision.noise.gaussian_noise(grey, 0.1, rng=np.random.default_rng(0))
    r = vision.template.match_template(darker, part)
    i, j, best = vision.template.best_match(darker, part)
    box = np.array([[j, i], [j + w, i], [j + w, i + h], [j, i + h], [j, i]]) - 0.5
    return [
        Panel("template", part),
        Panel("image, darker and noisy", darker),
        Panel("correlation: red above 0", r, "signed"),
        Panel(f"best: {best:.2f}", darker, over=segments([box])),
    ]


def _liveliest(grey, h, w):
    """(top, left) of the window (h, w) of the largest variance."""
    mean, square = (
        vision.convolution.convolve_fft(f, np.full((h, w), 1 / (h * w)), mode="valid") for f in (grey, grey**2)
    )
    return np.unravel_index((square - mean**2).argmax(), mean.shape)
