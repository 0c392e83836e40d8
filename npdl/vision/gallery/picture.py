"""The table of pictures, which the files beside this one fill."""

from collections.abc import Callable
from typing import NamedTuple

PICTURES = {}


class Picture(NamedTuple):
    """One algorithm's picture. default: a function that makes its image; None where it draws data of its own."""

    name: str
    family: str
    line: str
    draw: Callable  # (image) -> [Panel or Plot, ...]; () where default is None
    default: Callable | None


def picture(name, default):
    """Put the function below into the table."""

    def register(draw):
        family = draw.__module__.rpartition(".")[2]
        PICTURES[name] = Picture(name, family, draw.__doc__.splitlines()[0].rstrip("."), draw, default)
        return draw

    return register
