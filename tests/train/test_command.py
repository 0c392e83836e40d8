"""`npdl train` and `npdl predict`, from the command line to the files."""

import sys

import numpy as np
import pytest

from npdl import cli
from npdl.data import load_digits
from npdl.train import command, read_arrays, recipe
from npdl.train.recipes import digits

yaml = pytest.importorskip("yaml")
FAST = {"epochs": 2, "filters": 4, "hidden": [8], "dropout": 0.0}


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "fast.yaml"
    path.write_text(yaml.safe_dump(FAST), encoding="utf-8")
    return str(path)


def train(tmp_path, config, *more):
    return cli.main(["train", "digits", "--config", config, "--out", str(tmp_path / "out"), *more])


def test_the_list_says_what_each_recipe_reaches(capsys):
    assert cli.main(["train", "--list"]) == 0
    text = capsys.readouterr().out
    for name in recipe.names():
        module = recipe.load(name)
        assert f"  {name:12}{module.STATED!s:18}{module.__doc__.splitlines()[0]}" in text
    assert cli.main(["train"]) == 2


def test_it_leaves_a_checkpoint_a_model_and_curves(tmp_path, config, capsys):
    pytest.importorskip("matplotlib")
    assert train(tmp_path, config, "--seed", "3") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["checkpoint.npz", "curves.png", "model.npz"]
    model, meta = recipe.load_model(tmp_path / "out" / "model.npz")
    assert meta["config"]["filters"] == 4 and sum(p.size for p in model.parameters()) < 1500
    expected = digits.train(seed=3, **FAST)
    x, _ = expected.test
    np.testing.assert_array_equal(model(x).data, expected.trainer.model.eval()(x).data)
    text = capsys.readouterr().out
    assert f"{expected.score:.1%} of 360 new digits right" in text and f"stated: {digits.STATED}" in text


def test_a_folder_in_use_is_not_written_over_but_resumed(tmp_path, config, capsys):
    assert train(tmp_path, config) == 0
    assert train(tmp_path, config) == 2
    assert "--resume" in capsys.readouterr().err
    assert train(tmp_path, config, "--resume", "--epochs", "3") == 0
    assert len(read_arrays(tmp_path / "out" / "checkpoint.npz")["history/train_accuracy"]) == 3


@pytest.mark.topic("R493")
def test_a_configuration_survives_the_round_trip_through_yaml(tmp_path, config, capsys):
    assert cli.main(["train", "digits", "--config", config, "--show-config"]) == 0
    shown = capsys.readouterr().out
    (tmp_path / "shown.yaml").write_text(shown, encoding="utf-8")
    settings = command.read_config(tmp_path / "shown.yaml")
    first = recipe.configured(digits.Config, FAST)
    assert recipe.configured(digits.Config, settings) == first != digits.Config()
    assert cli.main(["train", "digits", "--config", str(tmp_path / "shown.yaml"), "--show-config"]) == 0
    assert capsys.readouterr().out == shown
    shapes = [p.shape for p in digits.build((1, 8, 8), 10, first).parameters()]
    assert (4, 1, 3, 3) in shapes and (8, 64) in shapes  # the network that the file describes


@pytest.mark.parametrize(
    "text, message",
    [
        ("epochs: [2", "should be a YAML file"),
        ("- 1\n- 2\n", "should be lines of `setting: value`"),
        ("epoch: 2\n", "epoch should be one of epochs"),
        ("epochs: many\n", "epochs should be of type int"),
        ("!!python/object/apply:os.system ['true']", "should be a YAML file"),
    ],
)
def test_a_configuration_that_is_none(tmp_path, capsys, text, message):
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    assert cli.main(["train", "digits", "--config", str(tmp_path / "c.yaml"), "--out", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words, message",
    [
        (["digit"], "the name should be one of"),
        (["digits", "--data", "here"], "--data should be left out, as digits has data of its own"),
        (["digits", "--config", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_refuses(tmp_path, capsys, words, message):
    assert cli.main(["train", *words, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("npdl train: ") and message in error and len(error.splitlines()) == 1


def test_without_yaml_it_says_what_to_install(monkeypatch, capsys, config):
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert cli.main(["train", "digits", "--config", config]) == 2
    assert "pip install" in capsys.readouterr().err


def test_control_c_tells_how_to_go_on(tmp_path, config, capsys, monkeypatch):
    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(digits, "train", interrupted)
    assert train(tmp_path, config) == 130
    assert "--resume" in capsys.readouterr().out


def test_predict_says_what_is_in_a_picture(tmp_path, capsys):
    image = pytest.importorskip("PIL.Image")
    out = str(tmp_path / "out")
    assert cli.main(["train", "digits", "--epochs", "4", "--out", out]) == 0
    capsys.readouterr()
    (_, _), (x, y) = load_digits()
    for i in range(4):
        pixels = (x[i, 0] * 255).astype(np.uint8)
        image.fromarray(pixels).resize((64, 64), image.Resampling.NEAREST).save(tmp_path / f"{i}.png")
    paths = [str(tmp_path / f"{i}.png") for i in range(4)]
    assert cli.main(["predict", f"{out}/model.npz", *paths, "--top", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[::2] == paths
    assert [line.split()[1] for line in lines[1::2]] == [str(label) for label in y[:4]]


def test_predict_refuses_what_it_cannot_read(tmp_path, capsys):
    pytest.importorskip("PIL")
    assert cli.main(["predict", str(tmp_path / "none.npz"), "a.png"]) == 2
    (tmp_path / "bad.npz").write_bytes(b"PK\3\4 but nothing else")
    assert cli.main(["predict", str(tmp_path / "bad.npz"), "a.png"]) == 2
    error = capsys.readouterr().err
    assert "none.npz" in error and "bad.npz should be a whole .npz file" in error
