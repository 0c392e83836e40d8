"""Many images as one, in plain NumPy."""

import math

import numpy as np

from ..backend import to_numpy
from ..errors import InputError, InputTypeError


def unnormalise(x, mean, std):
    """Undo (x - mean) / std: x · std + mean, for images (N, C, H, W) or one image (C, H, W).

    mean, std: a number, or one for each channel (C,). With 0.5 and 0.5, x in [-1, 1] becomes x / 2 + 0.5.
    """
    x = as_array("unnormalise", "x", x)
    if x.ndim not in (3, 4):
        raise InputError("unnormalise", "x", "(N, C, H, W) or (C, H, W)", x)
    C = x.shape[-3]
    per_channel = []
    for name, value in (("mean", mean), ("std", std)):
        value = np.asarray(value, dtype=x.dtype if x.dtype.kind == "f" else np.float32)
        if value.shape not in ((), (1,), (C,)):
            raise InputError("unnormalise", name, f"a number, or one for each of {C} channels", value)
        per_channel.append(value.reshape(-1, 1, 1))
    mean, std = per_channel
    return x * std + mean


def make_grid(images, columns=None, pad=1, value=1.0):
    """Images side by side, row by row: one image (H', W', 3) or, of grey ones, (H', W', 1), floats in [0, 1].

    images: (N, C, H, W) with C = 3 or 1, or grey (N, H, W); floats in [0, 1], or bytes, which are divided by 255.
    columns: images in a row, by default ceil(sqrt(N)). pad: width in pixels of the lines around and between the images,
    of the grey `value`; cells left over at the end have it too. So H' = rows · (H + pad) + pad.
    """
    images = as_images("make_grid", images)  # (N, H, W, C)
    N, H, W, C = images.shape
    columns = math.ceil(math.sqrt(N)) if columns is None else columns
    for name, number, least in (("columns", columns, 1), ("pad", pad, 0)):
        if not isinstance(number, int) or number < least:
            raise InputError("make_grid", name, f"an integer >= {least}", number)
    if not 0 <= value <= 1:
        raise InputError("make_grid", "value", "a grey in [0, 1]", value)
    rows = math.ceil(N / columns)
    grid = np.full((rows * (H + pad) + pad, columns * (W + pad) + pad, C), value, dtype=images.dtype)
    for n, image in enumerate(images):
        top, left = pad + n // columns * (H + pad), pad + n % columns * (W + pad)
        grid[top : top + H, left : left + W] = image
    return grid


def as_images(function, images):
    """Images as a host array (N, H, W, C) of floats in [0, 1], the channels last, as screens want them."""
    images = as_array(function, "images", images)
    images = images[:, None] if images.ndim == 3 else images
    if images.ndim != 4 or images.shape[1] not in (1, 3) or images.size == 0:
        raise InputError(function, "images", "(N, C, H, W) with 1 or 3 channels, or (N, H, W), and not empty", images)
    if images.dtype == np.uint8:
        images = images.astype(np.float32) / 255
    if images.dtype.kind != "f":
        raise InputTypeError(function, "images", "floats in [0, 1], or bytes (uint8)", images)
    low, high = float(images.min()), float(images.max())
    if not (low >= -1e-3 and high <= 1 + 1e-3):  # this way round NaN is refused as well
        expected = "in [0, 1] (npdl.viz.unnormalise brings them back)"
        raise InputError(function, "images", expected, f"[{low:.4g}, {high:.4g}]")
    return images.clip(0, 1).transpose(0, 2, 3, 1)


def as_array(function, name, x):
    """x as a host array, wherever it is."""
    if not hasattr(x, "ndim"):
        raise InputTypeError(function, name, "an array", x)
    return to_numpy(x)
