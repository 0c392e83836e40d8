"""What all recipes share. A recipe is a module of npdl.train.recipes, one file a system, with

    Config           a NamedTuple of its settings, with defaults
    STATED           Stated(mean, sd, floor, tested): the score that it reaches over five seeds
    build(shape, classes, config, rng=None)    the network
    train(*, seed=0, say=None, checkpoint=None, resume=False, **settings) -> Run

and, if it can train on the user's own data, DATA (a sentence that says what to give) and one more option, `data`; and,
if its model gives something else than scores of classes, answers(model, x): [(text, probability), ...] of one picture.
"""

import json
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple

from ..errors import InputError, InputTypeError
from ..threads import get_num_threads
from . import recipes
from .checkpoint import from_bytes, read_arrays, to_bytes, write_arrays
from .trainer import Trainer

META = "npdl"  # the entry of a model's file that says what it is


class Stated(NamedTuple):
    """What a recipe reaches: mean and standard deviation of its score over 5 seeds (benchmarks/recipes.py)."""

    mean: float
    sd: float
    floor: float  # that no run may fall below, whatever the sd
    tested: int  # pictures in the test set

    @property
    def gate(self):
        """What every run must reach: mean - 3 sd, with an sd of at least one picture, but never less than the floor."""
        return max(self.floor, self.mean - 3 * max(self.sd, 1 / self.tested))

    def __str__(self):
        return f"{self.mean:.1%} ± {self.sd:.1%}"


class Run(NamedTuple):
    """What a training leaves: the trainer with its model and history, the test set, and the score on it."""

    trainer: Trainer
    test: tuple
    score: float
    meta: dict  # recipe, config, shape, classes (names), mean, std: what `predict` must know of the model


def names():
    """The names of all recipes, in alphabetical order."""
    return sorted(module.name for module in iter_modules(recipes.__path__))


def load(name):
    """The module of the recipe of this name."""
    if name not in names():
        raise InputError("recipe", "the name", f"one of {', '.join(names())}", name)
    return import_module(f"{recipes.__name__}.{name}")


def configured(Config, settings):
    """A Config with these settings in place of its defaults; each must have a name, a type and a size that it has."""
    config = Config()
    for name, value in settings.items():
        if name not in Config._fields:
            raise InputError(_owner(Config), name, f"one of {', '.join(Config._fields)}", value)
        config = config._replace(**{name: _like(getattr(config, name), value, _owner(Config), name)})
    return config


def _owner(Config):
    return f"the settings of {Config.__module__.rpartition('.')[2]}"


def _like(default, value, owner, name):
    """The value as the type of the default; integers are at least 1, floats at least 0 and finite."""
    if isinstance(default, tuple) and isinstance(value, (list, tuple)):  # YAML and JSON have no tuples
        return tuple(_like(default[0], entry, owner, name) for entry in value)
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(default):
        raise InputTypeError(owner, name, f"of type {type(default).__name__}, such as {default!r}", value)
    if isinstance(default, (int, float)) and not (1 if isinstance(default, int) else 0) <= value < float("inf"):
        raise InputError(owner, name, "at least 1" if isinstance(default, int) else "at least 0, and finite", value)
    return value


def settings_of(module, config, seed):
    """What a checkpoint of this recipe keeps, so that it is not resumed with anything else."""
    return dict(recipe=_name(module), seed=seed) | config._asdict()


def meta_of(module, config, x, classes, **more):
    """What a model's file says of it: recipe, config, the shape of an image, the names of the classes."""
    return dict(recipe=_name(module), config=config._asdict(), shape=x.shape[1:], classes=list(classes)) | more


def _name(module):
    return module.rpartition(".")[2]


@contextmanager
def told(say, what, model, data):
    """Say before a training what is trained on what; yields a function (score, of what) that says how it ended."""
    say, start = say or (lambda text: None), time.perf_counter()
    count = sum(parameter.size for parameter in model.parameters())
    threads = get_num_threads()
    say(f"{what} of {count:,} weights, trained on {data}, by {threads} thread{'s' if threads > 1 else ''}\n")

    def conclude(score, of_what):
        say(f"\n{score:.1%} {of_what}, after {time.perf_counter() - start:.1f} s of training")
        return score

    yield conclude


def save_model(run, path):
    """Write the run's weights and what they are weights of: a file for load_model."""
    write_arrays(path, {META: to_bytes(run.meta)} | run.trainer.model.state_dict())


def load_model(path):
    """(model, meta) from a file of save_model, the model in test mode."""
    arrays = read_arrays(path)
    if META not in arrays:
        expected = "a model that `npdl train` has written: model.npz" + (
            ", not the checkpoint beside it" if "version" in arrays else ""
        )
        raise InputError("load_model", str(path), expected, Path(path).name)
    try:
        meta = from_bytes(arrays.pop(META))
        recipe = load(meta["recipe"])
        model = recipe.build(tuple(meta["shape"]), len(meta["classes"]), configured(recipe.Config, meta["config"]))
    except (KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError("load_model", str(path), "a model that `npdl train` has written", str(error)) from error
    model.load_state_dict(arrays)
    return model.eval(), meta
