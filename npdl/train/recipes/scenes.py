"""ResNet-20 names the largest shape in Scenes of 32×32 pixels: ten shapes, any colour and angle, up to three a picture.

It reaches 96.2 % ± 1.5 % of the test set (mean and sd over 5 seeds: benchmarks/recipes.py).
"""

from typing import NamedTuple

import numpy as np

from ...data import DataLoader, load_scenes
from ...data.scenes import CLASSES
from ...data.transforms import Compose, Normalise, RandomHorizontalFlip, ToFloat
from ...models import ResNet20
from ...optim import Adam, Schedule, one_cycle
from ..recipe import Run, Stated, configured, meta_of, settings_of, told
from ..trainer import Trainer

STATED = Stated(0.9624, 0.0153, floor=0.9, tested=2000)


class Config(NamedTuple):
    images: int = 12000
    level: str = "medium"
    epochs: int = 2
    lr: float = 4e-3
    batch_size: int = 64
    depth: int = 20


def build(shape, classes, config, rng=None):
    """The network for images (C, H, W)."""
    return ResNet20(classes, depth=config.depth, channels=shape[0], rng=rng)


def train(*, seed=0, say=None, checkpoint=None, resume=False, **settings):
    """Train from this seed; returns a Run. Training sees every picture `epochs` times, mirrored half the time.

    The pictures are the same for every seed. The test set is looked at once, at the end.
    """
    config = configured(Config, settings)
    scenes, val, held = (
        load_scenes(n, level=config.level, split=split)
        for n, split in ((config.images, "train"), (500, "val"), (2000, "test"))
    )
    normalise = Normalise(0.5, 0.25)
    transform = Compose(RandomHorizontalFlip(), ToFloat(), normalise)
    batches = DataLoader(scenes.pixels, scenes.labels, batch_size=config.batch_size, seed=seed, transform=transform)
    model = build(scenes.pixels.shape[1:], len(CLASSES), config, np.random.default_rng(seed))
    optimizer = Adam(model.parameters(), lr=config.lr)
    schedule = Schedule(optimizer, one_cycle(config.epochs * len(batches)))
    trainer = Trainer(model, optimizer, schedule=schedule, progress=say is not None)
    validation, test = ((normalise(split.images), split.labels) for split in (val, held))
    with told(say, f"ResNet-{config.depth}", model, f"{len(scenes):,} scenes") as conclude:
        options = dict(checkpoint=checkpoint, resume=resume, settings=settings_of(__name__, config, seed))
        trainer.fit(batches, config.epochs, validation, **options)
        score = conclude(trainer.accuracy(*test), f"of the main shapes in {len(held):,} new scenes right")
    return Run(trainer, test, score, meta_of(__name__, config, scenes.pixels, CLASSES, mean=0.5, std=0.25))
