"""What an image is in npdl.vision, decided once.

An image is an array of height and width, grey (H, W) or colour (H, W, 3), red first. The pixel (0, 0) is the top left
one, the first axis points down and the second to the right; the centre of pixel (i, j) is the point y = i, x = j.
Floats are 0 for black and 1 for white; bytes (uint8) 0 and 255. Functions take both, calculate in floats and return
floats: float32 gives float32, bytes and masks become float64. What comes out of a filter may leave [0, 1]. A mask is
bool, (H, W), True where something is.
"""

import numpy as np

from ..arguments import reals, takes
from ..errors import InputError, InputTypeError, require_shape

REC601 = (0.299, 0.587, 0.114)  # the grey of television, JPEG and OpenCV
REC709 = (0.2125, 0.7154, 0.0721)  # the grey of HDTV and scikit-image


def as_float(function, image, argument="image"):
    """The image in floats, never a copy of what is one already: bytes / 255, masks 0 and 1.

    Raises InputTypeError for other dtypes, InputError for nan, inf and for no pixel at all.
    """
    kind = getattr(getattr(image, "dtype", None), "kind", None)
    if kind not in ("f", "b") and getattr(image, "dtype", None) != np.uint8:
        raise InputTypeError(function, argument, "an image of floats in [0, 1], uint8 or bool", image)
    if image.size == 0:
        raise InputError(function, argument, "an image with a pixel at least", image)
    if kind == "f":
        if image.dtype.itemsize < 4:
            raise InputTypeError(function, argument, "float32 or float64, as float16 has but 11 bits", image)
        if not np.isfinite(image).all():
            raise InputError(function, argument, "free of nan and inf", image)
        return image
    return image.astype(np.float64) if kind == "b" else image / 255.0


def require_grey(function, image, argument="image"):
    """The grey image (H, W) in floats; raise unless it is one."""
    if getattr(image, "ndim", None) != 2:
        raise InputError(function, argument, "a grey image (H, W); to_grey makes one", image)
    return as_float(function, image, argument)


def require_colour(function, image, argument="image"):
    """The colour image (H, W, 3) in floats; raise unless it is one."""
    if getattr(image, "ndim", None) != 3 or image.shape[2] != 3:
        raise InputError(function, argument, "a colour image (H, W, 3)", image)
    return as_float(function, image, argument)


def require_image(function, image, argument="image"):
    """The image in floats; raise unless it is grey (H, W) or colour (H, W, 3)."""
    if getattr(image, "ndim", None) not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
        raise InputError(function, argument, "a grey image (H, W) or a colour image (H, W, 3)", image)
    return as_float(function, image, argument)


def require_unit(function, image, argument="image"):
    """Raise unless all floats lie in [0, 1], for what rests on the range (levels, colours, counts of photons)."""
    low, high = float(image.min()), float(image.max())
    if low < 0 or high > 1:
        raise InputError(function, argument, "floats in [0, 1]", (low, high))


def require_mask(function, mask, shape=None, argument="mask"):
    """The mask; raise unless it is bool (H, W), of this `shape` where one is given."""
    if getattr(mask, "dtype", None) != np.bool_:
        raise InputTypeError(function, argument, "a mask of bool", mask)
    if mask.ndim != 2 or mask.size == 0:
        raise InputError(function, argument, "a mask (H, W) with a pixel at least", mask)
    if shape is not None:
        require_shape(function, argument, mask, shape, "like the image")
    return mask


def require_size(function, size, argument="size"):
    """The pair (height, width), both >= 1; raise unless it is one."""
    if not (isinstance(size, tuple) and len(size) == 2 and all(isinstance(n, int | np.integer) for n in size)):
        raise InputError(function, argument, "a pair (height, width) of integers", size)
    if min(size) < 1:
        raise InputError(function, argument, "a pair of integers >= 1", size)
    return int(size[0]), int(size[1])


def as_bytes(image):
    """uint8 of an image: floats are clipped to [0, 1] and rounded to the nearest of 256 levels. Inverse: / 255."""
    if getattr(image, "dtype", None) == np.uint8:
        return image
    return np.rint(np.clip(as_float("as_bytes", image), 0, 1) * 255).astype(np.uint8)


@takes(weights=reals("3"))
def to_grey(image, weights=REC601):
    """Y = w_r R + w_g G + w_b B: (H, W, 3) -> (H, W); a grey image stays as it is.

    weights: REC601 (OpenCV, JPEG, PIL) or REC709 (scikit-image); they are applied to the values as they are stored.
    """
    image = require_image("to_grey", image)
    return image if image.ndim == 2 else image @ np.array(weights, image.dtype)
