"""Transfer learning, three ways: from seven shapes that were learned well to three others, of which there are few."""

import numpy as np
import pytest

from npdl import nn
from npdl.data import DataLoader, load_scenes
from npdl.models import ConvNet
from npdl.optim import Adam
from npdl.train import Trainer

OLD, NEW, FEW = 7, 3, 10  # classes that are known, classes that are not, images of each of these


def pictures(n, split):
    scenes = load_scenes(n, split=split)
    return 2 * scenes.images - 1, scenes.labels


def network(seed, classes):
    return ConvNet((3, 32, 32), classes, filters=16, blocks=4, hidden=(64,), rng=np.random.default_rng(seed))


def train(model, x, y, epochs, seed):
    trainer = Trainer(model, Adam(model.parameters(), lr=2e-3), progress=False)
    trainer.fit(DataLoader(x, y, batch_size=32, seed=seed), epochs)
    return trainer


def few(x, y, seed):
    rng = np.random.default_rng(seed)
    rows = [rng.permutation(np.flatnonzero(y == OLD + i))[:FEW] for i in range(NEW)]
    return x[np.concatenate(rows)], np.arange(NEW).repeat(FEW)


def all_layers(known, seed):
    model = network(seed, OLD)
    model.load_state_dict(known)
    model.parts[-1] = nn.Affine(64, NEW, rng=np.random.default_rng(seed))
    return model


def last_layers(known, seed):
    model = all_layers(known, seed)
    model[:12].freeze()  # the convolutions learn nothing any more
    return model


def new_layer(known, seed):
    model = all_layers(known, seed)
    model[:-1].freeze()
    return model


WAYS = {"all layers": all_layers, "the last layers": last_layers, "a new layer alone": new_layer}


@pytest.mark.slow
@pytest.mark.topic("R505")
def test_what_was_learned_helps_where_there_is_little_to_learn_from():
    """Of 30 pictures a network learns little (40 %), one that knows other shapes much (73, 70 and 50 %)."""
    (x, y), (x_test, y_test) = pictures(5000, "train"), pictures(1000, "test")
    model = network(0, OLD)
    assert train(model, x[y < OLD], y[y < OLD], 8, 0).accuracy(x_test[y_test < OLD], y_test[y_test < OLD]) > 0.85
    known, test = model.state_dict(), (x_test[y_test >= OLD], y_test[y_test >= OLD] - OLD)

    def mean_accuracy(way):
        return np.mean([train(way(known, seed), *few(x, y, seed), 40, seed).accuracy(*test) for seed in range(3)])

    scratch = mean_accuracy(lambda known, seed: network(seed, NEW))
    found = {name: mean_accuracy(way) for name, way in WAYS.items()}
    assert found["all layers"] > scratch + 0.2 and found["the last layers"] > scratch + 0.2, (scratch, found)
    assert found["a new layer alone"] > scratch + 0.03, (scratch, found)


@pytest.mark.topic("R505", "R506")
@pytest.mark.parametrize(
    "way, learning",
    [
        ("all layers", {"0", "3", "6", "9", "13", "15"}),
        ("the last layers", {"13", "15"}),
        ("a new layer alone", {"15"}),
    ],
)
def test_what_is_frozen_stays_bit_identical_and_the_rest_learns(way, learning):
    x, y = pictures(300, "train")
    model = WAYS[way](network(0, OLD).state_dict(), 0)
    before = model.state_dict()
    train(model, *few(x, y, 0), 2, 0)
    changed = {name.split(".")[0] for name, array in model.state_dict().items() if (array != before[name]).any()}
    assert changed == learning


class Normalised(nn.Module):
    """A body with batch norm under a new layer."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.body, self.head = nn.Sequential(nn.Affine(6, 8, rng=rng), nn.BatchNorm(8)), nn.Affine(8, 3, rng=rng)

    def forward(self, x):
        return self.head(self.body(x))


@pytest.mark.topic("R505")
def test_a_frozen_part_in_test_mode_stays_in_it_while_the_rest_trains():
    model = Normalised()
    model.body.freeze().eval()
    before = model.state_dict()
    rng = np.random.default_rng(1)
    x, y = rng.normal(3, 2, (40, 6)).astype("float32"), rng.integers(0, 3, 40)
    trainer = Trainer(model, Adam(model.parameters()), progress=False)
    trainer.fit(DataLoader(x, y, batch_size=10, seed=0), 2, validation=(x, y))
    same = {name for name, array in model.state_dict().items() if np.array_equal(array, before[name])}
    assert same == {name for name in before if name.startswith("body.")}
    assert model.training and not model.body.parts[1].training
