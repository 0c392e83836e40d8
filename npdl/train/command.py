"""`npdl train`: train a recipe, with checkpoints, and leave a model that `npdl predict` can use."""

import contextlib
import shlex
from pathlib import Path

from ..errors import InputError
from . import recipe


def command(arguments):
    """Run `npdl train` with these arguments; returns the exit status."""
    if arguments.list or arguments.recipe is None:
        print(listing())
        return 0 if arguments.list else 2
    module = recipe.load(arguments.recipe)
    settings = read_config(arguments.config) if arguments.config else {}
    if arguments.epochs is not None:
        settings["epochs"] = arguments.epochs
    config = recipe.configured(module.Config, settings)
    if arguments.show_config:
        print(write_config(config), end="")
        return 0
    if arguments.data is not None:
        if not hasattr(module, "DATA"):
            raise InputError(
                "npdl train", "--data", f"left out, as {arguments.recipe} has data of its own", arguments.data
            )
        settings["data"] = arguments.data
    out = Path(arguments.out or Path("npdl-runs") / arguments.recipe)
    checkpoint, model, curves = (out / name for name in ("checkpoint.npz", "model.npz", "curves.png"))
    if arguments.resume and not checkpoint.exists():
        raise InputError("npdl train", "--out", "a folder with a checkpoint.npz to resume", str(out))
    if not arguments.resume and any(path.exists() for path in (checkpoint, model, curves)):
        expected = "another folder; or, to go on with the training that this one holds, with --resume"
        raise InputError("npdl train", "--out", expected, str(out))
    out.mkdir(parents=True, exist_ok=True)
    try:
        kept = {"checkpoint": checkpoint, "resume": arguments.resume}
        with _layers(arguments.mine):
            run = module.train(seed=arguments.seed, say=print, **kept, **settings)
    except KeyboardInterrupt:
        if checkpoint.exists():
            print(f"\nsaved: go on with\n  {again(arguments, out)}")
        raise
    recipe.save_model(run, model)
    print(f"stated: {module.STATED} over five seeds")
    print("model:", model.resolve())
    draw(run, curves)
    return 0


def _layers(mine):
    """The student's own layers where `mine`, else npdl's."""
    if not mine:
        return contextlib.nullcontext()
    from ..course.mine import mine as swapped

    return swapped()


def again(arguments, out):
    """The command that goes on with this training."""
    words = ["npdl", "train", arguments.recipe, "--seed", str(arguments.seed), "--out", str(out)]
    for option in ("epochs", "data", "config"):
        value = getattr(arguments, option)
        words += [] if value is None else [f"--{option}", str(value)]
    return shlex.join([*words, *(["--mine"] if arguments.mine else []), "--resume"])


def listing():
    """The recipes as text: name, what it is, what it reaches, what it takes."""
    lines = ["npdl train RECIPE, where RECIPE is one of\n"]
    width = max(map(len, recipe.names())) + 2
    for name in recipe.names():
        module = recipe.load(name)
        lines.append(f"  {name:{width}}{module.STATED!s:15}{module.__doc__.splitlines()[0]}")
        if hasattr(module, "DATA"):
            lines.append(f"  {'':{width + 15}}--data: {module.DATA}")
    return "\n".join(lines)


def read_config(path):
    """The settings in a YAML file (JSON is YAML too), a dict."""
    yaml = _yaml()
    with open(path, encoding="utf-8") as file:
        try:
            settings = yaml.safe_load(file)
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
            raise InputError("read_config", str(path), f"a YAML file ({error})", Path(path).name) from error
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise InputError("read_config", str(path), "lines of `setting: value`", settings)
    return settings


def write_config(config):
    """A Config as YAML text, for read_config."""
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in config._asdict().items()}
    return _yaml().safe_dump(plain, sort_keys=False, default_flow_style=None)


def draw(run, path):
    """The curves of the training as a PNG, where matplotlib is installed."""
    try:
        from .. import viz

        viz.save(viz.plot_history(run.trainer.history), path)
        print("curves:", path.resolve())
    except ImportError:
        print('no curves: they need matplotlib (pip install "npdl-course[plot]")')


def _yaml():
    try:
        import yaml
    except ImportError as missing:
        raise ImportError('a --config file needs PyYAML: pip install "npdl-course[tour]"') from missing
    return yaml
