"""What makes a set easy, medium or hard."""

from typing import NamedTuple


class Level(NamedTuple):
    """What varies. Lengths are fractions of the image's side, strengths of the full range of brightness.

    objects: least and most in an image. turn: degrees, at most, either way (a shape that looks the same sooner turns
    less). spread: where possible, centres are at least this many times the sum of their reaches apart. visible: the
    part of each object's pixels that nothing covers is at least this. textures: of the background. contrast: between
    the background's two colours. jitter: of an object's lightness about its
    palette colour; each channel varies by a third of it on its own. relief: how much
    brighter an object is on the side of the light. shadow: how dark it is below objects. light: how uneven over the
    image. noise: at most, standard deviation. blur: at most, weight of each neighbour in a row.
    """

    objects: tuple
    turn: int
    spread: float
    visible: float
    textures: tuple
    contrast: tuple
    jitter: float
    relief: float
    shadow: float
    light: float
    noise: float
    blur: float


TEXTURES = ("plain", "gradient", "striped", "checked", "dotted", "cloudy")
SMALL, LARGE = (0.15, 0.18), (0.21, 0.31)  # radii; at 32 pixels a small circle is 8 to 10 wide, a large one 11 to 17
OTHERS, MAIN = (0.21, 0.225), (0.27, 0.31)  # radii of large objects and of the main one, where there are several
MARGIN = 1.15  # at 32 pixels the main object shows at least so many times the pixels of any other

LEVELS = {
    "easy": Level(
        objects=(1, 1), turn=15, spread=1, visible=1, textures=(0, 1), contrast=(0.08, 0.16), jitter=0.06,
        relief=0.08, shadow=0.25, light=0.05, noise=0.02, blur=0,
    ),
    "medium": Level(
        objects=(1, 3), turn=45, spread=0.75, visible=0.7, textures=(0, 1, 2, 3, 4, 5), contrast=(0.1, 0.22),
        jitter=0.09, relief=0.12, shadow=0.35, light=0.12, noise=0.02, blur=0,
    ),
    "hard": Level(
        objects=(2, 5), turn=180, spread=0.5, visible=0.4, textures=(1, 2, 3, 4, 5), contrast=(0.2, 0.4), jitter=0.16,
        relief=0.2, shadow=0.45, light=0.25, noise=0.06, blur=0.15,
    ),
}  # fmt: skip
