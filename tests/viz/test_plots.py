"""The plots: what they show, that nothing overlaps, and that nothing is drawn outside the figure."""

import itertools

import numpy as np
import pytest

from npdl import InputError, InputTypeError, nn
from npdl.data import load_digits
from npdl.viz import (
    plot_activations,
    plot_confusion,
    plot_curves,
    plot_decision_regions,
    plot_detections,
    plot_filters,
    plot_history,
    plot_images,
    plot_mistakes,
    plot_roc,
    plot_saliency,
    save,
)

pytest.importorskip("matplotlib")


def weights(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def counts(C, most=2000):
    return np.random.default_rng(0).integers(0, most, (C, C))


def digits(N):
    (x, y), _ = load_digits()
    return x[:N], y[:N]


def mistakes(**options):
    x, y = digits(200)
    predicted = np.where(np.arange(200) % 7 == 0, (y + 1) % 10, y)
    return plot_mistakes(x, y, predicted, np.linspace(0, 1, 200), **options)


def history(steps, epochs):
    loss = np.exp(-np.arange(steps) / 100)
    curve = (1 - 0.7 ** np.arange(1, epochs + 1)).tolist()
    return {"loss": loss.tolist(), "train_accuracy": curve, "val_accuracy": [0.95 * c for c in curve]}


def plane():
    x = weights(30, 2)
    return x, (x[:, 0] > 0).astype(int)


def linear():
    return nn.Sequential(nn.Flatten(), nn.Affine(64, 10, rng=np.random.default_rng(0)))


PLOTS = {
    "history": lambda: plot_history(history(900, 20)),
    "history of few": lambda: plot_history(history(5, 5)),
    "history of one": lambda: plot_history(history(1, 1)),
    "loss alone": lambda: plot_history({"loss": [3.0, 2.0, 1.5]}),
    "images": lambda: plot_images(digits(25)[0], titles=digits(25)[1]),
    "one image": lambda: plot_images(digits(1)[0]),
    "colour": lambda: plot_images(np.random.default_rng(0).random((5, 3, 9, 6)), columns=4),
    "filters": lambda: plot_filters(weights(20, 3, 5, 5)),
    "one channel": lambda: plot_filters(weights(10, 1, 3, 3)),
    "channels": lambda: plot_filters(weights(8, 16, 3, 3)),
    "many channels": lambda: plot_filters(weights(64, 32, 3, 3)),
    "confusion": lambda: plot_confusion(counts(10)),
    "confusion with names": lambda: plot_confusion(counts(4), names=["aeroplane", "automobile", "bird", "cat"]),
    "confusion of many": lambda: plot_confusion(counts(60)),
    "mistakes": mistakes,
    "one mistake": lambda: mistakes(count=1),
    "curves": lambda: plot_curves(
        {"sgd": 1 / np.arange(1, 60), "adam": 0.5 / np.arange(1, 60)}, title="Loss", log=True
    ),
    "roc": lambda: plot_roc(digits(50)[1] % 2, {"even": -np.arange(50.0), "odd": digits(50)[1] % 3}),
    "regions": lambda: plot_decision_regions(lambda points: points @ weights(2, 3), *plane()),
    "detections": lambda: plot_detections(
        np.full((3, 40, 60), 0.6), [(2, 3, 30, 20), (35, 22, 58, 39)], ["cat", "dog"]
    ),
    "activations": lambda: plot_activations(weights(10, 6, 5)),
    "saliency": lambda: plot_saliency(linear(), *digits(6)),
}


@pytest.mark.parametrize("name", PLOTS)
def test_nothing_overlaps_and_nothing_is_cut_off(name, monkeypatch):
    from matplotlib.text import Text

    figure, drawn, draw = PLOTS[name](), {}, Text.draw

    def note(text, renderer, *args, **kwargs):
        if text.get_visible() and text.get_text().strip():
            drawn[text] = text.get_window_extent(renderer)
        draw(text, renderer, *args, **kwargs)

    monkeypatch.setattr(Text, "draw", note)
    figure.draw_without_rendering()
    assert drawn or name in ("one image", "colour")
    for text, box in drawn.items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        assert inside, f"{text.get_text()!r} is cut off"
        assert 8 <= text.get_fontsize() <= 12
    upright = [(text.get_text(), box) for text, box in drawn.items() if text.get_rotation() in (0, 90)]
    for (a, first), (b, second) in itertools.combinations(upright, 2):  # the box of a slanted text says little
        width = min(first.x1, second.x1) - max(first.x0, second.x0)
        height = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert width <= 0 or height <= 0, f"{a!r} and {b!r} overlap"


def test_history_shows_the_numbers():
    given = history(900, 20)
    loss, accuracy = plot_history(given).axes
    each, mean = loss.lines
    assert each.get_ydata().tolist() == given["loss"]
    assert mean.get_xdata()[-1] == 900 and mean.get_ydata()[-1] == pytest.approx(np.mean(given["loss"][-18:]))
    assert loss.get_xlabel() == "step" and loss.get_ylabel() and loss.get_ylim()[0] == 0
    for line, key in zip(accuracy.lines, ("train_accuracy", "val_accuracy"), strict=True):
        np.testing.assert_allclose(line.get_ydata(), 100 * np.array(given[key]))
    assert accuracy.get_xlabel() == "epoch" and "%" in accuracy.get_ylabel()
    assert [text.get_text() for text in accuracy.get_legend().get_texts()] == ["training", "validation"]


def test_history_of_losses_alone_and_of_epochs():
    assert len(plot_history({"loss": [2.0, 1.0], "learning_rate": [1, 1]}).axes) == 1
    assert plot_history(history(7, 7)).axes[0].get_xlabel() == "epoch"
    assert plot_history({"loss": [0.5, -1.5]}).axes[0].get_ylim()[0] == -1.5
    for epochs in (1, 2, 7, 40):
        for axes in plot_history(history(epochs, epochs)).axes:
            low, high = axes.get_xlim()
            ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
            assert ticks and all(tick == int(tick) for tick in ticks)  # there is no epoch 1.5


def test_images_show_the_pixels():
    x, y = digits(5)
    figure = plot_images(x, titles=y, columns=3)
    assert [axes.get_title() for axes in figure.axes] == [*map(str, y), ""]
    for axes, image in zip(figure.axes, x, strict=False):
        assert np.array_equal(np.squeeze(axes.images[0].get_array()), image[0])
        assert axes.images[0].get_clim() == (0, 1)  # not stretched to the range of the image
    assert not figure.axes[5].images


def test_filters_are_scaled_one_by_one_around_grey():
    w = weights(4, 3, 2, 2)
    w[1] *= 1000
    w[2] = 0
    grid = plot_filters(w).axes[0].images[0].get_array()  # 2 x 2 filters, each weight 2 x 2 pixels, lines of 1
    assert grid.shape == (11, 11, 3)
    second = 0.5 + 0.5 * w[1] / np.abs(w[1]).max()
    np.testing.assert_allclose(grid[1:5:2, 6:10:2], second.transpose(1, 2, 0), atol=1e-6)
    assert np.all(grid[6:10, 1:5] == 0.5)
    assert np.all(grid[5] == 1)


def test_filters_of_many_channels_are_a_table():
    w = np.zeros((2, 5, 1, 1))
    w[0, 3], w[1, 1] = 2, -7
    axes, bar = plot_filters(w).axes
    grid = np.asarray(axes.images[0].get_array())  # a filter a row, a channel a column
    red, blue, white = (grid[2 + 3 * i - 1, 2 + 3 * j - 1] for i, j in ((0, 3), (1, 1), (0, 0)))
    assert red[0] > 2 * red[2] and blue[2] > 2 * blue[0] and white.min() > 0.95
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("input channel", "filter")
    assert "weight" in bar.get_ylabel()


def test_confusion_writes_the_counts():
    matrix = np.array([[8, 2], [0, 5]])
    axes, bar = plot_confusion(matrix, names=["cat", "dog"]).axes
    assert {text.get_position(): text.get_text() for text in axes.texts} == {(0, 0): "8", (1, 0): "2", (1, 1): "5"}
    assert axes.images[0].get_array().tolist() == [[80, 20], [0, 100]]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["cat", "dog"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class") and "%" in bar.get_ylabel()
    assert axes.get_title(loc="left") == "86.7 % of 15 right"
    assert not plot_confusion(counts(30)).axes[0].texts


def test_mistakes_come_worst_first():
    x = np.linspace(0, 1, 5)[:, None, None] * np.ones((1, 2, 2))  # image n is of grey n / 4
    y, predicted = np.array([0, 1, 2, 3, 4]), np.array([0, 9, 9, 3, 9])
    figure = plot_mistakes(x, y, predicted, np.array([1.0, 0.3, 0.8, 1.0, 0.5]), count=2)
    first, second = figure.axes[:2]
    assert first.get_title() == "said 9, is 2\n80 % sure" and second.get_title() == "said 9, is 4\n50 % sure"
    assert np.all(first.images[0].get_array() == 0.5) and np.all(second.images[0].get_array() == 1)
    assert figure.get_suptitle() == "The 2 surest of 3 mistakes in 5 images"
    (text,) = plot_mistakes(x, y, y, np.ones(5)).texts
    assert text.get_text() == "No mistakes among 5 images"


def test_save(tmp_path):
    save(plot_images(digits(4)[0]), tmp_path / "digits.png", dpi=50)
    assert (tmp_path / "digits.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match=r"save: path should be the name of a \.png file"):
        save(plot_images(digits(4)[0]), tmp_path / "digits.pickle")


X, Y, P = np.zeros((3, 4, 4)), np.arange(3), np.full(3, 0.5)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: plot_history([1, 2]), InputError, "plot_history: history should be a dict"),
        (lambda: plot_history({"val_accuracy": [1]}), InputError, 'plot_history: .* losses in "loss"'),
        (lambda: plot_images(X, titles=["a"]), InputError, "plot_images: titles should be 3"),
        (lambda: plot_images(X, columns=0), InputError, "plot_images: columns should be"),
        (lambda: plot_images(X + 2), InputError, "plot_images: images should be in"),
        (lambda: plot_filters(X), InputError, "plot_filters: w should be a 4-d array"),
        (lambda: plot_confusion(np.zeros((2, 3), int)), InputError, "plot_confusion: matrix should be"),
        (lambda: plot_confusion(np.eye(3) / 2), InputTypeError, "plot_confusion: matrix should be counts"),
        (lambda: plot_confusion(counts(3), names=["a"]), InputError, "plot_confusion: names should be 3"),
        (lambda: plot_mistakes(X, Y[:2], Y, P), InputError, "plot_mistakes: y should be"),
        (lambda: plot_mistakes(X, Y, Y, 100 * P), InputError, "plot_mistakes: confidence should be probabilities"),
        (lambda: plot_mistakes(X, Y, Y, P, count=0), InputError, "plot_mistakes: count should be"),
    ],
)
def test_refuses(call, error, message):
    with pytest.raises(error, match=message):
        call()
