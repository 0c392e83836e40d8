"""Scenes: how fast they are made, and how well simple models tell the class of the main object.

python benchmarks/scenes.py [speed | models] [levels ...]
"""

import sys
import time

import numpy as np

from npdl.data import DataLoader, load_scenes
from npdl.data.scenes import CLASSES, LEVELS
from npdl.ml import KNearestNeighbor, SoftmaxClassifier
from npdl.models import ConvNet
from npdl.optim import Adam
from npdl.train.trainer import Trainer

TRAIN, TEST, EPOCHS = 4000, 1000, 15


def speed(levels, count=2000):
    """Milliseconds of processor time an image, for both sizes."""
    for level in levels:
        for size in (32, 64):
            load_scenes(100, size=size, level=level)
            start = time.process_time()
            load_scenes(count, size=size, level=level)
            print(f"{level:6} {size}: {1e3 * (time.process_time() - start) / count:.2f} ms an image", flush=True)


def models(levels):
    """The accuracy on 1,000 test images after training on 4,000 of 32 x 32."""
    for level in levels:
        sets = (load_scenes(n, level=level, split=split) for n, split in ((TRAIN, "train"), (TEST, "test")))
        (x, y), (x_test, y_test) = ((s.images - np.float32(0.5), s.labels) for s in sets)
        rows, rows_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
        linear = SoftmaxClassifier(reg=1e-3).fit(rows, y, learning_rate=3e-3, epochs=60, batch_size=100)
        nearest = KNearestNeighbor()
        nearest.fit(rows, y)
        for name, model in (("linear", linear), ("nearest neighbour", nearest)):
            print(f"{level:6} {name} {(model.predict(rows_test) == y_test).mean():.1%}", flush=True)
        start = time.perf_counter()
        network = ConvNet(x.shape[1:], len(CLASSES), blocks=4, filters=16, hidden=(64,), rng=np.random.default_rng(0))
        trainer = Trainer(network, Adam(network.parameters(), lr=2e-3), progress=False)
        trainer.fit(DataLoader(x, y, batch_size=64, seed=0), EPOCHS)
        seconds = time.perf_counter() - start
        test, training = trainer.accuracy(x_test, y_test), trainer.accuracy(x, y)
        print(f"{level:6} ConvNet {test:.1%} (training {training:.1%}), {seconds:.0f} s", flush=True)


def main(what="all", *levels):
    """Both parts, or one."""
    for part in (speed, models):
        if what in ("all", part.__name__):
            part(levels or tuple(LEVELS))


if __name__ == "__main__":
    main(*sys.argv[1:])
