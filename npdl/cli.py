"""The command `npdl`."""

import argparse
import sys

from . import __version__


def main(argv=None):
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="npdl", description="Deep learning and computer vision in NumPy.")
    parser.add_argument("--version", action="version", version=f"npdl {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    tour = commands.add_parser("tour", help="check every op, train a small network, draw what it learned")
    tour.add_argument("--out", default="npdl-tour", help="folder for the pictures (default: %(default)s)")
    tour.add_argument("--seed", type=int, default=0, help="start of all random numbers (default: %(default)s)")
    tour.add_argument("--epochs", type=_positive, help="times through the training set (default: the recipe's)")
    arguments = parser.parse_args(argv)

    from .tour import run  # here, so that --help and a mistyped word answer at once

    try:
        return run(arguments.out, seed=arguments.seed, epochs=arguments.epochs)
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not an integer >= 1")
    return number
