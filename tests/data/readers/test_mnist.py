"""MNIST's idx files."""

import numpy as np
import pytest

from npdl.data import FASHION_MNIST_CLASSES, BadFileError, read_idx, read_mnist
from tests.data.readers.makers import idx, mnist, write_files


@pytest.mark.parametrize("compress", [False, True])
def test_what_went_in_comes_out(compress, tmp_path):
    sets = mnist(tmp_path, compress)
    for (x, y), part in zip(read_mnist(tmp_path), ("train", "t10k"), strict=True):
        images, labels = sets[part]
        assert x.shape == (len(images), 1, 28, 28) and x.dtype == np.float32 and y.dtype == np.int64
        assert np.array_equal(x[:, 0], images.astype(np.float32) / 255) and y.tolist() == labels.tolist()
    (x, _), _ = read_mnist(tmp_path, dtype=np.uint8)
    assert x.dtype == np.uint8 and np.array_equal(x[:, 0], sets["train"][0])


def test_names_with_a_dot(tmp_path):
    mnist(tmp_path, False)
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    (x, _), _ = read_mnist(tmp_path)
    assert len(x) == 7


def test_a_compressed_file_without_gz_in_its_name(tmp_path):
    sets = mnist(tmp_path, True)
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_suffix(""))
    (_, y), _ = read_mnist(tmp_path)
    assert y.tolist() == sets["train"][1].tolist()


def test_the_format_byte_by_byte(tmp_path):
    """LeCun's page: magic 0x00000803, then 60000, 28, 28 in high endian."""
    content = idx(np.arange(6, dtype=np.uint8).reshape(1, 2, 3))
    assert content.hex(" ") == "00 00 08 03 00 00 00 01 00 00 00 02 00 00 00 03 00 01 02 03 04 05"
    path = write_files(tmp_path, {"x": content}) / "x"
    assert read_idx(path, 3).tolist() == [[[0, 1, 2], [3, 4, 5]]]


def test_a_file_is_missing(tmp_path):
    mnist(tmp_path, True)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(BadFileError, match=r"hold t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz"):
        read_mnist(tmp_path)


def test_ten_kinds_of_clothes():
    assert len(set(FASHION_MNIST_CLASSES)) == 10
