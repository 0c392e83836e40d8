"""MNIST, and every set in its format: Fashion-MNIST, KMNIST, QMNIST."""

import math

import numpy as np

from .files import BadFileError, open_gzip, pixels, require_folder, require_pixel_dtype

FASHION_MNIST_CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


def read_mnist(path, *, dtype=np.float32):
    """MNIST or Fashion-MNIST from your own copy: (x_train, y_train), (x_test, y_test).

    path: the folder with train-images-idx3-ubyte, train-labels-idx1-ubyte and the two t10k-... files, each as it is or
    as .gz. x: (N, 1, 28, 28), 60,000 and 10,000 images; float32 in [0, 1] takes 220 MB; dtype=np.uint8 gives the stored
    bytes. y: int64 (N,) in [0, 10). Raises BadFileError, which names the file, for what is missing or damaged.

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits"; H. Xiao, K. Rasul, R. Vollgraf
    2017, "Fashion-MNIST".
    """
    dtype = require_pixel_dtype("read_mnist", dtype)
    folder = require_folder("read_mnist", path)
    return _half(folder, "train", dtype), _half(folder, "t10k", dtype)


def _half(folder, part, dtype):
    images_file, labels_file = _find(folder, f"{part}-images", 3), _find(folder, f"{part}-labels", 1)
    images, labels = read_idx(images_file, 3), read_idx(labels_file, 1)
    if len(images) != len(labels):
        raise BadFileError(
            "read_mnist", labels_file, f"have {len(images):,} labels, as images", f"it has {len(labels):,}"
        )
    if labels.max() > 9:
        raise BadFileError("read_mnist", labels_file, "have labels from 0 to 9", f"there is a {labels.max()}")
    return pixels(images[:, None], dtype), labels.astype(np.int64)


def _find(folder, start, ndim):
    """The file of this name; people write -idx3-ubyte and .idx3-ubyte."""
    names = [f"{start}{dot}idx{ndim}-ubyte{gz}" for dot in "-." for gz in ("", ".gz")]
    for name in names:
        if (folder / name).exists():
            return folder / name
    raise BadFileError("read_mnist", folder, f"hold {names[0]} or {names[1]}", "it holds neither")


def read_idx(path, ndim):
    """The uint8 array in an .idx file, or an .idx.gz.

    The format: two zero bytes, 0x08 for bytes, the number of axes, the size of each axis as a big-endian 32-bit
    integer, and the bytes, last axis fastest. The sizes are compared with the file's before anything is made of them.
    """
    with open_gzip("read_idx", path) as (file, most):
        magic, sizes = file.read(4), file.read(4 * ndim)
        if magic != bytes([0, 0, 8, ndim]) or len(sizes) != 4 * ndim:
            expected = f"begin with 00 00 08 {ndim:02x} and {ndim} sizes"
            raise BadFileError("read_idx", path, expected, f"it begins with {(magic + sizes).hex(' ')}")
        shape = tuple(np.frombuffer(sizes, ">u4").tolist())
        size = math.prod(shape)
        content = file.read(size + 1) if 0 < size <= most else b""
    if len(content) != size or size == 0:
        expected = f"hold {' x '.join(map(str, shape))} bytes, as its header says"
        raise BadFileError("read_idx", path, expected, "it holds more" if len(content) > size else "it does not")
    return np.frombuffer(content, np.uint8).reshape(shape)
