"""What selective_copying is to be compared with: the same network and puzzles, with S4D in the place of Mamba's scan.

It reaches 63.6 % ± 2.9 % of the symbols in new puzzles (mean and sd over 5 seeds: benchmarks/recipes.py), where
guessing has 12.5 %: its state space is the same at every step, and counts the blanks as it counts the symbols.
"""

from functools import partial

from ..recipe import Stated
from . import selective_copying
from .selective_copying import Config, fit

STATED = Stated(0.6361, 0.0290, floor=0.5, tested=4000)

build = partial(selective_copying.build, mixer="s4d")


def train(*, seed=0, say=None, checkpoint=None, resume=False, **settings):
    """Train from this seed; returns a Run."""
    return fit(__name__, Config, build, "S4D", seed, say, checkpoint, resume, settings)
