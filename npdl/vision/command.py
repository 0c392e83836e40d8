"""`npdl vision`: a picture of an algorithm, of the user's image or of one that is made for it."""

from pathlib import Path

import numpy as np

from ..data.readers.images import read_image
from ..errors import InputError
from ..viz.figures import save
from ..viz.panels import plot_panels
from . import gallery
from .gallery.defaults import shrunk

LARGEST = 512  # pixels of the longer side: what is larger is shrunk
SMALLEST = 32  # of the shorter side, or little is left to see


def command(arguments):
    """Run `npdl vision` with these arguments; returns the exit status."""
    if arguments.list or arguments.name is None:
        print(listing())
        return 0 if arguments.list else 2
    picture = gallery.find(arguments.name)
    out = Path(arguments.out or f"{picture.name}.png")
    _require_out(out, arguments.image)
    if picture.default is None:
        if arguments.image is not None:
            raise InputError(
                "vision", "--image", f"left out, as {picture.name} draws data of its own", arguments.image
            )
        panels = picture.draw()
    else:
        panels = picture.draw(picture.default() if arguments.image is None else user_image(arguments.image))
    save(plot_panels(panels, f"{picture.name}: {picture.line}"), out)
    print(f"{picture.name}: {len(panels)} panels in {out.resolve()}")
    return 0


def user_image(path, say=print):
    """The picture in a file, (H, W, 3) or, where all three channels are equal, (H, W); float64 in [0, 1]."""
    image = read_image(path).transpose(1, 2, 0).astype(np.float64)
    if (image == image[..., :1]).all():
        image = np.ascontiguousarray(image[..., 0])
    height, width = image.shape[:2]
    image = shrunk(image, LARGEST)
    H, W = image.shape[:2]
    if (H, W) != (height, width):
        say(f"{path}: {width} × {height} pixels, shrunk to {W} × {H}")
    if min(H, W) < SMALLEST:
        raise InputError("vision", "--image", f"of {SMALLEST} × {SMALLEST} pixels at least", f"{path}: {W} × {H}")
    return image


def listing():
    """All pictures as text, family by family: name, what it shows."""
    lines, family = ["npdl vision NAME [--image FILE] [--out FILE.png], where NAME is one of"], None
    for picture in gallery.load().values():
        if picture.family != family:
            lines.append(f"\n{picture.family}")
            family = picture.family
        lines.append(f"  {picture.name:16}{picture.line}")
    return "\n".join(lines)


def _require_out(out, image):
    """Raise before the work unless the picture can be written there."""
    if out.suffix.lower() != ".png":
        raise InputError("vision", "--out", "the name of a .png file", str(out))
    if not out.parent.is_dir():
        raise InputError("vision", "--out", "in a folder that is there", str(out))
    if image is not None and out.resolve() == Path(image).resolve():
        raise InputError("vision", "--out", "another file than --image, which would be overwritten", str(out))
