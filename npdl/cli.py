"""The command `npdl`. Each word's work is done in a module of its own, imported when it is asked for."""

import argparse
import os
import sys
from importlib import import_module

from . import __version__


def main(argv=None):
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without ± or Chinese shows a question mark
    try:
        status = import_module(f".{arguments.module}", __package__).command(arguments)
        sys.stdout.flush()  # here, where a reader that has gone can still be seen
        return status
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValueError, OSError, ImportError, MemoryError) as error:  # what the user can mend
        text = str(error or type(error).__name__).removeprefix(f"{arguments.command}: ")  # which InputErrors begin with
        print(f"npdl {arguments.command}: {text}", file=sys.stderr)
        return 2


def _parser():
    parser = argparse.ArgumentParser(prog="npdl", description="Deep learning and computer vision in NumPy.")
    parser.add_argument("--version", action="version", version=f"npdl {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    tour = commands.add_parser("tour", help="check every op, train a small network, draw what it learned")
    tour.add_argument("--out", default="npdl-tour", help="folder for the pictures (default: %(default)s)")
    tour.add_argument("--seed", type=_seed, default=0, help="start of all random numbers (default: %(default)s)")
    tour.add_argument("--epochs", type=_positive, help="times through the training set (default: the recipe's)")
    tour.set_defaults(module="tour")

    train = commands.add_parser("train", help="train a recipe to its stated number; --list names them")
    train.add_argument("recipe", nargs="?", help="its name")
    train.add_argument("--list", action="store_true", help="the recipes, what they train, and what they reach")
    train.add_argument("--epochs", type=_positive, help="times through the training set (default: the recipe's)")
    train.add_argument("--seed", type=_seed, default=0, help="start of all random numbers (default: %(default)s)")
    train.add_argument("--data", help="your own data, for recipes that take some (--list says which)")
    train.add_argument("--config", metavar="FILE", help="a YAML file with settings of the recipe")
    train.add_argument("--show-config", action="store_true", help="print the settings as YAML, and train nothing")
    train.add_argument("--out", help="folder for checkpoint, model and curves (default: npdl-runs/RECIPE)")
    train.add_argument("--resume", action="store_true", help="go on from the checkpoint in the folder")
    train.set_defaults(module="train.command")

    predict = commands.add_parser("predict", help="say what a trained model sees in pictures")
    predict.add_argument("model", help="a model.npz that `npdl train` has written")
    predict.add_argument("images", nargs="+", metavar="IMAGE", help="PNG, JPEG or whatever else Pillow reads")
    predict.add_argument("--top", type=_positive, default=3, help="answers for each (default: %(default)s)")
    predict.add_argument("--invert", action="store_true", help="turn black on white into white on black first")
    predict.set_defaults(module="train.predict")

    vision = commands.add_parser("vision", help="draw what a classical algorithm does to a picture; --list names them")
    vision.add_argument("name", nargs="?", help="the algorithm's name")
    vision.add_argument("--list", action="store_true", help="the algorithms, and what their pictures show")
    vision.add_argument("--image", metavar="FILE", help="a picture of your own (default: one that is made for it)")
    vision.add_argument("--out", metavar="FILE", help="the .png to write (default: NAME.png)")
    vision.set_defaults(module="vision.command")

    split = commands.add_parser("split", help="split a data set of a folder a class into training, validation and test")
    split.add_argument("source", help="the folder; it stays as it is")
    split.add_argument("target", help="where to write train, val and test")
    split.add_argument("--val", type=float, default=0.1, help="share for validation (default: %(default)s)")
    split.add_argument("--test", type=float, default=0.1, help="share for the test (default: %(default)s)")
    split.add_argument("--seed", type=_seed, default=0, help="start of all random numbers (default: %(default)s)")
    split.add_argument("--lists", action="store_true", help="write lists of files instead of copies")
    split.set_defaults(module="data.folders")

    topics = commands.add_parser("topics", help="find a topic of the syllabus: where it is implemented, tested, taught")
    topics.add_argument("word", nargs="*", help="a part of its name, in English or Chinese, or an id such as R180")
    topics.set_defaults(module="course.topics")

    doctor = commands.add_parser("doctor", help="look at this machine: versions, threads, speed, what is missing")
    doctor.set_defaults(module="doctor")
    return parser


def _positive(text):
    return _integer(text, 1)


def _seed(text):
    return _integer(text, 0)


def _integer(text, least):
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise argparse.ArgumentTypeError(f"{text} is not an integer >= {least}")
    return int(text)
