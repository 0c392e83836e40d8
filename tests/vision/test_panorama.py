"""Panoramas of views of one plane: the homographies, the picture, and what tells that it has no seam."""

from functools import cache

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision.geometry import apply
from npdl.vision.panorama import _chained, _frame, align, blend, feather, keypoints, panorama

PLANE = pictures.TexturedPlane(230, shapes=500, seed=4)
POSES = [  # plane to image
    np.array([[1, 0.03, -4], [-0.02, 1, -10], [2e-4, 1e-4, 1]]),
    pictures.rotation(-6, centre=(48, 48)) @ pictures.translation(-48, -14),
    np.array([[0.95, 0.02, -88], [0.05, 1.02, -12], [-2e-4, 0, 1]]),
]
SHAPE = (96, 96)


@cache
def views():
    return [pictures.view(PLANE, pose, SHAPE) for pose in POSES]


@pytest.mark.topic("R065")
@pytest.mark.topic("R066")
def test_two_views_are_aligned_to_less_than_a_pixel():
    first, second, _ = views()
    found = align(keypoints(first), keypoints(second))
    truth = POSES[1] @ np.linalg.inv(POSES[0])
    y, x = np.mgrid[0:96:8, 50:96:8]  # where they overlap
    grid = np.stack([x.ravel(), y.ravel()], axis=1).astype(float)
    error = np.linalg.norm(apply(found.homography, grid) - apply(truth, grid), axis=1)
    assert error.max() < 1 and error.mean() < 0.5
    assert found.inliers.sum() >= 15


@pytest.mark.topic("R065")
def test_a_panorama_of_three():
    found = panorama(views())
    to_plane = np.linalg.inv(POSES[1]) @ np.linalg.inv(found.homographies[1])
    exact = pictures.view(PLANE, np.linalg.inv(to_plane), found.image.shape)
    inside = found.covered.copy()
    inside[:4] = inside[-4:] = inside[:, :4] = inside[:, -4:] = False
    assert np.abs(found.image - exact)[inside].mean() < 0.05
    assert found.overlap_error < 0.03 and found.image.shape[1] > 160
    shifted = found.homographies.copy()
    shifted[0, 0, 2] += 3 * shifted[0, 2, 2]
    assert blend(views(), shifted).overlap_error > 1.5 * found.overlap_error


@pytest.mark.topic("R065")
@pytest.mark.parametrize("middle", range(5))
def test_neighbours_are_chained_to_the_reference(middle):
    poses = [np.eye(3) + 0.1 * np.random.default_rng(i).standard_normal((3, 3)) for i in range(5)]  # from the plane
    to_next = [poses[i + 1] @ np.linalg.inv(poses[i]) for i in range(4)]
    for chained, pose in zip(_chained(to_next, middle), poses):
        np.testing.assert_allclose(chained, poses[middle] @ np.linalg.inv(pose), atol=1e-12)


@pytest.mark.topic("R065")
def test_each_corner_counts_for_the_frame():
    turned = pictures.rotation(30, centre=(0, 0))  # of 8 × 5 pixels: x from -2 to 6.06, y from 0 to 6.96
    for shift, expected in (
        ((0, 0), [[-2, 0], [7, 7]]),
        ((0, -0.2), [[-2, -1], [7, 7]]),
        ((-0.1, 0.1), [[-3, 0], [6, 8]]),
    ):
        found = _frame([np.zeros((5, 8))], [pictures.translation(*shift) @ turned])
        np.testing.assert_array_equal(found, expected)


@pytest.mark.topic("R065")
def test_exact_translations_blend_without_a_trace():
    poses = [pictures.translation(0, 0), pictures.translation(-30, -5)]
    images = [pictures.view(PLANE, pose, (50, 60)) for pose in poses]
    found = blend(images, np.stack([np.eye(3), pictures.translation(30, 5)]))
    assert found.image.shape == (55, 90)
    whole = pictures.view(PLANE, np.eye(3), (55, 90))
    np.testing.assert_allclose(found.image[found.covered], whole[found.covered], atol=1e-12)
    assert found.covered.sum() == 2 * 50 * 60 - 45 * 30 and found.overlap_error < 1e-12
    colour = blend([np.repeat(i[..., None], 3, axis=2) for i in images], found.homographies)
    np.testing.assert_allclose(colour.image, found.image[..., None].repeat(3, axis=2))


def test_feathers_one_image_and_bad_arguments():
    assert feather((3, 5)).shape == (3, 5) and feather((3, 5))[1, 2] == 1 and feather((3, 5)).min() > 0
    single = panorama(views()[:1])
    np.testing.assert_allclose(single.image, views()[0], atol=1e-12)
    with pytest.raises(InputError, match="neighbours overlap"):
        panorama([views()[0], np.full(SHAPE, 0.5)])
    with pytest.raises(InputError, match="one image"):
        panorama([])
    with pytest.raises(InputError, match="reference"):
        panorama(views(), reference=3)
