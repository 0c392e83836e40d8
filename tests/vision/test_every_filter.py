"""What all functions of an image have in common: tiny and constant images, dtypes, and what is no image."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.bilateral import bilateral
from npdl.vision.convolution import convolve, convolve_fft, correlate
from npdl.vision.dct import compress, dct2
from npdl.vision.derivatives import laplacian, sobel
from npdl.vision.histogram import equalise
from npdl.vision.median import median
from npdl.vision.morphology import closing, dilate, erode, morphological_gradient, opening
from npdl.vision.mosaic import mosaic
from npdl.vision.noise import gaussian_noise, poisson_noise, salt_and_pepper
from npdl.vision.resize import resize
from npdl.vision.smoothing import box, gaussian, sharpen
from npdl.vision.total_variation import total_variation_gradient, tv_denoise
from npdl.vision.warp import rotation, warp

MEAN = np.full((3, 3), 1 / 9)
KEEP = {  # functions that leave a constant image as it is
    "gaussian": lambda f: gaussian(f, 1.0),
    "box": lambda f: box(f, 3),
    "sharpen": sharpen,
    "median": median,
    "median of 7": lambda f: median(f, 7),
    "bilateral": bilateral,
    "convolve": lambda f: convolve(f, MEAN, border="nearest"),
    "correlate": lambda f: correlate(f, MEAN, border="wrap"),
    "convolve_fft": lambda f: convolve_fft(f, MEAN, border="mirror"),
    "tv_denoise": tv_denoise,
    "mosaic": lambda f: mosaic(f, 2),
    "resize": lambda f: resize(f, getattr(f, "shape", (1, 1))[:2], "bicubic", antialias=True),
    "warp": lambda f: warp(f, rotation(10), border="nearest"),
    "erode": erode,
    "dilate": dilate,
    "opening": opening,
    "closing": closing,
    "equalise": equalise,
    "compress": lambda f: compress(f, 1),
}
VANISH = {  # ... that leave nothing of one
    "sobel": lambda f: sobel(f)[0],
    "laplacian": laplacian,
    "morphological_gradient": morphological_gradient,
    "total_variation_gradient": total_variation_gradient,
}
OTHER = {
    "dct2": dct2,
    "gaussian_noise": lambda f: gaussian_noise(f, rng=np.random.default_rng(0)),
    "poisson_noise": lambda f: poisson_noise(f, rng=np.random.default_rng(0)),
    "salt_and_pepper": lambda f: salt_and_pepper(f, rng=np.random.default_rng(0)),
}
every_function = pytest.mark.parametrize("name", FUNCTIONS := KEEP | VANISH | OTHER)
GREY = {"erode", "dilate", "opening", "closing", "morphological_gradient", "equalise", "compress", "dct2"}


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (2, 1), (6, 7)], ids=str)
@every_function
def test_constant_images_of_any_size(name, shape):
    f = np.full(shape, 0.375)
    y = FUNCTIONS[name](f)
    assert y.shape == shape and np.isfinite(y).all()
    if name not in OTHER:
        np.testing.assert_allclose(y, f if name in KEEP else 0, atol=1e-12)


@every_function
def test_the_image_given_stays_and_its_dtype_too(name):
    for shape in [(6, 7)] if name in GREY else [(6, 7), (6, 7, 3)]:
        f = np.random.default_rng(1).random(shape).astype(np.float32)
        before = f.copy()
        y = FUNCTIONS[name](f)
        np.testing.assert_array_equal(f, before)
        assert y.dtype == np.float32 and y.shape == shape and not np.shares_memory(y, f)
        transposed = np.asfortranarray(f)  # another layout, the same image
        np.testing.assert_allclose(FUNCTIONS[name](transposed), y, rtol=1e-5, atol=1e-6)


@every_function
def test_bytes_are_floats_times_255(name):
    v = np.random.default_rng(2).integers(0, 256, (6, 7)).astype(np.uint8)
    y = FUNCTIONS[name](v)
    assert y.dtype == np.float64
    np.testing.assert_allclose(y, FUNCTIONS[name](v / 255.0), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "image", [np.ones((3, 3), int), np.full((3, 3), np.nan), np.ones((2, 3, 4, 5)), np.zeros((0, 3)), [[1.0]], None],
    ids=["integers", "nan", "four axes", "no pixel", "a list", "nothing"],
)  # fmt: skip
@every_function
def test_what_is_no_image(name, image):
    with pytest.raises(InputError, match="image should be"):
        FUNCTIONS[name](image)
