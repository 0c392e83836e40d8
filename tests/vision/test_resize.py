"""Images of another size: what each method is exact on, and PyTorch's, OpenCV's, PIL's, scikit-image's values."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.resize import METHODS, downsample, keys, resize, resize_matrix, triangle
from npdl.vision.smoothing import gaussian

rng = np.random.default_rng(0)
SIZES = [(4, 4), (7, 9), (16, 5), (3, 20), (1, 1)]
every_size = pytest.mark.parametrize("size", SIZES, ids=str)


@pytest.mark.topic("R458")
@pytest.mark.parametrize("method", METHODS)
def test_twice_the_size(method):
    f = rng.random((6, 5, 3)).astype(np.float32)
    y = resize(f, (12, 10), method)
    assert y.shape == (12, 10, 3) and y.dtype == np.float32
    np.testing.assert_allclose(resize(np.full((6, 5), 0.3), (12, 10), method), 0.3, rtol=1e-12)


@pytest.mark.topic("R459")
@pytest.mark.parametrize("align_corners", [False, True])
def test_two_by_two_to_four_by_four(align_corners):
    f = np.array([[0.0, 3.0], [6.0, 9.0]])
    steps = np.array([0, 1, 2, 3]) if align_corners else np.array([0, 0.75, 2.25, 3])
    expected = 2 * steps[:, None] + steps
    np.testing.assert_allclose(resize(f, (4, 4), align_corners=align_corners), expected, rtol=1e-12)


@pytest.mark.topic("R459")
@pytest.mark.parametrize("method, power", [("bilinear", 1), ("bicubic", 1), ("bicubic", 2)])
def test_planes_and_for_keys_cubic_parabolas_are_exact_inside(method, power):
    i, new = np.arange(12.0), (np.arange(30) + 0.5) * 12 / 30 - 0.5
    y = resize((i**power)[None].repeat(2, axis=0), (2, 30), method)[0]
    inside = (new >= 1) & (new <= 10)
    np.testing.assert_allclose(y[inside], new[inside] ** power, rtol=1e-10)


@pytest.mark.topic("R459")
@pytest.mark.parametrize("a", [-0.5, -0.75])
def test_keys_cubic(a):
    np.testing.assert_allclose(keys(np.array([0, 1.0, 2, 3]), a), [1, 0, 0, 0], atol=1e-12)
    t = np.linspace(0, 1, 11)
    np.testing.assert_allclose(sum(keys(np.abs(t - k), a) for k in (-1, 0, 1, 2)), 1, rtol=1e-12)
    h = 1e-6
    assert (keys(np.array(1 + h), a) - keys(np.array(1 - h), a)) / (2 * h) == pytest.approx(a, abs=1e-5)
    np.testing.assert_array_equal(triangle(np.array([0, 0.25, 1, 2])), [1, 0.75, 0, 0])


@pytest.mark.topic("R457")
def test_area_is_the_mean_of_blocks():
    f = rng.random((12, 8))
    np.testing.assert_allclose(resize(f, (4, 2), "area"), f.reshape(4, 3, 2, 4).mean(axis=(1, 3)), rtol=1e-12)
    assert resize(f, (5, 7), "area").mean() == pytest.approx(f.mean())


@pytest.mark.topic("R457")
def test_patterns_finer_than_the_new_pixels_come_out_coarse_unless_smoothed_first():
    stripes = np.tile(0.5 + 0.5 * np.cos(2 * np.pi * 0.4 * np.arange(80)), (8, 1))  # a period of 2.5 pixels
    assert downsample(stripes, 2).shape == (4, 40)
    assert np.ptp(downsample(stripes, 2)) > 0.8  # comes back with a period of 5 new pixels
    assert np.ptp(downsample(gaussian(stripes, 1.5), 2)[:, 4:-4]) < 0.1
    assert np.ptp(resize(stripes, (4, 40), "bicubic", antialias=True)[:, 4:-4]) < 0.4


@pytest.mark.topic("R458", "R459")
@pytest.mark.oracle
@every_size
@pytest.mark.parametrize("align_corners", [False, True])
def test_bilinear_and_bicubic_are_pytorchs(size, align_corners):
    torch = pytest.importorskip("torch")
    f = rng.random((8, 10))
    for method in ("bilinear", "bicubic"):
        y = torch.nn.functional.interpolate(
            torch.tensor(f[None, None]), size, mode=method, align_corners=align_corners
        ).numpy()[0, 0]
        np.testing.assert_allclose(resize(f, size, method, align_corners=align_corners, a=-0.75), y, atol=1e-12)


@pytest.mark.topic("R457", "R458")
@pytest.mark.oracle
@every_size
def test_nearest_area_and_antialiased_are_pytorchs(size):
    torch = pytest.importorskip("torch")
    f = rng.random((8, 10))
    image, interpolate = torch.tensor(f[None, None]), torch.nn.functional.interpolate
    y = interpolate(image, size, mode="nearest-exact").numpy()[0, 0]
    np.testing.assert_array_equal(resize(f, size, "nearest"), y)
    for method in ("bilinear", "bicubic"):
        y = interpolate(image, size, mode=method, antialias=True).numpy()[0, 0]
        np.testing.assert_allclose(resize(f, size, method, antialias=True), y, atol=1e-12)


@pytest.mark.topic("R457", "R458")
@pytest.mark.oracle
def test_opencvs_and_scikit_images():
    cv2, measure = pytest.importorskip("cv2"), pytest.importorskip("skimage.measure")
    f = rng.random((12, 10))
    for method, flag in (("bilinear", cv2.INTER_LINEAR), ("bicubic", cv2.INTER_CUBIC)):
        expected = cv2.resize(f, (25, 24), None, 0, 0, flag)
        np.testing.assert_allclose(resize(f, (24, 25), method, a=-0.75), expected, atol=1e-6)
    np.testing.assert_allclose(resize(f, (5, 4), "area"), cv2.resize(f, (4, 5), None, 0, 0, cv2.INTER_AREA), atol=1e-6)
    np.testing.assert_allclose(resize(f, (4, 5), "area"), measure.block_reduce(f, (3, 2), np.mean), rtol=1e-12)


@pytest.mark.topic("R457")
@pytest.mark.parametrize("method, number", [("bilinear", 2), ("bicubic", 3)])
def test_pils_smaller_images(method, number):
    Image = pytest.importorskip("PIL.Image")
    f = rng.random((20, 30)).astype(np.float32)
    expected = np.asarray(Image.fromarray(f).resize((7, 9), resample=number))
    np.testing.assert_allclose(resize(f, (9, 7), method, antialias=True), expected, atol=1e-6)


def test_bad_input():
    f = np.ones((3, 4))
    with pytest.raises(InputError, match="one of nearest, bilinear, bicubic, area"):
        resize(f, (2, 2), "linear")
    with pytest.raises(InputError, match="pair"):
        resize(f, 2)
    with pytest.raises(InputError, match='False for "area"'):
        resize_matrix(4, 2, "area", antialias=True)
    with pytest.raises(InputError, match="factor"):
        downsample(f, 0)
