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
        work = getattr(import_module(f".{arguments.module}", __package__), arguments.function)
        status = work(arguments)
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
    parser.set_defaults(function="command")
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
    train.add_argument("--mine", action="store_true", help="through the layers that you wrote in the course")
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

    check = commands.add_parser("check", help="judge an exercise of the course, or a whole assignment")
    check.add_argument("target", help="an exercise (affine_backward) or an assignment (a2)")
    check.add_argument("--watch", action="store_true", help="again whenever the file is saved")
    check.add_argument("--json", action="store_true", help="print the results as JSON")
    check.add_argument("--seed", type=_seed, help="of the inputs (default: a new one each time)")
    check.set_defaults(module="course.check")

    hint = commands.add_parser("hint", help="a hint for an exercise; there are three")
    hint.add_argument("exercise")
    hint.add_argument("number", nargs="?", type=_positive, default=1, help="1, 2 or 3 (default: %(default)s)")
    hint.set_defaults(module="course.check", function="hint_command")

    lab = commands.add_parser("lab", help="the course in JupyterLab, in a working copy of yours (my-course)")
    lab.add_argument("--no-browser", action="store_true", help="only print the address")
    lab.add_argument("--files", action="store_true", help="only make the working copy")
    lab.add_argument("jupyter", nargs="*", help="after --: options for JupyterLab")
    lab.set_defaults(module="course.workspace", function="lab")

    update = commands.add_parser("update", help="put new material beside the files of your working copy")
    update.set_defaults(module="course.workspace", function="update_command")

    reset = commands.add_parser("reset", help="make an exercise a gap again; what you wrote is kept as a backup")
    reset.add_argument("exercise")
    reset.set_defaults(module="course.workspace", function="reset_command")

    submit = commands.add_parser("submit", help="make one zip of an assignment to hand in")
    submit.add_argument("assignment")
    submit.add_argument("--out", metavar="FILE", help="the zip to write (default: ASSIGNMENT.zip)")
    submit.add_argument("--incomplete", action="store_true", help="even where exercises are not written yet")
    submit.set_defaults(module="course.submission")

    release = commands.add_parser("release", help="for teachers: what a class gets of an assignment")
    release.add_argument("assignment")
    release.add_argument("--out", required=True, metavar="DIR", help="a new folder (or an nbgrader course)")
    release.add_argument("--nbgrader", action="store_true", help="as source/ of an nbgrader course, with its settings")
    release.set_defaults(module="course.release")

    grade = commands.add_parser("grade", help="for teachers: grade a folder of submissions, each shut in")
    grade.add_argument("submissions", help="a folder of zips, or of folders")
    grade.add_argument("--out", required=True, metavar="FILE", help="the .csv to write; .json and .html go beside it")
    grade.add_argument("--assignment", help="which one (default: what the zips say)")
    grade.add_argument("--extra", metavar="DIR", help="a folder with cases of your own")
    grade.add_argument("--seed", type=_seed, default=0, help="of the inputs (default: %(default)s)")
    grade.add_argument("--jobs", type=_positive, help="how many at once (default: one a core)")
    grade.set_defaults(module="course.grade")

    bundle = commands.add_parser("bundle", help="for teachers: all wheels that a classroom without a network needs")
    bundle.add_argument("--out", default="npdl-bundle", metavar="DIR", help="(default: %(default)s)")
    bundle.set_defaults(module="course.bundle")

    for parser_ in (check, hint, lab, update, reset, submit):
        parser_.add_argument("--folder", metavar="DIR", help="where your files are (default: here, or my-course below)")
    for parser_ in (check, hint, lab, release):
        parser_.add_argument("--lang", choices=["en", "zh"], help="English or Chinese")

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
