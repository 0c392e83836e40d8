"""Hough transforms: planted lines and circles come back, and scikit-image counts the same votes."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision import hough
from npdl.vision.binary import holes, label
from npdl.vision.canny import canny

rng = np.random.default_rng(0)


@pytest.mark.topic("R061")
def test_points_of_a_line_meet_at_its_slope_and_intercept():
    x = np.array([1, 4, 9])
    slopes, intercepts = np.arange(-3, 3.25, 0.25), np.arange(-20, 20.5, 0.5)
    votes = hough.hough_slope_intercept(np.stack([x, -1.5 * x + 7], axis=1), slopes, intercepts)
    a, b = np.unravel_index(votes.argmax(), votes.shape)
    assert (votes.max(), slopes[a], intercepts[b]) == (3, -1.5, 7.0) and (votes == 3).sum() == 1


@pytest.mark.topic("R061")
def test_a_vertical_line_has_no_slope():
    points = np.array([[5, 0], [5, 4], [5, 9]])
    for reach in (10, 1000):
        votes = hough.hough_slope_intercept(points, np.linspace(-reach, reach, 101), np.arange(-9 * reach, 9 * reach))
        assert votes.max() == 1


@pytest.mark.topic("R062")
def test_theta_is_the_angle_of_the_normal():
    edges = np.zeros((40, 40), bool)
    i = np.arange(39)
    edges[i + 1, i] = True  # y = x + 1
    theta = np.radians(np.arange(180))
    accumulator, theta, r = hough.hough_lines(edges, theta)
    votes, angle, radius = hough.hough_peaks(accumulator, theta, r, count=1)
    assert votes[0] == 39 and np.degrees(angle[0]) == pytest.approx(135) and abs(radius[0] - np.sqrt(0.5)) < 0.5


@pytest.mark.topic("R062")
def test_planted_lines_come_back_within_one_bin():
    planted = [(-80, -40), (-30, 20), (0, 50), (35, 60), (89, 30)]
    edges = np.any([pictures.line_points(np.radians(t), r, (96, 96)) for t, r in planted], axis=0)
    found = hough.hough_peaks(*hough.hough_lines(edges), count=5)
    expected = {(t, r) for t, r in planted}
    for theta, r in zip(np.degrees(found.theta), found.r):
        near = {
            (t, q)
            for t, q in expected
            if (abs(t - theta) <= 1 and abs(q - r) <= 1) or (abs(abs(t - theta) - 180) <= 1 and abs(q + r) <= 1)
        }
        assert near, (theta, r)
        expected -= near
    assert not expected


@pytest.mark.topic("R062")
def test_a_line_at_the_seam_of_the_angles_is_found_once():
    edges = pictures.line_points(np.radians(-90), -20, (60, 60))  # the row y = 20, (90°, 20) as well
    found = hough.hough_peaks(*hough.hough_lines(edges), threshold=30)
    assert len(found.votes) == 1


@pytest.mark.topic("R062")
def test_sides_of_a_polygon():
    corners = np.array([[20, 15], [75, 25], [60, 80], [15, 60.0]])
    found = hough.hough_peaks(*hough.hough_lines(canny(pictures.polygon(corners, (96, 96)))), count=4, distance=6)
    for start, end in zip(corners, np.roll(corners, -1, axis=0)):
        normal = np.array([-(end - start)[1], (end - start)[0]]) / np.hypot(*(end - start))
        c, s = np.cos(found.theta), np.sin(found.theta)
        sign = np.sign(c * normal[0] + s * normal[1])
        turned = np.degrees(np.arccos(np.clip(np.abs(c * normal[0] + s * normal[1]), 0, 1)))
        assert ((turned < 2) & (abs(sign * found.r - normal @ start) < 2)).any()


@pytest.mark.oracle
@pytest.mark.topic("R062")
def test_the_accumulator_equals_scikit_images():
    transform = pytest.importorskip("skimage.transform")
    edges = rng.random((30, 41)) < 0.1
    theirs, theta, r = transform.hough_line(edges)
    ours, own_theta, own_r = hough.hough_lines(edges)
    np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_allclose(own_theta, theta)
    np.testing.assert_allclose(own_r, r)


@pytest.mark.topic("R062")
def test_circles_come_back_within_one_bin():
    planted = [(30, 34, 14), (66, 60, 22)]
    radii = np.arange(10, 28)
    edges = canny(pictures.discs(planted, (96, 96)))
    found = hough.circle_peaks(hough.hough_circles(edges, radii), radii, count=2)
    for circle in planted:
        assert np.abs(found[:, :3] - circle).max(axis=1).min() <= 1
    assert hough.circle_peaks(hough.hough_circles(edges, radii), radii, threshold=1.1).shape == (0, 4)


@pytest.mark.topic("R062")
def test_lines_with_half_as_many_votes_count_by_default():
    votes = np.zeros((101, 30), int)
    votes[20, 3], votes[70, 8], votes[50, 20] = 10, 5, 4
    found = hough.hough_peaks(votes, np.linspace(0, 1, 30), np.arange(-50, 51))
    assert found.votes.tolist() == [10, 5] and found.r.tolist() == [-30, 20]
    np.testing.assert_allclose(found.theta, [3 / 29, 8 / 29])
    votes = np.zeros((101, 180), int)  # half a turn: (-90°, 10) is (90°, -10), and neither (89°, 10) nor (0°, -10)
    votes[60, 0], votes[40, 179], votes[60, 179], votes[40, 90] = 10, 9, 8, 7
    theta = np.linspace(-np.pi / 2, np.pi / 2, 180, endpoint=False)
    assert hough.hough_peaks(votes, theta, np.arange(-50, 51)).votes.tolist() == [10, 8, 7]


@pytest.mark.topic("R062")
@pytest.mark.parametrize("radius", [1, 4, 10])
def test_the_pixels_of_a_circle(radius):
    dy, dx = hough.circle_pixels(radius)
    assert np.abs(np.hypot(dy, dx) - radius).max() <= np.sqrt(0.5) and abs(dy.mean()) < 0.3 > abs(dx.mean())
    ring = np.zeros((25, 25), bool)
    ring[dy + 12, dx + 12] = True
    assert ring.sum() == len(dy) and label(ring)[1] == 1 and holes(ring) == 1  # closed


@pytest.mark.topic("R062")
def test_circles_near_a_better_one_are_struck_out():
    votes = np.zeros((2, 12, 12))
    votes[0, 5, 4], votes[1, 5, 7], votes[1, 8, 8], votes[0, 1, 4] = 0.9, 0.8, 0.7, 0.4
    found = hough.circle_peaks(votes, [3, 6], distance=3)  # from (4, 5) it is 3 to (7, 5), and 5 to (8, 8)
    np.testing.assert_allclose(found, [[4, 5, 3, 0.9], [8, 8, 6, 0.7]])
    assert len(hough.circle_peaks(votes, [3, 6], distance=2)) == 3
    assert len(hough.circle_peaks(votes, [3, 6], distance=2, threshold=0.4)) == 4
    assert len(hough.circle_peaks(votes, [3, 6], distance=2, count=2)) == 2


def test_no_edges_and_bad_arguments():
    accumulator, theta, r = hough.hough_lines(np.zeros((5, 6), bool))
    assert accumulator.sum() == 0 and len(hough.hough_peaks(accumulator, theta, r).votes) == 0
    with pytest.raises(InputError, match="mask of bool"):
        hough.hough_lines(np.zeros((5, 6)))
    with pytest.raises(InputError, match="evenly spaced"):
        hough.hough_slope_intercept(np.zeros((2, 2)), [0, 1], [0, 1, 3])
    with pytest.raises(InputError, match="radii"):
        hough.hough_circles(np.zeros((5, 6), bool), [0])
