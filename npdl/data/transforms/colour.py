"""Values changed, pixels left where they are."""

import numpy as np

from ...errors import InputError, InputTypeError, require_ndim, require_range
from .base import Transform, draw, require_float, require_unit, uniform

LUMA = (0.299, 0.587, 0.114)  # how bright red, green and blue are; ITU-R BT.601


class ToFloat(Transform):
    """Bytes to float32 in [0, 1]: x / 255."""

    def apply(self, x, rng):
        if x.dtype != np.uint8:
            raise InputTypeError("ToFloat", "x", "images of bytes (uint8)", x)
        return x / np.float32(255)


class Normalise(Transform):
    """(x - mean) / std, with a number or one for each channel. npdl.viz.unnormalise goes back.

    With 0.5 and 0.5, [0, 1] becomes [-1, 1], and x / 2 + 0.5 goes back.
    """

    def __init__(self, mean, std):
        self.mean, self.std = np.asarray(mean, np.float32), np.asarray(std, np.float32)
        for name, value in (("mean", self.mean), ("std", self.std)):
            if value.ndim > 1 or not np.isfinite(value).all():
                raise InputError("Normalise", name, "a number, or one for each channel", value)
        if not np.all(self.std > 0):
            raise InputError("Normalise", "std", "above 0", std)

    @classmethod
    def of(cls, x):
        """That gives every channel of x mean 0 and standard deviation 1. x: the training images, and no others."""
        require_ndim("Normalise.of", "x", x, 4, "(N, C, H, W)")
        require_float("Normalise.of", x)
        return cls(x.mean(axis=(0, 2, 3), dtype=np.float64), x.std(axis=(0, 2, 3), dtype=np.float64))

    def apply(self, x, rng):
        require_float("Normalise", x)
        for name, value in (("mean", self.mean), ("std", self.std)):
            if value.size not in (1, x.shape[1]):
                raise InputError("Normalise", name, f"a number, or one for each of {x.shape[1]} channels", value)
        out = x - self.mean.astype(x.dtype).reshape(-1, 1, 1)
        out /= self.std.astype(x.dtype).reshape(-1, 1, 1)
        return out


class RandomGrey(Transform):
    """All three channels become their brightness, 0.299 red + 0.587 green + 0.114 blue, with probability p."""

    def __init__(self, p=0.1):
        require_range("RandomGrey", "p", p, 0, 1)
        self.p = p

    def apply(self, x, rng):
        _require_colours("RandomGrey", x)
        require_float("RandomGrey", x)
        grey = draw(rng, len(x), self.p)
        out = x.copy()
        out[grey] = _grey(x[grey])
        return out


class ColourJitter(Transform):
    """Brightness, contrast, saturation and hue, each changed at random, in this order; x in [0, 1] stays there.

        brightness:  b x                          b uniform in [max(0, 1 - brightness), 1 + brightness]
        contrast:    c x + (1 - c) mean(grey)     c likewise; the mean over the image's pixels
        saturation:  s x + (1 - s) grey           s likewise
        hue:         turned by h of a circle      h uniform in [-hue, hue], hue <= 1/2

    Each result is cut at 0 and 1. grey: the brightness of each pixel, as in RandomGrey. torchvision has these formulas,
    and a random order. SimCLR has RandomApply(ColourJitter(0.8 s, 0.8 s, 0.8 s, 0.2 s), 0.8) with the
    strength s = 1, and 0.5 for CIFAR-10; Chen et al. 2020, appendix A.
    """

    def __init__(self, brightness=0.0, contrast=0.0, saturation=0.0, hue=0.0):
        for name, value in (("brightness", brightness), ("contrast", contrast), ("saturation", saturation)):
            require_range("ColourJitter", name, value, 0, float("inf"))
        require_range("ColourJitter", "hue", hue, 0, 0.5)
        self.brightness, self.contrast, self.saturation, self.hue = brightness, contrast, saturation, hue

    def apply(self, x, rng):
        require_unit("ColourJitter", x)
        if self.saturation or self.hue:
            _require_colours("ColourJitter", x)
        out = x.copy()
        if self.brightness:
            out = (out * self._factor(rng, self.brightness, x)).clip(0, 1)
        if self.contrast:
            out = _blend(out, _grey(out).mean(axis=(2, 3), keepdims=True), self._factor(rng, self.contrast, x))
        if self.saturation:
            out = _blend(out, _grey(out), self._factor(rng, self.saturation, x))
        if self.hue:
            out = turn_hue(out, uniform(rng, -self.hue, self.hue, x)[:, 0])
        return out

    @staticmethod
    def _factor(rng, strength, x):
        return uniform(rng, max(0, 1 - strength), 1 + strength, x)


def turn_hue(x, turn):
    """x (N, 3, H, W) in [0, 1] with its hue turned by (N, 1, 1) circles; value and chroma stay.

    The hue of the HSV hexagon (Smith 1978), in sixths of a circle: red is 0, green 2, blue 4.
    """
    red, green, blue = x[:, 0], x[:, 1], x[:, 2]
    value = x.max(axis=1)
    chroma = value - x.min(axis=1)
    divisor = np.where(chroma > 0, chroma, 1)
    hue = np.where(
        value == red,
        (green - blue) / divisor,
        np.where(value == green, 2 + (blue - red) / divisor, 4 + (red - green) / divisor),
    )
    out = np.empty_like(x)
    for channel, shift in enumerate((5, 3, 1)):
        place = hue + (6 * turn + shift)
        place -= 6 * np.floor(place / 6)  # in [0, 6); the operator % takes ten times as long
        out[:, channel] = value - chroma * np.minimum(place, 4 - place).clip(0, 1)
    return out


def _blend(x, other, factor):
    return (factor * x + (1 - factor) * other).clip(0, 1)


def _grey(x):
    """The brightness (N, 1, H, W) of colours; of one channel, itself."""
    if x.shape[1] == 1:
        return x
    return sum(weight * x[:, channel : channel + 1] for channel, weight in enumerate(LUMA))


def _require_colours(name, x):
    if x.shape[1] != 3:
        raise InputError(name, "x", "images of three channels: red, green and blue", x)
