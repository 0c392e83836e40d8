"""Overfitting, seen and made less: weight decay and dropout narrow the gap between training and test."""

import numpy as np
import pytest

from npdl import Tensor, nn, no_grad, ops, optim
from npdl.data import load_digits

SEEDS = 5


def gap_and_accuracy(seed, weight_decay=0.0, p=0.0):
    """Test loss - training loss, training accuracy and test accuracy of a network with 4,810 weights for 100 digits,
    a fifth of which have a wrong label: it can learn them by heart only.
    """
    rng = np.random.default_rng(seed)
    (x, y), (x_test, y_test) = load_digits()
    rows = rng.permutation(len(x))[:100]
    x, y = x[rows], y[rows]
    y[:20] = (y[:20] + rng.integers(1, 10, 20)) % 10
    model = nn.Sequential(
        nn.Flatten(), nn.Affine(64, 64, rng=rng), nn.ReLU(), nn.Dropout(p, rng=rng), nn.Affine(64, 10, rng=rng)
    )
    optimizer = optim.AdamW(model.parameters(), lr=3e-3, weight_decay=weight_decay)
    for _ in range(250):
        loss = ops.softmax_cross_entropy(model(Tensor(x)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with no_grad():
        scores, test = model.eval()(Tensor(x)), model(Tensor(x_test))
        gap = ops.softmax_cross_entropy(test, y_test).item() - ops.softmax_cross_entropy(scores, y).item()
    return gap, (scores.data.argmax(axis=1) == y).mean(), (test.data.argmax(axis=1) == y_test).mean()


@pytest.fixture(scope="module")
def plain():
    return np.array([gap_and_accuracy(seed) for seed in range(SEEDS)]).T


@pytest.mark.topic("R500")
def test_a_large_network_learns_few_samples_by_heart_wrong_labels_too(plain):
    gap, training, test = plain
    assert (training > 0.98).all() and (test < 0.8).all() and (gap > 0.7).all()


@pytest.mark.topic("R500")
@pytest.mark.parametrize("options", [dict(weight_decay=3.0), dict(p=0.5)], ids=["weight decay", "dropout"])
def test_it_narrows_the_gap_with_every_seed_and_more_of_the_test_is_right(plain, options):
    """The gap of the losses falls by a quarter at least, and not because nothing is learned any more."""
    gap, _, test = np.array([gap_and_accuracy(seed, **options) for seed in range(SEEDS)]).T
    assert (gap < 0.75 * plain[0]).all()
    assert test.mean() > plain[2].mean() + 0.02
