"""Pictures of attention: what is drawn is the weights, at the words and patches they belong to."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from npdl import InputError, nn
from npdl.viz import plot_patch_attention, plot_word_attention

WORDS = ["a", "red", "square"]


@pytest.mark.topic("R270")
def test_every_head_is_a_table_of_its_weights():
    layer, x = nn.MultiheadAttention(8, 2), np.random.default_rng(0).standard_normal((1, 3, 8)).astype("float32")
    with nn.watch_attention() as maps:
        layer(x)
    figure = plot_word_attention(maps[0][0], WORDS)
    tables = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title(loc="left") for axes in tables] == ["head 1", "head 2"]
    for axes, a in zip(tables, maps[0][0], strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), a)
        assert axes.images[0].get_clim() == (0, 1)
        assert [label.get_text() for label in axes.get_yticklabels()] == WORDS


def test_one_head_and_keys_of_another_sequence():
    figure = plot_word_attention(np.full((3, 2), 0.5), WORDS, keys=["ein", "Quadrat"])
    (table, *_) = figure.axes
    assert [label.get_text() for label in table.get_xticklabels()] == ["ein", "Quadrat"]
    assert len(plot_word_attention(np.full((5, 3, 3), 1 / 3), WORDS).axes) == 8 + 1  # two rows of four, and the bar


@pytest.mark.topic("R270")
def test_patches_are_as_bright_as_they_are_looked_at():
    weights = np.zeros((2, 1, 2, 3))
    weights[0, 0] = [[0.4, 0.2, 0.1], [0.1, 0.1, 0.1]]
    weights[1, 0] = 1 / 6
    images = np.random.default_rng(0).random((2, 3, 4, 6))
    figure = plot_patch_attention(weights, images, names=["cat", "dog"])
    first, second, below, below_second = (axes.images[0].get_array() for axes in figure.axes)
    np.testing.assert_allclose(first, images[0].transpose(1, 2, 0))
    np.testing.assert_allclose(below[:2, :2], first[:2, :2])
    np.testing.assert_allclose(below[:2, 2:4], first[:2, 2:4] / 2)
    np.testing.assert_allclose(below[2:, 2:], first[2:, 2:] / 4)
    np.testing.assert_allclose(below_second, second)
    assert [axes.get_title() for axes in figure.axes[:2]] == ["cat", "dog"]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: plot_word_attention(np.eye(3), WORDS[:2]), "queries should be 3 words"),
        (lambda: plot_word_attention(np.eye(3)[:, :2], WORDS, WORDS), "keys should be 2 words"),
        (lambda: plot_word_attention(np.full((3, 3), -1.0), WORDS), "weights should be from 0 to 1"),
        (lambda: plot_word_attention(np.ones(3), WORDS), r"weights should be a 3-d array \(heads, T, S\)"),
        (lambda: plot_patch_attention(np.ones((2, 1, 2, 3)), np.ones((2, 4, 7))), "multiples of the 2 x 3 patches"),
        (lambda: plot_patch_attention(np.ones((2, 1, 2, 3)), np.ones((1, 4, 6))), "an image for each of weights"),
    ],
)
def test_wrong_inputs_are_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
