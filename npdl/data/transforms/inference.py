"""One picture, made ready for a network that was trained on batches."""

import numpy as np

from ...errors import InputError, InputTypeError
from .base import Compose
from .colour import Normalise
from .resize import Resize


def preprocess(image, size=32, mean=0.5, std=0.5):
    """A picture as a batch of one, float32 (1, 3, H, W): resized, its channels put first, normalised.

    image: (H, W, 3) or grey (H, W), bytes or floats in [0, 1], or a Pillow image (which is made RGB). size, mean, std:
    what the network was trained with; see Resize and Normalise. Then

        model.eval()
        label = int(model(preprocess(image)).data.argmax())
    """
    if hasattr(image, "convert"):
        image = image.convert("RGB")
    image = np.asarray(image)
    if image.ndim == 2:
        image = np.stack([image] * 3, axis=2)
    if image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise InputError("preprocess", "image", "a picture (H, W, 3), the channels last, or grey (H, W)", image)
    if image.dtype == np.uint8:
        image = image / np.float32(255)
    if image.dtype.kind != "f":
        raise InputTypeError("preprocess", "image", "bytes (uint8), or floats in [0, 1]", image)
    if not (image.min() >= 0 and image.max() <= 1):
        raise InputError("preprocess", "image", "in [0, 1]", f"[{image.min():.4g}, {image.max():.4g}]")
    x = image.astype(np.float32).transpose(2, 0, 1)[None]  # (1, 3, H, W)
    return Compose(Resize(size), Normalise(mean, std))(x)
