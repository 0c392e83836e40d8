"""Named arrays on disk, without pickle: opening such a file runs nobody's code.

A name that ends in .safetensors means Hugging Face's format, which PyTorch users have; any other an .npz archive.
"""

import json
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from ..errors import InputError


def save_weights(model, path):
    """Write model.state_dict() to `path`, a .safetensors or else an .npz file; see write_arrays."""
    write_arrays(path, model.state_dict())


def load_weights(model, path):
    """Read what save_weights wrote into a model of the same shape; InputError names what does not fit."""
    model.load_state_dict(read_arrays(path))


def write_arrays(path, arrays):
    """Write {name: array} to a file beside `path`, then rename it: there is the old file or the new, never a half."""
    path = Path(path)
    unfinished = path.with_name(path.name + ".part")
    with open(unfinished, "wb") as file:
        if path.suffix == ".safetensors":
            contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}  # others it would garble
            file.write(_safetensors().save(contiguous))
        else:
            np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)


def read_arrays(path):
    """The {name: array} that write_arrays wrote. A damaged file raises InputError: .npz files have checksums.

    A file with a pickle inside is refused (ValueError): reading it would run the code in it.
    """
    path = Path(path)
    if path.suffix == ".safetensors":
        library = _safetensors()
        try:
            return library.load(path.read_bytes())
        except Exception as error:  # a Rust exception of its own kind
            if isinstance(error, OSError):
                raise
            raise InputError("read_arrays", str(path), f"a whole .safetensors file ({error})", path.name) from error
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as stored:
                return dict(stored)
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, AttributeError, NotImplementedError) as error:
            raise InputError("read_arrays", str(path), f"a whole .npz file ({error})", path.name) from error


def to_bytes(thing):
    """What JSON can say, as an array of the bytes of its text: no other kind of text is in both formats."""
    return np.frombuffer(json.dumps(thing).encode(), np.uint8)


def from_bytes(array):
    """The thing that to_bytes was given; ValueError if there is none."""
    return json.loads(array.tobytes())


def _safetensors():
    try:
        import safetensors.numpy
    except ImportError as missing:
        raise ImportError('.safetensors files need safetensors: pip install "npdl-course[io]"') from missing
    return safetensors.numpy
