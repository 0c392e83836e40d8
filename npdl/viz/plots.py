"""Plots of a training, of images, of filters, and of what a classifier gets wrong."""

import math

import numpy as np

from ..errors import InputError, InputTypeError, require_ndim, require_shape
from .figures import BLUE, FAINT, INK, ORANGE, colour_bar, colour_scale, frame, gallery, line, new_figure, show
from .grids import as_array, as_images, make_grid

THIN = 2  # the lines between filters are this many times thinner than a weight


def plot_history(history):
    """How a training went: the loss, and beside it the accuracies if there are any.

    history: a dict of lists. "loss": one number a step (or an epoch); "train_accuracy" and "val_accuracy": shares in
    [0, 1], one an epoch; both are optional, other keys are left alone. More than 100 losses are drawn faintly, with
    their running mean over a fiftieth of them on top.
    """
    if not isinstance(history, dict) or len(history.get("loss", ())) == 0:
        raise InputError("plot_history", "history", 'a dict with the losses in "loss"', history)
    loss = np.asarray(history["loss"], dtype=float)
    curves = [
        (np.asarray(history[key], dtype=float), label, colour, style)
        for key, label, colour, style in (
            ("train_accuracy", "training", BLUE, "-"),
            ("val_accuracy", "validation", ORANGE, "--"),
        )
        if len(history.get(key, ())) > 0
    ]
    per_epoch = any(len(loss) == len(accuracies) for accuracies, *_ in curves)
    figure = new_figure(9.0 if curves else 4.8, 3.4)
    axes = figure.subplots(1, 2 if curves else 1, squeeze=False)[0]

    steps = np.arange(1, len(loss) + 1)
    frame(axes[0], "Loss", "epoch" if per_epoch else "step", "mean loss per sample")
    if len(loss) > 100:
        window = len(loss) // 50
        mean = np.convolve(loss, np.full(window, 1 / window), mode="valid")
        axes[0].plot(steps, loss, color=BLUE, alpha=0.25, linewidth=0.8, label="each step")
        axes[0].plot(steps[window - 1 :], mean, color=BLUE, linewidth=1.8, label=f"mean of the last {window}")
        axes[0].legend(frameon=False, loc="upper right", fontsize=9)
    else:
        line(axes[0], steps, loss, color=BLUE)
    axes[0].set_ylim(bottom=min(0, float(np.nanmin(loss))))

    if curves:
        frame(axes[1], "Accuracy", "epoch", "right answers (%)")
        for accuracies, label, colour, style in curves:
            epochs = np.arange(1, len(accuracies) + 1)
            line(axes[1], epochs, 100 * accuracies, color=colour, linestyle=style, label=label)
        axes[1].set_ylim(top=min(101, axes[1].get_ylim()[1]))
        axes[1].legend(frameon=False, loc="lower right", fontsize=9)
    return figure


def plot_images(images, titles=None, columns=None):
    """Images in rows, each with its title above it.

    images: (N, C, H, W) with C = 1 or 3, or (N, H, W), floats in [0, 1] or bytes; titles: N strings (or labels);
    columns: images in a row, by default about sqrt(N).
    """
    images = as_images("plot_images", images)
    N = len(images)
    if titles is not None and len(titles) != N:
        raise InputError("plot_images", "titles", f"{N}, one for each image", titles)
    columns = math.ceil(math.sqrt(N)) if columns is None else columns
    if not isinstance(columns, int) or columns < 1:
        raise InputError("plot_images", "columns", "an integer >= 1", columns)
    titles = [""] * N if titles is None else [str(title) for title in titles]
    return gallery(images, titles, min(columns, N))


def plot_filters(w):
    """The weights of a convolution as pictures, w (F, C, kh, kw).

    C = 3: a colour picture a filter, grey where the weight is 0. Else a picture a filter and input channel, a row a
    filter if C > 1: red above 0, white at 0, blue below. Every filter is divided by its own largest |weight|: one sees
    its pattern, not its size.
    """
    w = as_array("plot_filters", "w", w)
    require_ndim("plot_filters", "w", w, 4, "(F, C, kh, kw)")
    F, C, height, width = w.shape
    table = C not in (1, 3)  # a row a filter, a column an input channel
    columns = C if table else math.ceil(math.sqrt(F))
    rows = F if table else math.ceil(F / columns)
    largest = np.abs(w).max(axis=(1, 2, 3), keepdims=True)
    unit = 0.5 + 0.5 * w / np.where(largest > 0, largest, 1)  # in [0, 1], and a weight of 0 is 0.5
    unit = unit.repeat(THIN, axis=2).repeat(THIN, axis=3)
    height, width = unit.shape[2:]
    ratio = rows * (height + 1) / (columns * (width + 1))
    wide = min(max(0.45 * columns, 2.4), 8, 10 / ratio)  # inches
    figure = new_figure(wide + (0.3 if C == 3 else 1.6), wide * ratio + (0.9 if table else 0.6))
    axes = figure.subplots()
    if C == 3:
        grid = make_grid(unit, columns=columns)
    else:
        scale = colour_scale(-1, 1, "RdBu_r")
        colours = scale.cmap(unit.reshape(F * C, height, width))[..., :3]  # (F C, height, width, 3)
        grid = make_grid(colours.transpose(0, 3, 1, 2), columns=columns, value=0.8)
        if rows * columns > F * C:  # white where there is no filter
            grid[-height - 1 :, (F * C % columns) * (width + 1) + 1 :] = 1
        colour_bar(figure, axes, scale, [-1, 0, 1], "weight / largest of its filter")
    show(axes, grid)
    axes.set_title(f"{F} filters of {C} × {w.shape[2]} × {w.shape[3]} weights", fontsize=11, color=INK, loc="left")
    axes.spines[:].set_visible(False)
    axes.set(xticks=[], yticks=[])
    if table:
        for axis, count, size, label in ((axes.xaxis, C, width, "input channel"), (axes.yaxis, F, height, "filter")):
            shown = np.arange(0, count, math.ceil(count / 16))
            axis.set_ticks(shown * (size + 1) + (size + 1) / 2, shown)
            axis.set_label_text(label, fontsize=10, color=INK)
        axes.tick_params(length=0, labelsize=9, colors=INK)
    return figure


def plot_confusion(matrix, names=None):
    """A confusion matrix (C, C), rows the truth: the counts, on a colour for their share of the row's samples.

    names: of the C classes, by default 0 to C - 1. Zeros are left blank; above 20 classes all numbers are.
    """
    matrix = as_array("plot_confusion", "matrix", matrix)
    require_ndim("plot_confusion", "matrix", matrix, 2, "(C, C)")
    C = len(matrix)
    require_shape("plot_confusion", "matrix", matrix, (C, C), "as square as any confusion matrix")
    if matrix.dtype.kind not in "iu":
        raise InputTypeError("plot_confusion", "matrix", "counts (integers)", matrix)
    if names is not None and len(names) != C:
        raise InputError("plot_confusion", "names", f"{C}, one for each class", names)
    share = 100 * matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    side = min(max(0.42 * C, 2.8), 9)
    figure = new_figure(side + 1.5, side + 0.8)
    axes = figure.subplots()
    picture = show(axes, share, cmap="Blues", vmin=0, vmax=100)
    if C <= 20:
        for i, j in zip(*np.nonzero(matrix), strict=True):
            colour = "white" if share[i, j] > 55 else INK
            axes.text(j, i, f"{matrix[i, j]:,}", ha="center", va="center", fontsize=9, color=colour)
    shown = np.arange(0, C, math.ceil(C / 20))
    labels = [str(i if names is None else names[i]) for i in shown]
    long = max(map(len, labels)) > 3
    axes.set_xticks(shown, labels, rotation=45 if long else 0, ha="right" if long else "center", rotation_mode="anchor")
    axes.set_yticks(shown, labels)
    axes.tick_params(length=0, labelsize=9, colors=INK)
    axes.set_xlabel("predicted class", fontsize=10, color=INK)
    axes.set_ylabel("true class", fontsize=10, color=INK)
    right = 100 * np.trace(matrix) / max(matrix.sum(), 1)
    axes.set_title(f"{right:.1f} % of {matrix.sum():,} right", fontsize=11, color=INK, loc="left")
    axes.spines[:].set_color(FAINT)
    colour_bar(figure, axes, picture, [0, 25, 50, 75, 100], "share of the true class (%)")
    return figure


def plot_mistakes(images, y, predicted, confidence, count=16):
    """The mistakes in which the classifier was surest of itself, worst first.

    images: (N, C, H, W) or (N, H, W), as for plot_images; y, predicted: labels (N,); confidence: (N,), the probability
    in [0, 1] that it gave to its answer; count: how many to show at most.
    """
    images = as_images("plot_mistakes", images)
    N = len(images)
    y, predicted, confidence = (
        as_array("plot_mistakes", name, array)
        for name, array in (("y", y), ("predicted", predicted), ("confidence", confidence))
    )
    for name, array in (("y", y), ("predicted", predicted), ("confidence", confidence)):
        require_shape("plot_mistakes", name, array, (N,), "one for each image")
    if not (confidence.min() >= 0 and confidence.max() <= 1):
        raise InputError("plot_mistakes", "confidence", "probabilities in [0, 1]", confidence)
    if not isinstance(count, int) or count < 1:
        raise InputError("plot_mistakes", "count", "an integer >= 1", count)
    wrong = np.flatnonzero(y != predicted)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    if len(worst) == 0:
        figure = new_figure(4, 1)
        figure.text(0.5, 0.5, f"No mistakes among {N:,} images", ha="center", va="center", fontsize=11, color=INK)
        return figure
    titles = [f"said {predicted[i]}, is {y[i]}\n{100 * confidence[i]:.0f} % sure" for i in worst]
    figure = gallery(images[worst], titles, min(8, max(4, math.ceil(math.sqrt(len(worst))))))
    figure.suptitle(f"The {len(worst)} surest of {len(wrong):,} mistakes in {N:,} images", fontsize=11, color=INK)
    return figure
