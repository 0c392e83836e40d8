"""A small ConvNet on the 8×8 digits of UCI: conv - relu - conv - relu - pool - affine - relu - dropout - affine.

It reaches 98.6 % ± 0.2 % of the test set (mean and standard deviation over 5 seeds: benchmarks/recipes.py).
"""

from typing import NamedTuple

import numpy as np

from ...data import DataLoader, load_digits, train_val_split
from ...models import ConvNet
from ...optim import Adam
from ..recipe import Run, Stated, configured, meta_of, settings_of, told
from ..trainer import Trainer

STATED = Stated(0.9856, 0.0023, floor=0.97, tested=360)


class Config(NamedTuple):
    epochs: int = 50
    lr: float = 2e-3
    batch_size: int = 64
    filters: int = 32
    hidden: tuple = (128,)
    dropout: float = 0.5


def build(shape, classes, config, rng=None):
    """The network for images (C, H, W)."""
    options = dict(filters=config.filters, hidden=config.hidden, dropout=config.dropout)
    return ConvNet(shape, classes, convs=2, blocks=1, rng=rng, **options)


def train(*, seed=0, say=None, checkpoint=None, resume=False, **settings):
    """Train from this seed; returns a Run. say: a function for the lines of text; None trains in silence.

    A tenth of the training set is kept for the validation curve; the test set is looked at once, at the end.
    """
    config = configured(Config, settings)
    (x, y), test = load_digits()
    training, validation = train_val_split(x, y, fraction=0.1, stratify=y)
    model = build(x.shape[1:], 10, config, np.random.default_rng(seed))
    trainer = Trainer(model, Adam(model.parameters(), lr=config.lr), progress=say is not None)
    with told(say, "A ConvNet", model, f"{len(training[1]):,} handwritten digits") as conclude:
        batches = DataLoader(*training, batch_size=config.batch_size, seed=seed)
        options = dict(checkpoint=checkpoint, resume=resume, settings=settings_of(__name__, config, seed))
        trainer.fit(batches, config.epochs, validation, **options)
        score = conclude(trainer.accuracy(*test), f"of {len(test[1])} new digits right")
    return Run(trainer, test, score, meta_of(__name__, config, x, "0123456789"))
