"""Transfer learning, three ways: from five digits that were learned well to five others, of which there are few."""

import numpy as np
import pytest

from npdl import nn
from npdl.data import DataLoader, load_digits
from npdl.models import ConvNet
from npdl.optim import Adam
from npdl.train import Trainer

(X, Y), (X_TEST, Y_TEST) = load_digits()
FEW = 4  # images of each new digit


def network(seed):
    return ConvNet((1, 8, 8), 5, filters=16, blocks=1, hidden=(32,), rng=np.random.default_rng(seed))


def train(model, x, y, epochs, seed, lr=3e-3):
    trainer = Trainer(model, Adam(model.parameters(), lr=lr), progress=False)
    trainer.fit(DataLoader(x, y, batch_size=20, seed=seed), epochs)
    return trainer


@pytest.fixture(scope="module")
def known():
    """A network that knows 0 to 4."""
    model = network(0)
    train(model, X[Y < 5], Y[Y < 5], 8, 0)
    return model.state_dict()


def few(seed):
    """A few images of each of 5 to 9, and what they are tested with."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.permutation(np.flatnonzero(Y == digit))[:FEW] for digit in range(5, 10)])
    return X[rows], Y[rows] - 5, X_TEST[Y_TEST >= 5], Y_TEST[Y_TEST >= 5] - 5


def scratch(known, seed):
    return network(seed)


def all_layers(known, seed):
    model = network(seed)
    model.load_state_dict(known)
    model.parts[-1] = nn.Affine(32, 5, rng=np.random.default_rng(seed))
    return model


def last_layers(known, seed):
    model = all_layers(known, seed)
    model[:4].freeze()  # the convolution learns nothing any more
    return model


def new_layer(known, seed):
    """Everything learned stays, a layer more is put on top."""
    model = network(seed)
    model.load_state_dict(known)
    model.freeze()
    return nn.Sequential(*model.parts[:-1], nn.Affine(32, 5, rng=np.random.default_rng(seed)))


WAYS = {"all layers": all_layers, "the last layers": last_layers, "a new layer": new_layer}


def accuracies(way, known):
    found = []
    for seed in range(5):
        x, y, x_test, y_test = few(seed)
        found.append(train(way(known, seed), x, y, 30, seed).accuracy(x_test, y_test))
    return np.array(found)


@pytest.fixture(scope="module")
def from_scratch(known):
    return accuracies(scratch, known)


@pytest.mark.topic("R505")
@pytest.mark.parametrize("way", WAYS)
def test_what_was_learned_helps_where_there_is_little_to_learn_from(known, from_scratch, way):
    found = accuracies(WAYS[way], known)
    assert found.mean() > from_scratch.mean() + from_scratch.std() / np.sqrt(5), (found, from_scratch)


@pytest.mark.topic("R505", "R506")
@pytest.mark.parametrize(
    "way, frozen",
    [
        ("all layers", set()),
        ("the last layers", {"0.weight", "0.bias"}),
        ("a new layer", {"0.weight", "0.bias", "4.weight", "4.bias"}),
    ],
)
def test_what_is_frozen_stays_bit_identical_and_the_rest_learns(known, way, frozen):
    model = WAYS[way](known, 0)
    before = model.state_dict()
    x, y, *_ = few(0)
    train(model, x, y, 3, 0)
    same = {name for name, array in model.state_dict().items() if np.array_equal(array, before[name])}
    assert same == frozen
    assert all(np.array_equal(before[name], known[name]) for name in frozen)
