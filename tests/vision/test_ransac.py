"""RANSAC and the least squares inside it: planted models among outliers, the number of trials."""

import numpy as np
import pytest

from npdl.errors import InputError
from npdl.vision import geometry
from npdl.vision.ransac import ransac, ransac_affine, ransac_homography, ransac_line, trial_count

HOMOGRAPHY = np.array([[1.1, 0.15, 5], [-0.1, 0.95, 8], [8e-4, -5e-4, 1]])


def correspondences(share=0.4, n=100, noise=0.3, seed=0):
    """Pairs of points under HOMOGRAPHY, the first `share` of them wrong."""
    rng = np.random.default_rng(seed)
    source = rng.uniform(0, 128, (n, 2))
    target = geometry.apply(HOMOGRAPHY, source) + noise * rng.standard_normal((n, 2))
    wrong = int(share * n)
    target[:wrong] = rng.uniform(0, 128, (wrong, 2))
    return source, target, np.arange(n) >= wrong


@pytest.mark.topic("R063")
def test_a_line_among_outliers():
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 100, 60)
    line = np.stack([x, 0.5 * x + 10 + 0.2 * rng.standard_normal(60)], axis=1)
    points = np.concatenate([line, rng.uniform(0, 100, (40, 2))])
    found = ransac_line(points, threshold=1)
    a, b, c = found.model
    np.testing.assert_allclose([-a / b, c / b], [0.5, 10], atol=0.3)
    assert abs(-a / b - 0.5) < 0.01
    assert found.inliers[:60].mean() > 0.95 and found.inliers[60:].mean() < 0.2
    everything = geometry.fit_line(points)
    assert abs(-everything[0] / everything[1] - 0.5) > 0.05  # least squares alone is led astray
    np.testing.assert_allclose(np.abs(found.model), np.abs(geometry.fit_line(points[found.inliers])), rtol=1e-6)


@pytest.mark.topic("R063")
def test_trials_stop_when_enough_agree():
    points = np.stack([np.arange(50.0), 2 * np.arange(50.0)], axis=1)
    assert ransac_line(points, max_trials=500).trials == 1
    few = ransac_line(np.random.default_rng(0).uniform(0, 100, (50, 2)), threshold=0.5, max_trials=77)
    assert few.trials == 77


@pytest.mark.topic("R064")
def test_the_number_of_trials():
    expected = [16.01, 71.36, 1176.6]
    np.testing.assert_allclose([trial_count(0.99, 0.5, n) for n in (2, 4, 8)], expected, rtol=1e-3)
    assert trial_count(0.99, 0, 4) == np.inf and trial_count(0.99, 1, 4) == 0
    rng = np.random.default_rng(0)
    clean = (rng.random((4000, 17, 2)) < 0.5).all(axis=2).any(axis=1)  # 17 trials of two samples, half of them inliers
    assert abs(clean.mean() - 0.99) < 0.005


@pytest.mark.topic("R065")
def test_a_homography_among_outliers():
    source, target, right = correspondences()
    found = ransac_homography(source, target, threshold=1)
    assert geometry.transfer_errors(found.model, source, geometry.apply(HOMOGRAPHY, source)).max() < 1
    assert found.inliers[right].mean() > 0.95 and found.inliers[~right].mean() < 0.05


@pytest.mark.topic("R063")
def test_an_affine_map_among_outliers():
    rng = np.random.default_rng(2)
    affine = np.array([[0.9, -0.2, 4], [0.3, 1.1, -6], [0, 0, 1]])
    source = rng.uniform(0, 100, (80, 2))
    target = geometry.apply(affine, source)
    target[:30] = rng.uniform(0, 100, (30, 2))
    found = ransac_affine(source, target)
    np.testing.assert_allclose(found.model, affine, atol=1e-10)
    assert found.inliers[30:].all() and found.inliers.sum() < 55


@pytest.mark.oracle
@pytest.mark.topic("R065")
def test_homographies_agree_with_opencv():
    cv2 = pytest.importorskip("cv2")
    source, target, right = correspondences()
    grid = np.stack(np.meshgrid([0, 64, 128.0], [0, 64, 128.0]), axis=-1).reshape(-1, 2)
    for ours, theirs in (
        (ransac_homography(source, target).model, cv2.findHomography(source, target, cv2.RANSAC, 1.0)[0]),
        (geometry.fit_homography(source[right], target[right]), cv2.findHomography(source[right], target[right])[0]),
    ):
        assert geometry.transfer_errors(ours, grid, geometry.apply(theirs, grid)).max() < 0.5


@pytest.mark.oracle
@pytest.mark.topic("R063")
def test_the_inliers_are_scikit_images():
    measure = pytest.importorskip("skimage.measure")
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 100, 60)
    points = np.concatenate([np.stack([x, 90 - 0.7 * x], axis=1), rng.uniform(60, 100, (40, 2))])
    _, theirs = measure.ransac(points, measure.LineModelND, min_samples=2, residual_threshold=1, max_trials=200, rng=0)
    np.testing.assert_array_equal(ransac_line(points, threshold=1, max_trials=200).inliers, theirs)


@pytest.mark.topic("R065")
def test_exact_fits():
    source = np.array([[0, 0], [100, 0], [100, 80], [0, 80], [30, 50.0]])
    exact = geometry.apply(HOMOGRAPHY, source)
    np.testing.assert_allclose(geometry.fit_homography(source[:4], exact[:4]), HOMOGRAPHY, atol=1e-9)
    np.testing.assert_allclose(geometry.fit_homography(source, exact), HOMOGRAPHY, atol=1e-9)
    affine = np.array([[2, 1, 3], [0, 1, 5], [0, 0, 1.0]])
    np.testing.assert_allclose(geometry.fit_affine(source, geometry.apply(affine, source)), affine, atol=1e-12)


def test_degenerate_samples_and_bad_arguments():
    collinear = np.array([[0, 0], [1, 1], [2, 2], [3, 3.0]])
    assert geometry.fit_homography(collinear, collinear) is None
    assert geometry.fit_homography(np.ones((4, 2)), collinear) is None
    assert geometry.fit_affine(collinear, collinear) is None
    assert geometry.fit_line(np.ones((3, 2))) is None
    nothing = ransac_homography(collinear, collinear, max_trials=20)
    assert nothing.model is None and not nothing.inliers.any()
    for call, match in (
        (lambda: ransac_homography(collinear[:3], collinear[:3]), "4 samples"),
        (lambda: ransac_homography(collinear, collinear[:3]), "like source"),
        (lambda: ransac_line(collinear * np.nan), "free of nan"),
        (lambda: geometry.fit_homography(collinear[:3], collinear[:3]), "four points"),
        (lambda: ransac(collinear, None, None, size=2, threshold=0), "threshold"),
        (lambda: trial_count(1, 0.5, 2), "less than 1"),
        (lambda: trial_count(0.9, 1.5, 2), "inlier_ratio"),
    ):
        with pytest.raises(InputError, match=match):
            call()
