"""How alike two images are."""

import math

import numpy as np

from ..arguments import reals, takes
from ..errors import InputError, is_number, require_shape


@takes(image=reals("*"), wanted=reals("*"))
def psnr(image, wanted, peak=1.0):
    """Peak signal-to-noise ratio in decibels: 10 log10(peak² / mean squared error); infinite for equal images.

    Both arrays have the same shape, any number of images; the mean goes over all their numbers. peak: the largest value
    there can be, 1.0 or 255. Huynh-Thu and Ghanbari 2008 on what it can and cannot tell.
    """
    image, wanted = np.asarray(image, "float64"), np.asarray(wanted, "float64")
    require_shape("psnr", "image", image, wanted.shape, "as wanted")
    if not (is_number(peak) and 0 < peak < math.inf) or image.size == 0:
        raise InputError("psnr", "peak", "above 0, for images that are not empty", peak)
    error = np.mean((image - wanted) ** 2)
    return math.inf if error == 0 else 10 * math.log10(peak**2 / error)
