"""Weights on disk: the same predictions after a round trip, no half file, no wrong model."""

import zipfile

import numpy as np
import pytest

from npdl import InputError, nn
from npdl.data import load_digits
from npdl.models import LeNet5
from npdl.optim import Adam
from npdl.train import Trainer, load_weights, save_weights

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
@pytest.mark.parametrize("name", ["weights.npz", "no-suffix", "weights.v2.pth"])
def test_a_round_trip_gives_identical_predictions(tmp_path, name):
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

    def interrupted(file, **arrays):
        file.write(b"PK, and then the power went")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", interrupted)
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
    with pytest.raises((zipfile.BadZipFile, ValueError)):
        load_weights(model(), path)


def test_a_pickle_inside_is_not_opened(tmp_path):
    """np.load would run the code in it, if it were let."""
    net = model()
    np.savez(tmp_path / "w.npz", **(net.state_dict() | {"5.bias": np.array([print], dtype=object)}))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_weights(net, tmp_path / "w.npz")
