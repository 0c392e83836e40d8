"""Looking into a classifier: the numbers behind the pictures."""

import numpy as np
import pytest

from npdl import InputError, nn
from npdl.viz import plot_activations, plot_decision_regions, plot_saliency, saliency

pytest.importorskip("matplotlib")
RNG = np.random.default_rng(0)
X = RNG.random((3, 2, 5, 4)).astype("float32")


def linear():
    return nn.Sequential(nn.Flatten(), nn.Affine(40, 3, rng=np.random.default_rng(1)))


def test_saliency_of_a_linear_classifier_is_its_weights():
    model, y = linear(), np.array([2, 0, 2])
    expected = np.abs(model[1].weight.data[y].reshape(3, 2, 5, 4)).max(axis=1)
    np.testing.assert_allclose(saliency(model, X, y), expected, rtol=1e-6)


def test_saliency_leaves_the_model_alone():
    model = linear()
    model[1].bias.requires_grad = False
    saliency(model, X, np.zeros(3, int))
    assert [p.requires_grad for p in model.parameters()] == [True, False]
    assert all(p.grad is None for p in model.parameters())


def test_saliency_sees_only_where_the_model_looks():
    conv = nn.Conv2d(2, 3, 3, rng=np.random.default_rng(2))
    model = nn.Sequential(conv, nn.GlobalAvgPool2d())
    conv.weight.data[:, :, :, 0] = 0  # never the left column of its window, so not of the image
    maps = saliency(model, X, np.array([0, 1, 2]))
    assert (maps[:, :, 0] == 0).all() and (maps[:, :, 1:] > 0).all()


def test_saliency_is_drawn_under_the_images():
    maps = RNG.random((3, 5, 4))
    figure = plot_saliency(X[:, :1], maps, titles=["a", "b", "c"])
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c", "", "", ""]
    brightness = np.asarray(figure.axes[4].images[0].get_array()).sum(axis=-1)
    assert brightness.argmax() == maps[1].argmax()


def test_activations_are_scaled_map_by_map():
    maps = np.zeros((3, 2, 2))
    maps[0, 0, 1], maps[1, 1, 0] = 5, -0.1
    sheet = np.asarray(plot_activations(maps, "relu").axes[0].images[0].get_array())
    red, blue, white = sheet[0, 1], sheet[1, 3], sheet[0, 0]
    assert red[0] > 2 * red[2] and blue[2] > 2 * blue[0] and white.min() > 0.95


def test_decision_regions_are_those_of_the_classifier():
    x, y = np.array([[0.0, 0.0], [1.0, 2.0], [1.0, 0.0]]), np.array([0, 1, 1])
    figure = plot_decision_regions(lambda points: (points[:, 0] > 0.5).astype(int), x, y, names=["left", "right"])
    sheet = np.asarray(figure.axes[0].images[0].get_array())
    assert (sheet[:, :140] == sheet[0, 0]).all() and (sheet[:, 160:] == sheet[0, -1]).all()
    assert not (sheet[0, 0] == sheet[0, -1]).all()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["left", "right"]
    scores = plot_decision_regions(lambda p: np.stack([0.5 - p[:, 0], p[:, 0] - 0.5], axis=1), x, y)
    np.testing.assert_array_equal(np.asarray(scores.axes[0].images[0].get_array()), sheet)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: saliency(linear(), X[0], np.zeros(1, int)), "saliency: x should be a 4-d array"),
        (lambda: saliency(linear(), X, np.zeros(2, int)), "saliency: y should be an array of shape"),
        (lambda: saliency(linear(), X, np.array([0, 3, 0])), r"saliency: y should be integers in \[0, 3\)"),
        (lambda: plot_saliency(X[:, :1], np.zeros((3, 4, 4))), "plot_saliency: maps should be an array of shape"),
        (lambda: plot_activations(X), "plot_activations: maps should be a 3-d array"),
        (lambda: plot_decision_regions(len, np.zeros((4, 3)), np.zeros(4, int)), "x should be points"),
        (lambda: plot_decision_regions(len, np.zeros((1, 2)), np.array([8])), "y should be of at most 8 classes"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(InputError, match=message):
        call()
