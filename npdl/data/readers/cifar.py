"""CIFAR-10: 60,000 colour photographs of 32 x 32 pixels in ten classes."""

from pathlib import Path

import numpy as np

from .archives import members
from .files import BadFileError, pixels, read_bytes, require_folder, require_pixel_dtype
from .pickles import read_pickle

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

BATCHES = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]
WANTED = {*BATCHES, *(f"{name}.bin" for name in BATCHES), "batches.meta", "batches.meta.txt"}
RECORD = 1 + 3 * 32 * 32  # bytes: the label, then the red, the green and the blue pixels row by row
FILE_LIMIT, ARCHIVE_LIMIT = 2**26, 2**28  # bytes; a batch has 31 million, all six 184 million


def read_cifar10(path, *, dtype=np.float32):
    """CIFAR-10 from your own copy: (x_train, y_train), (x_test, y_test), classes.

    path: `cifar-10-binary.tar.gz` or `cifar-10-python.tar.gz` as the authors distribute them (or a .zip of the same
    files), or the folder unpacked from either. Pickles are read without running them (see pickles.py).
    x: (N, 3, 32, 32), 50,000 and 10,000 images. float32 in [0, 1] takes 737 MB (1.1 GB while it is read);
    dtype=np.uint8 gives the stored bytes, 0 to 255, in 184 MB: divide each batch by 255.
    y: int64 (N,) in [0, 10). classes: their ten names.
    Raises BadFileError, which names the file, for anything missing, damaged or of another format.

    Source: A. Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"; cs.toronto.edu/~kriz/cifar.html
    """
    dtype = require_pixel_dtype("read_cifar10", dtype)
    batches, classes = {}, CIFAR10_CLASSES
    for name, content in _files(Path(path)):
        if name.startswith("batches.meta"):
            classes = _class_names(path, name, content)
        else:
            decode = _binary_batch if name.endswith(".bin") else _pickled_batch
            batches[name] = decode(f"{path}: {name}", content)
    found = {name.removesuffix(".bin") for name in batches}
    if missing := [name for name in BATCHES if name not in found]:
        raise BadFileError("read_cifar10", path, "hold all six batches", f"it lacks {', '.join(missing)}")
    if len(batches) > len(BATCHES):
        raise BadFileError("read_cifar10", path, "hold one version, binary or Python", "both are there")
    *train, test = (batches[name] for name in sorted(batches))  # "data_batch_1" ... "test_batch"
    x_train, y_train = (np.concatenate(part) for part in zip(*train, strict=True))
    return (pixels(x_train, dtype), y_train), (pixels(test[0], dtype), test[1]), classes


def _files(path):
    """Yield (name, content) of the wanted files in an archive or folder."""
    if not path.is_dir():
        yield from members("read_cifar10", path, WANTED, FILE_LIMIT, ARCHIVE_LIMIT)
        return
    folders = [path, path / "cifar-10-batches-bin", path / "cifar-10-batches-py"]
    folder = next((f for f in folders if any((f / name).is_file() for name in WANTED)), path)
    for file in sorted(require_folder("read_cifar10", folder).iterdir()):
        if file.name in WANTED:
            yield file.name, read_bytes("read_cifar10", file, FILE_LIMIT)


def _binary_batch(where, content):
    """Images uint8 (N, 3, 32, 32) and labels int64 (N,) from N records."""
    if len(content) == 0 or len(content) % RECORD:
        expected = f"hold records of {RECORD:,} bytes"
        raise BadFileError("read_cifar10", where, expected, f"{len(content):,} bytes are not a number of these")
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    return records[:, 1:].reshape(-1, 3, 32, 32), _labels(where, records[:, 0])


def _pickled_batch(where, content):
    """The same from {"data": uint8 (N, 3072), "labels": a list of N integers}."""
    batch = read_pickle("read_cifar10", where, content, ("data", "labels"))
    data, labels = batch.get("data"), batch.get("labels")
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != RECORD - 1:
        raise BadFileError("read_cifar10", where, f'have "data", bytes (N, {RECORD - 1})', "it has not")
    if type(labels) is not list or len(labels) != len(data) or not all(type(label) is int for label in labels):
        raise BadFileError("read_cifar10", where, f'have "labels", a list of {len(data)} integers', "it has not")
    if len(data) == 0:
        raise BadFileError("read_cifar10", where, "have at least one image", "it has none")
    return data.reshape(-1, 3, 32, 32), _labels(where, labels)


def _labels(where, labels):
    if not 0 <= min(labels) <= max(labels) <= 9:
        raise BadFileError(
            "read_cifar10", where, "have labels from 0 to 9", f"they go from {min(labels)} to {max(labels)}"
        )
    return np.array(labels, dtype=np.int64)


def _class_names(path, name, content):
    where = f"{path}: {name}"
    if name.endswith(".txt"):
        names = content.decode("latin1").split()
    else:
        names = read_pickle("read_cifar10", where, content, ["label_names"]).get("label_names")
        names = names if type(names) is list else []
        names = [n.decode("latin1") if isinstance(n, bytes) else n for n in names]
    if len(names) != 10 or not all(isinstance(name, str) for name in names):
        raise BadFileError("read_cifar10", where, "name ten classes", f"it names {len(names)}")
    return tuple(names)
