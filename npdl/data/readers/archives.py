"""Files out of .zip and .tar.gz archives that somebody else packed.

What an archive can do to whoever unpacks it: write outside the folder (`../../.bashrc`, absolute names, a symbolic link
and then a file through it), make devices and pipes, and be a bomb (42 kB that unpack to petabytes, or a header that
claims them). Here nothing but plain files and folders is taken, names are checked first, links are refused, and every
byte counts against a limit.
"""

import gzip
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ...errors import InputError
from .files import BadFileError, require_file, safe_parts

CHUNK = 2**20  # bytes read at once; also the most that a tar header may claim for itself
MAX_ENTRIES = 2_000_000  # ImageNet has 1.3 million


class Entry(NamedTuple):
    """A file or folder of an archive."""

    parts: list  # of its name: "a/b.txt" is ["a", "b.txt"]
    size: int  # in bytes, as the archive says
    stream: object  # to read it from; None for a folder


def extract(archive, folder, *, limit=2**35):
    """Unpack a .zip, .tar or .tar.gz into a new folder; returns the folder's path.

    folder: must not exist yet: nothing is ever overwritten. It appears only when all has been unpacked and checked.
    limit: bytes that the files may have in all, 32 GiB unless told.
    Raises BadFileError for a damaged archive, and for one that holds links, devices, names that lead out of the
    folder, the same name twice, or more than the limit.
    """
    folder = Path(folder)
    if folder.exists():
        raise InputError("extract", "folder", "a name that is not taken", str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        for entry in entries("extract", archive, limit):
            target = unfinished.joinpath(*entry.parts)
            if entry.stream is None:
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                for chunk in chunks("extract", archive, entry):
                    file.write(chunk)
        unfinished.chmod(0o755)  # mkdtemp's is for the owner alone
        os.rename(unfinished, folder)
    except (FileExistsError, NotADirectoryError) as fault:
        raise BadFileError("extract", archive, "hold each name once", f"{target.name!r} comes again") from fault
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def members(function, path, wanted, each, limit):
    """Yield (name, bytes) of those files in an archive whose last part of the name is in `wanted`, each once.

    A file may have `each` bytes, all files of the archive together `limit`.
    """
    seen = set()
    for entry in entries(function, path, limit):
        name = entry.parts[-1] if entry.parts else ""
        if entry.stream is None or name not in wanted:
            continue
        if name in seen:
            raise BadFileError(function, path, "hold each name once", f"{name!r} comes again")
        if entry.size > each:
            raise BadFileError(function, path, f"hold at most {each:,} bytes as {name!r}", f"it has {entry.size:,}")
        seen.add(name)
        yield name, b"".join(chunks(function, path, entry))


def entries(function, path, limit):
    """Yield the Entries of an archive; each must be read before the next is asked for."""
    path = require_file(function, path)
    total = 0
    walk = _zip_entries if zipfile.is_zipfile(path) else _tar_entries
    with _undamaged(function, path):
        for count, (name, size, stream) in enumerate(walk(function, path, limit)):
            total += size
            if size < 0 or total > limit or count >= MAX_ENTRIES:
                expected = f"hold at most {limit:,} bytes in {MAX_ENTRIES:,} files"
                raise BadFileError(function, path, expected, f"with {name[:200]!r} it has more")
            parts = safe_parts(function, path, name)
            if stream is not None and not parts:
                raise BadFileError(function, path, "name its files", f"it has one of the name {name!r}")
            yield Entry(parts, size, stream)


def chunks(function, path, entry):
    """The content of an entry, piece by piece; its length and (in a .zip) its CRC are checked."""
    left = entry.size
    with _undamaged(function, path):
        while piece := entry.stream.read(CHUNK):
            left -= len(piece)
            if left < 0:
                break
            yield piece
    if left:
        raise BadFileError(function, path, f"hold {entry.size:,} bytes as {entry.parts[-1]!r}", "it does not")


@contextmanager
def _undamaged(function, path):
    try:
        yield
    except BadFileError:
        raise
    except Exception as fault:  # tarfile and zipfile raise whatever Python does when they trip over a header
        raise BadFileError(function, path, "be an undamaged .zip, .tar or .tar.gz", f"it is not: {fault}") from fault


def _zip_entries(function, path, limit):
    """Yield (name, size, stream) of a .zip."""
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)  # of Unix; 0 if packed elsewhere
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise BadFileError(function, path, "hold only files and folders", f"{info.filename!r} is a link or so")
            if info.is_dir():
                yield info.filename, 0, None
            else:
                with archive.open(info) as stream:
                    yield info.filename, info.file_size, stream


def _tar_entries(function, path, limit):
    """Yield (name, size, stream) of a .tar or .tar.gz."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else path.open("rb") as file:
        bounded = _Bounded(file, limit + 1024 * MAX_ENTRIES)
        with tarfile.open(fileobj=bounded, mode="r:") as archive:
            for info in archive:
                if info.isdir():
                    yield info.name, 0, None
                elif info.isreg() and not info.issparse():
                    yield info.name, info.size, archive.extractfile(info)
                else:
                    raise BadFileError(function, path, "hold only files and folders", f"{info.name!r} is a link or so")
        if bounded.last.strip(b"\0"):  # tarfile stops here as if it were the end
            raise BadFileError(
                function, path, "be an undamaged .tar", f"a header at byte {bounded.tell() - 512} is not"
            )
        while bounded.read(CHUNK):  # gzip looks at its CRC only at the very end
            pass


class _Bounded:
    """A file to read at most CHUNK bytes at once from, and nothing behind `limit`."""

    def __init__(self, file, limit):
        self.file, self.limit, self.last = file, limit, b""

    def tell(self):
        return self.file.tell()

    def seek(self, position):
        if not 0 <= position <= self.limit:
            raise tarfile.ReadError(f"a header claims {position:,} bytes")
        return self.file.seek(position)

    def read(self, size=-1):
        if not 0 <= size <= CHUNK or self.file.tell() > self.limit:
            raise tarfile.ReadError(f"a header claims {size:,} bytes")
        self.last = self.file.read(size)
        return self.last
