"""A picture with what was found in it."""

import numpy as np

from ..errors import InputError, InputTypeError, require_ndim, require_shape
from .figures import COLOURS, INK, STYLES, new_figure, show
from .grids import as_array, as_images


def plot_detections(image, boxes=(), labels=None, scores=None, masks=None, points=None):
    """An image with boxes around its objects, and their masks laid over it.

    image: (C, H, W) with C = 3 or 1, floats in [0, 1] or bytes. boxes: (N, 4), each (left, top, right, bottom) in
    pixels, where pixel i reaches from i to i + 1. labels: N, any that can be written; equal labels have equal colours.
    scores: (N,), written behind the labels. masks: bools (N, H, W). points: (P, 2), each (x, y) in pixels.
    Each may be left out, None or empty.
    """
    image = as_array("plot_detections", "image", image)
    require_ndim("plot_detections", "image", image, 3, "(C, H, W)")
    pixels = as_images("plot_detections", image[None])[0]  # (H, W, C)
    H, W = pixels.shape[:2]
    boxes, masks = (None if given is None or len(given) == 0 else np.asarray(given) for given in (boxes, masks))
    N = _number_of_objects({"boxes": boxes, "masks": masks, "labels": labels, "scores": scores})
    if boxes is not None:
        require_shape("plot_detections", "boxes", boxes, (N, 4), "of (left, top, right, bottom)")
        if not (np.isfinite(boxes).all() and np.all(boxes[:, 2:] >= boxes[:, :2])):
            expected = "(left, top, right, bottom), finite, with right >= left and bottom >= top"
            raise InputError("plot_detections", "boxes", expected, boxes.tolist())
    if masks is not None:
        require_shape("plot_detections", "masks", masks, (N, H, W), "one for each object")
        if masks.dtype != bool:
            raise InputTypeError("plot_detections", "masks", "bools (of probabilities: masks > 0.5)", masks)
    if scores is not None and np.asarray(scores).dtype.kind not in "iuf" and N:
        raise InputTypeError("plot_detections", "scores", "numbers", scores)
    looks = _looks(N, labels)

    figure = new_figure(*_inches(H, W))
    axes = figure.subplots()
    show(axes, pixels if masks is None else _painted(pixels, masks, looks), extent=(0, W, H, 0))
    for i, (colour, style) in enumerate(looks):
        if boxes is not None:
            left, top, right, bottom = boxes[i]
            x, y = (left, right, right, left, left), (top, top, bottom, bottom, top)
            axes.plot(x, y, color=colour, linestyle=style, linewidth=2)
        text = [] if labels is None else [str(labels[i])]
        text += [] if scores is None else [f"{scores[i]:.2f}"]
        left, top, right, _ = _bounds(masks[i]) if boxes is None else boxes[i]
        if text:
            at_left = left + right < W  # in the corner from which there is more room
            box = {"facecolor": "white", "edgecolor": colour, "alpha": 0.85, "pad": 1.5}
            place = {"ha": "left" if at_left else "right", "va": "top", "color": INK, "fontsize": 9, "bbox": box}
            axes.annotate(
                " ".join(text),
                (left if at_left else right, top),
                (3 if at_left else -3, -3),
                textcoords="offset points",
                **place,
            )
    if points is not None and len(points):
        points = np.asarray(points)
        require_shape("plot_detections", "points", points, (len(points), 2), "of (x, y)")
        axes.scatter(*points.T, s=16, color="white", edgecolors=INK, linewidths=0.8)
    axes.set(xlim=(0, W), ylim=(H, 0))
    axes.set_axis_off()
    return figure


def _number_of_objects(given):
    given = {name: value for name, value in given.items() if value is not None}
    first = next(iter(given), None)
    N = len(given[first]) if given else 0
    for name, value in given.items():
        if len(value) != N:
            raise InputError("plot_detections", name, f"{N}, one for each object, as there are {N} {first}", value)
    if N and "boxes" not in given and "masks" not in given:
        raise InputError("plot_detections", "boxes", "given, or masks: labels need a place", None)
    return N


def _looks(N, labels):
    """A colour and a dash for every object: the same for equal labels, and for each its own without."""
    kinds = list(range(N)) if labels is None else [str(label) for label in labels]
    number = {kind: i for i, kind in enumerate(dict.fromkeys(kinds))}
    every = [(colour, style) for style in STYLES for colour in COLOURS]
    return [every[number[kind] % len(every)] for kind in kinds]


def _painted(pixels, masks, looks):
    """pixels (H, W, 3 or 1) with each mask half in its colour."""
    from matplotlib.colors import to_rgb

    pixels = np.broadcast_to(pixels, (*pixels.shape[:2], 3)).copy()
    for mask, (colour, _) in zip(masks, looks):
        pixels[mask] = 0.5 * pixels[mask] + 0.5 * np.array(to_rgb(colour))
    return pixels


def _bounds(mask):
    """(left, top, right, bottom) of a mask; zeros for an empty one."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) if len(rows) else (0, 0, 0, 0)


def _inches(H, W):
    wide = 5.0 * min(1, W / H)
    return max(wide, 2.4), max(wide * H / W, 1.2)
