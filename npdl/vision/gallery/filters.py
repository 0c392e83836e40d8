"""Filters: smoothing, sharpening, derivatives, noise."""

import numpy as np

from ... import vision
from ...viz.panels import Panel
from .defaults import bright, plane, scene
from .picture import picture


@picture("convolution", plane)
def convolution(image):
    """A kernel slid over the image: an impulse gives the kernel back, correlation turns it round."""
    grey = vision.to_grey(image)
    kernel = np.triu(np.ones((9, 9)), 3)  # all its weight to the upper right
    kernel /= kernel.sum()
    impulse = np.zeros((33, 33))
    impulse[16, 16] = 1
    convolve, correlate = vision.convolution.convolve, vision.convolution.correlate
    return [
        Panel("kernel", kernel, "spread"),
        Panel("impulse, convolved", convolve(impulse, kernel), "spread"),
        Panel("impulse, correlated", correlate(impulse, kernel), "spread"),
        Panel("image", grey),
        Panel("convolved", convolve(grey, kernel, border="reflect")),
        Panel("correlated", correlate(grey, kernel, border="reflect")),
    ]


@picture("borders", scene)
def borders(image):
    """What a filter sees beyond the border, in five ways."""
    margin = max(8, min(image.shape[:2]) // 4)
    modes = ("constant", "nearest", "reflect", "mirror", "wrap")
    return [Panel("image", image)] + [
        Panel(mode, vision.borders.pad(image, ((margin, margin), (margin, margin)), mode)) for mode in modes
    ]


@picture("gaussian", scene)
def gaussian(image):
    """The Gaussian, ever wider."""
    return [Panel("image", image)] + [Panel(f"σ = {s}", vision.smoothing.gaussian(image, s)) for s in (1, 2, 4)]


@picture("box", scene)
def box(image):
    """The mean of a square."""
    return [Panel("image", image)] + [Panel(f"{n} × {n} pixels", vision.smoothing.box(image, n)) for n in (3, 7, 15)]


@picture("median", scene)
def median(image):
    """The median of a window, which an outlier cannot move, beside a Gaussian, which it can."""
    noisy = vision.noise.salt_and_pepper(image, 0.1, rng=np.random.default_rng(0))
    return [
        Panel("image", image),
        Panel("10 % of the pixels lost", noisy),
        Panel("Gaussian, σ = 1", vision.smoothing.gaussian(noisy, 1)),
        Panel("median of 3 × 3", vision.median.median(noisy, 3)),
    ]


@picture("bilateral", scene)
def bilateral(image):
    """The bilateral filter: noise goes, edges stay."""
    noisy = vision.noise.gaussian_noise(image, 0.06, rng=np.random.default_rng(0))
    return [
        Panel("image", image),
        Panel("noise, σ = 0.06", noisy),
        Panel("Gaussian, σ = 2 pixels", vision.smoothing.gaussian(noisy, 2)),
        Panel("bilateral, σ = 2 pixels and 0.2", vision.bilateral.bilateral(noisy, 2, 0.2)),
    ]


@picture("sharpen", bright)
def sharpen(image):
    """Unsharp masking: what a Gaussian takes away, added."""
    blurred = vision.smoothing.gaussian(image, 1.5)
    return [
        Panel("image", image),
        Panel("image - Gaussian", vision.to_grey(image - blurred), "signed"),
        Panel("image + the difference", vision.smoothing.sharpen(image, 1.5, 1)),
        Panel("image + 3 times the difference", vision.smoothing.sharpen(image, 1.5, 3)),
    ]


@picture("noise", scene)
def noise(image):
    """Three models of noise."""
    rng = np.random.default_rng(0)
    return [
        Panel("image", image),
        Panel("Gaussian, σ = 0.1", vision.noise.gaussian_noise(image, 0.1, rng=rng)),
        Panel("Poisson, 30 photons for white", vision.noise.poisson_noise(image, 30, rng=rng)),
        Panel("salt and pepper, 5 %", vision.noise.salt_and_pepper(image, 0.05, rng=rng)),
    ]


def derivatives(image, kernel):
    """Both derivatives by a kernel, and the length of the gradient."""
    grey = vision.to_grey(image)
    dx, dy = vision.derivatives.derivatives(grey, kernel)
    return [
        Panel("image", grey),
        Panel("∂f/∂x", dx, "signed"),
        Panel("∂f/∂y", dy, "signed"),
        Panel("length of the gradient", np.hypot(dx, dy), "heat"),
    ]


@picture("sobel", bright)
def sobel(image):
    """First derivatives by Sobel's kernels, [1, 2, 1] across."""
    return derivatives(image, "sobel")


@picture("prewitt", bright)
def prewitt(image):
    """First derivatives by Prewitt's kernels, [1, 1, 1] across."""
    return derivatives(image, "prewitt")


@picture("scharr", bright)
def scharr(image):
    """First derivatives by Scharr's kernels, [3, 10, 3] across: nearest to turning with the image."""
    return derivatives(image, "scharr")


@picture("laplacian", bright)
def laplacian(image):
    """The second derivative, of 4 and of 8 neighbours, and of a smoothed image (LoG)."""
    grey = vision.to_grey(image)
    return [
        Panel("image", grey),
        Panel("4 neighbours", vision.derivatives.laplacian(grey, 4), "signed"),
        Panel("8 neighbours", vision.derivatives.laplacian(grey, 8), "signed"),
        Panel("of a Gaussian, σ = 2", vision.blobs.laplacian_of_gaussian(grey, 2), "signed"),
    ]
