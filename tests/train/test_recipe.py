"""What all recipes share: settings, stated numbers, and models on disk."""

import numpy as np
import pytest

from npdl import InputError
from npdl.data import load_digits
from npdl.train import read_arrays, recipe, write_arrays
from npdl.train.predict import predict
from npdl.train.recipes import digits

NAMES = recipe.names()


@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_keeps_the_contract(name):
    module = recipe.load(name)
    config = module.Config()
    assert config.epochs >= 1 and module.__doc__.splitlines()[0].endswith((".", ":"))
    assert 0 < module.STATED.sd < 0.05 and module.STATED.floor <= module.STATED.mean - 0.005
    assert f"{module.STATED.mean * 100:.1f} %" in module.__doc__  # what the text states is what is checked
    assert recipe.configured(module.Config, config._asdict()) == config


SECONDS = {"digits_mlp"}  # what this recipe takes; many of the others take a minute


@pytest.mark.parametrize("name", [pytest.param(n, marks=[] if n in SECONDS else [pytest.mark.slow]) for n in NAMES])
def test_one_training_passes_its_gate(name):
    """The stated number, as everybody gets it: mean - 3 sd of five seeds (benchmarks/recipes.py) is the least."""
    module = recipe.load(name)
    assert module.train(seed=0).score >= module.STATED.gate


@pytest.mark.slow
@pytest.mark.parametrize("name", ["digits", "digits_mlp", "folder"])
def test_another_seed_passes_it_too(name):
    module = recipe.load(name)
    assert module.train(seed=1).score >= module.STATED.gate


def test_the_gate_is_never_below_the_floor():
    assert recipe.Stated(0.98, 0.004, floor=0.9, tested=1000).gate == pytest.approx(0.968)
    assert recipe.Stated(0.98, 0.05, floor=0.9, tested=1000).gate == 0.9
    assert recipe.Stated(0.98, 0.001, floor=0.9, tested=100).gate == pytest.approx(0.95)  # three pictures
    assert str(recipe.Stated(0.9856, 0.0023, floor=0.97, tested=360)) == "98.6% ± 0.2%"


# Settings.


def test_settings_take_the_place_of_defaults():
    config = recipe.configured(digits.Config, {"lr": 1, "hidden": [64, 32]})
    assert config.lr == 1.0 and type(config.lr) is float and config.hidden == (64, 32)
    assert config.epochs == digits.Config().epochs


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"learning_rate": 0.1}, "learning_rate should be one of epochs, lr, batch_size"),
        ({"epochs": "ten"}, "epochs should be of type int, such as 50; got 'ten'"),
        ({"epochs": 2.5}, "epochs should be of type int"),
        ({"epochs": 0}, "epochs should be at least 1; got 0"),
        ({"lr": -1.0}, "lr should be at least 0, and finite"),
        ({"hidden": [8, 0]}, "hidden should be at least 1"),
        ({"epochs": True}, "epochs should be of type int"),
        ({"hidden": 64}, r"hidden should be of type tuple, such as \(128,\)"),
    ],
)
def test_settings_that_are_none(settings, message):
    with pytest.raises(InputError, match=f"the settings of digits: {message}"):
        recipe.configured(digits.Config, settings)


def test_a_recipe_that_is_none():
    with pytest.raises(InputError, match=r"the name should be one of .*digits.*; got 'digit'"):
        recipe.load("digit")


# Models on disk.


@pytest.fixture(scope="module")
def run():
    return digits.train(epochs=2, filters=8, hidden=(16,), dropout=0.0)


@pytest.mark.parametrize("name", ["model.npz", "model.safetensors"])
def test_a_model_comes_back_with_what_it_is(tmp_path, run, name):
    if name.endswith("safetensors"):
        pytest.importorskip("safetensors")
    recipe.save_model(run, tmp_path / name)
    model, meta = recipe.load_model(tmp_path / name)
    x, _ = run.test
    np.testing.assert_array_equal(model(x).data, run.trainer.model.eval()(x).data)
    assert meta["recipe"] == "digits" and meta["classes"] == list("0123456789") and not model.training


def test_predict_gives_the_classes_with_their_probabilities(tmp_path, run):
    recipe.save_model(run, tmp_path / "model.npz")
    model, meta = recipe.load_model(tmp_path / "model.npz")
    image = pytest.importorskip("PIL.Image")
    x, _ = run.test
    image.fromarray((255 * x[3, 0]).astype(np.uint8)).save(tmp_path / "a.png")
    image.fromarray((255 - 255 * x[3, 0]).astype(np.uint8)).save(tmp_path / "b.png")
    answers = predict(model, meta, tmp_path / "a.png")
    assert [name for name, _ in answers[:1]] == [str(run.trainer.predict(x[3:4]).argmax())]
    assert sum(p for _, p in answers) == pytest.approx(1, abs=1e-5)
    assert sorted(answers, key=lambda a: -a[1]) == answers and len(answers) == 10
    black_on_white = predict(model, meta, tmp_path / "b.png", invert=True)
    assert [name for name, _ in black_on_white] == [name for name, _ in answers]


@pytest.mark.parametrize("fault", ["weights alone", "no recipe", "another recipe", "no JSON", "other weights"])
def test_a_file_that_is_no_model(tmp_path, run, fault):
    path = tmp_path / "model.npz"
    recipe.save_model(run, path)
    arrays = read_arrays(path)
    meta = arrays.pop(recipe.META).tobytes().decode()
    if fault == "other weights":
        arrays.popitem()
    changed = {
        "no recipe": meta.replace('"recipe"', '"name"'),
        "another recipe": meta.replace('"digits"', '"os"'),
        "no JSON": meta[:-5],
        "other weights": meta,
    }
    if fault in changed:
        arrays[recipe.META] = np.frombuffer(changed[fault].encode(), np.uint8)
    write_arrays(path, arrays)
    with pytest.raises(InputError):
        recipe.load_model(path)


def test_digits_data_are_what_the_recipe_says(run):
    assert len(load_digits()[1][1]) == len(run.test[1]) == 360
