"""Blobs: the Laplacian of a Gaussian, normalised, is largest for the blob of its own size.

T. Lindeberg, Feature detection with automatic scale selection, IJCV 30(2), 1998; D. Lowe, IJCV 60(2), 2004 (DoG).
"""

import numpy as np

from ..arguments import number, reals, takes
from ..errors import InputError, require_positive
from .convolution import correlate_separable
from .images import require_grey
from .peaks import local_maxima
from .smoothing import gaussian, gaussian_line


def laplacian_of_gaussian(image, sigma, *, border="reflect"):
    """∇²G(σ) * I = (G''(x) G(y) + G(x) G''(y)) * I, (H, W); G'' = (n² / σ⁴ - 1 / σ²) G.

    Multiply by σ² to compare scales. Below 0 on a bright blob, above 0 on a dark one.
    """
    image = require_grey("laplacian_of_gaussian", image)
    line = gaussian_line(sigma)
    n = np.arange(len(line)) - len(line) // 2
    second = (n**2 / sigma**4 - 1 / sigma**2) * line
    along_y = correlate_separable(image, second, line, border=border)
    return along_y + correlate_separable(image, line, second, border=border)


@takes(k=number(above=1))
def difference_of_gaussians(image, sigma, k=2 ** (1 / 3), *, border="reflect"):
    """(G(kσ) - G(σ)) * I, (H, W), which is nearly (k - 1) σ² ∇²G(σ) * I, since ∂G/∂σ = σ ∇²G."""
    image = require_grey("difference_of_gaussians", image)
    require_positive("difference_of_gaussians", "sigma", sigma)
    if not k > 1:
        raise InputError("difference_of_gaussians", "k", "greater than 1", k)
    return gaussian(image, k * sigma, border=border) - gaussian(image, sigma, border=border)


@takes(sigmas=reals("S"), threshold=number())
def blobs(image, sigmas, *, threshold=0.2, dark=False):
    """The blobs (n, 3) of a grey image: x, y and radius in pixels, the strongest first.

    1. The cube -σ² ∇²G(σ) * I, one layer for each of the ascending `sigmas` (its negative for `dark` blobs).
    2. Its local maxima among 26 neighbours, above `threshold`, both ends of the scales included.
    3. A disc of radius r answers most at σ = r / √2, so r = √2 σ.
    """
    sigmas = np.asarray(sigmas, float)
    if sigmas.ndim != 1 or len(sigmas) == 0 or sigmas[0] <= 0 or (np.diff(sigmas) <= 0).any():
        raise InputError("blobs", "sigmas", "ascending numbers above 0", sigmas)
    sign = 1 if dark else -1
    cube = np.stack([sign * s**2 * laplacian_of_gaussian(image, s) for s in sigmas.tolist()])
    layer, y, x = local_maxima(cube, threshold=threshold).T
    return np.stack([x, y, np.sqrt(2) * sigmas[layer]], axis=1)
