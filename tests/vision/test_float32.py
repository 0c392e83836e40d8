"""What is made of float32 images is float32 (places and descriptors of keypoints are float64)."""

import numpy as np
import pytest

from npdl.data import pictures
from npdl.vision import blobs, canny, colour_features, curvature, fast, gradient, harris, hog, panorama, seams

GREY = pictures.view(pictures.TexturedPlane(64, seed=1), np.eye(3), (36, 40)).astype(np.float32)
COLOUR = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=2)


@pytest.mark.parametrize(
    "make",
    [
        lambda: gradient.gradient_magnitude(GREY),
        lambda: canny.canny(GREY, stages=True).thin,
        lambda: harris.harris_corners(GREY, stages=True).response,
        lambda: fast.fast_score(GREY),
        lambda: blobs.laplacian_of_gaussian(GREY, 2.0),
        lambda: blobs.difference_of_gaussians(GREY, 2.0),
        lambda: hog.hog(GREY),
        lambda: colour_features.colour_moments(COLOUR),
        lambda: colour_features.colour_gradient(COLOUR)[0],
        lambda: curvature.isophote_curvature(GREY),
        lambda: seams.seam_energy(COLOUR),
        lambda: seams.remove_seams(COLOUR, 2, forward=True, average=True),
        lambda: seams.insert_seams(COLOUR, 2),
        lambda: panorama.panorama([GREY]).image,
    ],
)
def test_float32_stays(make):
    assert make().dtype == np.float32
