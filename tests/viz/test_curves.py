"""Curves, ROC curves and decision regions: what they show."""

import numpy as np
import pytest

from npdl import InputError
from npdl.metrics import roc_auc, roc_curve
from npdl.viz import plot_curves, plot_decision_regions, plot_roc

pytest.importorskip("matplotlib")


def test_curves_show_the_numbers():
    (axes,) = plot_curves({"a": [3, 2, 1], "b": [1, 4, 9]}, title="Both", y_label="loss").axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[3, 2, 1], [1, 4, 9]]
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert len({line.get_color() for line in axes.lines}) == len({line.get_linestyle() for line in axes.lines}) == 2
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    (axes,) = plot_curves({"a": [1, 10]}, x=[0.1, 0.2], log=True).axes
    assert axes.lines[0].get_xdata().tolist() == [0.1, 0.2] and axes.get_yscale() == "log"


def test_names_with_an_underscore_are_in_the_legend():
    curves = {"_hidden": [1, 2], "seen": [2, 3], 7: [3, 4]}
    (axes,) = plot_curves(curves).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["_hidden", "seen", "7"]
    colours = [handle.get_color() for handle in axes.get_legend().legend_handles]
    assert colours == [line.get_color() for line in axes.lines]
    (axes,) = plot_roc(np.array([0, 1]), {"_a": np.array([0.0, 1.0])}).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["_a  AUC 1.000"]


def test_roc_shows_the_points_and_the_area():
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 50)
    scores = {"good": y + random.normal(size=50), "poor": random.normal(size=50)}
    (axes,) = plot_roc(y, scores).axes
    chance, *curves = axes.lines
    assert list(chance.get_xdata()) == list(chance.get_ydata()) == [0, 1]
    for curve, text, (name, values) in zip(curves, axes.get_legend().get_texts(), scores.items(), strict=True):
        fpr, tpr, _ = roc_curve(y, values)
        assert np.array_equal(curve.get_xdata(), fpr) and np.array_equal(curve.get_ydata(), tpr)
        assert text.get_text() == f"{name}  AUC {roc_auc(y, values):.3f}"
    assert plot_roc(y, scores["good"]).axes[0].get_legend().get_texts()[0].get_text().startswith("AUC")


@pytest.mark.parametrize("as_scores", [False, True])
def test_regions_show_the_answers(as_scores):
    def predict(points):
        assert points.dtype == np.float32
        answers = (points[:, 0] > 0.5).astype(int) + 2 * (points[:, 1] > 0.25)  # four quarters
        return np.eye(4)[answers] if as_scores else answers

    x = np.array([[0, 0], [2, 0], [0, 1], [2, 1]], dtype=np.float32)
    axes = plot_decision_regions(predict, x, np.arange(4)).axes[0]
    ground = axes.images[0].get_array()
    left, right, bottom, top = axes.images[0].get_extent()
    assert left < 0 and right > 2 and bottom < 0 and top > 1 and axes.images[0].origin == "lower"
    for label, (px, py) in enumerate(x):
        row = int((py - bottom) / (top - bottom) * ground.shape[0])
        column = int((px - left) / (right - left) * ground.shape[1])
        points = axes.collections[label]
        assert points.get_offsets().tolist() == [[px, py]]
        np.testing.assert_allclose(ground[row, column], 0.75 + 0.25 * points.get_facecolor()[0, :3])
    assert len(np.unique(np.asarray(ground).reshape(-1, 3), axis=0)) == 4
    middle = np.flatnonzero(np.any(np.diff(ground[0], axis=0) != 0, axis=1))
    assert len(middle) == 1 and abs(left + (right - left) * (middle[0] + 1) / ground.shape[1] - 0.5) < 0.02


@pytest.mark.parametrize(
    "draw, message",
    [
        (lambda: plot_curves({}), "plot_curves: curves should be a dict of 1 to 8"),
        (lambda: plot_curves({"a": [1, 2]}, x=[1]), r"plot_curves: curves\['a'\] should be an array of shape"),
        (lambda: plot_curves({"a": 3.0}), r"plot_curves: curves\['a'\] should be a 1-d array"),
        (
            lambda: plot_decision_regions(None, np.array([[0, 1], [np.nan, 1]]), np.arange(2)),
            "plot_decision_regions: x should be finite numbers",
        ),
        (lambda: plot_roc(np.array([0, 1]), {}), "plot_roc: scores should be one to 8"),
        (lambda: plot_decision_regions(None, np.zeros((3, 4)), np.arange(3)), "x should be an array of shape .3, 2."),
        (lambda: plot_decision_regions(None, np.zeros((0, 2)), np.arange(0)), "x should be an array of shape .1, 2."),
        (lambda: plot_decision_regions(None, np.zeros((3, 2)), np.arange(2)), "y should be an array of shape"),
        (lambda: plot_decision_regions(lambda p: p[:, 0], np.eye(2), np.arange(2)), "points. should be integer labels"),
        (
            lambda: plot_decision_regions(lambda p: np.zeros(3, int), np.eye(2), np.arange(2)),
            "points. should be an array",
        ),
    ],
)
def test_refuses(draw, message):
    with pytest.raises(InputError, match=message):
        draw()
