"""An MPNN says how many edges lead from one marked node of a random graph to another: 1, 2, 3, 4, more, or no way.

It is right of 99.8 % ± 0.1 % of new graphs (mean and sd over 5 seeds: benchmarks/recipes.py); the most frequent answer
alone, of 20.4 %. With k rounds of messages a node hears from k edges away: so between a start and a goal 2k edges apart
or less there is a node that knows of both. 4 rounds are enough for these graphs, whose longest way has 7 edges.
"""

from typing import NamedTuple

import numpy as np

from ...data import DataLoader
from ...graph import WAYS, load_ways
from ...models import MPNN
from ...optim import Adam, Schedule, one_cycle
from ..recipe import Run, Stated, configured, meta_of, settings_of, told
from ..trainer import Trainer

STATED = Stated(0.9975, 0.0015, floor=0.97, tested=2000)


class Config(NamedTuple):
    graphs: int = 4000
    epochs: int = 14
    lr: float = 1e-2
    batch_size: int = 64
    features: int = 32
    rounds: int = 4


def build(shape, classes, config, rng=None):
    """The network; the graphs' matrices may have any size, so `shape` does not matter."""
    return MPNN(3, classes, features=config.features, rounds=config.rounds, rng=rng)


def train(*, seed=0, say=None, checkpoint=None, resume=False, **settings):
    """Train from this seed; returns a Run. The graphs are the same for every seed; the test set is looked at once."""
    config = configured(Config, settings)
    x, y = load_ways(config.graphs, seed=0)
    test = load_ways(2000, seed=1)
    model = build(x.shape[1:], len(WAYS), config, np.random.default_rng(seed))
    batches = DataLoader(x, y, batch_size=config.batch_size, seed=seed)
    optimizer = Adam(model.parameters(), lr=config.lr)
    schedule = Schedule(optimizer, one_cycle(config.epochs * len(batches)))
    trainer = Trainer(model, optimizer, schedule=schedule, progress=say is not None)
    with told(say, "An MPNN", model, f"{len(y):,} graphs") as conclude:
        options = dict(checkpoint=checkpoint, resume=resume, settings=settings_of(__name__, config, seed))
        trainer.fit(batches, config.epochs, **options)
        score = conclude(trainer.accuracy(*test), f"of the ways in {len(test[1]):,} new graphs right")
    return Run(trainer, test, score, meta_of(__name__, config, x, WAYS))
