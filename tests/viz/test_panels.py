"""Panels side by side: what is drawn, where, and in which colours."""

import numpy as np
import pytest

from npdl import InputError
from npdl.viz.panels import Panel, Plot, dots, plot_panels, rings, segments, together

RAMP = np.linspace(-2, 1, 12).reshape(3, 4)


def shown(panel):
    figure = plot_panels([panel])
    (axes,) = figure.axes
    return axes, axes.images[0]


@pytest.mark.parametrize(
    "look, limits", [("unit", (0, 1)), ("spread", (-2, 1)), ("heat", (0, 2)), ("signed", (-2, 2)), ("labels", (0, 19))]
)
def test_looks(look, limits):
    _, image = shown(Panel("a", RAMP, look))
    image.autoscale_None()
    assert image.get_clim() == limits


def test_what_is_below_black_and_above_white_is_clipped():
    _, image = shown(Panel("a", np.stack([RAMP] * 3, axis=2)))
    np.testing.assert_array_equal(image.get_array(), np.clip(np.stack([RAMP] * 3, axis=2), 0, 1))


def test_labels_go_round_the_twenty_colours():
    _, image = shown(Panel("a", np.array([[0, 19, 20, 41]]), "labels"))
    assert image.get_array().tolist() == [[0, 19, 0, 1]]


@pytest.mark.parametrize("n, columns", [(1, 1), (4, 4), (5, 3), (6, 3), (7, 4), (8, 4), (9, 3)])
def test_rows_of_at_most_four_as_even_as_they_can_be(n, columns):
    figure = plot_panels([Panel(str(i), RAMP) for i in range(n)], "all")
    assert [axes.get_title() for axes in figure.axes] == [str(i) for i in range(n)]
    assert {axes.get_gridspec().ncols for axes in figure.axes} == {columns}
    assert figure.get_suptitle() == "all"


def test_what_is_drawn_over_a_picture_leaves_its_limits():
    over = together(dots([[1, 1], [90, 1]]), rings([[1, 1, 50]]), segments([np.array([[-9.0, 0], [9, 2]])]))
    axes, _ = shown(Panel("a", RAMP, over=over))
    assert axes.get_xlim() == (-0.5, 3.5) and axes.get_ylim() == (2.5, -0.5)
    crosses, circle, line = axes.collections
    assert crosses.get_offsets().tolist() == [[1, 1], [90, 1]]
    np.testing.assert_allclose(np.hypot(*(circle.get_segments()[0] - 1).T), 50)
    assert line.get_segments()[0].tolist() == [[-9, 0], [9, 2]]


def test_pictures_of_one_height_have_one_scale_whatever_their_width():
    figure = plot_panels([Panel("wide", np.zeros((30, 40))), Panel("narrow", np.zeros((30, 20)), over=dots([[3, 3]]))])
    wide, narrow = figure.axes
    assert wide.get_xlim() == (-0.5, 39.5) and narrow.get_xlim() == (-10.5, 29.5)  # 20 pixels in the middle of 40
    assert wide.get_ylim() == narrow.get_ylim() == (29.5, -0.5)
    figure.canvas.draw()
    assert wide.transData.transform([[1, 0]])[0, 0] - wide.transData.transform([[0, 0]])[0, 0] == pytest.approx(
        narrow.transData.transform([[1, 0]])[0, 0] - narrow.transData.transform([[0, 0]])[0, 0], rel=1e-3
    )


def test_nothing_to_draw_over_is_nothing():
    axes, _ = shown(Panel("a", RAMP, over=together(dots(np.zeros((0, 2))), rings(np.zeros((0, 3))), segments([]))))
    assert all(len(c.get_paths()) == 0 or len(c.get_offsets()) == 0 for c in axes.collections)


def test_plots_draw_themselves():
    drawn = []
    figure = plot_panels([Plot("flat", drawn.append), Plot("deep", drawn.append, "3d"), Panel("a", RAMP)])
    assert drawn == figure.axes[:2] and figure.axes[1].name == "3d"


def test_long_titles_take_two_lines():
    axes, _ = shown(Panel("a title of many words which is wider than the picture below it", RAMP))
    assert "\n" in axes.get_title()


def test_what_cannot_be_drawn():
    with pytest.raises(InputError, match="plot_panels: panels should be one Panel at least"):
        plot_panels([])
    with pytest.raises(InputError, match="look should be one of unit, spread, heat, signed, labels; got 'warm'"):
        plot_panels([Panel("a", RAMP, "warm")])
