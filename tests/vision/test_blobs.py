"""Blobs: the filters against SciPy's, sizes of planted blobs, and what ties the two filters together."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision.blobs import blobs, difference_of_gaussians, laplacian_of_gaussian

rng = np.random.default_rng(0)


@pytest.mark.topic("R069")
def test_the_scale_of_a_gaussian_bump():
    bump = pictures.blobs([(30, 28, 4.0)], (64, 64))
    middle = [-s * s * laplacian_of_gaussian(bump, s)[28, 30] for s in (3.0, 4.0, 5.0)]
    assert middle[1] > max(middle[0], middle[2])
    np.testing.assert_allclose(middle[1], 0.5, rtol=0.01)  # 2 σ0² σ² / (σ0² + σ²)², at σ = σ0


@pytest.mark.topic("R069")
def test_discs_are_found_with_their_radii():
    planted = np.array([[25, 30, 8], [66, 28, 5], [50, 70, 12]])
    sigmas = np.arange(2, 12, 0.5)
    image = pictures.discs(planted, (96, 96))
    for picture, dark in ((image, False), (1 - image, True)):
        found = blobs(picture, sigmas, threshold=0.3, dark=dark)
        assert len(found) == 3
        for disc in planted:
            nearest = found[np.linalg.norm(found[:, :2] - disc[:2], axis=1).argmin()]
            np.testing.assert_allclose(nearest, disc, atol=0.8)


@pytest.mark.oracle
@pytest.mark.topic("R069")
def test_log_equals_scipys_and_scikit_images():
    ndimage, feature = pytest.importorskip("scipy.ndimage"), pytest.importorskip("skimage.feature")
    image = rng.random((30, 31))
    for sigma in (1.0, 2.5):
        np.testing.assert_allclose(
            laplacian_of_gaussian(image, sigma), ndimage.gaussian_laplace(image, sigma), atol=1e-12
        )
    picture = pictures.discs([(25, 30, 8), (66, 28, 5)], (96, 96))
    theirs = feature.blob_log(picture, min_sigma=2, max_sigma=8, num_sigma=13, threshold=0.3, overlap=1)
    ours = blobs(picture, np.linspace(2, 8, 13), threshold=0.3)
    np.testing.assert_allclose(sorted(map(tuple, ours)), sorted((x, y, np.sqrt(2) * s) for y, x, s in theirs))


@pytest.mark.topic("R070")
def test_the_difference_of_gaussians_tends_to_the_laplacian():
    image = pictures.blobs([(30, 28, 4.0), (15, 40, 6.0)], (64, 64))
    laplacian = laplacian_of_gaussian(image, 3.0)
    errors = []
    for k in (1.4, 1.2, 1.1):
        ratio = difference_of_gaussians(image, 3.0, k) / ((k - 1) * 9)
        errors.append(np.abs(ratio - laplacian).max() / np.abs(laplacian).max())
    assert errors[0] > 1.7 * errors[1] > 2.5 * errors[2] and errors[2] < 0.1


@pytest.mark.oracle
@pytest.mark.topic("R070")
def test_dog_equals_scikit_images():
    filters = pytest.importorskip("skimage.filters")
    image = rng.random((30, 31))
    theirs = filters.difference_of_gaussians(image, 2, 2.5, mode="reflect")  # narrow less wide
    np.testing.assert_allclose(difference_of_gaussians(image, 2.0, 1.25), -theirs, atol=1e-12)
    theirs = filters.difference_of_gaussians(image, 2, 2 * 2 ** (1 / 3), mode="reflect")  # SIFT's k
    np.testing.assert_allclose(difference_of_gaussians(image, 2.0), -theirs, atol=1e-12)


def test_nothing_found_and_bad_arguments():
    assert blobs(np.full((20, 20), 0.5), [2, 3]).shape == (0, 3)
    with pytest.raises(InputError, match="ascending"):
        blobs(np.zeros((20, 20)), [3, 2])
    with pytest.raises(InputError, match="greater than 1"):
        difference_of_gaussians(np.zeros((20, 20)), 1, 1)
    with pytest.raises(InputError, match="sigma"):
        laplacian_of_gaussian(np.zeros((20, 20)), 0)
