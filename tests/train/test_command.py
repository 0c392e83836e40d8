"""`npdl train` and `npdl predict`, from the command line to the files."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from npdl import Tensor, cli, nn
from npdl.data import ImageFolder, load_digits
from npdl.train import command, read_arrays, recipe
from npdl.train.predict import predict
from npdl.train.recipes import digits, folder
from tests.train.test_resume import hearing

ROOT = Path(__file__).parents[2]

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
    rows = [line.split(maxsplit=4) for line in capsys.readouterr().out.splitlines() if "±" in line]
    modules = {name: recipe.load(name) for name in recipe.names()}
    stated = [[name, *str(m.STATED).split(), m.__doc__.splitlines()[0]] for name, m in modules.items()]
    assert rows == stated
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
    assert train(tmp_path, config, "--resume") == 0
    assert len(read_arrays(tmp_path / "out" / "checkpoint.npz")["history/train_accuracy"]) == 2


def test_other_settings_are_not_resumed_with(tmp_path, config, capsys):
    assert train(tmp_path, config) == 0
    for more, name in ((["--seed", "1"], "seed"), (["--epochs", "3"], "epochs")):
        assert train(tmp_path, config, "--resume", *more) == 2
        assert f"the checkpoint should be of a training with {name} = " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["model.npz", "curves.png"])
def test_no_file_is_written_over(tmp_path, config, capsys, name):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("precious", encoding="utf-8")
    assert train(tmp_path, config) == 2 and "another folder" in capsys.readouterr().err
    assert (tmp_path / "out" / name).read_text(encoding="utf-8") == "precious"


def test_there_must_be_something_to_resume(tmp_path, config, capsys):
    assert train(tmp_path, config, "--resume") == 2
    assert "a folder with a checkpoint.npz to resume" in capsys.readouterr().err and not (tmp_path / "out").exists()


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
        ("epochs: 0\n", "epochs should be at least 1"),
        ("filters: -3\n", "filters should be at least 1"),
        ("hidden: [a, b]\n", "hidden should be of type int"),
        ("lr: .nan\n", "lr should be at least 0, and finite"),
        ("[" * 3000, "should be a YAML file"),
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


@pytest.mark.skipif(os.name == "nt", reason="Windows has another Ctrl-C")
def test_control_c_tells_how_to_go_on_and_one_does(tmp_path):
    out = tmp_path / "my runs"
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    words = hearing("npdl", "train", "digits", "--epochs", "500", "--out", str(out))
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=ROOT)
    with subprocess.Popen(words, **pipes) as process:
        while not (out / "checkpoint.npz").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        text = process.stdout.read()
    assert process.wait() == 130
    command = text.splitlines()[-1].strip()
    words = ["train", "digits", "--seed", "0", "--out", str(out), "--epochs", "500", "--resume"]
    assert shlex.split(command)[1:] == words
    done = len(read_arrays(out / "checkpoint.npz")["history/loss"])
    with subprocess.Popen([sys.executable, "-m", *shlex.split(command)], **pipes) as process:
        while len(read_arrays(out / "checkpoint.npz")["history/loss"]) <= done:
            time.sleep(0.05)
        process.kill()


def test_without_a_checkpoint_nothing_is_said_to_be_saved(tmp_path, config, capsys, monkeypatch):
    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(digits, "train", interrupted)
    assert train(tmp_path, config) == 130
    assert "saved" not in capsys.readouterr().out


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
    assert "none.npz" in error and "bad.npz should be an .npz file, and a whole one" in error


def test_predict_sees_what_training_saw(tmp_path):
    """A picture that is not square, normalised channel by channel: the network's input is the folder's own."""
    image = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).integers(0, 256, (20, 31, 3), dtype=np.uint8)
    (tmp_path / "kind").mkdir()
    image.fromarray(pixels).save(tmp_path / "kind" / "a.png")
    meta = dict(shape=(3, 8, 8), classes=["a", "b"], mean=[0.1, 0.2, 0.3], std=[0.5, 0.6, 0.7])
    seen = []

    class Spy(nn.Module):
        def forward(self, x):
            seen.append(x)
            return Tensor(np.zeros((1, 2), np.float32))

    predict(Spy(), meta, tmp_path / "kind" / "a.png")
    x, _ = ImageFolder(tmp_path, size=8).arrays()
    expected = (x - np.float32([0.1, 0.2, 0.3]).reshape(3, 1, 1)) / np.float32([0.5, 0.6, 0.7]).reshape(3, 1, 1)
    np.testing.assert_allclose(seen[0], expected, rtol=1e-5)
    grey = dict(shape=(1, 8, 8), classes=["a", "b"])
    predict(Spy(), grey, tmp_path / "kind" / "a.png", invert=True)
    np.testing.assert_allclose(seen[1], 1 - x.mean(axis=1, keepdims=True), rtol=1e-5)


@pytest.mark.topic("R492")
def test_train_validate_and_predict_on_a_folder_of_your_own(tmp_path, capsys):
    """Two shapes of the recipe's own drawing, as somebody's data set."""
    pytest.importorskip("PIL")
    (tmp_path / "mine").mkdir()
    folder.draw_shapes(tmp_path / "mine", each=40)
    for name in set(folder.DRAWN) - {"circle", "cross"}:
        shutil.rmtree(tmp_path / "mine" / name)
    (tmp_path / "c.yaml").write_text("filters: 8\nhidden: [16]\nepochs: 25\n", encoding="utf-8")
    words = ["train", "folder", "--data", str(tmp_path / "mine"), "--config", str(tmp_path / "c.yaml")]
    assert cli.main([*words, "--out", str(tmp_path / "out")]) == 0
    assert len(read_arrays(tmp_path / "out" / "checkpoint.npz")["history/val_accuracy"]) == 25
    pictures = sorted(str(path) for path in (tmp_path / "mine").rglob("*.png"))[::7]
    capsys.readouterr()
    assert cli.main(["predict", str(tmp_path / "out" / "model.npz"), *pictures, "--top", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    right = [Path(path).parent.name == line.split()[1] for path, line in zip(lines[::2], lines[1::2], strict=True)]
    assert np.mean(right) >= 0.95


def test_a_terminal_without_the_letters_shows_question_marks():
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    words = [sys.executable, "-m", "npdl", "train", "--list"]
    done = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "?" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="there is no head")
@pytest.mark.parametrize(("words", "reader"), [("topics a", "head -1"), ("train --list", "true")])
def test_a_reader_that_has_enough_is_no_error(words, reader):
    command = f"{shlex.quote(sys.executable)} -m npdl {words} | {reader}"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""
