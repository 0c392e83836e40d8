"""Brightness and colour: spaces, histograms, fewer levels."""

import numpy as np

from ... import vision
from ...viz.panels import Panel, Plot
from .defaults import plane, scene
from .picture import picture


def coloured(image):
    """The image in three channels, grey or not."""
    return image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)


def as_hue(turn, strength):
    """An angle as a colour of its own, a turn being 1, and dark where it is not strong: (H, W) both -> (H, W, 3)."""
    value = np.clip(strength / max(float(strength.max()), 1e-12), 0, 1)
    return vision.colour.hsv_to_rgb(np.stack([turn % 1, np.ones_like(value), value], axis=2))


@picture("colour-spaces", scene)
def colour_spaces(image):
    """A column each for RGB, YCbCr, HSV and Lab: the colours at one brightness, then the channels."""
    rgb = np.clip(coloured(image), 0, 1)
    c = vision.colour
    ycbcr, hsv, lab = c.rgb_to_ycbcr(rgb, full_range=True) - [0, 0.5, 0.5], c.rgb_to_hsv(rgb), c.rgb_to_lab(rgb)
    Y, Cb, Cr = np.moveaxis(ycbcr, 2, 0)
    hue, saturation, value = np.moveaxis(hsv, 2, 0)
    L, a, b = np.moveaxis(lab, 2, 0)
    level = c.ycbcr_to_rgb(np.stack([np.full_like(Y, 0.5), Cb + 0.5, Cr + 0.5], axis=2), full_range=True)
    return [
        Panel("image", rgb),
        Panel("Y = 0.5", level),
        Panel("value = 1", c.hsv_to_rgb(np.stack([hue, saturation, np.ones_like(hue)], axis=2))),
        Panel("L* = 60", c.lab_to_rgb(np.stack([np.full_like(L, 60.0), a, b], axis=2))),
        *(Panel("R", rgb[..., 0]), Panel("Y", Y), Panel("hue", as_hue(hue, np.ones_like(hue))), Panel("L*", L / 100)),
        *(
            Panel("G", rgb[..., 1]),
            Panel("Cb", Cb, "signed"),
            Panel("saturation", saturation),
            Panel("a*", a, "signed"),
        ),
        *(Panel("B", rgb[..., 2]), Panel("Cr", Cr, "signed"), Panel("value", value), Panel("b*", b, "signed")),
    ]


def bars(image):
    """A drawing of the histogram of a grey image."""
    counts = vision.histogram.histogram(np.clip(image, 0, 1), 64)

    def draw(axes):
        axes.bar(np.arange(64) / 64, counts, 1 / 64, align="edge", color="#444444")
        axes.set(xlim=(0, 1), yticks=[], xlabel="brightness")
        axes.spines[["left", "top", "right"]].set_visible(False)

    return draw


@picture("equalise", scene)
def equalise(image):
    """Histogram equalisation: levels spread until all are about as frequent."""
    grey = vision.to_grey(image)
    spread = vision.histogram.equalise(grey)
    return [
        Panel("image", grey),
        Plot("its histogram", bars(grey)),
        Panel("equalised", spread),
        Plot("its histogram", bars(spread)),
    ]


@picture("quantise", plane)
def quantise(image):
    """Fewer levels of brightness, at equal steps."""
    return [Panel("image", image)] + [
        Panel(f"{n} levels", vision.as_float("quantise", vision.quantise.quantise(image, n))) for n in (16, 4, 2)
    ]


@picture("palette", scene)
def palette(image):
    """The image painted in a few colours of its own, found by k-means."""
    rgb = coloured(image)
    H, W = rgb.shape[:2]
    panels = [Panel("image", rgb)]
    for k in (4, 8, 16):
        colours = vision.palette.palette(rgb, k)
        painted, _ = vision.palette.paint(rgb, colours)
        strip = np.broadcast_to(colours[np.arange(W) * k // W], (max(2, H // 10), W, 3))
        panels.append(Panel(f"{k} colours, and how they rank", np.concatenate([painted, strip])))
    return panels


@picture("mosaic", scene)
def mosaic(image):
    """Squares of means: all of the image, and a box of it."""
    H, W = image.shape[:2]
    cell = max(2, min(H, W) // 12)
    return [
        Panel("image", image),
        Panel(f"cells of {cell} pixels", vision.mosaic.mosaic(image, cell)),
        Panel("the middle only", vision.mosaic.mosaic(image, cell, (H // 4, W // 4, H // 2, W // 2))),
    ]


@picture("colour-gradient", scene)
def colour_gradient(image):
    """The gradient of all channels at once, beside that of the grey image."""
    rgb = coloured(image)
    grey = vision.to_grey(rgb)
    magnitude, angle = vision.colour_features.colour_gradient(rgb)
    return [
        Panel("image", rgb),
        Panel("gradient of the grey image", np.hypot(*vision.derivatives.sobel(grey)), "heat"),
        Panel("gradient of the colours", magnitude, "heat"),
        Panel("its direction as a hue", as_hue(angle / np.pi, magnitude)),
    ]


@picture("colour-features", scene)
def colour_features(image):
    """Colour as a feature: the histogram of colours in space, and the moments of the channels."""
    rgb = np.clip(coloured(image), 0, 1)
    bins = 8
    counts = vision.colour_features.colour_histogram(rgb, bins)
    moments = vision.colour_features.colour_moments(rgb).reshape(3, 3)
    at = (np.argwhere(counts > 0) + 0.5) / bins

    def cubes(axes):
        sizes = 900 * np.sqrt(counts[counts > 0] / counts.sum()) + 2
        axes.scatter(*at.T, s=sizes, c=at, edgecolors="#444444", linewidths=0.3, depthshade=False)
        axes.set(xlim=(0, 1), ylim=(0, 1), zlim=(0, 1), xlabel="R", ylabel="G", zlabel="B")
        axes.set(xticks=[0, 1], yticks=[0, 1], zticks=[0, 1])
        axes.xaxis.labelpad = axes.yaxis.labelpad = axes.zaxis.labelpad = -10

    def channels(axes):
        for n, (name, colour) in enumerate(zip("RGB", ("#D55E00", "#009E73", "#0072B2"))):
            mean, std, skewness = moments[:, n]
            levels = vision.histogram.histogram(rgb[..., n], 64) / rgb[..., n].size
            label = f"{name}: mean {mean:.2f}, sd {std:.2f}, skewness {skewness:.1f}"
            axes.plot((np.arange(64) + 0.5) / 64, np.sqrt(levels), color=colour, lw=1.2, label=label)
        axes.set(xlim=(0, 1), ylim=(0, 1.4 * axes.get_ylim()[1]), yticks=[], xlabel="brightness")
        axes.legend(fontsize=6, frameon=False)
        axes.spines[["left", "top", "right"]].set_visible(False)

    return [
        Panel("image", rgb),
        Plot(f"{len(at)} of {bins**3} colours, by area", cubes, "3d"),
        Plot("√histograms, and moments", channels),
    ]
