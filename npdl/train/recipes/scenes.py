"""ResNet-20 names the main shape in Scenes of 32×32 pixels: ten shapes, any colour and angle, up to three a picture."""

from typing import NamedTuple

import numpy as np

from ...data import DataLoader, load_scenes
from ...data.scenes import CLASSES
from ...models import ResNet20
from ...optim import Momentum, Schedule, one_cycle
from ..recipe import Run, Stated, configured, told
from ..trainer import Trainer

STATED = Stated(0.9, 0.01, floor=0.85)


class Config(NamedTuple):
    images: int = 4000
    level: str = "medium"
    epochs: int = 8
    lr: float = 0.1
    batch_size: int = 64
    weight_decay: float = 5e-4
    depth: int = 20


def build(shape, classes, config, rng=None):
    return ResNet20(classes, depth=config.depth, channels=shape[0], rng=rng)


def train(*, seed=0, say=None, checkpoint=None, resume=False, **settings):
    config = configured(Config, settings)
    training = load_scenes(config.images, level=config.level)
    validation = load_scenes(500, level=config.level, split="val")
    test = load_scenes(1000, level=config.level, split="test")
    model = build(training.images.shape[1:], len(CLASSES), config, np.random.default_rng(seed))
    optimizer = Momentum(model.parameters(), lr=config.lr, weight_decay=config.weight_decay)
    batches = DataLoader(training.images - 0.5, training.labels, batch_size=config.batch_size, seed=seed)
    schedule = Schedule(optimizer, one_cycle(config.epochs * len(batches)))
    trainer = Trainer(model, optimizer, schedule=schedule, progress=say is not None)
    with told(say, "ResNet", model, f"{config.images:,} scenes") as conclude:
        trainer.fit(
            batches, config.epochs, (validation.images - 0.5, validation.labels), checkpoint=checkpoint, resume=resume
        )
        score = conclude(trainer.accuracy(test.images - 0.5, test.labels), "of 1,000 new scenes")
    return Run(trainer, (test.images, test.labels), score, {})
