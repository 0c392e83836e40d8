"""Named arrays on disk, without pickle: opening such a file runs nobody's code.

A name that ends in .safetensors means Hugging Face's format, which PyTorch users have; any other an .npz archive.
"""

import json
import os
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np

from ..errors import InputError, InputTypeError


def save_weights(model, path):
    """Write model.state_dict() to `path`, a .safetensors or else an .npz file; see write_arrays."""
    write_arrays(path, model.state_dict())


def load_weights(model, path):
    """Read what save_weights wrote into a model of the same shape; InputError names what does not fit."""
    model.load_state_dict(read_arrays(path))


def write_arrays(path, arrays):
    """Write {name: array} to a file beside `path`, then rename it: there is the old file or the new, never a half."""
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise InputTypeError("write_arrays", name, "an array of numbers; objects could not be read again", array)
    path = Path(path).resolve()  # a link stays a link
    unfinished = part_of(path)
    try:
        with open(unfinished, "wb") as file:
            (_write_safetensors if path.suffix == ".safetensors" else _write_npz)(file, arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise


def part_of(path):
    """Where a file is written before it gets its name."""
    return path.with_name(path.name + ".part")


def read_arrays(path):
    """The {name: array} that write_arrays wrote. A damaged file raises InputError: .npz files have checksums.

    A file with a pickle inside is refused: reading it would run the code in it.
    """
    path = Path(path)
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    with open(path, "rb") as file:
        if not zipfile.is_zipfile(file):
            raise InputError("read_arrays", str(path), "an .npz file, and a whole one", path.name)
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as stored:
                return dict(stored)
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, ValueError) as error:
            raise InputError("read_arrays", str(path), f"a whole .npz file of numbers ({error})", path.name) from error


def to_bytes(thing):
    """What JSON can say, and arrays in it, as an array of the bytes of its text: both formats hold no other text."""
    return np.frombuffer(json.dumps(thing, default=_array_to_json).encode(), np.uint8)


def from_bytes(array):
    """The thing that to_bytes was given; ValueError if there is none."""
    return json.loads(array.tobytes(), object_hook=_array_from_json)


def _array_to_json(array):
    return {"dtype": array.dtype.name, "values": array.tolist()}


def _array_from_json(thing):
    return np.array(thing["values"], thing["dtype"]) if set(thing) == {"dtype", "values"} else thing


def _write_npz(file, arrays):
    """As np.savez, which cannot store an array called `file`."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def _write_safetensors(file, arrays):
    contiguous = {n: np.ascontiguousarray(a).reshape(a.shape) for n, a in arrays.items()}  # others it would garble
    file.write(_safetensors().save(contiguous))


def _read_safetensors(path):
    library, content = _safetensors(), path.read_bytes()
    try:
        return library.load(content)
    except Exception as error:  # a Rust exception of its own kind
        raise InputError("read_arrays", str(path), f"a whole .safetensors file ({error})", path.name) from error


def _safetensors():
    try:
        import safetensors.numpy
    except ImportError as missing:
        raise ImportError('.safetensors files need safetensors: pip install "npdl-course[io]"') from missing
    return safetensors.numpy
