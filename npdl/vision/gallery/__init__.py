"""A picture of every algorithm: what goes in, its stages, what comes out. `npdl vision NAME` draws them.

A file a family. In each a function an algorithm, from an image to a list of panels; its docstring's first line is what
the list says of it. Colour images (H, W, 3) and grey ones (H, W), float64 in [0, 1].
"""

from difflib import get_close_matches
from importlib import import_module

from ...errors import InputError
from .picture import PICTURES

FAMILIES = (
    "filters", "colours", "frequencies", "geometry", "edges", "corners", "matches", "textures", "binary",
    "shapes", "segments", "carving", "clusters", "classifiers", "mathematics", "quality", "maps", "cameras",
)  # fmt: skip


def load():
    """All pictures by their names, in the order of the families."""
    for family in FAMILIES:
        import_module(f"{__name__}.{family}")
    return PICTURES


def find(name):
    """The Picture of that name. Raises InputError, with the names that are like it."""
    pictures = load()
    if name in pictures:
        return pictures[name]
    words = [known for known in pictures if name.lower() in known]
    near = dict.fromkeys(words + get_close_matches(name.lower(), pictures, n=5, cutoff=0.5))
    expected = f"a picture such as {', '.join(near)}" if near else "a picture"
    raise InputError("vision", "the name", f"{expected}; --list has all", name)
