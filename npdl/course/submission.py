"""Submissions: one deterministic zip out of a student's folder, and the careful reading of such zips.

    a2/layers.py, a2/layers.ipynb, ...   the files as they are
    manifest.json                        assignment, version of the material, sha256 of each file
    log.json                             what the checks said, for seed 0
    a2.html                              the same for eyes, with the answers
"""

import hashlib
import html
import io
import json
import os
import stat
import zipfile
from pathlib import Path

from . import check, material
from .build import digest
from .graft import decode, pieces

LARGEST = 4 << 20  # bytes of one file that is read
EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of every file in a zip


class Unreadable(ValueError):
    """This is no submission."""


def files_of(assignment):
    """The names of the files that a student hands in."""
    books = [f"{part}.ipynb" for part in assignment.parts if (assignment.path / "en" / f"{part}.ipynb").exists()]
    return [f"{part}.py" for part in assignment.parts] + books


def pack(name, folder, *, incomplete=False):
    """The bytes of the zip for an assignment. ValueError names what is missing, unless `incomplete`."""
    assignment, folder = material.load(name), Path(folder)
    wanted = files_of(assignment)
    missing = [file for file in wanted if not (folder / file).is_file()]
    if missing:
        raise ValueError(f"{folder} should hold {', '.join(wanted)}; {', '.join(missing)} missing")
    results = list(check.results(name, folder, seed=0))
    unwritten = [r.exercise for r in results if r.status == "open" or r.kind == "missing"]
    if unwritten and not incomplete:
        names = ", ".join(unwritten)
        raise ValueError(f"all exercises should be written; {names} open (--incomplete hands it in as it is)")
    files = {f"{name}/{file}": (folder / file).read_bytes() for file in wanted}
    log = [{key: value for key, value in r.as_dict().items() if key not in ("file", "seconds")} for r in results]
    about = {
        "assignment": name,
        "material": digest(assignment),
        "sha256": {file: hashlib.sha256(data).hexdigest() for file, data in files.items()},
    }
    made = page(assignment, results, files).encode()
    files |= {"manifest.json": _json(about), "log.json": _json(log), f"{name}.html": made}
    return zipped(files), results


def zipped(files):
    """A zip whose bytes depend on nothing but the files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files):
            info = zipfile.ZipInfo(file, EPOCH)
            info.external_attr, info.create_system, info.compress_type = 0o644 << 16, 3, zipfile.ZIP_DEFLATED
            archive.writestr(info, files[file], compresslevel=6)
    return out.getvalue()


def _json(value):
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def page(assignment, results, files):
    """A self-contained page: the results and the answers."""
    title = html.escape(assignment.title["en"])
    parts = [f'<!doctype html><meta charset="utf-8"><title>{assignment.name}</title><h1>{title}</h1>']
    for module in assignment.parts:
        text, _ = decode(files[f"{assignment.name}/{module}.py"])
        answers = {piece.names[0]: piece.source for piece in pieces(text) if piece.names}
        parts.append(f"<h2>{module}.py</h2>")
        for result in results:
            if material.find(f"{assignment.name}/{result.exercise}").module == module:
                parts += [result.html("en"), f"<pre>{html.escape(answers.get(result.exercise, ''))}</pre>"]
    return "\n".join(parts) + "\n"


def read(path, assignment):
    """{module: bytes} of the student's modules in a zip or a folder. Nothing is extracted, no link is followed.

    Unreadable if it is neither, or if no module is in it.
    """
    path = Path(path)
    wanted = {f"{part}.py": part for part in assignment.parts}
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISDIR(mode):
            found = _of_folder(path, wanted)
        elif stat.S_ISREG(mode):
            found = _of_zip(path, wanted)
        else:
            raise Unreadable("neither a zip nor a folder")
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Unreadable(str(error) or type(error).__name__) from None
    except Exception as error:  # zlib.error, lzma.LZMAError and whatever a broken zip may raise
        raise Unreadable(type(error).__name__) from None
    if not found:
        raise Unreadable(f"none of {', '.join(wanted)} in it")
    return found


def _of_zip(path, wanted):
    found = {}
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > 10_000:
            raise Unreadable(f"a zip of {len(members)} files")
        for info in sorted(members, key=lambda info: (info.filename.count("/"), info.filename)):
            *folders, name = info.filename.replace("\\", "/").split("/")
            part = wanted.get(name)
            odd = {"", "..", "__MACOSX"} & set(folders) or stat.S_ISLNK(info.external_attr >> 16)
            if part is None or part in found or odd:
                continue
            if info.file_size > LARGEST:
                raise Unreadable(f"{info.filename} has {info.file_size} bytes; at most {LARGEST} are read")
            with archive.open(info) as file:
                data = file.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise Unreadable(f"{info.filename} is larger than it says")
            found[part] = data
    return found


def _of_folder(path, wanted):
    found = {}
    for place in (path, *sorted(p for p in path.iterdir() if p.is_dir() and not p.is_symlink())):
        for file, part in wanted.items():
            if part in found:
                continue
            try:
                fd = os.open(place / file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            except OSError:
                continue
            with os.fdopen(fd, "rb") as handle:
                status = os.fstat(fd)
                if not stat.S_ISREG(status.st_mode):
                    continue
                if status.st_size > LARGEST:
                    raise Unreadable(f"{file} has {status.st_size} bytes; at most {LARGEST} are read")
                found[part] = handle.read(LARGEST)
    return found


def command(arguments):
    """`npdl submit`: returns the exit status."""
    name = arguments.assignment
    assignment = material.load(name)
    folder = Path(arguments.folder) if arguments.folder else check.whereabouts(name, assignment.parts[0])
    data, results = pack(name, folder, incomplete=arguments.incomplete)
    out = Path(arguments.out or f"{name}.zip")
    out.write_bytes(data)
    print(check.table(results, check.spoken(folder)))
    print(f"{out.resolve()}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()[:12]}")
    return 0
