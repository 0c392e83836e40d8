"""Mamba copies four symbols that stand somewhere among 44 blanks: it has to see what is worth to be remembered.

It reaches 100.0 % ± 0.1 % of the symbols in new puzzles (mean and sd over 5 seeds: benchmarks/recipes.py), where the
same network with a state space that cannot select, S4D, reaches 63.6 % (recipe selective_copying_s4d). It trains on
puzzles of all lengths up to that of the test: of short ones it learns what to do, of long ones to wait.
"""

from typing import NamedTuple

import numpy as np

from ... import nn
from ...data import selective_copying
from ...models import MambaLM
from ...optim import Adam, Schedule, one_cycle
from ..recipe import Run, Stated, configured, meta_of, settings_of, told
from ..trainer import Trainer

STATED = Stated(0.9996, 0.0006, floor=0.99, tested=4000)
PUZZLES = 1000  # in the test


class Config(NamedTuple):
    epochs: int = 1
    batches: int = 850
    lr: float = 3e-3
    batch_size: int = 32
    length: int = 48
    shortest: int = 6
    tokens: int = 4
    symbols: int = 8
    dim: int = 32
    layers: int = 2
    states: int = 8


class Copier(nn.Module):
    """A language model of which only the answers are wanted: scores (N, classes, tokens), as losses take them."""

    def __init__(self, model, tokens):
        self.model, self.tokens = model, tokens

    def forward(self, x):
        return self.model(x)[:, -self.tokens :].transpose(0, 2, 1)


def build(shape, classes, config, rng=None, mixer="mamba"):
    """The network for so many kinds of symbols, blank and question included; it takes puzzles of any length."""
    model = MambaLM(classes, config.dim, config.layers, mixer=mixer, states=config.states, rng=rng)
    return Copier(model, config.tokens)


def train(*, seed=0, say=None, checkpoint=None, resume=False, **settings):
    """Train from this seed; returns a Run. The test puzzles are the same for every seed, and looked at once."""
    return fit(__name__, Config, build, "Mamba", seed, say, checkpoint, resume, settings)


def fit(name, Config, build, what, seed, say, checkpoint, resume, settings):
    """The training, which selective_copying_s4d shares."""
    config = configured(Config, settings)
    options = dict(tokens=config.tokens, symbols=config.symbols)
    rng = np.random.default_rng((seed, 1))
    lengths = rng.integers(config.shortest, config.length + 1, config.batches)
    batches = [selective_copying(config.batch_size, int(length), rng=rng, **options) for length in lengths]
    x, y = selective_copying(PUZZLES, config.length, rng=0, **options)
    classes = [*map(str, range(config.symbols)), "blank", "question"]
    model = build(x.shape[1:], len(classes), config, np.random.default_rng(seed))
    optimizer = Adam(model.parameters(), lr=config.lr)
    schedule = Schedule(optimizer, one_cycle(config.epochs * len(batches)))
    trainer = Trainer(model, optimizer, schedule=schedule, clip_norm=1.0, progress=say is not None)
    with told(say, what, model, f"{config.batch_size * config.batches:,} puzzles") as conclude:
        run = dict(checkpoint=checkpoint, resume=resume, settings=settings_of(name, config, seed))
        trainer.fit(batches, config.epochs, **run)
        score = conclude(trainer.accuracy(x, y), f"of the symbols in {PUZZLES:,} new puzzles right")
    return Run(trainer, (x, y), score, meta_of(name, config, x, classes))
