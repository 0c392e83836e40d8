"""Images with a hole, and images mixed: hard examples against overfitting."""

import numpy as np

from ...backend import rng as shared_rng
from ...errors import InputError, InputTypeError, is_number, require_indices, require_integer, require_shape
from .base import Transform, require_float


class Cutout(Transform):
    """A square of `size` pixels becomes `value`, its middle anywhere in the image, so that a part may lie outside.

    After Normalise, 0 is the mean. DeVries and Taylor 2017, section 3.
    """

    def __init__(self, size, value=0):
        require_integer("Cutout", "size", size, 0)
        self.size, self.value = size, value

    def apply(self, x, rng):
        N, _, H, W = x.shape
        inside = []
        for length in (H, W):
            start = rng.integers(0, length, (N, 1)) - self.size // 2
            pixel = np.arange(length)
            inside.append((pixel >= start) & (pixel < start + self.size))  # (N, length)
        hole = inside[0][:, None, :, None] & inside[1][:, None, None, :]
        value = np.asarray(self.value).astype(x.dtype)
        if x.dtype.kind != "f" and not (value == self.value).all():
            raise InputError("Cutout", "value", f"a number that {x.dtype} can hold, as the images are", self.value)
        return np.where(hole, value, x)


class MixUp:
    """Each image mixed with another of the batch, and their labels in the same proportion.

        x = λ x_i + (1 - λ) x_j,  q = λ q_i + (1 - λ) q_j,  λ ~ Beta(α, α) for each pair

    (x, y) with labels y (N,) in [0, classes), or with distributions (N, classes), become (x, q) with distributions q of
    x's dtype: targets for npdl.ops.soft_cross_entropy. α = 0 mixes nothing. Zhang et al. 2018, equation 1.
    """

    def __init__(self, alpha, classes):
        if not (is_number(alpha) and alpha >= 0):
            raise InputError("MixUp", "alpha", "a number >= 0", alpha)
        require_integer("MixUp", "classes", classes, 1)
        self.alpha, self.classes = alpha, classes

    def __call__(self, x, y, *rest, rng=None):
        rng = shared_rng() if rng is None else rng
        require_float("MixUp", x)
        N = len(x)
        q = self._distributions(y, N).astype(x.dtype)
        share = rng.beta(self.alpha, self.alpha, N) if self.alpha else np.ones(N)
        share = share.astype(x.dtype)[:, None]
        other = rng.permutation(N)
        pixels = share[:, :, None, None]
        return pixels * x + (1 - pixels) * x[other], share * q + (1 - share) * q[other], *rest

    def _distributions(self, y, N):
        if not isinstance(y, np.ndarray):
            raise InputTypeError("MixUp", "y", "an array of labels or of distributions", y)
        if y.dtype.kind == "f":
            require_shape("MixUp", "y", y, (N, self.classes), "a distribution for each image")
            return y
        require_shape("MixUp", "y", y, (N,), "a label for each image")
        require_indices("MixUp", "y", y, self.classes)
        return np.arange(self.classes) == y[:, None]
