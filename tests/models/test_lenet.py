"""LeNet and LeNet-5: the shapes and the numbers of weights that the papers and the notes give, and what they learn."""

import numpy as np
import pytest

from npdl.data import DataLoader, load_digits
from npdl.models import LeNet, LeNet5
from npdl.optim import Adam
from npdl.train import Trainer
from tests.models.helpers import enlarged, shapes_inside, some_digits, steps_to_learn_by_heart


def layers(maps1, maps2, act, pool):
    """(class, shape of one output) as LeNet's drawing has them, with so many feature maps."""
    return [
        ("Conv2d", (maps1, 28, 28)), (act, (maps1, 28, 28)), (pool, (maps1, 14, 14)),
        ("Conv2d", (maps2, 10, 10)), (act, (maps2, 10, 10)), (pool, (maps2, 5, 5)),
        ("Flatten", (maps2 * 25,)),
        ("Affine", (120,)), (act, (120,)), ("Affine", (84,)), (act, (84,)), ("Affine", (10,)),
    ]  # fmt: skip


NETS = pytest.mark.parametrize(
    "net, channels, weights, expected",
    [
        pytest.param(LeNet, 3, 121_182, layers(16, 32, "ReLU", "MaxPool2d"), marks=pytest.mark.topic("R201")),
        pytest.param(LeNet5, 1, 61_706, layers(6, 16, "Tanh", "AvgPool2d"), marks=pytest.mark.topic("R202")),
    ],
)


@NETS
def test_shapes_and_weights(net, channels, weights, expected):
    model = net()
    assert sum(p.size for p in model.parameters()) == weights
    seen = shapes_inside(model, np.zeros((2, channels, 32, 32), np.float32))
    assert seen == [(name, (2, *shape)) for name, shape in expected]
    assert [name for name, _ in model.named_parameters()] == [
        f"{layer}.{kind}" for layer in ("conv1", "conv2", "fc1", "fc2", "fc3") for kind in ("weight", "bias")
    ]


@pytest.mark.parametrize("net, channels", [(LeNet, 3), (LeNet5, 1)])
def test_it_learns_50_digits_by_heart(net, channels):
    x, y = some_digits()
    assert steps_to_learn_by_heart(net(rng=np.random.default_rng(0)), enlarged(x, channels), y)


class Shifted:
    """The batches of a loader, each moved by up to two pixels: a digit is the same digit a little further left."""

    def __init__(self, batches):
        self.batches, self.rng = batches, np.random.default_rng(0)

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        return ((np.roll(x, self.rng.integers(-2, 3, 2), axis=(2, 3)), y) for x, y in self.batches)


@pytest.mark.parametrize(
    "net, channels, lr, epochs",
    [
        pytest.param(LeNet, 3, 1e-3, (9, 3), marks=pytest.mark.topic("R201")),
        pytest.param(LeNet5, 1, 2e-3, (12, 3), marks=pytest.mark.topic("R202")),
    ],
)
@pytest.mark.slow
def test_98_percent_of_new_digits(net, channels, lr, epochs):
    (x, y), (x_test, y_test) = load_digits()
    model = net(rng=np.random.default_rng(0))
    trainer = Trainer(model, Adam(model.parameters(), lr=lr), progress=False)
    batches = Shifted(DataLoader(enlarged(x, channels), y, batch_size=32, seed=0))
    trainer.fit(batches, epochs[0])
    trainer.optimizer.lr /= 5  # smaller steps, to settle
    trainer.fit(batches, epochs[1])
    assert trainer.accuracy(enlarged(x_test, channels), y_test) >= 0.98
