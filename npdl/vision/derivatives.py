"""First and second derivatives of images by small kernels, as correlations.

Sobel's, Prewitt's and Scharr's are one idea: the central difference [-1, 0, 1] / 2 along one axis and a mean [a, b, a]
along the other. They are divided so that they give the slope in units of brightness a pixel: a plane p x + q y gives p
and q. (OpenCV does not divide: Sobel 8, Scharr 32 times ours; scikit-image divides by half: 2 times.)
"""

import numpy as np

from ..errors import InputError, is_one_of
from .convolution import correlate, correlate_separable

CENTRAL = np.array([-0.5, 0, 0.5])
MEANS = {
    "sobel": np.array([1, 2, 1]) / 4,
    "prewitt": np.array([1, 1, 1]) / 3,
    "scharr": np.array([3, 10, 3]) / 16,  # of these three, the nearest to turning with the image
    "central": np.array([1.0]),
}
LAPLACIANS = {4: np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]), 8: np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]])}


def derivatives(image, kernel="sobel", *, border="reflect", value=0.0):
    """(∂f/∂x, ∂f/∂y) of an image, x to the right and y down; each like the image.

    kernel: "sobel", "prewitt", "scharr", or "central" without a mean. Sobel and Feldman 1968; Prewitt 1970;
    Scharr 2000.
    """
    if not is_one_of(kernel, MEANS):
        raise InputError("derivatives", "kernel", f"one of {', '.join(MEANS)}", kernel)
    mean = MEANS[kernel]
    dx = correlate_separable(image, mean, CENTRAL, border=border, value=value)
    dy = correlate_separable(image, CENTRAL, mean, border=border, value=value)
    return dx, dy


def sobel(image, *, border="reflect", value=0.0):
    """(∂f/∂x, ∂f/∂y) by [1, 2, 1] / 4 and [-1, 0, 1] / 2."""
    return derivatives(image, "sobel", border=border, value=value)


def prewitt(image, *, border="reflect", value=0.0):
    """(∂f/∂x, ∂f/∂y) by [1, 1, 1] / 3 and [-1, 0, 1] / 2."""
    return derivatives(image, "prewitt", border=border, value=value)


def scharr(image, *, border="reflect", value=0.0):
    """(∂f/∂x, ∂f/∂y) by [3, 10, 3] / 16 and [-1, 0, 1] / 2."""
    return derivatives(image, "scharr", border=border, value=value)


def laplacian(image, neighbours=4, *, border="reflect", value=0.0):
    """∂²f/∂x² + ∂²f/∂y²: the sum of the 4 neighbours less 4 times the pixel.

    neighbours=8 takes the diagonals in: on x² + y² it gives 12 where 4 neighbours give the true 4.
    """
    if not is_one_of(neighbours, LAPLACIANS):
        raise InputError("laplacian", "neighbours", "4 or 8", neighbours)
    return correlate(image, LAPLACIANS[neighbours], border=border, value=value)
