"""GLCM, LBP and HOG: by hand, by brute force, and as scikit-image has them."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision import texture as t
from npdl.vision.hog import cell_histograms, hog

rng = np.random.default_rng(0)
IMAGE = pictures.view(pictures.TexturedPlane(64, seed=3), np.eye(3), (40, 48))


@pytest.mark.topic("R082")
def test_a_matrix_by_hand():
    grey = np.array([[0, 0, 1], [1, 2, 1]])
    right, up_left = t.cooccurrence(grey, [(0, 1), (-1, -1)], levels=3, symmetric=False)
    np.testing.assert_allclose(right * 4, [[1, 1, 0], [0, 0, 1], [0, 1, 0]])
    np.testing.assert_allclose(up_left * 2, [[0, 0, 0], [1, 0, 0], [1, 0, 0]])
    np.testing.assert_allclose(t.cooccurrence(grey, [(0, 1)], levels=3)[0] * 8, [[2, 1, 0], [1, 0, 2], [0, 2, 0]])
    assert not t.cooccurrence(grey, [(5, 0)], levels=3).any()
    statistics = t.cooccurrence_statistics(t.cooccurrence(grey, [(0, 1)], levels=3))
    assert statistics["contrast"][0] == pytest.approx(0.75) and statistics["ASM"][0] == pytest.approx(14 / 64)
    np.testing.assert_allclose(statistics["entropy"], 0.75 * np.log(4) + 0.25 * np.log(8))
    assert t.cooccurrence_statistics(t.cooccurrence(np.ones((4, 4), int), levels=3))["correlation"].tolist() == [1] * 4


@pytest.mark.oracle
@pytest.mark.topic("R082")
@pytest.mark.parametrize("symmetric", [True, False])
def test_cooccurrence_equals_scikit_images(symmetric):
    feature = pytest.importorskip("skimage.feature")
    grey = t.grey_levels(IMAGE, 8)
    angles = [0, np.pi / 4, np.pi / 2, 3 * np.pi / 4]
    theirs = feature.graycomatrix(grey.astype(np.uint8), [1], angles, 8, symmetric=symmetric, normed=True)
    ours = t.cooccurrence(grey, levels=8, symmetric=symmetric)
    np.testing.assert_allclose(ours, theirs[:, :, 0].transpose(2, 0, 1), atol=1e-15)
    statistics = t.cooccurrence_statistics(ours)
    for name, value in statistics.items():
        np.testing.assert_allclose(value, feature.graycoprops(theirs, name)[0], rtol=1e-10)


@pytest.mark.topic("R083")
def test_patterns_by_hand():
    image = np.array([[9, 1, 9], [1, 5, 9], [1, 1, 1.0]])
    assert t.local_binary_pattern(image, points=4)[1, 1] == 0b0001  # right, up, left, down
    image[0, 1] = 5  # as bright as the middle counts
    assert t.local_binary_pattern(image, points=4)[1, 1] == 0b0011
    assert t.local_binary_pattern(np.rot90(image, 2), points=4)[1, 1] == 0b1100
    assert t.local_binary_pattern(np.rot90(image, 2), points=4, method="rotation")[1, 1] == 0b0011
    assert t.local_binary_pattern(image, points=4, method="uniform")[1, 1] == 2
    image[0, 1], image[1, 0] = 1, 9  # right and left: four changes
    assert t.local_binary_pattern(image, points=4, method="uniform")[1, 1] == 5
    assert (t.local_binary_pattern(np.full((7, 7), 0.3), radius=1.7)[2:-2, 2:-2] == 255).all()  # equal greys, exactly


@pytest.mark.topic("R083")
def test_patterns_do_not_mind_a_monotone_change_of_greys():
    image = rng.random((20, 20))
    inner = np.s_[1:-1, 1:-1]  # outside of the image it is black
    first, second = (t.local_binary_pattern(i, points=4) for i in (image, np.exp(3 * image)))
    np.testing.assert_array_equal(first[inner], second[inner])
    turned = t.local_binary_pattern(np.rot90(image), points=8, method="uniform")
    np.testing.assert_array_equal(np.rot90(t.local_binary_pattern(image, method="uniform"))[inner], turned[inner])
    histogram = t.pattern_histogram(turned, 10)
    assert histogram.shape == (10,) and histogram.sum() == pytest.approx(1)


@pytest.mark.oracle
@pytest.mark.topic("R083")
@pytest.mark.parametrize("points, radius", [(8, 1), (16, 2), (12, 1.5)])
def test_patterns_equal_scikit_images(points, radius):
    feature = pytest.importorskip("skimage.feature")
    image = np.random.default_rng(1).integers(0, 256, (20, 24)).astype(np.uint8)
    for ours, theirs in (("default", "default"), ("rotation", "ror"), ("uniform", "uniform")):
        expected = feature.local_binary_pattern(image, points, radius, theirs)
        np.testing.assert_array_equal(
            t.local_binary_pattern(image / 256.0, points=points, radius=radius, method=ours), expected
        )


@pytest.mark.topic("R084")
def test_hog_of_a_ramp():
    theta = np.radians(50)
    y, x = np.mgrid[:32, :32]
    stages = hog(0.01 * (x * np.cos(theta) + y * np.sin(theta)), stages=True)
    assert stages.cells.shape == (4, 4, 9) and stages.blocks.shape == (3, 3, 2, 2, 9)
    assert (stages.cells[1:3, 1:3].argmax(axis=2) == 2).all()  # 40° to 60°
    np.testing.assert_allclose(stages.cells[1, 1, 2], 0.02)
    np.testing.assert_allclose(stages.blocks[1, 1, :, :, 2], 0.5, atol=1e-4)
    assert hog(rng.random((128, 64))).shape == (3780,)
    np.testing.assert_allclose(hog(0.5 * IMAGE + 0.3), hog(IMAGE), atol=1e-4)
    cells = cell_histograms(np.ones((2, 4)), np.array([[0, 20, 179.9, 180]] * 2), 9, 2)  # -1e-17 % 180 is 180
    assert np.argwhere(cells).tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 8]] and cells[0, 1, 8] == 1


@pytest.mark.oracle
@pytest.mark.topic("R084")
@pytest.mark.parametrize("bins, cell, block", [(9, 8, 2), (6, 4, 3)])
def test_hog_equals_scikit_images(bins, cell, block):
    feature = pytest.importorskip("skimage.feature")
    theirs = feature.hog(IMAGE, bins, (cell, cell), (block, block), block_norm="L2-Hys")
    np.testing.assert_allclose(hog(IMAGE, bins=bins, cell=cell, block=block), theirs, atol=1e-6)


def test_constant_images_and_bad_arguments():
    assert not hog(np.full((16, 16), 0.5)).any()
    for call, match in (
        (lambda: hog(np.zeros((15, 40))), "16 pixels"),
        (lambda: t.cooccurrence(np.zeros((4, 4))), "integers"),
        (lambda: t.cooccurrence(np.full((4, 4), 16)), "grey"),
        (lambda: t.local_binary_pattern(IMAGE, points=63), "62"),
        (lambda: t.local_binary_pattern(IMAGE, method="ror"), "method"),
    ):
        with pytest.raises(InputError, match=match):
            call()
