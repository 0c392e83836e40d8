"""Quantisation: fewer levels of brightness. (Sampling is the same in space: fewer pixels, see resize.py.)"""

import numpy as np

from ..errors import InputError, is_integer
from .images import as_bytes, require_image


def quantise(image, levels):
    """Bytes of L levels: ⌊v / s⌋ s with the step s = 256 / L; L a power of 2, from 2 to 256. Returns uint8.

    Floats become bytes first. 2 levels: 0, 128; 4: 0, 64, 128, 192. The intervals are half-open, [0, 64), [64, 128),
    [128, 192), [192, 256): each byte is in exactly one. The error is at most s - 1, always downwards.
    """
    if not is_integer(levels, 2) or levels > 256 or levels & (levels - 1):
        raise InputError("quantise", "levels", "a power of 2 from 2 to 256", levels)
    require_image("quantise", image)
    step = 256 // levels
    return (as_bytes(image) // np.uint8(step) * np.uint8(step)) if step > 1 else as_bytes(image).copy()
