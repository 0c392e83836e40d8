"""Pictures of what was found in an image: boxes, masks, key points."""

import math

import numpy as np

from ..errors import InputError, require_shape
from .grids import as_array, as_images
from .style import INK, PALETTE, new_figure

LIGHT = ("#E69F00", "#56B4E9", "#F0E442")  # colours of the palette on which white cannot be read


def plot_detections(images, boxes=None, labels=None, *, masks=None, points=None, names=None, columns=None, titles=None):
    """Images with boxes around objects, their masks over them, and their key points.

    images: (N, C, H, W) in [0, 1] or bytes, or a list of such images (C, H, W) of any sizes.
    boxes: for each image an array (M, 4) of x1, y1, x2, y2 in pixels, edges counted from the left and the top of the
    image; labels: for each image M integers, names[label] being written above its box (the number, without names).
    masks: for each image integers (H, W), 0 for no object, k for object k. points: for each image (P, 2), x and y.
    """
    pictures = [as_images("plot_detections", as_array("plot_detections", "images", image)[None])[0] for image in images]
    N = len(pictures)
    if N == 0:
        raise InputError("plot_detections", "images", "at least one", images)
    for name, given in dict(boxes=boxes, labels=labels, masks=masks, points=points, titles=titles).items():
        if given is not None and len(given) != N:
            raise InputError("plot_detections", name, f"{N}, one for each image", given)
    columns = min(N, math.ceil(math.sqrt(N)) if columns is None else columns)
    rows = math.ceil(N / columns)
    figure = new_figure(min(2.4 * columns, 12) + 0.1, min(2.4 * columns, 12) / columns * rows + 0.3)
    every = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in every:
        axes.set_axis_off()
    for n, (axes, picture) in enumerate(zip(every[:N], pictures, strict=True)):
        height, width = picture.shape[:2]
        shown = np.broadcast_to(picture, (height, width, 3))
        if masks is not None:
            require_shape("plot_detections", "masks", masks[n], (height, width), f"like image {n}")
            shown = _tinted(shown, as_array("plot_detections", "masks", masks[n]))
        axes.imshow(shown, extent=(0, width, height, 0), interpolation="nearest", cmap="gray", vmin=0, vmax=1)
        if titles is not None:
            axes.set_title(titles[n], fontsize=9, color=INK, pad=3)
        if boxes is not None:
            _draw_boxes(axes, n, boxes[n], None if labels is None else labels[n], names, height)
        if points is not None and len(points[n]):
            axes.scatter(*np.asarray(points[n]).T, s=8, color="white", edgecolors=INK, linewidths=0.6)
    return figure


def _tinted(picture, mask):
    """The picture with each object in a colour of its own; 255, the border of VOC, in white."""
    colours = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in PALETTE])
    tint = np.where((mask == 255)[..., None], 1.0, colours[(mask.astype(np.int64) - 1) % len(PALETTE)])
    return np.where((mask > 0)[..., None], 0.45 * picture + 0.55 * tint, picture)


def _draw_boxes(axes, n, boxes, labels, names, height):
    from matplotlib.patches import Rectangle

    boxes = np.asarray(boxes).reshape(-1, 4) if len(boxes) == 0 else as_array("plot_detections", "boxes", boxes)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise InputError("plot_detections", "boxes", f"(M, 4) for image {n}", boxes)
    if labels is not None and len(labels) != len(boxes):
        raise InputError("plot_detections", "labels", f"{len(boxes)} for image {n}, one for each box", labels)
    for i, (x1, y1, x2, y2) in enumerate(boxes):
        colour = PALETTE[(i if labels is None else int(labels[i])) % len(PALETTE)]
        axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=colour, linewidth=1.6))
        if labels is not None:
            text = str(labels[i] if names is None else names[int(labels[i])])
            place = dict(boxstyle="square,pad=0.1", facecolor=colour, edgecolor="none")
            ink = INK if colour in LIGHT else "white"
            above = y1 > 0.1 * height  # else there is no room above the box
            axes.text(x1, y1, text, fontsize=8, va="bottom" if above else "top", color=ink, bbox=place, clip_on=True)
