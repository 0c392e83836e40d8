"""Canny's stages one by one, and its edges beside those of OpenCV and scikit-image."""

import numpy as np
import pytest
from scipy.ndimage import label

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision.canny import (
    EIGHT,
    canny,
    double_threshold,
    non_maximum_suppression,
    track,
    track_one_hop,
)
from npdl.vision.derivatives import sobel
from npdl.vision.gradient import magnitude, sector
from npdl.vision.smoothing import gaussian

rng = np.random.default_rng(0)
DISC = pictures.discs([(40, 40, 25)], (81, 81))


def scenes():
    yield pictures.view(pictures.TexturedPlane(96, seed=0), np.eye(3), (96, 96))
    yield pictures.checkerboard(4, 20, angle=20)[0]
    yield np.clip(DISC * 0.6 + 0.2 + 0.02 * rng.standard_normal(DISC.shape), 0, 1)


def f1(found, truth):
    """Precision and recall at one pixel's tolerance, their harmonic mean."""

    def share(a, b):
        H, W = b.shape
        padded = np.pad(b, 1)
        near = np.any([padded[i : i + H, j : j + W] for i in range(3) for j in range(3)], axis=0)
        return near[a].mean()

    p, r = share(found, truth), share(truth, found)
    return 2 * p * r / (p + r)


@pytest.mark.topic("R054")
def test_the_edge_of_a_disc_is_one_closed_line_one_pixel_wide():
    edges = canny(DISC, sigma=1.4)
    y, x = np.nonzero(edges)
    assert np.abs(np.hypot(x - 40, y - 40) - 25).max() < 1.2
    assert label(edges, EIGHT)[1] == 1
    assert label(~edges)[1] == 2  # closed: it parts inside from outside
    blocks = edges[:-1, :-1] & edges[1:, :-1] & edges[:-1, 1:] & edges[1:, 1:]
    assert not blocks.any()


@pytest.mark.oracle
@pytest.mark.topic("R054")
@pytest.mark.parametrize("k", range(3))
def test_edges_agree_with_opencv_and_scikit_image(k):
    cv2, feature = pytest.importorskip("cv2"), pytest.importorskip("skimage.feature")
    image = list(scenes())[k]
    ours = canny(image, sigma=1.4, low=0.05, high=0.1)
    assert f1(ours, feature.canny(image, 1.4, 0.4, 0.8, mode="nearest")) >= 0.95
    smoothed = np.rint(gaussian(image, 1.4, border="nearest") * 255).astype(np.uint8)
    theirs = cv2.Canny(smoothed, 0.4 * 255, 0.8 * 255, L2gradient=True) > 0
    assert f1(ours, theirs) >= 0.95
    assert (canny(smoothed, sigma=0, low=0.05, high=0.1) != theirs).mean() < 1e-3


@pytest.mark.topic("R055")
def test_a_larger_gaussian_moves_the_edge_of_a_disc():
    small = pictures.discs([(24, 24, 8)], (49, 49))
    errors = []
    for sigma in (1, 3, 5):
        y, x = np.nonzero(canny(small, sigma=sigma, low=0.007, high=0.013))
        errors.append(abs(np.hypot(x - 24, y - 24).mean() - 8))
    assert errors[0] < errors[1] < errors[2]


@pytest.mark.topic("R055")
def test_smoothing_removes_the_edges_of_noise():
    noisy = DISC + 0.1 * rng.standard_normal(DISC.shape)
    assert canny(noisy, sigma=2).sum() < 0.5 * canny(noisy, sigma=0).sum()


@pytest.mark.topic("R056")
def test_directions_of_a_radial_image():
    y, x = np.mgrid[-20:21, -20:21]
    gx, gy = sobel(x**2.0 + y**2)
    found = sector(gx, gy)[1:-1, 1:-1]
    angle = np.degrees(np.arctan2(y, x))[1:-1, 1:-1]
    np.testing.assert_array_equal(found, np.rint(angle / 45).astype(int) % 8)
    assert set(found.ravel()) == set(range(8))


@pytest.mark.topic("R057")
def test_non_maximum_suppression_by_brute_force():
    strength = rng.integers(0, 9, (12, 13)).astype(float)
    direction = rng.integers(0, 8, (12, 13))
    padded = np.pad(strength, 1)
    step = [(0, 1), (1, 1), (1, 0), (1, -1)]
    expected = np.zeros_like(strength)
    for i, j in np.ndindex(strength.shape):
        dy, dx = step[direction[i, j] % 4]
        ahead, behind = padded[i + 1 + dy, j + 1 + dx], padded[i + 1 - dy, j + 1 - dx]
        expected[i, j] = strength[i, j] if strength[i, j] > ahead and strength[i, j] >= behind else 0
    np.testing.assert_array_equal(non_maximum_suppression(strength, direction), expected)


@pytest.mark.topic("R057")
def test_a_step_leaves_one_line_even_where_two_columns_are_equal():
    step = np.zeros((10, 10))
    step[:, 5:] = 1  # columns 4 and 5 have the same gradient
    gx, gy = sobel(step)
    thin = non_maximum_suppression(magnitude(gx, gy), sector(gx, gy))
    np.testing.assert_array_equal(np.nonzero(thin.any(axis=0))[0], [5])


@pytest.mark.topic("R058")
def test_two_thresholds_part_the_pixels():
    strong, weak = double_threshold(np.array([[0, 1, 2, 3, 4, 5.0]]), 2, 4)
    np.testing.assert_array_equal(strong, [[0, 0, 0, 0, 0, 1]])
    np.testing.assert_array_equal(weak, [[0, 0, 1, 1, 1, 0]])
    assert not (strong & weak).any()


@pytest.mark.topic("R059")
def test_tracking_by_flooding():
    values = rng.random((40, 40))
    strong, weak = double_threshold(values, 0.6, 0.9)
    expected = strong
    for _ in range(1600):
        padded = np.pad(expected, 1)
        near = np.any([padded[i : i + 40, j : j + 40] for i in range(3) for j in range(3)], axis=0)
        grown = expected | (weak & near)
        if (grown == expected).all():
            break
        expected = grown
    assert strong.sum() < expected.sum() < (strong | weak).sum()
    np.testing.assert_array_equal(track(strong, weak), expected)


@pytest.mark.oracle
@pytest.mark.topic("R059")
def test_tracking_equals_scikit_images():
    filters = pytest.importorskip("skimage.filters")
    values = rng.random((60, 60))
    theirs = filters.apply_hysteresis_threshold(values, 0.7, 0.95)  # four neighbours
    strong, weak = double_threshold(values, 0.7, 0.95)
    components, _ = label(strong | weak)
    np.testing.assert_array_equal(theirs, np.isin(components, np.unique(components[strong])))
    assert not (theirs & ~track(strong, weak)).any()  # eight neighbours keep all that, and more


@pytest.mark.topic("R060")
def test_one_hop_breaks_a_chain():
    strong, weak = np.array([[1, 0, 0, 0, 0]], bool), np.array([[0, 1, 1, 0, 1]], bool)
    np.testing.assert_array_equal(track(strong, weak), [[1, 1, 1, 0, 0]])
    np.testing.assert_array_equal(track_one_hop(strong, weak), [[1, 1, 0, 0, 0]])
    image = next(scenes())
    by_component, by_hop = (canny(image, tracking=rule, stages=True) for rule in ("component", "one-hop"))
    assert not (by_hop.edges & ~by_component.edges).any()
    np.testing.assert_array_equal(by_hop.edges, track_one_hop(by_hop.strong, by_hop.weak))


def test_what_has_no_edges_and_bad_arguments():
    assert not canny(np.full((7, 7), 0.5)).any()
    assert canny(np.ones((1, 1))).shape == (1, 1)
    with pytest.raises(InputError, match="low <= high"):
        canny(DISC, low=0.5, high=0.4)
    with pytest.raises(InputError, match="tracking"):
        canny(DISC, tracking="all")
    with pytest.raises(InputError, match="grey"):
        canny(np.zeros((4, 4, 3)))
