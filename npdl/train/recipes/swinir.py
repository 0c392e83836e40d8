"""SwinIR makes pictures twice as large: Scenes of 32×32 pixels from 16×16 that are blurred and noisy.

What bicubic interpolation gets wrong is counted as squared error; the score is the share of it that SwinIR gets right.
20.6 % are a gain of 1 dB in PSNR.

It reaches 42.4 % ± 3.8 % (mean and sd over 5 seeds: benchmarks/recipes.py), which are 2.4 dB.
"""

from typing import NamedTuple

import numpy as np

from ... import ops
from ...data import DataLoader, load_scenes
from ...data.transforms import GaussianBlur
from ...metrics import psnr
from ...models import SwinIR
from ...optim import Adam, Schedule, one_cycle
from ..recipe import Run, Stated, configured, meta_of, settings_of, told
from ..trainer import Trainer

STATED = Stated(0.4237, 0.0380, floor=0.206, tested=500)
FACTOR, BLUR, NOISE = 2, 0.8, 0.08  # blur: σ in pixels of the large picture; noise: σ, of a range of 1


class Config(NamedTuple):
    images: int = 4000
    level: str = "medium"
    epochs: int = 2
    lr: float = 2e-3
    batch_size: int = 8
    dim: int = 24
    depths: tuple = (2, 2)
    heads: int = 4
    window: int = 8


def build(shape, classes, config, rng=None):
    """The network for images (C, H, W); it has no classes."""
    parts = dict(dim=config.dim, depths=config.depths, heads=config.heads, window=config.window)
    return SwinIR(FACTOR, channels=shape[0], rng=rng, **parts)


def degrade(pixels, labels=None, *, rng):
    """(small pictures, large ones): blurred, of each 2 x 2 pixels the mean, and noise on it. pixels: 0 to 255."""
    large = pixels.astype(np.float32) / 255
    small = ops.avg_pool2d(GaussianBlur(BLUR)(large), size=FACTOR)
    return small + NOISE * rng.standard_normal(small.shape, np.float32), large


def train(*, seed=0, say=None, checkpoint=None, resume=False, **settings):
    """Train from this seed; returns a Run, whose test set is (small pictures, large ones). The noise is always new.

    The pictures are the same for every seed. The test set is looked at once, at the end.
    """
    config = configured(Config, settings)
    scenes, held = (
        load_scenes(n, level=config.level, split=split)
        for n, split in ((config.images, "train"), (STATED.tested, "test"))
    )
    batches = DataLoader(scenes.pixels, scenes.labels, batch_size=config.batch_size, seed=seed, transform=degrade)
    model = build(scenes.pixels.shape[1:], 0, config, np.random.default_rng(seed))
    optimizer = Adam(model.parameters(), lr=config.lr)
    schedule = Schedule(optimizer, one_cycle(config.epochs * len(batches)))
    trainer = Trainer(model, optimizer, ops.mse, schedule=schedule, clip_norm=1.0, progress=say is not None)
    test = degrade(held.pixels, rng=np.random.default_rng(0))
    with told(say, "SwinIR", model, f"{len(scenes):,} scenes") as conclude:
        options = dict(checkpoint=checkpoint, resume=resume, settings=settings_of(__name__, config, seed))
        trainer.fit(batches, config.epochs, **options)
        ours, theirs = (psnr(large, test[1]) for large in (trainer.predict(test[0]), bicubic(test[0])))
        of_what = f"of bicubic's squared error gone: {ours:.2f} dB where it has {theirs:.2f}"
        score = conclude(1 - 10 ** ((theirs - ours) / 10), of_what)
    return Run(trainer, test, score, meta_of(__name__, config, scenes.pixels, ()))


def bicubic(small):
    """The pictures as bicubic interpolation has them."""
    return ops.resize(small, size=tuple(FACTOR * side for side in small.shape[2:]), mode="bicubic")
