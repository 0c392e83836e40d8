"""Plots of numbers against numbers: any curves, ROC curves, and the regions of a classifier in the plane."""

import numpy as np

from ..errors import InputError, require_ndim, require_shape
from ..metrics import roc_auc, roc_curve
from .figures import COLOURS, FAINT, INK, STYLES, frame, line, new_figure, show
from .grids import as_array

STEPS = 200  # of the grid on which a classifier is asked, along the longer side


def plot_curves(curves, x=None, *, title="", x_label="step", y_label="", log=False):
    """Several curves in one frame, with different colours and dashes.

    curves: {label: numbers}, at most eight; x: where they are, by default 1, 2, ...; log: a logarithmic y axis.
    """
    if not isinstance(curves, dict) or not 1 <= len(curves) <= len(COLOURS):
        raise InputError(
            "plot_curves", "curves", f"a dict of 1 to {len(COLOURS)} curves, their labels its keys", curves
        )
    figure = new_figure(5.6, 3.4)
    axes = figure.subplots()
    frame(axes, title, x_label, y_label)
    for i, (label, values) in enumerate(curves.items()):
        values = np.asarray(values, dtype=float)
        require_ndim("plot_curves", f"curves[{label!r}]", values, 1, "of numbers")
        places = np.arange(1, len(values) + 1) if x is None else np.asarray(x)
        require_shape("plot_curves", f"curves[{label!r}]", values, places.shape, "one number for each x")
        line(axes, places, values, color=COLOURS[i], linestyle=STYLES[i % len(STYLES)])
    if x is not None:
        axes.xaxis.get_major_locator().set_params(integer=False)
    if log:
        axes.set_yscale("log")
    _legend(axes, axes.lines, map(str, curves))
    return figure


def plot_roc(y, scores):
    """ROC curves with their areas, and the diagonal of a classifier that guesses.

    y: (N,), 0 or 1; scores: (N,), or a dict of several, {name: scores}. See npdl.metrics.roc_curve.
    """
    curves = scores if isinstance(scores, dict) else {"": scores}
    if not 1 <= len(curves) <= len(COLOURS):
        raise InputError("plot_roc", "scores", f"one to {len(COLOURS)} classifiers' scores", scores)
    figure = new_figure(4.4, 4.4)
    axes = figure.subplots()
    frame(axes, "ROC", "false positive rate", "true positive rate")
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=":")
    for i, values in enumerate(curves.values()):
        fpr, tpr, _ = roc_curve(y, values)
        axes.plot(fpr, tpr, color=COLOURS[i], linestyle=STYLES[i % len(STYLES)], linewidth=1.8)
    axes.xaxis.get_major_locator().set_params(integer=False)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    labels = [f"{name}  AUC {roc_auc(y, values):.3f}".strip() for name, values in curves.items()]
    _legend(axes, axes.lines[1:], labels, loc="lower right")
    return figure


def plot_decision_regions(predict, x, y):
    """What a classifier answers everywhere in the plane, and the samples on top: a colour and a marker a class.

    predict(points): labels (M,) or scores (M, C) for points (M, 2) of x's dtype, a NumPy array; x: (N, 2); y: labels
    (N,), 0 to 7. A sample on ground of another colour is a mistake.
    """
    x, y = as_array("plot_decision_regions", "x", x), as_array("plot_decision_regions", "y", y)
    require_ndim("plot_decision_regions", "x", x, 2, "(N, 2)")
    require_shape("plot_decision_regions", "x", x, (max(len(x), 1), 2), "points of the plane")
    require_shape("plot_decision_regions", "y", y, (len(x),), "one label for each point")
    if not np.isfinite(x).all():
        raise InputError("plot_decision_regions", "x", "finite numbers", x)
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.08 * np.maximum(high - low, 1e-6)
    low, high = low - margin, high + margin
    columns, rows = np.maximum(2, np.rint(STEPS * (high - low) / (high - low).max())).astype(int)
    along, up = np.linspace(low[0], high[0], columns), np.linspace(low[1], high[1], rows)
    points = np.stack(np.meshgrid(along, up), axis=-1).reshape(-1, 2).astype(x.dtype)
    answers = as_array("plot_decision_regions", "predict(points)", predict(points))
    answers = answers.argmax(axis=1) if answers.ndim == 2 else answers
    require_shape("plot_decision_regions", "predict(points)", answers, (len(points),), "or scores (M, C)")
    for name, labels in (("y", y), ("predict(points)", answers)):
        if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= len(COLOURS):
            raise InputError("plot_decision_regions", name, f"integer labels from 0 to {len(COLOURS) - 1}", labels)

    from matplotlib.colors import to_rgb

    colours = np.array([to_rgb(colour) for colour in COLOURS])
    ground = 0.75 + 0.25 * colours[answers.reshape(rows, columns)]  # pale
    figure = new_figure(5.0, 4.4)
    axes = figure.subplots()
    show(axes, ground, origin="lower", extent=(low[0], high[0], low[1], high[1]), aspect="auto")
    for label in np.unique(y):
        mine = x[y == label]
        marker = "osD^vPX*"[label]
        axes.scatter(
            *mine.T, s=18, marker=marker, color=COLOURS[label], edgecolors="white", linewidths=0.5, label=label
        )
    axes.set_xlabel("x₀", fontsize=10, color=INK)
    axes.set_ylabel("x₁", fontsize=10, color=INK)
    axes.tick_params(length=3, labelsize=9, color=FAINT, labelcolor=INK)
    axes.spines[:].set_color(FAINT)
    figure.legend(title="class", frameon=False, loc="outside right upper", fontsize=9, title_fontsize=9)
    return figure


def _legend(axes, lines, labels, **place):
    """The labels set as text: Matplotlib itself leaves out those that begin with an underscore."""
    legend = axes.legend(lines, [" "] * len(lines), frameon=False, fontsize=9, **place)
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(label)
