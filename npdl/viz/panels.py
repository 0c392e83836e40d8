"""Pictures side by side, each under a title of its own: an input, what an algorithm makes on its way, its result."""

import math
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..errors import InputError
from .figures import INK, ORANGE, new_figure, show

COLUMNS = 4
LETTERS = 14  # of a title, an inch
LOOKS = ("unit", "spread", "heat", "signed", "labels")


class Panel(NamedTuple):
    """One picture.

    look: "unit": grey or colour as it is, 0 black and 1 white; "spread": grey from the least to the largest value;
    "heat": from 0, dark, to the largest; "signed": blue below 0, white, red above; "labels": a colour for each integer.
    over: a function (axes) that draws on it, such as `dots`, `rings` or `segments`.
    """

    title: str
    image: Any  # (H, W), or (H, W, 3)
    look: str = "unit"
    over: Callable | None = None


class Plot(NamedTuple):
    """One diagram: draw is a function (axes) that fills it; projection: "3d", or None."""

    title: str
    draw: Callable
    projection: str | None = None


def plot_panels(panels, title=""):
    """Panels and Plots in rows of at most four, in boxes of one size: pictures of one height have the same scale."""
    if len(panels) == 0:
        raise InputError("plot_panels", "panels", "one Panel at least", panels)
    shapes = np.array([panel.image.shape[:2] for panel in panels if isinstance(panel, Panel)] or [(1, 1)])
    H, W = shapes.max(axis=0).tolist()
    width = max(2.3, W / 130)  # inches: more than a dot of the file for each pixel
    height = min(max(width * H / W, H / 130, 1.0), 4 * width)
    columns = _columns(len(panels))
    rows = math.ceil(len(panels) / columns)
    titles = [textwrap.fill(panel.title, int(LETTERS * width)) for panel in panels]
    lines = 1 + max(text.count("\n") for text in titles)
    figure = new_figure(columns * (width + 0.1) + 0.2, rows * (height + 0.2 + 0.15 * lines) + 0.5)
    figure.suptitle(textwrap.fill(title, int(LETTERS * columns * width)), fontsize=10, color=INK)
    for n, panel in enumerate(panels, 1):
        axes = figure.add_subplot(rows, columns, n, projection=getattr(panel, "projection", None))
        axes.set_title(titles[n - 1], fontsize=9, color=INK, pad=4)
        axes.tick_params(length=2, labelsize=7, colors=INK)
        if isinstance(panel, Plot):
            panel.draw(axes)
            continue
        image, how = _looked_at(panel)
        show(axes, image, **how)
        axes.set_axis_off()
        if panel.over is not None:
            panel.over(axes)
        _fit(axes, image.shape[:2], (H, W))
    return figure


def dots(points, colour=ORANGE, size=26):
    """Crosses at points (n, 2), x and y."""
    points = np.reshape(points, (-1, 2))
    return lambda axes: axes.scatter(*points.T, s=size, c=colour, marker="+", linewidths=1.1)


def rings(circles, colour=ORANGE, width=1.2):
    """Circles (n, 3): x, y, radius."""
    turn = np.linspace(0, 2 * np.pi, 60)
    rim = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return segments([(x, y) + r * rim for x, y, r in np.reshape(circles, (-1, 3))], colour, width)


def segments(lines, colour=ORANGE, width=1.2):
    """Lines, each through points (m, 2), x and y. colour, width: one, or one for each."""

    def draw(axes):
        from matplotlib.collections import LineCollection

        axes.add_collection(LineCollection(list(lines), colors=colour, linewidths=width), autolim=False)

    return draw


def together(*drawings):
    """One drawing after the other."""

    def draw(axes):
        for drawing in drawings:
            drawing(axes)

    return draw


def _columns(n):
    """The least columns that make no more rows than four do: five are 3 + 2."""
    return math.ceil(n / math.ceil(n / COLUMNS))


def _fit(axes, shape, box):
    """Put an image into the middle of a box of the largest one's shape; cut off what is drawn beyond the image."""
    from matplotlib.patches import Rectangle

    (h, w), (H, W) = shape, box
    scale = max(h / H, w / W)
    x, y = (w - 1) / 2, (h - 1) / 2
    axes.set(xlim=(x - scale * W / 2, x + scale * W / 2), ylim=(y + scale * H / 2, y - scale * H / 2))
    for artist in axes.collections:
        artist.set_clip_path(Rectangle((-0.5, -0.5), w, h, transform=axes.transData))


def _looked_at(panel):
    """(what imshow gets, how)."""
    image = np.asarray(panel.image)
    if panel.look not in LOOKS:
        raise InputError("Panel", "look", f"one of {', '.join(LOOKS)}", panel.look)
    if panel.look == "labels":
        return image % 20, dict(cmap="tab20", vmin=0, vmax=19)
    if panel.look == "spread":
        return image, dict(cmap="gray")
    largest = max(float(np.abs(image).max()), 1e-12)
    if panel.look == "heat":
        return image, dict(cmap="magma", vmin=0, vmax=largest)
    if panel.look == "signed":
        return image, dict(cmap="RdBu_r", vmin=-largest, vmax=largest)
    return np.clip(image, 0, 1), dict(cmap="gray", vmin=0, vmax=1)
