"""Textures: which greys stand side by side, what surrounds a pixel, where gradients point."""

import numpy as np

from ... import vision
from ...viz.panels import Panel, Plot, segments
from .colours import as_hue
from .defaults import bright, plane
from .picture import picture


@picture("hog", bright)
def hog(image):
    """HOG: how strong the gradients of a cell are in each direction."""
    grey = vision.to_grey(image)
    cell = 8 if min(grey.shape) < 256 else 16
    s = vision.hog.hog(grey, cell=cell, stages=True)
    rows, columns, bins = s.cells.shape
    strength = s.cells / max(s.cells.max(), 1e-12)
    i, j, b = np.nonzero(strength > 0.05)
    along = np.radians((b + 0.5) * 180 / bins + 90)  # edges stand across the gradient
    middle = np.stack([j, i], axis=1) * cell + (cell - 1) / 2
    arm = 0.5 * cell * np.stack([np.cos(along), np.sin(along)], axis=1)
    strokes = np.stack([middle - arm, middle + arm], axis=1)
    shades = [(1, 1, 1, alpha) for alpha in np.sqrt(strength[i, j, b])]
    black = np.zeros((rows * cell, columns * cell))
    return [
        Panel("image", grey),
        Panel("length of the gradient", s.magnitude, "heat"),
        Panel("its direction as a hue", as_hue(s.degrees / 180, s.magnitude)),
        Panel(f"cells of {cell} pixels", black, over=segments(strokes, shades, 0.8)),
    ]


@picture("lbp", plane)
def lbp(image):
    """Local binary patterns: which neighbours are as bright as the pixel."""
    grey = vision.to_grey(image)
    codes = vision.texture.local_binary_pattern(grey)
    uniform = vision.texture.local_binary_pattern(grey, method="uniform")
    shares = vision.texture.pattern_histogram(uniform, 10)

    def draw(axes):
        axes.bar(np.arange(10), shares, color="#444444")
        axes.set(xlabel="pattern", ylabel="share of the pixels", xticks=np.arange(10))
        axes.spines[["top", "right"]].set_visible(False)

    return [
        Panel("image", grey),
        Panel("codes, 0 to 255", codes, "spread"),
        Panel("uniform patterns, 0 to 9", uniform, "heat"),
        Plot("how frequent they are", draw),
    ]


@picture("glcm", plane)
def glcm(image):
    """Grey-level co-occurrence: which greys stand side by side, and what follows from it."""
    levels = 16
    grey = vision.texture.grey_levels(np.clip(vision.to_grey(image), 0, 1), levels)
    matrices = vision.texture.cooccurrence(grey, levels=levels)
    statistics = vision.texture.cooccurrence_statistics(matrices.mean(axis=0))

    def draw(axes):
        axes.set_axis_off()
        lines = [f"{name:<14}{float(value):8.3f}" for name, value in statistics.items()]
        axes.text(0, 1, "\n".join(lines), family="monospace", fontsize=8, va="top", transform=axes.transAxes)

    names = ("right", "below right", "below", "below left")
    return [
        Panel(f"image, {levels} greys", grey / (levels - 1)),
        *(Panel(f"neighbours {name}", np.sqrt(P), "heat") for name, P in zip(names, matrices)),
        Plot("statistics, mean of the four", draw),
    ]
