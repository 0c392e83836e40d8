"""Textured backgrounds, many at a time."""

import numpy as np

from .colours import hue_to_rgb
from .levels import TEXTURES

OCTAVES = (3, 6, 12)  # cells of the noise in a row


def make_backgrounds(draws, level, textures, dark, size):
    """Pictures of these textures (n,), light or dark: float32 (n, 3, size, size)."""
    n = len(textures)
    contrast = draws.between("contrast", *level.contrast)
    value = np.where(dark, draws.between("value", 0.16, 0.30), draws.between("value", 0.82, 0.96))
    saturation = np.where(dark, draws.between("saturation", 0.15, 0.6), draws.between("saturation", 0.03, 0.25))
    hue, shift = draws.uniform("hue"), draws.between("hue shift", -0.12, 0.12)
    first = hue_to_rgb(hue, saturation, value)
    second = hue_to_rgb((hue + shift) % 1, saturation, np.where(dark, value + contrast, value - contrast))
    pattern = np.zeros((n, size, size), dtype=np.float32)
    for t, texture in enumerate(PATTERNS):
        rows = np.flatnonzero(textures == t)
        if len(rows):
            pattern[rows] = texture(draws.take(rows), size)
    first, second = first.astype(np.float32)[..., None, None], second.astype(np.float32)[..., None, None]
    return first + (second - first) * pattern[:, None]


def direction(draws, name):
    """Points evenly spread over the unit circle, (n, 2), without sines: ((1 - t²), 2t) / (1 + t²) and its mirror."""
    t, side = draws.between(name, -1, 1), np.where(draws.bits(f"{name}, side") >> np.uint64(63), 1.0, -1.0)
    return np.stack([side * (1 - t * t), 2 * t], axis=1) / (1 + t * t)[:, None]


def along(d, size):
    """d · p for the pixel centres p about the image's middle, in sides of the image: float32 (n, size, size)."""
    p = (np.arange(size) + 0.5) / size - 0.5
    return ((d[:, :1] * p)[:, None, :] + (d[:, 1:] * p)[:, :, None]).astype(np.float32)


def plain(draws, size):
    return 0


def gradient(draws, size):
    return np.clip(0.5 + along(direction(draws, "direction"), size), 0, 1)


def _bands(draws, name, d, period, size):
    """1 and 0 in turn along d, with edges one pixel wide."""
    t = along(d / period[:, None], size) + draws.uniform(name)[:, None, None].astype(np.float32)
    wave = abs(2 * (t - np.floor(t)) - 1) - 0.5  # a triangle of slope 2 / period
    return np.clip(0.5 + wave * (period * size / 2).astype(np.float32)[:, None, None], 0, 1)


def striped(draws, size):
    return _bands(draws, "phase", direction(draws, "direction"), draws.between("period", 0.16, 0.32), size)


def checked(draws, size):
    d, period = direction(draws, "direction"), draws.between("period", 0.28, 0.48)
    a, b = _bands(draws, "phase", d, period, size), _bands(draws, "phase across", d[:, ::-1] * (1, -1), period, size)
    return a + b - 2 * a * b  # exclusive or


def dotted(draws, size):
    d, period = direction(draws, "direction"), draws.between("period", 0.16, 0.26)
    squares = []
    for name, axis in (("phase", d), ("phase across", d[:, ::-1] * (1, -1))):
        t = along(axis / period[:, None], size) + draws.uniform(name)[:, None, None].astype(np.float32)
        t = t - np.floor(t) - 0.5
        squares.append(t * t)
    radius = draws.between("dot", 0.2, 0.34)
    step = (period * size).astype(np.float32)[:, None, None]  # pixels
    return np.clip(0.5 + (radius.astype(np.float32)[:, None, None] - np.sqrt(squares[0] + squares[1])) * step, 0, 1)


def cloudy(draws, size):
    """Value noise: random heights on lattices, interpolated smoothly, each octave finer and half as strong."""
    total = 0
    for octave, cells in enumerate(OCTAVES):
        heights = draws.uniform(f"heights {octave}", cells + 1, cells + 1).astype(np.float32)
        total = total + _smooth(_smooth(heights, size).transpose(0, 2, 1), size) * 0.5**octave
    middle = sum(0.5**octave for octave in range(len(OCTAVES))) / 2
    return np.clip(0.5 + 1.3 * (total - middle), 0, 1)


def _smooth(heights, size):
    """Rows (n, cells + 1, m) to (n, size, m), by 3t² - 2t³ between neighbours."""
    cells = heights.shape[1] - 1
    t = (np.arange(size) + 0.5) / size * cells
    i = t.astype(np.int64)
    t = (t - i).astype(np.float32)
    t = (t * t * (3 - 2 * t))[:, None]
    return heights[:, i] * (1 - t) + heights[:, i + 1] * t


PATTERNS = (plain, gradient, striped, checked, dotted, cloudy)
assert tuple(f.__name__ for f in PATTERNS) == TEXTURES
