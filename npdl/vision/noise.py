"""Models of noise. All draw from `rng`, a NumPy generator (npdl's shared one by default), and keep the dtype."""

import numpy as np

from ..arguments import number, takes
from ..backend import rng as shared_rng
from ..errors import require_positive, require_range
from .images import require_image, require_unit


@takes(sigma=number(0))
def gaussian_noise(image, sigma=0.1, *, rng=None):
    """f + σ ε, ε ~ N(0, 1), another for every pixel and channel, whatever the pixel's value: read-out noise.

    The noise is independent of the image; of noise that grows with it poisson_noise is the model.
    """
    require_range("gaussian_noise", "sigma", sigma, 0, np.inf)
    image = require_image("gaussian_noise", image)
    rng = shared_rng() if rng is None else rng
    return image + (sigma * rng.standard_normal(image.shape)).astype(image.dtype)


@takes(photons=number(above=0))
def poisson_noise(image, photons=255, *, rng=None):
    """Poisson(photons · f) / photons: shot noise, the counting of light. Mean f, variance f / photons.

    photons: how many a white pixel sees; the image in [0, 1].
    """
    require_positive("poisson_noise", "photons", photons)
    image = require_image("poisson_noise", image)
    require_unit("poisson_noise", image)
    rng = shared_rng() if rng is None else rng
    return (rng.poisson(photons * image.astype(np.float64)) / photons).astype(image.dtype)


def salt_and_pepper(image, amount=0.05, salt=0.5, *, rng=None):
    """A share `amount` of the pixels lost: `salt` of these white, the others black, in all channels. Dead pixels."""
    require_range("salt_and_pepper", "amount", amount, 0, 1)
    require_range("salt_and_pepper", "salt", salt, 0, 1)
    image = require_image("salt_and_pepper", image).copy()
    draw = (shared_rng() if rng is None else rng).random(image.shape[:2])
    image[draw < amount] = 0
    image[draw < amount * salt] = 1
    return image
