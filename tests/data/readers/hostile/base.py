"""The table, and what fills and runs it."""

import re
import time
from pathlib import Path

from npdl import data
from npdl.errors import InputError

CASES = {}  # name: (function of a folder, what the message must match)
MARKER = "harm-was-done"  # no such file may ever be there


def case(name, message):
    def add(function):
        assert name not in CASES
        CASES[name] = function, message
        return function

    return add


def cases(table):
    """Add many at once: {name: (function, message)}."""
    for name, (function, message) in table.items():
        case(name, message)(function)


READERS = {
    "read_cifar10": data.read_cifar10,
    "read_mnist": data.read_mnist,
    "read_idx": lambda path: data.read_idx(path, 3),
    "ImageFolder": data.ImageFolder,
    "read_image": data.read_image,
    "read_voc": data.read_voc,
    "read_coco": data.read_coco,
    "read_palette_png": data.read_palette_png,
    "read_celeba_attributes": data.read_celeba_attributes,
    "read_synset_words": data.read_synset_words,
    "read_image_set": data.read_image_set,
    "read_voc_annotation": data.read_voc_annotation,
    "extract": lambda path: data.extract(path, path.with_name("new")),
}
FOLDERS = {"read_cifar10", "read_mnist", "ImageFolder", "read_voc"}


def cut(path, share):
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])


def run(name, folder):
    """None if the case is refused as it should be, else what is wrong."""
    function, message = CASES[name]
    start = time.process_time()
    try:
        function(folder)
    except InputError as refusal:
        text = str(refusal)
        if not re.search(message, text):
            return f"the message is {text!r}"
        if len(text) > 1000:
            return f"the message has {len(text)} characters"
    except BaseException as fault:
        return f"it raised {type(fault).__name__}: {fault}"
    else:
        return "it was read"
    return f"it took {time.process_time() - start:.1f} s" if time.process_time() - start > 10 else None


def confine(megabytes, seconds):
    """From now on this process gets so much more memory, and so much processor time. (Linux.)"""
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    limit = pages * resource.getpagesize() + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
