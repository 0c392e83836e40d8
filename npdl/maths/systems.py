"""Systems: what makes an image of an image; linear ones, shift-invariant ones, and what both together are.

Linear: S(a f + b g) = a S(f) + b S(g). Shift-invariant: S of the shifted image is S(f) shifted. Only with both is every
new pixel a weighted sum of the old ones with the same weights everywhere: the convolution with S(δ), the impulse
response h.
"""

import numpy as np

from ..arguments import FUNCTION, integers, number, reals, sequence, takes
from ..errors import InputError, is_integer, require_shape


@takes(shape=integers("N", 1), place=sequence())
def impulse(shape, place=(0, 0)):
    """δ: 1 at the place (row, column), 0 elsewhere."""
    delta = np.zeros(shape)
    inside = len(place) == delta.ndim and all(is_integer(i, -n) and i < n for i, n in zip(place, delta.shape))
    if not inside:
        raise InputError("impulse", "place", f"a pixel of {delta.shape}", place)
    delta[place] = 1
    return delta


@takes(system=FUNCTION, shape=integers("N", 1))
def impulse_response(system, shape):
    """S(δ) with the impulse in the middle, at (H // 2, W // 2): what one bright pixel becomes."""
    return system(impulse(shape, tuple(n // 2 for n in shape)))


@takes(image=reals("H, W"), response=reals("h, w"))
def superpose(image, response):
    """y[n, m] = Σ_k Σ_l f[k, l] h[n - k, m - l]: the image as a sum of impulses, and of each its response, periodic.

    response: like the image, h[0, 0] in the middle, at (H // 2, W // 2), as impulse_response gives it. The second index
    is the column's: Σ over i and j, x[i, j] h[n - i, m - j].
    """
    image, response = np.asarray(image, float), np.asarray(response, float)
    require_shape("superpose", "response", response, image.shape, "like the image")
    middle = tuple(n // 2 for n in image.shape)
    y = np.zeros_like(image)
    for place in zip(*np.nonzero(image)):
        y += image[place] * np.roll(response, np.subtract(place, middle), axis=(0, 1))
    return y


@takes(system=FUNCTION, shape=integers("N", 1), tolerance=number(0))
def is_linear(system, shape, rng, tolerance=1e-9):
    """Whether S(a f + b g) = a S(f) + b S(g) for random images and numbers."""
    f, g = rng.standard_normal((2, *shape))
    a, b = rng.standard_normal(2)
    return _equal(system(a * f + b * g), a * system(f) + b * system(g), tolerance)


@takes(system=FUNCTION, shape=integers("2", 1), tolerance=number(0))
def is_shift_invariant(system, shape, rng, tolerance=1e-9):
    """Whether S(f shifted) = S(f) shifted, for a random image and shift. The system must be periodic at its borders."""
    f = rng.standard_normal(shape)
    shift = tuple(int(rng.integers(1, n)) for n in shape)
    if min(shape) < 2:
        raise InputError("is_shift_invariant", "shape", "two pixels a side at least", shape)
    return _equal(system(np.roll(f, shift, (0, 1))), np.roll(system(f), shift, (0, 1)), tolerance)


def _equal(a, b, tolerance):
    return bool(np.abs(a - b).max() <= tolerance * max(np.abs(b).max(), 1))
