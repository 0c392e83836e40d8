"""A training in which everything has a state that can be lost: run it, kill it, run it again.

    python -m tests.train.resumable CHECKPOINT [PAUSE [STEP]]

It writes a line after every step, and its final weights beside the checkpoint. In that STEP it waits for a line.
"""

import sys
import time

import numpy as np

import npdl
from npdl import nn
from npdl.data import DataLoader
from npdl.optim import EMA, Adam, Schedule, cosine, warmup
from npdl.train import Trainer, save_weights

EPOCHS, STEPS = 12, 10  # an epoch has 10 steps

rng = np.random.default_rng(0)
X = rng.standard_normal((77, 2, 6, 6)).astype("float32")
Y = (X[:, 0].mean(axis=(1, 2)) > X[:, 1].mean(axis=(1, 2))).astype(int)


def flip(x, y, rng):
    return np.where(rng.random(len(x))[:, None, None, None] < 0.5, x[..., ::-1], x), y


def build():
    """Trainer and loader: dropout from a generator of its own and from the shared one, batch norm, EMA, schedule."""
    npdl.seed(5)
    rng = np.random.default_rng(1)
    parts = nn.Conv2d(2, 4, 3, rng=rng), nn.BatchNorm(4), nn.ReLU(), nn.Dropout(0.2, rng=rng), nn.Flatten()
    model = nn.Sequential(*parts, nn.Affine(64, 8, rng=rng), nn.Dropout(0.3), nn.ReLU(), nn.Affine(8, 2, rng=rng))
    groups = [{"parameters": model[0].parameters(), "lr": 3e-3}, {"parameters": model[1:].parameters()}]
    optimizer = Adam(groups, lr=1e-2, weight_decay=1e-3)
    schedule = Schedule(optimizer, warmup(15, then=cosine(EPOCHS * STEPS - 15)))
    trainer = Trainer(model, optimizer, schedule=schedule, clip_norm=2.0, ema=EMA(model, 0.9), progress=False)
    return trainer, DataLoader(X, Y, batch_size=8, seed=3, transform=flip, prefetch=2)


def fit(trainer, loader, **options):
    validation = DataLoader(X, Y, batch_size=15, seed=8, drop_last=True)  # other samples every time
    return trainer.fit(loader, EPOCHS, validation, keep_best=True, **options)


def main(checkpoint, pause=0.0, waits=None):
    trainer, loader = build()
    step = trainer.step

    def telling(x, y):
        result = step(x, y)
        print("step", len(trainer.history["loss"]), flush=True)
        time.sleep(pause)
        if len(trainer.history["loss"]) == waits:
            sys.stdin.readline()
        return result

    trainer.step = telling
    print("start", len(trainer.history["loss"]), flush=True)
    fit(trainer, loader, checkpoint=checkpoint, every=3, resume=True)
    save_weights(trainer.model, f"{checkpoint}.weights.npz")
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:]))
