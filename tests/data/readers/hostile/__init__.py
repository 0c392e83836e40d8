"""Files that somebody made to do harm, and files that something broke: a table of what each reader must refuse.

A case is a function of an empty folder that writes the file and reads it. Every one must raise InputError (BadFileError
is one) with a message that says what is wrong. `python -m tests.data.readers.hostile FOLDER` runs them all under the
limits of `confine`.
"""

from . import archives, cifar, coco, idx, paths, pictures, pngs, voc
from .base import CASES, MARKER, run

__all__ = ["CASES", "MARKER", "run", "archives", "cifar", "coco", "idx", "paths", "pictures", "pngs", "voc"]
