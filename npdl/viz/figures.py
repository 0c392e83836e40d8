"""What the plots share: figures, frames, colours.

Each plot draws on a Figure of its own and returns it; nothing global is touched, no window is opened. A notebook shows
the Figure that a cell ends with; `save(figure, "it.png")` writes a file.
"""

import math
from pathlib import Path

from ..errors import InputError

BLUE, ORANGE = "#0072B2", "#D55E00"  # of Okabe and Ito's palette: colour-blind readers tell them apart
COLOURS = (BLUE, ORANGE, "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442", "#000000")  # all eight of it
STYLES = ("-", "--", "-.", ":")
INK, FAINT = "#222222", "#BBBBBB"


def save(figure, path, dpi=150):
    """Write a Figure as a PNG; dpi is its resolution in pixels an inch."""
    if Path(path).suffix.lower() != ".png":
        raise InputError("save", "path", "the name of a .png file", str(path))
    figure.savefig(path, dpi=dpi, facecolor="white")


def new_figure(width, height):
    """An empty Figure of this size in inches."""
    try:
        from matplotlib.figure import Figure
    except ImportError as missing:
        raise ImportError('plots need matplotlib: pip install "npdl-course[plot]"') from missing
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08, wspace=0.03, hspace=0.02)
    return figure


def colour_scale(low, high, name):
    """What turns numbers in [low, high] into the colours of a colour map."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    return ScalarMappable(Normalize(low, high), name)


def colour_bar(figure, axes, scale, ticks, label):
    bar = figure.colorbar(scale, ax=axes, ticks=ticks, shrink=min(0.9, 2.6 / figure.get_figheight()))
    bar.set_label(label, fontsize=9, color=INK)
    bar.ax.tick_params(labelsize=9, colors=INK)
    bar.outline.set_visible(False)


def show(axes, image, **how):
    """imshow of pixels as squares, without the grid that a notebook's settings may draw over pictures."""
    axes.grid(False)
    return axes.imshow(image, interpolation="nearest", **how)


def gallery(images, titles, columns):
    """images (N, H, W, C) in [0, 1], each on axes of its own under its title."""
    rows = math.ceil(len(images) / columns)
    lines = max(title.count("\n") + 1 if title else 0 for title in titles)
    height = 1.1 * images.shape[1] / images.shape[2] + 0.16 * lines + 0.2  # inches of a row
    figure = new_figure(1.25 * columns + 0.1, rows * height + 0.2)
    every = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in every:
        axes.set_axis_off()
    for axes, image, title in zip(every[: len(images)], images, titles, strict=True):
        show(axes, image, cmap="gray", vmin=0, vmax=1)
        axes.set_title(title, fontsize=9, color=INK, pad=3)
    return figure


def frame(axes, title, x, y):
    """Two spines, a light grid, whole numbers below."""
    axes.set_title(title, fontsize=11, color=INK, loc="left")
    axes.set_xlabel(x, fontsize=10, color=INK)
    axes.set_ylabel(y, fontsize=10, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["bottom", "left"]].set_color(FAINT)
    axes.tick_params(length=3, labelsize=9, color=FAINT, labelcolor=INK)
    axes.grid(axis="y", color=FAINT, alpha=0.4, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)


def line(axes, x, y, **style):
    """A curve; with few points, each is marked."""
    axes.plot(x, y, linewidth=1.8, marker="o" if len(x) <= 12 else None, markersize=3.5, **style)
