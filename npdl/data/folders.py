"""Data sets that are folders of files, one folder a class."""

import shutil
from pathlib import Path

import numpy as np

from ..errors import InputError
from .splits import largest_remainders


def command(arguments):
    """Run `npdl split` with these arguments; returns the exit status."""
    shares = {"train": 1 - arguments.val - arguments.test, "val": arguments.val, "test": arguments.test}
    parts = split_folder(arguments.source, arguments.target, shares, arguments.seed, copy=not arguments.lists)
    for part, files in parts.items():
        print(f"{part:6}{len(files):7} files")
    return 0


def split_folder(source, target, fractions=None, seed=0, *, copy=True):
    """Split a data set of a folder a class: source/rose/1.jpg becomes target/train/rose/1.jpg, or target/val/...

    fractions: each part's share, by default {"train": 0.8, "val": 0.1, "test": 0.1}; their sum is 1. Every class is
    split so, the numbers rounded down, and what is then missing goes to the parts that lost most in rounding.
    seed: the split depends on it and on the names of the files alone. Names that start with a dot are left out.
    copy=False writes lists instead of copies: target/train.txt with lines such as "rose/1.jpg<TAB>3", where 3 is the
    number of the class in the order of the names.
    Returns {part: [(path in source, number of the class), ...]}.

    Nothing is overwritten: if one of the files to be written exists, FileExistsError is raised before any is written.
    """
    source, target = Path(source), Path(target)
    fractions = {"train": 0.8, "val": 0.1, "test": 0.1} if fractions is None else fractions
    _require_fractions(fractions)
    if not source.is_dir():
        raise InputError("split_folder", "source", "a folder with a folder for each class", str(source))
    if target.resolve().is_relative_to(source.resolve()):
        raise InputError("split_folder", "target", "outside of source, where it would become a class", str(target))
    parts = {part: [] for part in fractions}
    random = np.random.RandomState(seed)
    for number, paths in enumerate(_classes(source)):
        shares = largest_remainders([share * len(paths) for share in fractions.values()], len(paths))
        pieces = np.split(random.permutation(len(paths)), np.cumsum(shares)[:-1])
        for part, chosen in zip(parts, pieces, strict=True):
            parts[part] += [(paths[i], number) for i in sorted(chosen)]
    if copy:
        _copy(source, target, parts)
    else:
        _write_lists(source, target, parts)
    return parts


def _require_fractions(fractions):
    valid = isinstance(fractions, dict) and fractions and all(f > 0 for f in fractions.values())
    if not valid or abs(sum(fractions.values()) - 1) > 1e-6:
        expected = 'a dict of each part\'s share, with the sum 1, such as {"train": 0.8, "val": 0.2}'
        raise InputError("split_folder", "fractions", expected, fractions)


def _classes(source):
    """The files of each class, everything in the order of the names, whatever order the file system has."""
    folders = sorted(path for path in source.iterdir() if path.is_dir() and not path.name.startswith("."))
    classes = [sorted(p for p in folder.iterdir() if p.is_file() and p.name[0] != ".") for folder in folders]
    if not classes or not all(classes):
        empty = [folder.name for folder, paths in zip(folders, classes, strict=True) if not paths]
        raise InputError("split_folder", "source", "a folder with a folder of files for each class, none empty", empty)
    return classes


def _copy(source, target, parts):
    pairs = [(path, target / part / path.relative_to(source)) for part in parts for path, _ in parts[part]]
    _require_free([copy for _, copy in pairs])
    for path, copy in pairs:
        copy.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as original, copy.open("xb") as written:  # x: fails where a file has appeared since
            shutil.copyfileobj(original, written)


def _write_lists(source, target, parts):
    lists = {target / f"{part}.txt": entries for part, entries in parts.items()}
    _require_free(lists)
    target.mkdir(parents=True, exist_ok=True)
    for path, entries in lists.items():
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{image.relative_to(source).as_posix()}\t{number}\n" for image, number in entries)


def _require_free(paths):
    for path in paths:
        if path.exists():
            raise FileExistsError(f"split_folder: {path} is there already, and nothing was written")
