"""What all transforms share, and those that are made of others."""

import numpy as np

from ...backend import rng as shared_rng
from ...errors import InputError, InputTypeError, is_integer, require_ndim, require_range


class Transform:
    """A transform of the images alone: write apply(x, rng) -> new x."""

    def __call__(self, x, *rest, rng=None):
        name = type(self).__name__
        if not isinstance(x, np.ndarray):
            raise InputTypeError(name, "x", "a NumPy array of images (N, C, H, W)", x)
        require_ndim(name, "x", x, 4, "(N, C, H, W)")
        x = self.apply(x, shared_rng() if rng is None else rng)
        return (x, *rest) if rest else x


class Compose:
    """One after the other: Compose(f, g)(x) = g(f(x)).

    Its arguments are transforms. (The mean and standard deviation of a normalisation are given to Normalise.)
    """

    def __init__(self, *transforms):
        for transform in transforms:
            if not callable(transform):
                expected = "transforms, such as Normalise(mean, std)"
                raise InputTypeError("Compose", "transforms", expected, transform)
        self.transforms = transforms

    def __call__(self, *batch, rng=None):
        for transform in self.transforms:
            batch = transform(*batch, rng=rng)
            batch = batch if isinstance(batch, tuple) else (batch,)
        return batch if len(batch) > 1 else batch[0]


class RandomApply(Transform):
    """Each image with probability p; the others stay as they are. The transform must keep the images' size."""

    def __init__(self, transform, p=0.5):
        require_range("RandomApply", "p", p, 0, 1)
        self.transform, self.p = transform, p

    def apply(self, x, rng):
        chosen = draw(rng, len(x), self.p)
        changed = self.transform(x[chosen], rng=rng)
        if changed.shape[1:] != x.shape[1:]:
            expected = f"one that keeps the images' shape {x.shape[1:]}"
            raise InputError("RandomApply", "transform", expected, changed)
        out = x.copy()
        out[chosen] = changed
        return out


class TwoViews:
    """Two random views of every image: (x, y, ...) -> (view, other view, y, ...). Chen et al. 2020, SimCLR."""

    def __init__(self, transform):
        self.transform = transform

    def __call__(self, x, *rest, rng=None):
        return (self.transform(x, rng=rng), self.transform(x, rng=rng), *rest)


def draw(rng, N, p):
    """N independent bools, True with probability p."""
    return rng.random(N) < p


def uniform(rng, low, high, x):
    """A number in [low, high) for each image of x, in its dtype, (N, 1, 1, 1) to multiply it with."""
    return rng.uniform(low, high, (len(x), 1, 1, 1)).astype(x.dtype)


def require_float(name, x):
    if x.dtype.kind != "f":
        raise InputTypeError(name, "x", "images of floats (ToFloat makes them of bytes)", x)


def require_unit(name, x):
    """Colours are cut at 0 and 1: of images that were normalised before, that would cut half away."""
    require_float(name, x)
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise InputError(name, "x", "in [0, 1]; normalise afterwards", f"[{x.min():.4g}, {x.max():.4g}]")


def as_size(name, size):
    """(height, width) from one number or two."""
    sides = (size, size) if is_integer(size) else size
    if not isinstance(sides, tuple) or len(sides) != 2 or not all(is_integer(n, 1) for n in sides):
        raise InputError(name, "size", "an integer >= 1, or (height, width)", size)
    return sides
