"""Shapes: numbers that do not mind where a region is, how large, and which way round."""

import numpy as np

from ... import vision
from ...errors import InputError
from ...viz.figures import COLOURS, ORANGE
from ...viz.panels import Panel, Plot, segments, together
from .binary import foreground
from .defaults import crosses, discs
from .picture import picture

POINTS = 400  # of a drawn contour


def _largest(image):
    """The mask of the largest piece of the image, in the middle of a square that it fits into however it is turned."""
    mask, _ = foreground(vision.smoothing.gaussian(vision.to_grey(image), 1))
    labels, _ = vision.binary.label(mask)
    areas = np.bincount(labels.ravel())[1:]
    if len(areas) == 0:
        raise InputError("moments", "image", "one in which something stands out from the ground", image)
    piece = labels == 1 + areas.argmax()
    y, x = np.nonzero(piece)
    middle = np.array(vision.shapes.centroid(piece))
    reach = int(np.ceil(np.hypot(x - middle[0], y - middle[1]).max())) + 2
    to_middle = vision.warp.translation(*(reach - middle))
    return vision.warp.warp(piece.astype(float), to_middle, (2 * reach + 1,) * 2) > 0.5


@picture("moments", crosses)
def moments(image):
    """Hu's and Zernike's moments: the same for a shape turned or smaller, others for another shape."""
    shape = _largest(image)
    size = (len(shape),) * 2
    middle = (size[0] - 1) / 2
    about = vision.warp.translation(middle, middle), vision.warp.translation(-middle, -middle)

    def moved(matrix):
        return vision.warp.warp(shape.astype(float), about[0] @ matrix @ about[1], size) > 0.5

    masks = {
        "the largest piece": shape,
        "turned by 40°": moved(vision.warp.rotation(40)),
        "0.6 times as large": moved(vision.warp.scaling(0.6)),
        "another shape: stretched": moved(vision.warp.scaling(1, 0.5)),
    }
    styles = dict(zip(masks, ({"marker": "o"}, {"marker": "x"}, {"marker": "+"}, {"marker": "s", "linestyle": "--"})))

    def curves(measure, legend=False):
        def draw(axes):
            for (name, mask), colour in zip(masks.items(), COLOURS):
                if mask.any():
                    y = measure(mask)
                    axes.plot(np.arange(1, len(y) + 1), y, color=colour, lw=1, ms=4, label=name, **styles[name])
            axes.set(xlabel="number", xticks=range(1, len(y) + 1, 2))
            if legend:
                axes.legend(fontsize=6, frameon=False)
            axes.spines[["top", "right"]].set_visible(False)

        return draw

    def hu(mask):
        return np.log10(np.maximum(np.abs(vision.shapes.hu_moments(mask)), 1e-12))

    return [
        *(Panel(name, mask) for name, mask in masks.items()),
        Plot("log₁₀ |Hu's moments|", curves(hu, legend=True)),
        Plot("|Zernike's moments|", curves(vision.shapes.zernike_moments)),
    ]


def _leaf():
    """A closed contour (400, 2) with five lobes, one of them longer."""
    t = np.arange(POINTS) * (2 * np.pi / POINTS)
    radius = 1 + 0.35 * np.cos(5 * t) + 0.3 * np.exp(-((t - np.pi / 2) ** 2) / 0.1)
    return radius[:, None] * np.stack([np.cos(t), -np.sin(t)], axis=1)


@picture("fourier-descriptors", None)
def fourier_descriptors():
    """A contour by its lowest frequencies, and its Fourier descriptors, which no turn changes."""
    contour = _leaf()
    F = np.fft.fft(contour @ np.array([1, 1j]))
    frequency = np.abs(np.fft.fftfreq(POINTS, 1 / POINTS))

    def outline(most):
        points = np.fft.ifft(np.where(frequency <= most, F, 0))

        def draw(axes):
            axes.plot(*np.append(contour, contour[:1], axis=0).T, color="#BBBBBB", lw=1)
            closed = np.append(points, points[:1])
            axes.plot(closed.real, closed.imag, color=ORANGE, lw=1.5)
            axes.set(aspect="equal", xticks=[], yticks=[], ylim=(1.9, -1.9), xlim=(-1.9, 1.9))

        return draw

    c, s = np.cos(0.7), np.sin(0.7)
    turned = np.roll(2 * contour @ np.array([[c, s], [-s, c]]) + 3, 50, axis=0)

    def bars(axes):
        for shift, points, name, colour in (
            (-0.2, contour, "the leaf", COLOURS[0]),
            (0.2, turned, "turned", COLOURS[1]),
        ):
            values = vision.shapes.fourier_descriptors(points, 12)
            axes.bar(np.arange(12) + shift, values, 0.4, color=colour, label=name)
        names = [k // 2 + 1 if k % 2 else -(k // 2) - 1 for k in range(12)]
        axes.set(xlabel="frequency", xticks=np.arange(12), xticklabels=names)
        axes.legend(fontsize=7, frameon=False)
        axes.spines[["top", "right"]].set_visible(False)

    plots = [Plot(f"frequencies up to ±{most}", outline(most)) for most in (1, 4, 6, 12)]
    return [*plots, Plot("descriptors; turned, moved, doubled too", bars)]


@picture("relations", discs)
def relations(image):
    """Spatial relations: how far regions lie from each other, which is left of which, which above."""
    mask, _ = foreground(vision.smoothing.gaussian(vision.to_grey(image), 1))
    labels, count = vision.binary.label(mask)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    order = 1 + np.argsort(-areas[1:], kind="stable")[:8]  # the largest, at most eight
    numbers = np.zeros(count + 1, int)
    numbers[order] = np.arange(1, len(order) + 1)
    found = vision.relations.region_relations(numbers[labels])
    n = len(order)
    lines = [found.centroids[[i, j]] for i in range(n) for j in range(i + 1, n)]

    def names(axes):
        for k, (x, y) in enumerate(found.centroids, 1):
            axes.text(x, y, k, color=COLOURS[7], fontsize=9, ha="center", va="center", weight="bold")

    def table(values, form):
        def draw(axes):
            axes.imshow(
                values, cmap="Blues", aspect="equal", vmin=0, vmax=2 * max(float(np.max(values, initial=0)), 1e-9)
            )
            for (i, j), value in np.ndenumerate(values):
                axes.text(j, i, form(value), fontsize=6, ha="center", va="center")
            axes.set(xticks=range(n), yticks=range(n), xticklabels=range(1, n + 1), yticklabels=range(1, n + 1))
            axes.grid(False)

        return draw

    drawn = together(segments(lines, "#888888", 0.5), names)
    return [
        Panel("pieces by their area", np.where(numbers[labels] > 0, 2 * numbers[labels] - 1, 14), "labels", over=drawn),
        Plot("distance of the middles, pixels", table(found.distances, lambda d: f"{d:.0f}")),
        Plot("row is left of column", table(found.left_of, lambda v: "left" if v else "")),
        Plot("row is above column", table(found.above, lambda v: "above" if v else "")),
    ]
