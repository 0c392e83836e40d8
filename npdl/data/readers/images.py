"""Photographs: JPEG, PNG, BMP and WebP files as arrays. Pillow decodes them."""

import operator
from collections.abc import Sequence

import numpy as np

from ...errors import InputError
from .files import MAX_PIXELS, BadFileError, require_file

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
FORMATS = ("JPEG", "PNG", "BMP", "WEBP")  # by content, whatever the suffix


def read_image(path, *, size=None):
    """A picture as float32 (3, H, W) in [0, 1], RGB.

    Grey ones get three equal channels, transparent ones a white ground, 16 bits become 8; the orientation noted by a
    camera is not applied (boxes and masks are drawn on the pixels as stored). size: None, or an integer: the largest
    square in the middle, scaled to size x size with Pillow's bilinear filter, which averages when it shrinks.
    Raises BadFileError, which names the file, if it cannot be decoded or has more than 2^26 pixels.
    """
    if size is not None and (not isinstance(size, int) or not 1 <= size * size <= MAX_PIXELS):
        raise InputError("read_image", "size", "a number of pixels, or None", size)
    Image = _pillow()
    path = require_file("read_image", path)
    try:
        with Image.open(path, formats=FORMATS) as file:
            if file.width * file.height > MAX_PIXELS:
                raise BadFileError("read_image", path, f"have at most {MAX_PIXELS:,} pixels", f"it has {file.size}")
            image = _as_rgb(file)
            if size is not None:
                side = min(image.size)
                left, top = (image.width - side) // 2, (image.height - side) // 2
                image = image.crop((left, top, left + side, top + side)).resize((size, size), Image.Resampling.BILINEAR)
            stored = np.asarray(image)  # (H, W, 3)
    except BadFileError:
        raise
    except Exception as fault:  # Pillow raises OSError, SyntaxError, ValueError, struct.error and more
        raise BadFileError("read_image", path, "be an undamaged picture", f"Pillow says: {fault}") from fault
    return np.divide(stored.transpose(2, 0, 1), 255, dtype=np.float32, order="C")


def _as_rgb(file):
    """An open Pillow image as RGB. Pillow itself would cut 16 bits at 255, and show what transparency hides."""
    Image = _pillow()
    if file.mode.startswith("I"):
        return Image.fromarray(np.clip(np.asarray(file, np.int64) // 257, 0, 255).astype(np.uint8)).convert("RGB")
    if "A" in file.getbands() or "transparency" in file.info:
        picture = file.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return file.convert("RGB")


def _pillow():
    try:
        from PIL import Image
    except ImportError as missing:
        raise ImportError("pictures need Pillow: pip install pillow") from missing
    return Image


class Pictures(Sequence):
    """A sequence of samples whose pictures stay on the disk until they are asked for.

    paths: their files. Subclasses say what a sample is: `sample(i)` for 0 <= i < len.
    """

    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        i = operator.index(i)
        if not -len(self) <= i < len(self):
            raise IndexError(f"sample {i} of {len(self)}")
        return self.sample(i % len(self))

    def image(self, i):
        """The picture of sample i, float32 (3, H, W) in [0, 1]."""
        return read_image(self.paths[i])

    def sized_image(self, i, height, width):
        """The same, once it is known to have the size that its annotations were made for."""
        image = self.image(i)
        if image.shape[1:] != (height, width):
            H, W = image.shape[1:]
            expected = f"be {width} x {height} pixels, as its annotations say"
            raise BadFileError(type(self).__name__, self.paths[i], expected, f"it is {W} x {H}")
        return image
