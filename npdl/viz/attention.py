"""Where attention looks: over words, a table; over an image, the image as bright as it is looked at."""

import math

import numpy as np

from ..errors import InputError, require_ndim, require_shape
from .figures import INK, colour_bar, colour_scale, new_figure, show
from .grids import as_array, as_images


def plot_word_attention(weights, queries, keys=None):
    """For each head a table, a row a query: how much it takes of each key, from white, nothing, to blue, all.

    weights: (heads, T, S), or (T, S) for one head: each row sums to 1 (npdl.nn.watch_attention gives them, for a whole
    batch). queries: T words; keys: S words, by default the queries.
    """
    weights = _weights("plot_word_attention", weights)
    heads, T, S = weights.shape
    keys = queries if keys is None else keys
    for name, words, count in (("queries", queries, T), ("keys", keys, S)):
        if len(words) != count:
            raise InputError("plot_word_attention", name, f"{count} words, as weights is {weights.shape}", list(words))
    columns = min(heads, 4)
    rows = math.ceil(heads / columns)
    figure = new_figure(columns * (0.24 * S + 0.9) + 0.8, rows * (0.24 * T + 0.9))
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for head, (axes, a) in enumerate(zip(grid.flat, weights)):
        axes.set_axis_on()
        show(axes, a, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(S), keys, rotation=90, fontsize=8, color=INK)
        axes.set_yticks(range(T), queries, fontsize=8, color=INK)
        axes.tick_params(length=0)
        axes.set_title(f"head {head + 1}", fontsize=9, color=INK, loc="left")
    colour_bar(figure, grid, colour_scale(0, 1, "Blues"), [0, 0.5, 1], "weight")
    return figure


def plot_patch_attention(weights, images, names=None):
    """The images, and below each, for each head, the same image as bright as its patches are looked at.

    weights: (N, heads, h, w): of each image what one query, such as the class token, takes of each of its h x w
    patches. The patch that a head looks at most keeps its full brightness. images: (N, C, H, W) in [0, 1], H and W
    multiples of h and w, at most 10; names: what to write above.
    """
    weights = as_array("plot_patch_attention", "weights", weights)
    require_ndim("plot_patch_attention", "weights", weights, 4, "(N, heads, h, w)")
    shown = as_images("plot_patch_attention", images)  # (N, H, W, C)
    N, heads, h, w = weights.shape
    _, H, W, _ = shown.shape
    require_shape("plot_patch_attention", "images", shown, (N, *shown.shape[1:]), "an image for each of weights")
    if N > 10 or H % h or W % w:
        expected = f"at most 10, of sides that are multiples of the {h} x {w} patches"
        raise InputError("plot_patch_attention", "images", expected, shown)
    brightness = weights / weights.max(axis=(2, 3), keepdims=True)
    brightness = brightness.repeat(H // h, axis=2).repeat(W // w, axis=3)[..., None]  # (N, heads, H, W, 1)
    figure = new_figure(1.1 * N + 0.5, (heads + 1) * 1.1 * H / W + 0.3)
    rows = figure.subplots(heads + 1, N, squeeze=False)
    for n in range(N):
        pictures = [shown[n], *(shown[n] * brightness[n])]
        for axes, picture in zip(rows[:, n], pictures):
            show(axes, picture, cmap="gray", vmin=0, vmax=1)
            axes.set_xticks([])
            axes.set_yticks([])
        if names is not None:
            rows[0, n].set_title(str(names[n]), fontsize=9, color=INK, pad=3)
    for head in range(heads):
        rows[head + 1, 0].set_ylabel(f"head {head + 1}", fontsize=9, color=INK)
    return figure


def _weights(function, weights):
    weights = as_array(function, "weights", weights)
    weights = weights[None] if weights.ndim == 2 else weights
    require_ndim(function, "weights", weights, 3, "(heads, T, S), or (T, S)")
    if not (np.isfinite(weights).all() and weights.min() >= 0 and weights.max() <= 1 + 1e-6):
        raise InputError(function, "weights", "from 0 to 1", weights)
    return weights
