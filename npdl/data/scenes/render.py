"""From a layout to pixels."""

import numpy as np

from .backgrounds import along, direction, make_backgrounds
from .colours import PALETTE
from .shapes import distances

SHADOW_OFFSET, SHADOW_WIDTH = 0.035, 0.05  # of the image's side


def render(layout, draws, level, textures, dark, size):
    """Images uint8 (n, 3, size, size) and the distances (n, K, size, size) that `distances` gives."""
    light = direction(draws, "light")
    image = make_backgrounds(draws, level, textures, dark, size)
    d = distances(layout, size)
    shaded = layout._replace(centres=layout.centres + (SHADOW_OFFSET * light)[:, None])
    shadow = _cover(distances(shaded, size) / np.float32(2 * SHADOW_WIDTH * size))
    shadow *= np.float32(-level.shadow)
    shadow += 1
    colours = _colours(layout, draws, level)
    glow = along(-light, size)
    for k in range(d.shape[1]):
        image *= shadow[:, k, None]
        middle = ((layout.centres[:, k] - 0.5) * -light).sum(axis=1).astype(np.float32)
        relief = 1 + np.float32(level.relief / 0.3) * (glow - middle[:, None, None])
        cover = _cover(d[:, k])[:, None]
        image += cover * (colours[:, k, :, None, None] * relief[:, None] - image)
    image *= (
        1 + np.float32(2 * level.light) * (draws.uniform("fall-off").astype(np.float32)[:, None, None] * glow)[:, None]
    )
    if level.blur:
        image = _blur(image, draws.between("blur", 0, level.blur))
    noise = draws.between("noise level", 0, level.noise).astype(np.float32)
    image += noise[:, None, None, None] * draws.gaussian("noise", 3, size, size)
    return (np.clip(image, 0, 1) * 255 + np.float32(0.5)).astype(np.uint8), d


def _colours(layout, draws, level):
    """The palette, all channels a little lighter or darker, and each a third as much on its own: float32 (n, K, 3)."""
    K = layout.colours.shape[1]
    jitter = draws.between("jitter", -level.jitter, level.jitter, K, 4)
    return np.clip(PALETTE[layout.colours] + jitter[..., :1] + jitter[..., 1:] / 3, 0.03, 1).astype(np.float32)


def _cover(d):
    """The part of a pixel that a shape covers, from the distance d of the pixel's centre to a straight outline."""
    return np.clip(np.float32(0.5) - d, 0, 1)


def _blur(image, weight):
    """Each pixel with its neighbours, along both axes; the border repeats. weight (n,) of each of the two."""
    w = weight.astype(np.float32)[:, None, None, None]
    for axis in (2, 3):
        padded = np.pad(image, [(1, 1) if a == axis else (0, 0) for a in range(4)], mode="edge")
        before, after = (padded[:, :, :-2], padded[:, :, 2:]) if axis == 2 else (padded[..., :-2], padded[..., 2:])
        image = image + w * (before - image + (after - image))
    return image
