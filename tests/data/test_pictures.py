"""Procedural pictures: what is drawn is where it is said to be."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError


def test_the_fields_of_a_checkerboard_meet_at_its_corners():
    image, corners = pictures.checkerboard(4, 16, margin=8)
    assert image.shape == (80, 80) and corners.shape == (9, 2)
    np.testing.assert_allclose(corners[0], [23.5, 23.5])
    assert (image[23, 23], image[23, 24], image[24, 23], image[24, 24]) == (0, 1, 1, 0)


def test_a_turned_checkerboard_is_point_symmetric_about_its_corners():
    image, corners = pictures.checkerboard(4, 16, angle=30)
    (x, y) = corners[4]  # the middle one: half-integer or integer, since the image is centred
    around = image[int(np.ceil(y - 5)) : int(y + 5) + 1, int(np.ceil(x - 5)) : int(x + 5) + 1]
    np.testing.assert_allclose(around, around[::-1, ::-1], atol=1 / 8)
    assert around.std() > 0.4


def test_areas_of_polygons_and_discs():
    square = pictures.polygon([[10, 10], [30, 14], [26, 34], [6, 30]], (48, 48))
    assert abs(square.sum() - 416) < 416 / 100
    disc = pictures.discs([(20, 21, 12)], (48, 48), inside=0.8, outside=0.2)
    assert abs(((disc - 0.2) / 0.6).sum() - np.pi * 144) < 2
    assert np.unravel_index(pictures.blobs([(7, 9, 2.0)], (20, 20)).argmax(), (20, 20)) == (9, 7)


def test_points_of_a_line():
    y, x = np.nonzero(pictures.line_points(np.radians(30), 25, (40, 40)))
    assert np.abs(x * np.cos(np.pi / 6) + y / 2 - 25).max() <= 0.5 and len(x) > 20


def test_views_of_the_plane_agree_pixel_by_pixel():
    plane = pictures.TexturedPlane(64, seed=1)
    first = pictures.view(plane, np.eye(3), (48, 48))
    moved = pictures.view(plane, pictures.translation(-3, -5), (48, 48))
    np.testing.assert_allclose(first[5:, 3:], moved[:-5, :-3], atol=1e-12)
    assert first.std() > 0.1
    quarter = pictures.view(plane, pictures.rotation(90, centre=(23.5, 23.5)), (48, 48))
    np.testing.assert_allclose(np.rot90(first, -1), quarter, atol=0.1)


def test_transform_is_projective():
    homography = np.array([[1.1, 0.1, 2], [-0.1, 0.9, 3], [1e-3, 2e-3, 1]])
    np.testing.assert_allclose(pictures.transform(homography, np.array([[10.0, 20.0]])), [[15 / 1.05, 20 / 1.05]])


def test_bad_arguments():
    with pytest.raises(InputError, match="polygon: corners"):
        pictures.polygon([[0, 0], [1, 1]], (8, 8))
    with pytest.raises(InputError, match="view: homography"):
        pictures.view(pictures.TexturedPlane(8), np.eye(2), (8, 8))
