"""Corners: structure tensor, Harris, Shi-Tomasi, FAST, and the suppression of what is not the largest."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision import harris as h
from npdl.vision.derivatives import sobel
from npdl.vision.fast import fast_corners
from npdl.vision.peaks import local_maxima
from npdl.vision.smoothing import box

rng = np.random.default_rng(0)
PLANE = pictures.TexturedPlane(96, seed=2)
SCENE = pictures.view(PLANE, np.eye(3), (96, 96))


def repeatability(homography, gain=1.0, tolerance=1.5):
    """How many of the corners of SCENE are corners of its view through a homography, too, among those seen in both."""
    seen = np.clip(gain * pictures.view(PLANE, homography, (96, 96)), 0, 2)
    a, b = (h.harris_corners(image, count=60) for image in (SCENE, seen))
    moved = pictures.transform(homography, a)
    moved = moved[((moved > 6) & (moved < 89)).all(axis=1)]
    return (np.linalg.norm(moved[:, None] - b, axis=2).min(axis=1) < tolerance).mean()


@pytest.mark.topic("R041")
def test_corners_repeat_under_rotation_and_gain_but_not_under_scale():
    middle = (47.5, 47.5)
    turned = repeatability(pictures.rotation(30, centre=middle), gain=1.2)
    scaled = repeatability(pictures.rotation(0, scale=2, centre=middle))
    slanted = repeatability(np.diag([1, 0.5, 1]) + np.array([[0, 0, 0], [0, 0, 24], [0, 0, 0]]))  # seen at 60°
    assert turned > 0.75 > scaled + 0.2 and slanted < turned - 0.1
    exact = h.harris_corners(SCENE)
    np.testing.assert_array_equal(h.harris_corners(SCENE / 2 + 0.1), exact)


@pytest.mark.topic("R042")
def test_the_energy_of_a_shift_is_a_quadratic_form_to_third_order():
    y, x = np.mgrid[:64, :64].astype(float)

    def wave(x, y):
        return np.sin(0.3 * x + 0.1) * np.cos(0.2 * y) + 0.5 * np.sin(0.15 * x + 0.25 * y)

    gx = 0.3 * np.cos(0.3 * x + 0.1) * np.cos(0.2 * y) + 0.075 * np.cos(0.15 * x + 0.25 * y)
    gy = -0.2 * np.sin(0.3 * x + 0.1) * np.sin(0.2 * y) + 0.125 * np.cos(0.15 * x + 0.25 * y)
    tensor = h.structure_tensor(gx, gy, sigma=3)
    errors = []
    for step in (0.4, 0.2, 0.1):
        u, v = step, -0.7 * step
        direct = h.gaussian((wave(x + u, y + v) - wave(x, y)) ** 2, 3)
        quadratic = h.shift_energy(tensor, u, v)
        errors.append(np.abs(direct - quadratic).max())
        assert errors[-1] < 0.2 * quadratic.max()
    np.testing.assert_allclose([errors[0] / errors[1], errors[1] / errors[2]], 8, atol=0.8)


@pytest.mark.topic("R043")
def test_the_structure_tensor_is_positive_semi_definite():
    larger, smaller = h.eigenvalues(h.structure_tensor(*sobel(rng.random((20, 20)))))
    assert (smaller >= -1e-12).all() and (larger >= smaller).all()


@pytest.mark.oracle
@pytest.mark.topic("R043")
@pytest.mark.topic("R045")
@pytest.mark.topic("R047")
def test_the_maps_equal_scikit_images():
    feature = pytest.importorskip("skimage.feature")
    image = rng.random((30, 34))
    tensor = h.structure_tensor(*sobel(image), sigma=1.5)
    yy, xy, xx = (m / 64 for m in feature.structure_tensor(image, 1.5, mode="reflect", order="rc"))
    for ours, theirs in zip(tensor, (xx, xy, yy)):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
    inner = (slice(9, -9), slice(9, -9))  # corner_harris sees zeros beyond the border
    np.testing.assert_allclose(
        h.harris_response(tensor)[inner], feature.corner_harris(image, k=0.05, sigma=1.5)[inner] / 64**2, atol=1e-12
    )
    np.testing.assert_allclose(
        h.shi_tomasi_response(tensor)[inner], feature.corner_shi_tomasi(image, sigma=1.5)[inner] / 64, atol=1e-12
    )


@pytest.mark.topic("R044")
def test_flat_edge_and_corner_by_their_eigenvalues():
    image = np.zeros((40, 40))
    image[20:, 20:] = 1
    larger, smaller = h.eigenvalues(h.structure_tensor(*sobel(image)))
    assert larger[5, 5] < 1e-12
    assert larger[35, 20] > 0.03 and smaller[35, 20] < 1e-9
    assert smaller[20, 20] > 0.01


@pytest.mark.topic("R045")
@pytest.mark.parametrize("angle", [0, 25])
def test_the_corners_of_a_checkerboard(angle):
    board, corners = pictures.checkerboard(4, 14, angle=angle)
    found = h.harris_corners(board, share=0.3)
    assert np.linalg.norm(found[:, None] - corners, axis=2).min(axis=0).max() < 1.5
    stages = h.harris_corners(board, stages=True)
    assert stages.response.max() > 0 > stages.response.min()
    larger, smaller = h.eigenvalues(stages.tensor)
    np.testing.assert_allclose(stages.response, larger * smaller - 0.05 * (larger + smaller) ** 2, atol=1e-12)


@pytest.mark.topic("R045")
def test_a_large_k_leaves_no_corner():
    tensor = h.structure_tensor(*sobel(pictures.checkerboard()[0]))
    trace = tensor.xx + tensor.yy
    best = (h.harris_response(tensor, 0.04)[trace > 1e-3] / trace[trace > 1e-3] ** 2).max()
    assert 0.2 < best <= 0.25 - 0.04 + 1e-12
    assert (h.harris_response(tensor, 0.5) <= 0).all()
    assert len(h.harris_corners(pictures.checkerboard()[0], k=0.5)) == 0


@pytest.mark.oracle
@pytest.mark.topic("R045")
def test_harris_agrees_with_opencv():
    cv2 = pytest.importorskip("cv2")
    board, _ = pictures.checkerboard(4, 14, angle=10)
    theirs = cv2.cornerHarris(board.astype(np.float32), 5, 3, 0.04)
    gx, gy = sobel(board)
    boxed = h.Tensor(*(box(product, 5) for product in (gx * gx, gx * gy, gy * gy)))  # its window is no Gaussian
    assert np.corrcoef(theirs.ravel(), h.harris_response(boxed, 0.04).ravel())[0, 1] > 0.999
    ours = h.harris_response(h.structure_tensor(gx, gy, sigma=1.5), 0.04)
    peaks = [local_maxima(r, distance=4, threshold=0.3 * r.max()) for r in (ours, theirs)]
    assert np.linalg.norm(peaks[0][:, None] - peaks[1], axis=2).min(axis=1).max() < 3


@pytest.mark.topic("R046")
def test_local_maxima():
    response = np.array([[0, 0, 0, 0, 0, 0], [0, 5, 4, 0, 3, 3], [0, 0, 0, 0, 0, 0.0]])
    np.testing.assert_array_equal(local_maxima(response), [[1, 1], [1, 4]])
    np.testing.assert_array_equal(local_maxima(response, distance=4), [[1, 1]])
    np.testing.assert_array_equal(local_maxima(response, threshold=3), [[1, 1]])
    np.testing.assert_array_equal(local_maxima(response, border=1, count=1), [[1, 1]])
    assert local_maxima(np.ones((6, 6)), distance=2).tolist() == [[0, 0], [0, 3], [3, 0], [3, 3]]
    assert local_maxima(np.zeros((5, 5))).shape == (0, 2)


@pytest.mark.oracle
@pytest.mark.topic("R046")
def test_local_maxima_equal_scikit_images():
    feature = pytest.importorskip("skimage.feature")
    response = rng.random((40, 50))
    for distance in (1, 3):
        theirs = feature.corner_peaks(response, min_distance=distance, threshold_rel=0.2, exclude_border=False)
        ours = local_maxima(response, distance=distance, threshold=0.2 * response.max())
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.oracle
@pytest.mark.topic("R047")
def test_shi_tomasi_finds_opencvs_good_features():
    cv2 = pytest.importorskip("cv2")
    theirs = cv2.goodFeaturesToTrack(SCENE.astype(np.float32), 30, 0.01, 3, blockSize=5)[:, 0]
    ours = h.shi_tomasi_corners(SCENE, count=40)
    assert (np.linalg.norm(theirs[:, None] - ours, axis=2).min(axis=1) < 2.5).mean() >= 0.8


@pytest.mark.topic("R047")
def test_shi_tomasi_on_a_polygon():
    corners = np.array([[12, 10], [50, 16], [45, 52], [8, 40.0]])
    found = h.shi_tomasi_corners(pictures.polygon(corners, (64, 64)), share=0.3)
    assert len(found) == 4 and np.linalg.norm(found[:, None] - corners, axis=2).min(axis=0).max() < 2.5


def test_nothing_found_and_bad_arguments():
    flat = np.full((16, 16), 0.5)
    for find in (h.harris_corners, h.shi_tomasi_corners, fast_corners):
        assert find(flat).shape == (0, 2)
        with pytest.raises(InputError, match="grey"):
            find(np.zeros((8, 8, 3)))
    assert fast_corners(np.zeros((3, 3))).shape == (0, 2)
    with pytest.raises(InputError, match="3 × 3"):
        h.harris_corners(np.zeros((2, 8)))
    with pytest.raises(InputError, match="nan"):
        local_maxima(np.array([np.nan, 1]))
