"""What every reader does first: look before it reads, and say which file is wrong.

A file may come from anybody, so a reader believes no header: what a header says is compared with what is there before
an array is made, and no file can make a reader run code, hang, or take more memory than its limits allow.
"""

import gzip
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ...errors import InputError

MAX_PIXELS = 2**26  # of one image: 8192 x 8192; a picture that says that it is larger is refused
GZIP_RATIO = 1032  # DEFLATE never makes more of a byte than this


class BadFileError(InputError):
    """A file or folder is not what its format says. The message names it."""

    def __init__(self, function, path=None, expected=None, found=None):
        super().__init__(function if path is None else f"{function}: {path} should {expected}; {found}")


def require_file(function, path):
    """The path, once a regular file is there (so no pipe that never ends)."""
    path = Path(path)
    if not path.is_file():
        raise BadFileError(function, path, "be a file", _what_is_at(path))
    return path


def require_folder(function, path):
    """The path, once a folder is there."""
    path = Path(path)
    if not path.is_dir():
        raise BadFileError(function, path, "be a folder", _what_is_at(path))
    return path


def _what_is_at(path):
    if path.is_dir():
        return "it is a folder"
    return "it is something else" if path.exists() else "nothing is there"


def read_bytes(function, path, limit):
    """All of a file that has at most `limit` bytes."""
    path = require_file(function, path)
    if (size := path.stat().st_size) > limit:
        raise BadFileError(function, path, f"have at most {limit:,} bytes", f"it has {size:,}")
    return path.read_bytes()


def read_text(function, path, limit=2**28):
    """All of a UTF-8 text file."""
    try:
        return read_bytes(function, path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadFileError(function, path, "be text in UTF-8", f"byte {fault.start} is not") from fault


@contextmanager
def open_gzip(function, path):
    """The file, unpacked if it is gzip's, and the bytes that it can hold at most. Damage raises BadFileError."""
    path = require_file(function, path)
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    most = path.stat().st_size * (GZIP_RATIO if packed else 1)
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            yield file, most
    except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
        raise BadFileError(function, path, "be an undamaged gzip file", f"reading it fails: {fault}") from fault


def safe_parts(function, path, name):
    """The parts of a name that an archive or a list gives, if it stays inside the folder that it is to go to."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or any(c in "\\:" or ord(c) < 32 for c in name):
        raise BadFileError(function, path, "name files inside its own folder", f"it names {name[:200]!r}")
    sizes = [len(part.encode("utf-8", "surrogatepass")) for part in parts]
    if max(sizes) > 255 or sum(sizes) > 2000:
        raise BadFileError(function, path, "have names that a disk can take", f"it has {name[:40]!r}...")
    return [part for part in parts if part not in ("", ".")]


def require_pixel_dtype(function, dtype):
    """np.float32 or np.uint8, as a dtype."""
    try:
        known = np.dtype(dtype)
    except TypeError:
        known = None
    if known not in (np.float32, np.uint8):
        raise InputError(function, "dtype", "np.float32 (in [0, 1]) or np.uint8 (bytes)", str(dtype))
    return known


def pixels(stored, dtype):
    """Stored bytes as they are (uint8), or as float32 in [0, 1]."""
    return stored if dtype == np.uint8 else np.divide(stored, 255, dtype=np.float32)
