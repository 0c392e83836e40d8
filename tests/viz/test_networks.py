"""Feature maps and saliency: what they show, and that the network is as before."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn
from npdl.viz import plot_activations, plot_saliency, saliency


def images(N=3):
    return np.random.default_rng(0).random((N, 2, 5, 4)).astype(np.float32)


def network():
    rng = np.random.default_rng(1)
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, rng=rng), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Affine(24, 6, rng=rng)
    )


def test_saliency_of_a_linear_network_is_its_weights():
    model = nn.Sequential(nn.Flatten(), nn.Affine(40, 6, rng=np.random.default_rng(0)))
    y = np.array([5, 0, 2])
    np.testing.assert_allclose(saliency(model, images(), y).reshape(3, 40), model[1].weight.data[y], rtol=1e-6)


def test_saliency_by_differences():
    model, x, y = network().eval(), images().astype(np.float64), np.array([5, 0, 2])
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(np.float64)
    gradient, step = saliency(model, x, y), 1e-6
    for n, c, i, j in ((0, 0, 0, 0), (1, 1, 4, 3), (2, 0, 2, 1)):
        up, down = x.copy(), x.copy()
        up[n, c, i, j] += step
        down[n, c, i, j] -= step
        difference = (model(up) - model(down)).data[n, y[n]] / (2 * step)
        np.testing.assert_allclose(gradient[n, c, i, j], difference, rtol=1e-6, atol=1e-9)


def test_the_network_is_as_before():
    model = network()
    model[0].eval()
    model[0].weight.requires_grad = False
    model(Tensor(images())).backward(np.ones((3, 6), np.float32))
    gradients = [None if p.grad is None else p.grad.copy() for p in model.parameters()]
    saliency(model, images(), np.array([5, 0, 2]))
    with pytest.raises(InputError, match=r"saliency: y should be integers in \[0, 6\); got 6"):
        saliency(model, images(), np.array([6, 0, 2]))
    assert model.training and model[3].training and not model[0].training
    assert [p.requires_grad for p in model.parameters()] == [False, True, True, True]
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        assert gradient is parameter.grad is None or np.array_equal(parameter.grad, gradient)


@pytest.mark.parametrize(
    "y, expected",
    [
        ([5, 0, 2], "an array"),
        (np.array([5.0, 0.0, 2.0]), "integer labels; got float64 array"),
        (np.array([5, 0]), r"an array of shape \(3,\) one label for each image"),
        (np.array([[5], [0], [2]]), r"an array of shape \(3,\)"),
    ],
)
def test_saliency_of_labels_that_are_none(y, expected):
    with pytest.raises(InputError, match=f"saliency: y should be {expected}"):
        saliency(network(), images(), y)


def test_saliency_is_drawn_below_the_images():
    pytest.importorskip("matplotlib")
    model, x, y = network(), images(), np.array([5, 0, 2])
    shown = np.random.default_rng(5).random((3, 3, 5, 4))
    axes = plot_saliency(model, x, y, images=shown).axes
    assert [a.get_title() for a in axes] == ["5", "0", "2", "", "", ""]
    largest = np.abs(saliency(model, x, y)).max(axis=1)
    for n in range(3):
        assert np.array_equal(axes[n].images[0].get_array(), shown[n].transpose(1, 2, 0))
        np.testing.assert_allclose(axes[3 + n].images[0].get_array(), largest[n] / largest[n].max(), rtol=1e-6)


def test_activations_have_one_scale():
    pytest.importorskip("matplotlib")
    maps = np.random.default_rng(0).normal(size=(5, 3, 4))
    maps[2] = 0
    (axes,) = plot_activations(maps, columns=3).axes
    grid = np.asarray(axes.images[0].get_array())
    unit = (maps - maps.min()) / np.ptp(maps)
    assert grid.shape == (9, 16)
    np.testing.assert_allclose(grid[1:4, 6:10], unit[1])
    np.testing.assert_allclose(grid[5:8, 1:5], unit[3])
    assert np.ptp(grid[1:4, 11:15]) == 0 and axes.images[0].get_clim() == (0, 1)
    assert "5 channels of 3 × 4" in axes.get_title(loc="left")
    assert np.all(np.asarray(plot_activations(np.ones((1, 2, 2))).axes[0].images[0].get_array())[1:3, 1:3] == 0)


@pytest.mark.parametrize(
    "draw, message",
    [
        (lambda: plot_activations(images()), "plot_activations: maps should be a 3-d array"),
        (lambda: plot_activations(np.full((1, 2, 2), np.nan)), "plot_activations: maps should be finite"),
        (lambda: plot_saliency(network(), images(11), np.zeros(11, int)), "plot_saliency: x should be 1 to 10 images"),
        (lambda: plot_saliency(network(), images(), np.zeros(2, int)), "plot_saliency: y should be an array of shape"),
        (
            lambda: plot_saliency(network(), images(), np.zeros(3, int)),
            "plot_saliency: images should be .* 1 or 3 channels",
        ),
    ],
)
def test_refuses(draw, message):
    with pytest.raises(InputError, match=message):
        draw()


def test_saliency_is_titled_by_names():
    shown = np.full((3, 1, 5, 4), 0.5)
    figure = plot_saliency(network(), images(), np.array([1, 0, 2]), shown, names=["cat", "dog", "cow"])
    assert [axes.get_title() for axes in figure.axes if axes.get_title()] == ["dog", "cat", "cow"]
