"""Images smoothed."""

import math

import numpy as np

from ...errors import InputError
from .base import Transform, require_float
from .resize import separable


class GaussianBlur(Transform):
    """Convolution with exp(-(i² + j²) / 2σ²), divided by its sum.

    sigma: σ in pixels, a number, or (least, most) to draw it uniformly for each image. The kernel ends at 3 times the
    largest σ; outside the image is its mirror image, without the pixel on the edge. SimCLR blurs half of the images:
    RandomApply(GaussianBlur((0.1, 2.0)), 0.5).
    """

    def __init__(self, sigma):
        self.sigma = (sigma, sigma) if isinstance(sigma, (int, float)) else tuple(sigma)
        if len(self.sigma) != 2 or not 0 < self.sigma[0] <= self.sigma[1] < math.inf:
            raise InputError("GaussianBlur", "sigma", "a number above 0, or (least, most)", sigma)
        self.radius = math.ceil(3 * self.sigma[1])

    def apply(self, x, rng):
        require_float("GaussianBlur", x)
        sigma = rng.uniform(*self.sigma, len(x))
        offsets = np.arange(-self.radius, self.radius + 1)
        kernels = np.exp(-0.5 * (offsets / sigma[:, None]) ** 2)
        kernels /= kernels.sum(axis=1, keepdims=True)  # (N, 2 radius + 1)
        return separable(x, _convolution(kernels, x.shape[2]), _convolution(kernels, x.shape[3]))


def _convolution(kernels, length):
    """The convolution of rows of this length as matrices (N, length, length): mirrored pixels add to those inside."""
    radius = kernels.shape[1] // 2
    mirrored = np.pad(np.arange(length), radius, "reflect") if length > 1 else np.zeros(2 * radius + 1, int)
    matrices = np.zeros((len(kernels), length, length))
    for k in range(2 * radius + 1):
        matrices[:, np.arange(length), mirrored[k : k + length]] += kernels[:, k, None]
    return matrices
