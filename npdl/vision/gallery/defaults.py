"""The images that pictures are drawn of where the user gives none. All are made, none is stored."""

import numpy as np

from ...data import pictures
from ...data.scenes import load_scenes
from ..resize import resize

SIDE = 128


def _scene(index):
    """One of npdl's scenes of 64 pixels, enlarged: (128, 128, 3)."""
    (pixels,) = load_scenes(1, size=64, level="medium", start=index).images  # (3, 64, 64)
    return np.clip(resize(pixels.transpose(1, 2, 0).astype(np.float64), (SIDE, SIDE), "bicubic"), 0, 1)


def scene():
    """A violet square, a blue and a yellow ring on green dots: colours apart, greys less so."""
    return _scene(13)


def bright():
    """A yellow star and a pink ring on dark blue squares: bright on dark."""
    return _scene(8)


def crosses():
    """Two crosses and a triangle on a dark ground."""
    return _scene(12)


def gap():
    """A green heart and an orange arrow with a gap between them."""
    return _scene(26)


def lone():
    """A violet cross in the middle of pale dots."""
    return _scene(27)


def plane():
    """A plane full of rectangles and discs, (128, 128)."""
    return pictures.view(pictures.TexturedPlane(SIDE), np.eye(3), (SIDE, SIDE))


def board():
    """A turned checkerboard, (94, 94)."""
    return pictures.checkerboard(angle=17)[0]


def outlines():
    """A dark hexagon on a bright ground, (128, 128): lines of known places."""
    turn = np.radians(np.arange(6) * 60 + 10)
    corners = 64 + 45 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return pictures.polygon(corners, (SIDE, SIDE), inside=0.2, outside=0.85)


def fading():
    """A hexagon whose contrast fades from left to right, and a faint disc, (128, 128): edges strong and weak."""
    hexagon = (0.85 - outlines()) / 0.65
    faint = pictures.discs([(110, 16, 8)], (SIDE, SIDE))
    return (0.9 - 0.004 * np.arange(SIDE)) * (1 - hexagon) + 0.15 * hexagon - 0.3 * faint


def discs():
    """Bright discs of several sizes on a dark ground, (128, 128)."""
    circles = [(30, 34, 16), (88, 28, 10), (84, 82, 24), (34, 92, 12), (115, 112, 6), (60, 58, 7)]
    return pictures.discs(circles, (SIDE, SIDE), inside=0.85, outside=0.15)


def zone_plate():
    """Waves of the squared distance from the middle, (128, 128): finer and finer towards the border."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    return 0.5 + 0.5 * np.cos(np.pi * (x**2 + y**2) / (1.2 * SIDE))


def shrunk(image, side=SIDE):
    """The image with a longer side of at most `side` pixels, for what is slow on more."""
    H, W = image.shape[:2]
    scale = side / max(H, W)
    if scale >= 1:
        return image
    size = max(1, round(H * scale)), max(1, round(W * scale))
    return np.clip(resize(image, size, antialias=True), 0, 1)
