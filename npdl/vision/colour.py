"""Colour spaces: red, green and blue as brightness and two differences, as hue, or as the eye tells colours apart."""

import numpy as np

from ..arguments import reals, takes
from .images import require_colour, require_unit

YCBCR = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]])
JPEG = np.array([[0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]])
STUDIO = np.array([16.0, 128.0, 128.0]) / 255  # black, and no colour
FULL = np.array([0.0, 128.0, 128.0]) / 255
XYZ = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
WHITE = np.array([0.95047, 1.0, 1.08883])  # daylight, D65, seen by the observer of 2°


def rgb_to_ycbcr(image, *, full_range=False):
    """Luma and two colour differences, ITU-R BT.601, in units of 1 = 255: (H, W, 3) -> (H, W, 3).

    Y = (16 + 65.481 R + 128.553 G + 24.966 B) / 255: from 16 to 235, the Y of which papers on super-resolution report
    the PSNR (MATLAB's and scikit-image's, there times 255). full_range: JPEG's, Y from 0 to 255, as OpenCV and PIL do.
    """
    image = _unit("rgb_to_ycbcr", image)
    matrix, offset = (JPEG, FULL) if full_range else (YCBCR / 255, STUDIO)
    return image @ matrix.T.astype(image.dtype) + offset.astype(image.dtype)


def ycbcr_to_rgb(image, *, full_range=False):
    """The inverse of rgb_to_ycbcr. Triples that are no colour leave [0, 1]."""
    image = require_colour("ycbcr_to_rgb", image)
    matrix, offset = (JPEG, FULL) if full_range else (YCBCR / 255, STUDIO)
    return (image - offset.astype(image.dtype)) @ np.linalg.inv(matrix).T.astype(image.dtype)


def rgb_to_hsv(image):
    """Hue (a turn is 1: red 0, green 1/3, blue 2/3), saturation and value, all in [0, 1]. Smith 1978.

    V is the largest of R, G, B; S = (V - least) / V, 0 for black; H says where between the two largest the colour lies,
    0 for grey, which has none.
    """
    image = _unit("rgb_to_hsv", image)
    r, g, b = np.moveaxis(image, 2, 0)
    v = image.max(axis=2)
    chroma = v - image.min(axis=2)
    c = np.where(chroma > 0, chroma, 1)
    sixths = np.where(v == r, (g - b) / c, np.where(v == g, 2 + (b - r) / c, 4 + (r - g) / c))
    hue = np.where(chroma > 0, sixths / 6 % 1, 0)
    return np.stack([hue, chroma / np.where(v > 0, v, 1), v], axis=2).astype(image.dtype)


def hsv_to_rgb(image):
    """The inverse of rgb_to_hsv: channel n (5, 3, 1 for R, G, B) is V - V S max(0, min(k, 4 - k, 1)), k = n + 6 H."""
    image = _unit("hsv_to_rgb", image)
    h, s, v = np.moveaxis(image, 2, 0)
    k = (np.array([5, 3, 1], image.dtype) + 6 * h[..., None]) % 6
    return v[..., None] * (1 - s[..., None] * np.clip(np.minimum(k, 4 - k), 0, 1))


def linearise(image):
    """Light from the values of sRGB: a straight line near black, then about the power 2.2. IEC 61966-2-1."""
    image = _unit("linearise", image)
    return np.where(image > 0.04045, ((image + 0.055) / 1.055) ** 2.4, image / 12.92).astype(image.dtype)


@takes(light=reals())
def delinearise(light):
    """The values of sRGB from light in [0, 1]; what is out of it is clipped."""
    light = np.clip(light, 0, 1)
    return np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light).astype(light.dtype)


def rgb_to_lab(image):
    """CIE 1976 L*a*b* of an sRGB image under D65: L in [0, 100]; a: green to red; b: blue to yellow.

    1. Light from sRGB's values; XYZ from it by a matrix; each divided by white's.
    2. f(t) = ∛t, below (6/29)³ the straight line that goes on with its slope.
    3. L = 116 f(Y) - 16, a = 500 (f(X) - f(Y)), b = 200 (f(Y) - f(Z)). A distance of about 2 is just seen.
    """
    light = linearise(image)
    t = light @ (XYZ / WHITE[:, None]).T.astype(light.dtype)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * ((29 / 6) ** 2 / 3) + 4 / 29)
    x, y, z = np.moveaxis(f, 2, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=2).astype(light.dtype)


def lab_to_rgb(image):
    """The inverse of rgb_to_lab; colours that sRGB has not are clipped to [0, 1]."""
    image = require_colour("lab_to_rgb", image)
    L, a, b = np.moveaxis(image, 2, 0)
    y = (L + 16) / 116
    f = np.stack([y + a / 500, y, y - b / 200], axis=2)
    t = np.where(f > 6 / 29, f**3, (f - 4 / 29) * (3 * (6 / 29) ** 2))
    return delinearise(t @ np.linalg.inv(XYZ / WHITE[:, None]).T.astype(image.dtype))


def _unit(function, image):
    image = require_colour(function, image)
    require_unit(function, image)
    return image
