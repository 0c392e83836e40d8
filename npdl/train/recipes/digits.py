"""A small ConvNet on the 8×8 digits of UCI: conv - relu - conv - relu - pool - affine - relu - dropout - affine.

It reaches 98.6 % ± 0.2 % of the test set (mean and standard deviation over 5 seeds: benchmarks/digits.py).
"""

import time
from typing import NamedTuple

import numpy as np

from ...data import DataLoader, load_digits, train_val_split
from ...models import ConvNet
from ...optim import Adam
from ..trainer import Trainer

EPOCHS = 50


class Run(NamedTuple):
    """What a training leaves: the trainer with its model and history, the test set, and the accuracy on it."""

    trainer: Trainer
    test: tuple
    accuracy: float


def train(*, seed=0, epochs=EPOCHS, say=None):
    """Train from this seed; returns a Run. say: a function for the lines of text; None trains in silence.

    A tenth of the training set is kept for the validation curve; the test set is looked at once, at the end.
    """
    (x, y), test = load_digits()
    training, validation = train_val_split(x, y, fraction=0.1, stratify=y)
    rng = np.random.default_rng(seed)
    model = ConvNet(x.shape[1:], convs=2, blocks=1, filters=32, hidden=(128,), dropout=0.5, rng=rng)
    trainer = Trainer(model, Adam(model.parameters(), lr=2e-3), progress=say is not None)
    if say:
        count = sum(p.size for p in model.parameters())
        say(f"\n2. Training a ConvNet of {count:,} weights on {len(training[1]):,} handwritten digits\n")
    start = time.perf_counter()
    trainer.fit(DataLoader(*training, batch_size=64, seed=seed), epochs, validation)
    accuracy = trainer.accuracy(*test)
    if say:
        seconds = time.perf_counter() - start
        say(f"\n   {accuracy:.1%} of {len(test[1])} new digits right, after {epochs} epochs in {seconds:.1f} s")
    return Run(trainer, test, accuracy)
