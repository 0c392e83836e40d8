"""Masks: thresholds, pieces, morphology, skeletons."""

import numpy as np

from ... import vision
from ...viz.panels import Panel, Plot, dots, segments, together
from .colours import bars
from .defaults import crosses, discs, scene
from .picture import picture


def foreground(grey):
    """The mask of what Otsu's threshold tells from the image's rim, and the threshold."""
    threshold = vision.binary.otsu_threshold(grey)
    mask = grey > threshold
    rim = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return (~mask if rim.mean() > 0.5 else mask), threshold


@picture("otsu", discs)
def otsu(image):
    """Otsu's threshold: the cut with the largest variance between its two sides."""
    grey = vision.noise.gaussian_noise(vision.to_grey(image), 0.1, rng=np.random.default_rng(0))
    threshold = vision.binary.otsu_threshold(grey)
    histogram = bars(grey)

    def cut(axes):
        histogram(axes)
        axes.axvline(threshold, color="#D55E00")

    return [
        Panel("image and noise", grey),
        Plot(f"histogram; threshold {threshold:.2f}", cut),
        Panel("brighter than it", grey > threshold),
    ]


@picture("components", discs)
def components(image):
    """Connected pieces of a mask, with their boxes and middles."""
    grey = vision.smoothing.gaussian(vision.to_grey(image), 1)
    mask, _ = foreground(grey)
    labels, count = vision.binary.label(mask)
    large = [region for region in vision.binary.regions(labels) if region.area >= 0.002 * mask.size]
    boxes = []
    for _, _, _, (top, left, height, width) in large:
        corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height), (left, top)]
        boxes.append(np.array(corners) - 0.5)
    return [
        Panel("image, smoothed", grey),
        Panel("mask, by Otsu's threshold", mask),
        Panel(f"pieces: {count}", np.where(labels > 0, 2 * (labels - 1) % 14 + 1, 14), "labels"),
        Panel(
            f"large ones: {len(large)}",
            grey,
            over=together(segments(boxes), dots([region.centroid for region in large])),
        ),
    ]


@picture("morphology", crosses)
def morphology(image):
    """Erosion, dilation, opening, closing and the gradient, of a mask with flaws."""
    mask, _ = foreground(vision.smoothing.gaussian(vision.to_grey(image), 1))
    spoilt = vision.noise.salt_and_pepper(mask, 0.04, rng=np.random.default_rng(0))
    disc = vision.morphology.disc(2)
    m = vision.morphology
    return [
        Panel("mask", mask),
        Panel("4 % of the pixels lost", spoilt),
        Panel("eroded by a disc of 2 pixels", m.erode(spoilt, disc)),
        Panel("dilated", m.dilate(spoilt, disc)),
        Panel("opened: white specks go", m.opening(spoilt, disc)),
        Panel("closed: black specks go", m.closing(spoilt, disc)),
        Panel("closed, then opened", m.opening(m.closing(spoilt, vision.morphology.disc(1)), disc)),
        Panel("gradient of the mask", m.morphological_gradient(mask.astype(float))),
    ]


@picture("top-hat", discs)
def top_hat(image):
    """Top hats: what is brighter or darker than its surroundings and narrower than a disc."""
    grey = vision.to_grey(image)
    H, W = grey.shape
    lit = np.clip(0.25 + 0.5 * grey + 0.4 * np.linspace(-0.5, 0.5, W), 0, 1)
    disc = vision.morphology.disc(min(12, (min(H, W) - 1) // 2))
    opened = vision.morphology.opening(lit, disc)
    bright, dark = vision.morphology.white_top_hat(lit, disc), vision.morphology.black_top_hat(lit, disc)
    return [
        Panel("image, lit from the right", lit),
        Panel(f"opened by a disc of {len(disc) // 2} pixels", opened),
        Panel("white top hat: what went", bright, "heat"),
        Panel("black top hat: image closed - image", dark, "heat"),
    ]


@picture("skeleton", crosses)
def skeleton(image):
    """A mask thinned to lines of one pixel."""
    mask, _ = foreground(vision.smoothing.gaussian(vision.to_grey(image), 1))
    mask = vision.morphology.opening(mask.astype(float), vision.morphology.disc(1)) > 0.5
    thin = vision.skeleton.skeleton(mask)
    return [Panel("image", image), Panel("mask", mask), Panel("skeleton", 0.35 * mask + 0.65 * thin)]


@picture("masks", scene)
def masks(image):
    """Regions of interest: a rectangle, a disc, a polygon."""
    H, W = size = image.shape[:2]
    corners = np.array([[0.5, 0.1], [0.9, 0.45], [0.7, 0.9], [0.25, 0.8], [0.1, 0.4]]) * [W, H]
    shapes = {
        "a rectangle": vision.masks.rectangle_mask(size, H // 4, W // 6, H // 2, 2 * W // 3),
        "a disc": vision.masks.disc_mask(size, (W / 2, H / 2), 0.4 * min(H, W)),
        "a polygon": vision.masks.polygon_mask(size, corners),
    }
    return [Panel("image", image)] + [Panel(n, vision.masks.apply_mask(image, m)) for n, m in shapes.items()]
