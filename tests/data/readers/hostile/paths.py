"""Paths at which there is no file of the kind that a reader wants."""

import os
from pathlib import Path

import numpy as np

from tests.data.readers.hostile.base import FOLDERS, READERS, case


def at(reader, make):
    def run(folder):
        path = folder / "thing"
        make(path)
        READERS[reader](path)

    return run


for _reader in READERS:
    case(f"{_reader}: nothing there", "should be a (file|folder); nothing is there")(at(_reader, lambda path: None))
    case(f"{_reader}: an empty file", "")(at(_reader, lambda path: path.write_bytes(b"")))
    case(f"{_reader}: noise", "")(at(_reader, lambda path: path.write_bytes(np.random.RandomState(0).bytes(5000))))
    _message = "should (hold|have)" if _reader in FOLDERS else "should be a file; it is a folder"
    case(f"{_reader}: an empty folder", _message)(at(_reader, Path.mkdir))
    if hasattr(os, "mkfifo"):
        case(f"{_reader}: a pipe that never ends", "it is something else")(at(_reader, os.mkfifo))
