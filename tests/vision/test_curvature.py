"""Curvature of circles, ellipses, lines, and of the outline of a disc in an image."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision.curvature import contour_curvature, isophote_curvature, menger_curvature

T = np.linspace(0, 2 * np.pi, 200, endpoint=False)


@pytest.mark.topic("R081")
@pytest.mark.parametrize("curvature", [contour_curvature, menger_curvature])
def test_closed_forms(curvature):
    circle = np.stack([3 + 20 * np.cos(T), 20 * np.sin(T)], axis=1)
    np.testing.assert_allclose(curvature(circle), 1 / 20, rtol=0.01)
    np.testing.assert_allclose(curvature(circle[::-1]), -1 / 20, rtol=0.01)
    a, b = 30, 12
    ellipse = np.stack([a * np.cos(T), b * np.sin(T)], axis=1)
    exact = a * b / ((a * np.sin(T)) ** 2 + (b * np.cos(T)) ** 2) ** 1.5
    np.testing.assert_allclose(curvature(ellipse), exact, rtol=0.01)
    side = np.arange(10.0)
    square = np.concatenate([np.stack([side, 0 * side], 1), np.stack([0 * side + 10, side], 1), [[10, 10], [0, 10]]])
    np.testing.assert_allclose(curvature(square)[1:9], 0, atol=1e-12)


@pytest.mark.topic("R081")
def test_both_ways_agree_where_points_are_even():
    wave = np.stack([(20 + 3 * np.cos(5 * T)) * np.cos(T), (20 + 3 * np.cos(5 * T)) * np.sin(T)], axis=1)
    np.testing.assert_allclose(contour_curvature(wave), menger_curvature(wave), atol=0.01)
    assert menger_curvature(wave).min() < 0 < menger_curvature(wave).max()


@pytest.mark.topic("R081")
def test_the_outline_of_a_disc_in_an_image():
    y, x = np.mgrid[:64, :64]
    rim = np.abs(np.hypot(x - 32, y - 31) - 18) < 1
    for inside, sign in ((1.0, 1), (0.2, -1)):
        image = pictures.discs([(32, 31, 18)], (64, 64), inside=inside, outside=0.6)
        found = isophote_curvature(image)
        np.testing.assert_allclose(np.median(found[rim]), sign / 18, rtol=0.05)
    assert not isophote_curvature(np.full((9, 9), 0.4)).any()


def test_points_that_do_not_move_and_bad_arguments():
    there_and_back = np.array([[0, 0], [1, 0], [0, 0], [-1, 0.0]])
    assert np.isnan(menger_curvature(there_and_back)[1]) and np.isnan(contour_curvature(there_and_back)[1])
    with pytest.raises(InputError, match="three points"):
        contour_curvature(np.zeros((2, 2)))
