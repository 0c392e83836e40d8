"""Smoothing by means of neighbours: box and Gaussian; and what they take away, put back: sharpening."""

from math import pi

import numpy as np

from ..arguments import number, takes
from ..errors import is_number, require_integer
from .borders import pad, require_border
from .convolution import correlate_separable
from .images import require_image
from .sliding import sliding_sum


@takes(sigma=number(above=0))
def gaussian_line(sigma, radius=None):
    """The weights e^{-i²/2σ²}, i = -radius ... radius, divided by their sum. radius: 4 σ, rounded, as in SciPy."""
    radius = int(4 * sigma + 0.5) if radius is None else require_integer("gaussian_line", "radius", radius, 0)
    i = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (i / sigma) ** 2)
    return weights / weights.sum()


def gaussian_kernel(sigma, radius=None, *, normalised=True):
    """The 2-D Gaussian as a kernel (2 radius + 1, 2 radius + 1), the product of two lines.

    normalised: its sum is 1. Otherwise it is the density G(i, j) = e^{-(i² + j²)/2σ²} / 2πσ² at the pixels' centres,
    whose sum is below 1 when the radius is short (0.779 for σ = 1 and 3 x 3 pixels): an image gets darker by it.
    """
    line = gaussian_line(sigma, radius)
    kernel = np.outer(line, line)
    return kernel if normalised else kernel / kernel.max() / (2 * pi * sigma**2)


def gaussian(image, sigma, *, radius=None, border="reflect", value=0.0):
    """The image, (H, W) or (H, W, 3), smoothed by a Gaussian of σ pixels; sigma = 0 leaves it as it is.

    Twice is once: σ₁ and then σ₂ is √(σ₁² + σ₂²), but for the ends of the kernels and the pixels' steps. Equals
    scipy.ndimage.gaussian_filter.
    """
    if is_number(sigma) and sigma == 0:
        return require_image("gaussian", image).copy()
    line = gaussian_line(sigma, radius)
    return correlate_separable(image, line, line, border=border, value=value)


def box(image, size, *, border="reflect", value=0.0):
    """The mean of the size x size pixels around each, in ⌈log₂ size⌉ additions and a few, whatever the size.

    An even size has one more pixel above and to the left. Equals scipy.ndimage.uniform_filter.
    """
    size = require_integer("box", "size", size, 1)
    image = require_image("box", image)
    require_border("box", border)
    padded = pad(image, ((size // 2, size - 1 - size // 2),) * 2, border, value)
    return sliding_sum(sliding_sum(padded, size, axis=0), size, axis=1) / size**2


@takes(amount=number())
def sharpen(image, sigma=1.0, amount=1.0, *, border="reflect", value=0.0):
    """Unsharp masking: y = f + amount (f - gaussian(f)). It overshoots at edges, and may leave [0, 1].

    Equals scikit-image's unsharp_mask with preserve_range=True.
    """
    image = require_image("sharpen", image)
    return image + amount * (image - gaussian(image, sigma, border=border, value=value))
