"""Maps of the plane, and images seen through them."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.borders import BORDERS, pad
from npdl.vision.resize import resize
from npdl.vision.smoothing import gaussian
from npdl.vision.warp import (
    reflection,
    rotation,
    sample,
    scaling,
    shear,
    transform_points,
    translation,
    warp,
)

rng = np.random.default_rng(0)
METHODS = ("nearest", "bilinear", "bicubic")
every_method = pytest.mark.parametrize("method", METHODS)
PROJECTIVE = np.array([[0.9, 0.15, 2.0], [-0.1, 1.1, 1.0], [0.004, -0.003, 1.0]])


@pytest.mark.topic("R463")
def test_composition_is_the_matrix_product_and_determinants_tell_mirrors():
    A, B = rotation(30, (2, 5)) @ shear(0.3, -0.1), scaling(2, 0.5) @ translation(3, -1)
    points = rng.standard_normal((7, 2))
    np.testing.assert_allclose(transform_points(A @ B, points), transform_points(A, transform_points(B, points)))
    assert np.linalg.det(rotation(77, (1, 2))) == pytest.approx(1)
    assert np.linalg.det(reflection(20, (3, 1))) == pytest.approx(-1)
    assert np.linalg.det(scaling(2, 3)) == pytest.approx(6) and np.linalg.det(shear(0.4)) == pytest.approx(1)
    np.testing.assert_allclose(transform_points(np.linalg.inv(A), transform_points(A, points)), points, rtol=1e-9)


@pytest.mark.topic("R463")
def test_what_each_does_to_points():
    p = [[2.0, 1.0]]
    np.testing.assert_allclose(transform_points(translation(3, -1), p), [[5, 0]])
    np.testing.assert_allclose(transform_points(translation(3), p), [[5, 4]])
    np.testing.assert_allclose(transform_points(scaling(2), p), [[4, 2]])
    np.testing.assert_allclose(transform_points(rotation(90), p), [[-1, 2]], atol=1e-12)
    np.testing.assert_allclose(transform_points(rotation(90, (2, 0)), p), [[1, 0]], atol=1e-12)
    np.testing.assert_allclose(transform_points(shear(0.5, 0), p), [[2.5, 1]])
    np.testing.assert_allclose(transform_points(shear(0, 0.5), p), [[2, 2]])
    np.testing.assert_allclose(transform_points(reflection(0), p), [[2, -1]])
    np.testing.assert_allclose(transform_points(reflection(45), p), [[1, 2]], atol=1e-12)
    np.testing.assert_allclose(transform_points(reflection(90, (1, 0)), p), [[0, 1]], atol=1e-12)


@pytest.mark.topic("R463")
@every_method
def test_a_whole_number_of_pixels_is_a_shift(method):
    f = rng.random((6, 8, 3))
    y = warp(f, translation(2, 1), method=method)
    np.testing.assert_allclose(y[1:, 2:], f[:-1, :-2], rtol=1e-12)
    assert not y[0].any() and not y[:, :2].any()
    np.testing.assert_allclose(warp(f, np.eye(3), method=method), f, rtol=1e-12)


@pytest.mark.topic("R463")
@every_method
def test_four_right_angles_are_a_full_turn(method):
    f = rng.random((7, 7))
    y = warp(f, rotation(90, (3, 3)), method=method)
    np.testing.assert_allclose(y, np.rot90(f, -1), atol=1e-9)
    np.testing.assert_allclose(warp(f, reflection(90, (3, 3)), method=method), f[:, ::-1], atol=1e-9)


@pytest.mark.topic("R463")
@pytest.mark.parametrize("matrix", [rotation(17, (20, 20)), PROJECTIVE], ids=["affine", "projective"])
def test_there_and_back(matrix):
    f = gaussian(rng.random((40, 40)), 3)
    f = (f - f.min()) / np.ptp(f)
    there = translation(10, 10) @ matrix
    seen = warp(f, there, (60, 60), method="bicubic")
    back = warp(seen, np.linalg.inv(there), (40, 40), method="bicubic")
    assert np.abs(back - f)[10:30, 10:30].max() < 0.01


@pytest.mark.topic("R463")
@pytest.mark.parametrize("border", BORDERS)
@every_method
def test_the_border_is_that_of_the_padded_image(method, border):
    f = rng.random((6, 7))
    x, y = rng.uniform(-3, 9, (2, 50))
    padded = pad(f, ((6, 6), (6, 6)), border, 0.3)
    expected = sample(padded, x + 6, y + 6, method=method)
    np.testing.assert_allclose(sample(f, x, y, method=method, border=border, value=0.3), expected, rtol=1e-10)


@pytest.mark.topic("R459")
@pytest.mark.parametrize("method, a", [("bilinear", 0), ("bicubic", -0.5)])
def test_a_scaling_is_a_resizing(method, a):
    f = rng.random((6, 9))
    grow = translation(-0.5, -0.5) @ scaling(3, 2) @ translation(0.5, 0.5)
    y = warp(f, grow, (12, 27), method=method, border="nearest")
    np.testing.assert_allclose(y, resize(f, (12, 27), method), atol=1e-10)


def test_what_comes_from_beyond_infinity_is_outside():
    tilted = np.array([[1, 0, 0], [0, 1, 0], [0.05, 0, 1.0]])
    y = warp(np.ones((20, 20)), tilted, (20, 60), border="nearest")
    assert (y[:, 21:] == 1).all()  # x = 20 is the horizon: right of it there are places behind the eye
    y = warp(np.ones((20, 20)), tilted, (20, 60))
    np.testing.assert_allclose(warp(np.ones((20, 20)), -0.5 * tilted, (20, 60)), y)  # the same map
    assert y[0, :9].all() and not y[:, 20:].any()
    with pytest.raises(InputError, match="infinity"):
        transform_points(tilted, [[-20.0, 0.0]])


@pytest.mark.oracle
@pytest.mark.topic("R463")
@pytest.mark.parametrize("matrix", [rotation(33, (10, 12)) @ shear(0.2), PROJECTIVE], ids=["affine", "projective"])
def test_scikit_images_warp(matrix):
    transform = pytest.importorskip("skimage.transform")
    f = rng.random((24, 22))
    for order, method in ((0, "nearest"), (1, "bilinear")):
        tform = transform.ProjectiveTransform(np.linalg.inv(matrix))
        expected = transform.warp(f, tform, order=order, output_shape=(26, 25), cval=0.2)
        y = warp(f, matrix, (26, 25), method=method, value=0.2)
        inside = warp(np.ones_like(f), matrix, (26, 25)) > 0.999
        np.testing.assert_allclose(y[inside], expected[inside], atol=1e-9)


@pytest.mark.oracle
@pytest.mark.topic("R463")
def test_opencvs_warps_which_round_places():
    cv2 = pytest.importorskip("cv2")
    f = gaussian(rng.random((32, 30)), 1.5)
    M = rotation(25, (15, 16)) @ scaling(1.1)
    y = cv2.warpAffine(f, M[:2], (30, 32), flags=cv2.INTER_LINEAR)
    assert np.abs(warp(f, M) - y)[4:-4, 4:-4].max() < np.abs(np.diff(f)).max() / 16
    y = cv2.warpPerspective(f, PROJECTIVE, (30, 32), flags=cv2.INTER_CUBIC)
    difference = np.abs(warp(f, PROJECTIVE, method="bicubic", a=-0.75) - y)
    assert difference[8:-8, 8:-8].max() < np.abs(np.diff(f)).max() / 16


def test_bad_input():
    f = np.ones((3, 4))
    with pytest.raises(InputError, match="invertible"):
        warp(f, np.zeros((3, 3)))
    with pytest.raises(InputError, match=r"shape \(3, 3\)"):
        warp(f, np.eye(2))
    with pytest.raises(InputError, match="method should be one of nearest, bilinear, bicubic"):
        warp(f, np.eye(3), method="cubic")
    with pytest.raises(InputError, match="points"):
        transform_points(np.eye(3), [1.0, 2.0])
