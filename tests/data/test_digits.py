"""The shipped digits: what is in them, that damage is noticed, and that the script makes the same file."""

import hashlib
from importlib.resources import files

import numpy as np
import pytest

from npdl.data import digits, load_digits

EMBEDDED = files("npdl.data") / "embedded"


def test_shapes_types_and_range():
    (x_train, y_train), (x_test, y_test) = load_digits()
    assert x_train.shape == (1437, 1, 8, 8) and x_test.shape == (360, 1, 8, 8)
    assert y_train.shape == (1437,) and y_test.shape == (360,)
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert x.dtype == np.float32 and y.dtype == np.int64
        assert x.min() == 0 and x.max() == 1
        assert np.array_equal(x * 16, np.round(x * 16))  # sixteenths, so no rounding error
        assert set(y.tolist()) == set(range(10))


def test_the_split_takes_a_fifth_of_each_class():
    (_, y_train), (_, y_test) = load_digits()
    assert np.bincount(np.concatenate([y_train, y_test])).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.bincount(y_test).tolist() == [36, 37, 35, 37, 36, 36, 36, 36, 35, 36]


def test_no_test_image_is_a_training_image():
    (x_train, _), (x_test, _) = load_digits()
    assert not {x.tobytes() for x in x_train} & {x.tobytes() for x in x_test}


def test_the_file_is_the_one_that_was_released():
    assert hashlib.sha256((EMBEDDED / "digits.npz").read_bytes()).hexdigest() == digits.SHA256
    note = (EMBEDDED / "digits.txt").read_text(encoding="utf-8")
    assert "CC BY 4.0" in note and "Alpaydin" in note and "10.24432/C50P49" in note


def test_a_damaged_file_is_noticed(tmp_path, monkeypatch):
    content = bytearray((EMBEDDED / "digits.npz").read_bytes())
    content[5000] ^= 1
    (tmp_path / "embedded").mkdir()
    (tmp_path / "embedded" / "digits.npz").write_bytes(content)
    monkeypatch.setattr(digits, "files", lambda package: tmp_path)
    with pytest.raises(OSError, match=r"digits\.npz is damaged.*SHA-256"):
        load_digits()


@pytest.mark.oracle
def test_the_script_makes_the_same_bytes():
    pytest.importorskip("sklearn")
    from npdl.data.embedded import make_digits

    assert make_digits.build() == (EMBEDDED / "digits.npz").read_bytes()


@pytest.mark.oracle
def test_the_digits_are_those_of_scikit_learn():
    theirs = pytest.importorskip("sklearn.datasets").load_digits()
    (x_train, y_train), (x_test, y_test) = load_digits()
    ours = sorted((x.tobytes(), int(y)) for x, y in zip([*x_train, *x_test], [*y_train, *y_test], strict=True))
    images = (theirs.images / 16).astype(np.float32)
    assert ours == sorted((x.tobytes(), int(y)) for x, y in zip(images, theirs.target, strict=True))
