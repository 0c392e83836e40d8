"""Superpixels and segmentation by clustering, against masks that are known."""

import numpy as np
import pytest

from npdl import InputError
from npdl.metrics.segmentation import achievable_accuracy, adjusted_rand, boundary_recall, undersegmentation_error
from npdl.vision.segmentation import pixel_features, segment_kmeans, segment_mean_shift
from npdl.vision.superpixels import boundaries, connected, mean_colours, slic


def scene(H=72, W=96, noise=0.03):
    """A disc, a bar and two halves of the ground, and which is which."""
    i, j = np.mgrid[:H, :W]
    y = (j > W * 0.55).astype(int)
    y[(i - 30) ** 2 + (j - 35) ** 2 < 18**2] = 2
    y[50:64, 20:85] = 3
    colours = np.array([[0.2, 0.5, 0.3], [0.7, 0.7, 0.4], [0.8, 0.2, 0.2], [0.15, 0.2, 0.6]])
    image = colours[y] + np.random.default_rng(0).normal(size=(H, W, 3)) * noise
    return np.clip(image, 0, 1), y


@pytest.mark.topic("R096")
def test_superpixels_follow_the_edges():
    image, y = scene()
    labels = slic(image, 60)
    assert labels.shape == y.shape and labels.dtype.kind == "i"
    assert 40 <= labels.max() + 1 <= 80 and len(np.unique(labels)) == labels.max() + 1
    assert boundary_recall(boundaries(labels), boundaries(y), 1) > 0.97
    assert undersegmentation_error(labels, y) < 0.05 and achievable_accuracy(labels, y) > 0.97
    blocks = (np.arange(72)[:, None] // 9) * 10 + np.arange(96) // 12  # squares of about the same number
    assert boundary_recall(boundaries(blocks), boundaries(y), 1) < 0.6
    assert undersegmentation_error(blocks, y) > 0.1


@pytest.mark.topic("R096")
def test_every_superpixel_is_connected_and_not_small():
    image, _ = scene(noise=0.1)
    labels = slic(image, 60)
    parts = connected(labels)
    np.testing.assert_array_equal(parts, labels)
    assert np.bincount(labels.ravel()).min() >= 72 * 96 / 60 / 4


@pytest.mark.topic("R096")
def test_compactness_makes_squares():
    image, _ = scene()
    squares = (np.arange(72)[:, None] // 12) * 8 + np.arange(96) // 12
    agree = [adjusted_rand(slic(image, 48, compactness=m), squares) for m in (10, 100, 10_000)]
    assert agree[0] < 0.5 < agree[1] - 0.1 and agree[2] > 0.85
    square = slic(np.full((40, 60), 0.5), 24)
    exact = (np.arange(40)[:, None] // 10) * 6 + np.arange(60) // 10
    assert square.max() == 23 and adjusted_rand(square, exact) > 0.6  # pixels midway go to the smaller number


@pytest.mark.topic("R096")
def test_grey_bytes_and_single_precision():
    image, _ = scene()
    single = slic(image.astype(np.float32), 30)
    assert adjusted_rand(single, slic(image, 30)) > 0.95
    grey = (image[..., 0] * 255).astype(np.uint8)
    assert slic(grey, 30).max() > 10
    assert np.all(slic(image, 1) == 0)
    assert slic(image[:2, :2], 4).shape == (2, 2)


@pytest.mark.topic("R096")
def test_connected_by_hand():
    labels = np.array([[1, 1, 2, 2], [1, 5, 2, 1], [1, 1, 2, 1]])
    assert connected(labels).tolist() == [[0, 0, 1, 1], [0, 2, 1, 3], [0, 0, 1, 3]]
    assert connected(labels, least=2).tolist() == [[0, 0, 1, 1], [0, 0, 1, 2], [0, 0, 1, 2]]
    assert connected(labels, least=3).tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]]
    assert np.all(connected(labels, least=99) == 0)


@pytest.mark.topic("R096")
def test_painted_in_mean_colours():
    image, y = scene()
    painted = mean_colours(image, y)
    for label in range(4):
        assert np.allclose(painted[y == label], image[y == label].mean(axis=0))
    assert mean_colours(image[..., 0], y).shape == y.shape


@pytest.mark.oracle
@pytest.mark.topic("R096")
@pytest.mark.parametrize("noise", [0.02, 0.03])
def test_as_good_as_scikit_image(noise):
    segmentation = pytest.importorskip("skimage.segmentation")
    image, y = scene(noise=noise)
    ours, theirs = slic(image, 60), segmentation.slic(image, 60, compactness=10, start_label=0)
    recalls = [boundary_recall(boundaries(labels), boundaries(y), 1) for labels in (ours, theirs)]
    leaks = [undersegmentation_error(labels, y) for labels in (ours, theirs)]
    assert recalls[0] > recalls[1] - 0.05 and leaks[0] < leaks[1] + 0.05


@pytest.mark.topic("R095")
def test_segmentation_by_clustering():
    image, y = scene()
    assert adjusted_rand(segment_kmeans(image, 4, place=0), y) > 0.98
    assert adjusted_rand(segment_mean_shift(image, 0.25, place=0), y) > 0.98
    wanted = np.tile(np.arange(60) // 20, (20, 1))
    stripes = (wanted == 1) * 0.9  # two of the three have one colour
    assert adjusted_rand(segment_kmeans(stripes, 3, place=1.0), wanted) == 1  # their place tells them apart
    assert adjusted_rand(segment_kmeans(stripes, 2, place=0), wanted == 1) == 1


@pytest.mark.topic("R095")
def test_features_of_pixels():
    image = np.random.default_rng(0).random((3, 4, 3))
    features = pixel_features(image, place=2)
    assert features.shape == (12, 5)
    np.testing.assert_allclose(features[6], [*image[1, 2], 1 * 2 / 4, 2 * 2 / 4])
    np.testing.assert_array_equal(pixel_features(image), np.pad(image.reshape(12, 3), ((0, 0), (0, 2))))


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: slic(np.zeros((4, 4)), 0), "slic: count should be an integer >= 1; got 0"),
        (lambda: slic(np.zeros((4, 4)), 17), "count should be at most 16"),
        (lambda: slic(np.zeros((4, 4)), 4, compactness=0), "compactness should be greater than 0"),
        (lambda: slic(np.full((4, 4), np.nan), 4), "slic: image should be free of nan"),
        (lambda: slic(np.zeros((4, 4, 2)), 4), "slic: image should be a grey image"),
        (lambda: segment_kmeans(np.zeros((2, 2)), 5), "at least k = 5 samples"),
        (lambda: pixel_features(np.zeros((2, 2)), -1), "place should be in"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action()
