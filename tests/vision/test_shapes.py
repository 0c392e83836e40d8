"""Shapes and where they lie: closed forms, invariance, scikit-image's and OpenCV's numbers."""

import numpy as np
import pytest
from scipy.ndimage import label

from npdl.data import pictures
from npdl.data.scenes import load_scenes
from npdl.errors import InputError
from npdl.ml.linear import SoftmaxClassifier
from npdl.vision import shapes as s
from npdl.vision.colour_features import colour_histogram
from npdl.vision.features import FEATURES, extract, hog_and_colours
from npdl.vision.relations import block_features, region_relations

SHAPE = np.array([[10, 8], [40, 14], [34, 30], [14, 44.0]])


def drawn(homography):
    """The quadrilateral SHAPE through a homography, 96 × 96."""
    return pictures.polygon(pictures.transform(homography, SHAPE), (96, 96))


@pytest.mark.topic("R085")
def test_moments_of_a_rectangle():
    image = np.zeros((20, 30), bool)
    image[4:10, 5:17] = True  # 6 × 12
    mu = s.central_moments(image)
    assert s.centroid(image) == (10.5, 6.5) and s.area(image) == mu[0, 0] == 72
    np.testing.assert_allclose([mu[1, 0], mu[0, 1], mu[1, 1], mu[3, 0]], 0, atol=1e-9)
    np.testing.assert_allclose([mu[2, 0], mu[0, 2]], [72 * (144 - 1) / 12, 72 * (36 - 1) / 12])
    assert s.eccentricity(image) == pytest.approx(np.sqrt(1 - 35 / 143))
    assert s.perimeter(image) == 2 * (5 + 11)


@pytest.mark.topic("R085")
def test_moments_do_not_mind_place_size_and_turns():
    turned = pictures.rotation(35, scale=1.4, centre=(5, 40)) @ pictures.translation(5, 10)
    first, second = (drawn(v) for v in (pictures.translation(20, 25), turned))
    np.testing.assert_allclose(s.hu_moments(second)[:4], s.hu_moments(first)[:4], rtol=0.02, atol=1e-6)
    np.testing.assert_allclose(s.zernike_moments(second), s.zernike_moments(first), atol=0.02)
    mirrored = s.hu_moments(first[:, ::-1])
    np.testing.assert_allclose(mirrored[:6], s.hu_moments(first)[:6], rtol=1e-9)
    np.testing.assert_allclose(mirrored[6], -s.hu_moments(first)[6], rtol=1e-9)
    disc = pictures.discs([(48, 48, 20)], (96, 96))
    np.testing.assert_allclose(s.zernike_moments(disc, 2, radius=20)[[0, 2]], [1 / np.pi, 0], atol=0.03)
    assert s.hu_moments(disc)[0] == pytest.approx(1 / (2 * np.pi), rel=0.01) and abs(s.hu_moments(disc)[1]) < 1e-9


@pytest.mark.topic("R085")
def test_zernikes_polynomials_are_orthogonal():
    rho = (np.arange(20000) + 0.5) / 20000
    pairs = [(n, m) for n in range(7) for m in range(n % 2, n + 1, 2)]
    for n, m in pairs:
        assert s.zernike_radial(n, m, np.array(1.0)) == pytest.approx(1)
        for k in range(m, 7, 2):
            integral = np.mean(s.zernike_radial(n, m, rho) * s.zernike_radial(k, m, rho) * rho)
            assert integral == pytest.approx(1 / (2 * n + 2) if k == n else 0, abs=1e-6)


@pytest.mark.topic("R085")
def test_fourier_descriptors():
    t = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    circle = np.stack([np.cos(t), np.sin(t)], axis=1)
    np.testing.assert_allclose(s.fourier_descriptors(5 + 3 * circle), 0, atol=1e-12)
    ellipse = circle * [3, 1]
    found = s.fourier_descriptors(ellipse, 4)
    np.testing.assert_allclose(found, [0.5, 0, 0, 0], atol=1e-12)  # (a - b) / (a + b)
    z = np.exp(1j * t) + 0.2 * np.exp(2j * t) + 0.1 * np.exp(-2j * t) + 0.05 * np.exp(3j * t)
    np.testing.assert_allclose(s.fourier_descriptors(np.stack([z.real, z.imag], 1), 4), [0, 0.2, 0.1, 0.05], atol=1e-12)
    star = circle * (1 + 0.3 * np.cos(5 * t))[:, None]
    turned = 7 * star @ np.array([[0.6, 0.8], [-0.8, 0.6]]) + [100, 3]
    expected = s.fourier_descriptors(star)
    for other in (turned, np.roll(star, 9, axis=0), star[::-1]):
        np.testing.assert_allclose(s.fourier_descriptors(other), expected, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.topic("R085")
def test_shapes_agree_with_scikit_image_and_opencv():
    measure, cv2 = pytest.importorskip("skimage.measure"), pytest.importorskip("cv2")
    for mask in (drawn(pictures.translation(20, 25)) > 0.5, np.random.default_rng(0).random((20, 20)) < 0.7):
        (region,) = measure.regionprops(mask.astype(int))
        assert s.area(mask) == region.area
        assert s.perimeter(mask) == pytest.approx(region.perimeter)
        np.testing.assert_allclose(s.centroid(mask), region.centroid[::-1])
        np.testing.assert_allclose(s.central_moments(mask), region.moments_central.T, atol=1e-5)
        theirs = cv2.HuMoments(cv2.moments(mask.astype(np.uint8), True))[:, 0]
        np.testing.assert_allclose(s.hu_moments(mask), theirs, rtol=1e-6, atol=1e-15)
    ellipse = pictures.view(lambda x, y: ((x - 30) / 20) ** 2 + ((y - 30) / 9) ** 2 < 1.0, np.eye(3), (60, 60)) > 0.5
    assert s.eccentricity(ellipse) == pytest.approx(measure.regionprops(ellipse.astype(int))[0].eccentricity, abs=1e-3)


@pytest.mark.topic("R086")
def test_two_discs_and_where_they_lie():
    image = pictures.discs([(15, 20, 8), (50, 44, 10)], (64, 72)) > 0.5
    found = region_relations(label(image)[0])
    np.testing.assert_allclose(found.centroids, [[15, 20], [50, 44]], atol=0.1)
    np.testing.assert_allclose(found.distances, np.hypot(35, 24) * (1 - np.eye(2)), atol=0.1)
    assert found.left_of.tolist() == [[False, True], [False, False]] == found.above.tolist()
    assert found.angles[0, 1] == pytest.approx(np.arctan2(24, 35), abs=0.01)
    np.testing.assert_allclose(found.areas, [np.pi * 64, np.pi * 100], rtol=0.05)
    overlapping = np.zeros((10, 10), int)
    overlapping[2:5, 1:5], overlapping[6:9, 3:8] = 1, 2
    found = region_relations(overlapping)
    np.testing.assert_allclose(found.centroids, [[2.5, 3], [5, 7]])
    np.testing.assert_allclose(found.distances, np.hypot(2.5, 4) * (1 - np.eye(2)))
    assert found.angles[0, 1] == pytest.approx(np.arctan2(4, 2.5)) == found.angles[1, 0] + np.pi
    assert found.areas.tolist() == [12, 15]
    beside = region_relations(np.array([[1, 1, 2], [0, 3, 3]]))  # 1 ends where 2 begins, 3 lies below both
    assert np.argwhere(beside.left_of).tolist() == [[0, 1]] and np.argwhere(beside.above).tolist() == [[0, 2], [1, 2]]
    assert not found.left_of.any() and found.above.tolist() == [[False, True], [False, False]]


@pytest.mark.topic("R086")
def test_blocks_together_are_the_image():
    image = np.random.default_rng(0).random((13, 17, 3))
    blocks = block_features(image, 3, 4, lambda block: colour_histogram(block, 4))
    assert blocks.shape == (3, 4, 4, 4, 4)
    np.testing.assert_array_equal(blocks.sum(axis=(0, 1)), colour_histogram(image, 4))
    means = block_features(np.arange(16.0).reshape(4, 4) / 16, 2, 2, np.mean)
    np.testing.assert_allclose(means * 16, [[2.5, 4.5], [10.5, 12.5]])


@pytest.mark.topic("R040")
def test_every_line_of_the_table_has_an_extractor():
    plane = pictures.TexturedPlane(64, seed=0)
    image = np.stack([pictures.view(plane, pictures.translation(-d, 0), (48, 56)) for d in (0, 1, 2)], axis=2)
    shapes = {name: extract(image, name).shape for name in FEATURES}
    assert shapes["edge"] == shapes["curvature"] == (48, 56)
    assert (shapes["colour"], shapes["texture"], shapes["shape"], shapes["relation"]) == ((9,), (10,), (7,), (2, 2, 9))
    assert shapes["corner"][1] == 2 and shapes["corner"][0] > 3 and shapes["blob"][1] == 3 and shapes["blob"][0] > 3
    assert len(shapes) == 8
    for name in FEATURES:
        assert np.isfinite(extract(image, name)).all() and np.ptp(extract(image, name).astype(float)) > 0
    assert extract(image[..., 0], "colour").shape == (9,)
    with pytest.raises(InputError, match="one of corner"):
        extract(image, "smell")


def test_bad_arguments():
    for call, match in (
        (lambda: s.hu_moments(np.zeros((4, 4))), "sum above 0"),
        (lambda: s.area(np.zeros((4, 4))), "mask of bool"),
        (lambda: s.fourier_descriptors(np.zeros((5, 2))), "13 points"),
        (lambda: s.fourier_descriptors(np.ones((20, 2))), "not a single point"),
        (lambda: region_relations(np.array([[0, 2]])), "all of 1 to 2"),
        (lambda: region_relations(np.zeros((2, 2))), "integers"),
        (lambda: region_relations(np.array([[1, -1]])), "integers >= 0"),
        (lambda: region_relations(np.zeros((0, 2), int)), "integers >= 0"),
        (lambda: block_features(np.zeros((4, 4)), 5, 1, np.mean), "rows"),
    ):
        with pytest.raises(InputError, match=match):
            call()


@pytest.mark.topic("R084")
def test_a_linear_classifier_on_hog_and_colours():
    train, test = load_scenes(500), load_scenes(200, split="test")

    def accuracy(vectors, learning_rate):
        x, x_test = (np.stack([vectors(image) for image in scenes.images]) for scenes in (train, test))
        model = SoftmaxClassifier(reg=1e-5).fit(x, train.labels, learning_rate=learning_rate, epochs=20)
        return (model.predict(x_test) == test.labels).mean()

    on_features = accuracy(lambda image: hog_and_colours(image.transpose(1, 2, 0)), 3.0)
    assert on_features > 0.3 > 1.5 * accuracy(np.ravel, 0.01)  # ten classes
    assert hog_and_colours(np.zeros((16, 16, 3))).shape == (36 + 64,)
