"""Weights on disk: the same predictions after a round trip, no half file, no wrong model."""

import os
import re

import numpy as np
import pytest

from npdl import InputError, nn
from npdl.data import load_digits
from npdl.models import LeNet5
from npdl.optim import Adam
from npdl.train import Trainer, checkpoint, load_weights, read_arrays, save_weights, write_arrays

X = load_digits()[1][0][:20]  # (20, 1, 8, 8)


def model(seed=0, classes=10):
    rng = np.random.default_rng(seed)
    conv, last = nn.Conv2d(1, 4, 3, rng=rng), nn.Affine(144, classes, rng=rng)
    return nn.Sequential(conv, nn.BatchNorm(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5, rng=rng), last)


def trained():
    net = model()
    trainer = Trainer(net, Adam(net.parameters()), progress=False)
    for _ in range(5):
        trainer.step(X, np.arange(20) % 10)
    return net


def predictions(net):
    return Trainer(net, None, progress=False).predict(X)


@pytest.mark.topic("R491")
@pytest.mark.parametrize(
    "name", ["weights.npz", "no-suffix", "weights.v2.pth", "weights.safetensors", "gewichte é 1.npz"]
)
def test_a_round_trip_gives_identical_predictions(tmp_path, name):
    if name.endswith("safetensors"):
        pytest.importorskip("safetensors")
    net, other = trained(), model(seed=1)
    assert (predictions(net) != predictions(other)).any()
    save_weights(net, tmp_path / name)
    load_weights(other, str(tmp_path / name))
    np.testing.assert_array_equal(predictions(net), predictions(other))
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.topic("R491")
def test_the_file_is_a_plain_npz_of_the_state_dict(tmp_path):
    net = trained()
    save_weights(net, tmp_path / "w.npz")
    with np.load(tmp_path / "w.npz", allow_pickle=False) as file:
        assert list(file) == list(net.state_dict())
        for name, array in net.state_dict().items():
            np.testing.assert_array_equal(file[name], array)
            assert file[name].dtype == array.dtype


@pytest.mark.topic("R491")
def test_an_interrupted_save_leaves_the_old_file(tmp_path, monkeypatch):
    path, old = tmp_path / "w.npz", trained()
    save_weights(old, path)
    before = path.read_bytes()

    def interrupted(file, arrays):
        file.write(b"PK, and then the power went")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "_write_npz", interrupted)
        with pytest.raises(KeyboardInterrupt):
            save_weights(model(seed=1), path)
    assert path.read_bytes() == before
    fresh = model(seed=2)
    load_weights(fresh, path)
    np.testing.assert_array_equal(predictions(fresh), predictions(old))

    save_weights(model(seed=1), path)  # and the next one goes through
    assert path.read_bytes() != before and [p.name for p in tmp_path.iterdir()] == ["w.npz"]


@pytest.mark.parametrize(
    "other, message",
    [
        (model(classes=3), r"5\.weight should be of shape \(3, 144\); got float32 array of shape \(10, 144\)"),
        (LeNet5(), r"missing: conv1\.weight, conv1\.bias, .*; unknown: 0\.weight, 0\.bias, "),
        (nn.Sequential(*model().parts[:5]), r"missing: none; unknown: 5\.weight, 5\.bias"),
    ],
    ids=["other classes", "other network", "a layer less"],
)
@pytest.mark.topic("R491")
def test_weights_of_another_model_are_refused_and_nothing_changes(tmp_path, other, message):
    save_weights(trained(), tmp_path / "w.npz")
    before = other.state_dict()
    with pytest.raises(InputError, match=message):
        load_weights(other, tmp_path / "w.npz")
    assert all(np.array_equal(array, before[name]) for name, array in other.state_dict().items())


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_weights(model(), tmp_path / "missing.npz")


def test_a_truncated_file_is_an_error(tmp_path):
    path = tmp_path / "w.npz"
    save_weights(trained(), path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"w\.npz should be an \.npz file, and a whole one"):
        load_weights(model(), path)


def test_a_pickle_inside_is_not_opened(tmp_path):
    """np.load would run the code in it, if it were let."""
    net = model()
    np.savez(tmp_path / "w.npz", **(net.state_dict() | {"5.bias": np.array([print], dtype=object)}))
    with pytest.raises(InputError, match=r"w\.npz should be a whole \.npz file of numbers"):
        load_weights(net, tmp_path / "w.npz")
    with pytest.raises(InputError, match=r"write_arrays: b should be an array of numbers"):
        write_arrays(tmp_path / "o.npz", {"a": np.ones(2), "b": np.array([print], dtype=object)})
    assert not (tmp_path / "o.npz").exists()


ARRAYS = {
    "file": np.arange(6, dtype=np.float32).reshape(2, 3).T,  # names of np.savez's own arguments
    "allow_pickle": np.array(3),
    "a/b c.é": np.arange(10)[::-2],
    "half": np.ones((2, 0, 3), np.float16),
    "wide": np.broadcast_to(np.float64(2.5), (3, 4)),
    "truth": np.array([True, False]),
    "bytes": np.frombuffer(b"xyz", np.uint8),
}


@pytest.mark.parametrize("name", ["a.npz", "a.safetensors"])
def test_arrays_of_every_name_type_and_layout_come_back(tmp_path, name):
    if name.endswith("safetensors"):
        pytest.importorskip("safetensors")
    write_arrays(tmp_path / name, ARRAYS)
    found = read_arrays(tmp_path / name)
    assert set(found) == set(ARRAYS)
    for key, array in ARRAYS.items():
        assert found[key].dtype == array.dtype and found[key].shape == array.shape
        np.testing.assert_array_equal(found[key], array)


@pytest.mark.parametrize("content", [b"", b"x", b"PK\3\4 but nothing else", b"\x89PNG\r\n\x1a\n", b"epochs: 3"])
@pytest.mark.parametrize("name", ["a.npz", "a.safetensors"])
def test_other_files_are_refused_by_name(tmp_path, name, content):
    if name.endswith("safetensors"):
        pytest.importorskip("safetensors")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=f"read_arrays: .*{re.escape(name)} should be "):
        read_arrays(tmp_path / name)


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(file, arrays):
        file.write(b"some")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "_write_npz", full)
    with pytest.raises(OSError, match="No space left"):
        save_weights(model(), tmp_path / "w.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link.npz").symlink_to(tmp_path / "there.npz")
    save_weights(model(), tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink() and (tmp_path / "there.npz").is_file()


def test_text_and_arrays_in_bytes():
    thing = {"name": "é", "n": [1, 2.5, None], "state": np.arange(3, dtype=np.uint64)}
    back = checkpoint.from_bytes(checkpoint.to_bytes(thing))
    np.testing.assert_array_equal(back.pop("state"), thing.pop("state"))
    assert back == thing
