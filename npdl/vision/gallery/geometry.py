"""Images moved, and images of another size."""

import numpy as np

from ... import vision
from ...viz.panels import Panel
from .defaults import board, scene, zone_plate
from .picture import picture


@picture("transforms", scene)
def transforms(image):
    """Affine and projective maps of the plane."""
    H, W = image.shape[:2]
    middle = ((W - 1) / 2, (H - 1) / 2)

    def about_middle(matrix):
        there, back = vision.warp.translation(*middle), vision.warp.translation(-middle[0], -middle[1])
        return there @ matrix @ back

    leaning = np.eye(3)
    leaning[2, 1] = 0.8 / H  # the lower, the farther away
    maps = {
        "translation": vision.warp.translation(0.15 * W, 0.1 * H),
        "rotation by 30°": vision.warp.rotation(30, middle),
        "scaling by 0.6": about_middle(vision.warp.scaling(0.6)),
        "shear": about_middle(vision.warp.shear(0.4)),
        "reflection": vision.warp.reflection(90, middle),
        "rotation, then shear": about_middle(vision.warp.shear(0.4)) @ vision.warp.rotation(30, middle),
        "projective": about_middle(leaning),
    }
    return [Panel("image", image)] + [Panel(name, vision.warp.warp(image, M)) for name, M in maps.items()]


@picture("warp", board)
def warp(image):
    """An image turned and enlarged four times, by three ways to see between pixels."""
    H, W = image.shape[:2]
    middle = ((W - 1) / 2, (H - 1) / 2)
    turn = vision.warp.translation(*middle) @ vision.warp.scaling(4) @ vision.warp.rotation(20)
    turn = turn @ vision.warp.translation(-middle[0], -middle[1])
    methods = ("nearest", "bilinear", "bicubic")
    return [Panel("image", image)] + [Panel(m, np.clip(vision.warp.warp(image, turn, method=m), 0, 1)) for m in methods]


@picture("resize", zone_plate)
def resize(image):
    """A third of the size: pixels skipped, pixels averaged; and back again."""
    H, W = image.shape[:2]
    size = max(1, H // 3), max(1, W // 3)
    ways = {"nearest": {}, "bilinear": {}, "area": {}, "bicubic": {"antialias": True}}
    small = {name: vision.resize.resize(image, size, name, **options) for name, options in ways.items()}
    names = {"bicubic": "bicubic, antialias"}
    panels = [Panel("image", image)] + [Panel(f"1/3: {names.get(n, n)}", f) for n, f in small.items()]
    back = ("nearest", "bilinear", "bicubic")
    return panels + [Panel(f"back: {n}", vision.resize.resize(small["area"], (H, W), n)) for n in back]
