"""CIFAR-10 from self-made copies: both versions, folders and archives, give the numbers that went in."""

import pickle

import numpy as np
import pytest

from npdl.data import CIFAR10_CLASSES, BadFileError, read_cifar10
from tests.data.readers.makers import (
    TRAIN,
    cifar_batches,
    cifar_binary,
    cifar_python,
    pickle2,
    tar_gz,
    write_files,
    zipped,
)

VERSIONS = {"binary": (cifar_binary, "cifar-10-batches-bin/"), "python": (cifar_python, "cifar-10-batches-py/")}


def packed(version, container, tmp_path, batches):
    make, folder = VERSIONS[version]
    files = {"readme.html": b"<p>", **make(batches)}
    if container == "folder":
        return write_files(tmp_path / folder, files)
    if container == "parent":
        write_files(tmp_path / folder, files)
        return tmp_path
    shuffled = dict(reversed(files.items()))  # archives have any order
    return {"tar.gz": tar_gz, "zip": zipped}[container](tmp_path / f"cifar.{container}", shuffled, folder)


@pytest.mark.topic("R514")
@pytest.mark.parametrize("container", ["folder", "parent", "tar.gz", "zip"])
@pytest.mark.parametrize("version", VERSIONS)
def test_what_went_in_comes_out(version, container, tmp_path):
    batches = cifar_batches()
    (x_train, y_train), (x_test, y_test), classes = read_cifar10(packed(version, container, tmp_path, batches))
    assert x_train.shape == (10, 3, 32, 32) and x_test.shape == (4, 3, 32, 32)
    assert x_train.dtype == np.float32 and y_train.dtype == np.int64
    expected = np.concatenate([batches[name][0] for name in TRAIN])
    assert np.array_equal(x_train, expected.astype(np.float32) / 255)
    assert np.array_equal(x_test, batches["test_batch"][0].astype(np.float32) / 255)
    assert y_train.tolist() == np.concatenate([batches[name][1] for name in TRAIN]).tolist()
    assert y_test.tolist() == batches["test_batch"][1].tolist()
    assert classes == CIFAR10_CLASSES and len(classes) == 10


@pytest.mark.topic("R514")
def test_the_real_size_of_the_test_set(tmp_path):
    files = cifar_binary(cifar_batches(sizes=(1, 1, 1, 1, 1, 10_000)))
    _, (x_test, y_test), _ = read_cifar10(tar_gz(tmp_path / "c.tar.gz", files), dtype=np.uint8)
    assert x_test.shape == (10_000, 3, 32, 32) and y_test.shape == (10_000,)
    assert set(y_test.tolist()) == set(range(10))


@pytest.mark.topic("R514")
def test_channels_come_first_then_rows(tmp_path):
    """The authors: the first 1024 entries are red, the next green, the final blue, each row-major."""
    batches = cifar_batches(sizes=(1,) * 6)
    record = np.zeros(3073, dtype=np.uint8)
    record[1 + 1024 + 2 * 32 + 5] = 255  # green, row 2, column 5
    files = cifar_binary(batches) | {"test_batch.bin": record.tobytes()}
    _, (x, _), _ = read_cifar10(write_files(tmp_path / "c", files))
    assert np.argwhere(x).tolist() == [[0, 1, 2, 5]] and x.max() == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_bytes_as_stored(version, tmp_path):
    batches = cifar_batches()
    (x, _), _, _ = read_cifar10(packed(version, "folder", tmp_path, batches), dtype="uint8")
    assert x.dtype == np.uint8 and np.array_equal(x[:2], batches["data_batch_1"][0])


def test_the_self_made_pickle_is_what_numpy_reads():
    batch = pickle.loads(cifar_python(cifar_batches())["data_batch_2"], encoding="bytes")
    assert np.array_equal(batch[b"data"].reshape(-1, 3, 32, 32), cifar_batches()["data_batch_2"][0])
    assert batch[b"labels"] == cifar_batches()["data_batch_2"][1].tolist()


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_pickles_written_anew_by_python_3(protocol, tmp_path):
    files = cifar_python(cifar_batches())
    for name in [*TRAIN, "test_batch"]:
        batch = pickle.loads(files[name], encoding="latin1")
        files[name] = pickle.dumps(batch, protocol=protocol)
    (x, _), _, _ = read_cifar10(write_files(tmp_path / "c", files))
    assert np.array_equal(x[:2], cifar_batches()["data_batch_1"][0].astype(np.float32) / 255)


def test_a_batch_is_missing(tmp_path):
    files = cifar_binary(cifar_batches())
    del files["data_batch_4.bin"], files["test_batch.bin"]
    with pytest.raises(BadFileError, match="hold all six batches; it lacks data_batch_4, test_batch"):
        read_cifar10(write_files(tmp_path / "c", files))


def test_both_versions_in_one_folder(tmp_path):
    files = cifar_binary(cifar_batches()) | cifar_python(cifar_batches())
    with pytest.raises(BadFileError, match="one version"):
        read_cifar10(write_files(tmp_path / "c", files))


@pytest.mark.parametrize(
    "change, message",
    [
        ({"data_batch_2": pickle2({"labels": [1]})}, 'data_batch_2 should have "data"'),
        ({"data_batch_2": pickle2({"data": np.zeros((2, 3072), np.uint8)})}, 'data_batch_2 should have "labels"'),
        ({"data_batch_2": pickle2({"data": np.zeros((2, 3072), np.uint8), "labels": [3]})}, "a list of 2 integers"),
        ({"data_batch_2": pickle2({"data": np.zeros((1, 3072), np.uint8), "labels": ["3"]})}, "a list of 1 integers"),
        ({"data_batch_2": pickle2({"data": np.zeros((1, 3072), np.uint8), "labels": [10]})}, "they go from 10 to 10"),
        ({"data_batch_2": pickle2({"data": np.zeros((1, 3071), np.uint8), "labels": [1]})}, r"bytes \(N, 3072\)"),
        ({"data_batch_2": pickle2({"data": np.zeros((0, 3072), np.uint8), "labels": []})}, "at least one image"),
        ({"data_batch_2": pickle2([1, 2])}, "the pickle of a dict; it is of list"),
        ({"batches.meta": pickle2({"label_names": ["cat"]})}, "name ten classes; it names 1"),
    ],
)
def test_pickles_that_hold_something_else(change, message, tmp_path):
    with pytest.raises(BadFileError, match=message):
        read_cifar10(write_files(tmp_path / "c", cifar_python(cifar_batches()) | change))


def test_a_dtype_that_pixels_do_not_have(tmp_path):
    with pytest.raises(ValueError, match=r"read_cifar10: dtype should be np.float32.* or np.uint8"):
        read_cifar10(tmp_path, dtype=np.int64)
