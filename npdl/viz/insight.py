"""Looking into a classifier: what its layers see, which pixels matter to it, where it draws its borders."""

import math

import numpy as np

from ..backend import to_numpy
from ..errors import InputError, require_indices, require_ndim, require_shape
from ..tape import Tensor
from .grids import as_array, as_images
from .style import FAINT, INK, PALETTE, colour_bar, gallery, new_figure, scale

GRID = 300  # points along each side of a picture of decision regions


def saliency(model, x, y):
    """How much each pixel matters to the score of class y: max over channels of |∂ s_y / ∂ x|, (N, H, W).

    x: (N, C, H, W); y: the classes (N,). The model is left in the mode in which it is; test mode is what one wants.
    Simonyan, Vedaldi and Zisserman 2014, section 3.
    """
    require_ndim("saliency", "x", x, 4, "(N, C, H, W)")
    require_shape("saliency", "y", y, x.shape[:1], "a class for each image")
    frozen = [(p, p.requires_grad) for p in model.parameters()]
    for p, _ in frozen:
        p.requires_grad = False  # only the pixels' gradient is wanted, and the parameters' must stay
    try:
        pixels = Tensor(x, requires_grad=True)
        scores = model(pixels)
        require_indices("saliency", "y", to_numpy(y), scores.shape[1])
        wanted = np.zeros_like(scores.data)
        wanted[np.arange(len(x)), to_numpy(y)] = 1
        scores.backward(wanted)
    finally:
        for p, before in frozen:
            p.requires_grad = before
    return np.abs(to_numpy(pixels.grad)).max(axis=1)


def plot_saliency(images, maps, titles=None):
    """Images above, and under each the pixels that matter to its score: black not at all, yellow most.

    images: (N, C, H, W) or (N, H, W) in [0, 1], as for plot_images; maps: (N, H, W) from `saliency`, each divided by
    its own largest value; titles: N strings.
    """
    images, maps = as_images("plot_saliency", images), as_array("plot_saliency", "maps", maps)
    require_shape("plot_saliency", "maps", maps, images.shape[:3], "like the images")
    N = len(images)
    if titles is not None and len(titles) != N:
        raise InputError("plot_saliency", "titles", f"{N}, one for each image", titles)
    top = maps.max(axis=(1, 2), keepdims=True)
    coloured = scale(0, 1, "inferno").cmap(maps / np.where(top > 0, top, 1))[..., :3]  # (N, H, W, 3)
    images = np.broadcast_to(images, (*images.shape[:3], 3))
    titles = [""] * N if titles is None else [str(title) for title in titles]
    return gallery(np.concatenate([images, coloured]), titles + [""] * N, N)


def plot_activations(maps, title=""):
    """The feature maps of one image as pictures, each scaled to its own range: blue below 0, white at 0, red above.

    maps: (C, H, W), such as outputs["conv1"].numpy()[0] of `nn.watch`. A map that is 0 everywhere is white.
    """
    maps = as_array("plot_activations", "maps", maps)
    require_ndim("plot_activations", "maps", maps, 3, "(C, H, W)")
    C, H, W = maps.shape
    columns = math.ceil(math.sqrt(C * H / W)) if C > 1 else 1
    largest = np.abs(maps).max(axis=(1, 2), keepdims=True)
    colours = scale(-1, 1, "RdBu_r")
    rows = math.ceil(C / columns)
    sheet = np.full((rows * (H + 1) - 1, columns * (W + 1) - 1, 3), 0.75)
    for c, picture in enumerate(colours.cmap(0.5 + 0.5 * maps / np.where(largest > 0, largest, 1))[..., :3]):
        top, left = c // columns * (H + 1), c % columns * (W + 1)
        sheet[top : top + H, left : left + W] = picture
    wide = min(max(3.0, 0.6 * columns), 8)
    figure = new_figure(wide + 1.4, wide * sheet.shape[0] / sheet.shape[1] + 0.6)
    axes = figure.subplots()
    axes.imshow(sheet, interpolation="nearest")
    axes.set_title(f"{title + ': ' if title else ''}{C} maps of {H} × {W}", fontsize=11, color=INK, loc="left")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    colour_bar(figure, axes, colours, [-1, 0, 1], "value / largest of its map")
    return figure


def plot_decision_regions(predict, x, y, names=None):
    """Which class a classifier of points gives to each place of the plane, with the points of the data on it.

    predict: a function of points (M, 2) that gives labels (M,) or scores (M, C); x: (N, 2); y: labels (N,); names: of
    the classes, by default their numbers. The picture is a tenth wider than the points.
    """
    x, y = as_array("plot_decision_regions", "x", x), as_array("plot_decision_regions", "y", y)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) == 0:
        raise InputError("plot_decision_regions", "x", "points (N, 2), at least one", x)
    require_shape("plot_decision_regions", "y", y, x.shape[:1], "a label for each point")
    classes = int(y.max()) + 1
    if classes > len(PALETTE):
        raise InputError("plot_decision_regions", "y", f"of at most {len(PALETTE)} classes, for their colours", classes)
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.1 * (high - low) + 1e-6
    across, up = (np.linspace(a - m, b + m, GRID, dtype=x.dtype) for a, b, m in zip(low, high, margin, strict=True))
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    answers = np.asarray(to_numpy(predict(points)))
    answers = (answers.argmax(axis=1) if answers.ndim == 2 else answers).reshape(GRID, GRID)
    figure = new_figure(5, 4.4)
    axes = figure.subplots()
    colours = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in PALETTE])
    sheet = 1 - 0.35 * (1 - colours[answers % len(PALETTE)])
    axes.imshow(sheet, extent=(across[0], across[-1], up[0], up[-1]), origin="lower", aspect="auto")
    for label in range(classes):
        name = str(label if names is None else names[label])
        axes.scatter(*x[y == label].T, s=14, color=PALETTE[label], edgecolors="white", linewidths=0.4, label=name)
    axes.tick_params(length=3, labelsize=9, color=FAINT, labelcolor=INK)
    axes.spines[:].set_color(FAINT)
    figure.legend(loc="outside right upper", frameon=False, fontsize=9)
    return figure
