"""The loader gives every sample once an epoch, in an order that the seed fixes; the two parts of a split share none."""

import math

import numpy as np
import pytest

import npdl
from npdl import InputError, InputTypeError
from npdl.data import DataLoader, train_val_split

N = 23


def arrays():
    index = np.arange(N)
    return index.astype(np.float32)[:, None] * np.ones((1, 3), dtype=np.float32), index


def epoch(loader):
    return np.concatenate([y for _, y in loader])


@pytest.mark.topic("R495")
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize(
    "batch_size, drop_last", [(1, False), (4, False), (23, False), (50, False), (1, True), (4, True), (23, True)]
)
def test_every_sample_once_an_epoch(batch_size, drop_last, shuffle):
    loader = DataLoader(*arrays(), batch_size=batch_size, shuffle=shuffle, seed=0, drop_last=drop_last)
    for _ in range(3):
        batches = list(loader)
        assert len(batches) == len(loader) == (N // batch_size if drop_last else math.ceil(N / batch_size))
        assert all(len(x) == len(y) == batch_size for x, y in batches[:-1])
        assert all(np.array_equal(x[:, 1], y) for x, y in batches)  # images and labels stay together
        seen = np.concatenate([y for _, y in batches])
        assert len(set(seen.tolist())) == len(seen) == (N - N % batch_size if drop_last else N)


@pytest.mark.topic("R495")
def test_the_seed_fixes_the_order():
    a, b, other = (DataLoader(*arrays(), batch_size=4, seed=seed) for seed in (5, 5, 6))
    orders = [epoch(a) for _ in range(4)]
    for order in orders:
        assert np.array_equal(order, epoch(b))
    assert len({order.tobytes() for order in orders}) == 4  # and every epoch has its own
    assert not np.array_equal(orders[0], epoch(other))


@pytest.mark.topic("R495")
def test_an_epoch_can_be_resumed():
    a, b = DataLoader(*arrays(), seed=1, batch_size=5), DataLoader(*arrays(), seed=1, batch_size=5)
    for _ in range(3):
        last = epoch(a)
    assert a.epoch == 3
    b.epoch = 2
    assert np.array_equal(epoch(b), last)
    assert np.array_equal(b.order(2), last)


def test_a_loop_that_breaks_off_has_had_its_epoch():
    loader = DataLoader(*arrays(), batch_size=5, seed=1)
    first = next(iter(loader))[1]
    assert loader.epoch == 1
    assert not np.array_equal(first, next(iter(loader))[1])


def test_without_shuffle_the_order_is_that_of_the_arrays():
    loader = DataLoader(*arrays(), batch_size=4, shuffle=False)
    assert np.array_equal(epoch(loader), np.arange(N)) and np.array_equal(epoch(loader), np.arange(N))


def test_npdl_seed_fixes_an_unseeded_loader():
    orders = []
    for number in (3, 3, 4):
        npdl.seed(number)
        orders.append(epoch(DataLoader(*arrays(), batch_size=4)))
    npdl.seed(None)
    assert np.array_equal(orders[0], orders[1]) and not np.array_equal(orders[0], orders[2])


def test_batches_are_copies():
    x, y = arrays()
    for x_batch, _ in DataLoader(x, y, batch_size=4, shuffle=False):
        x_batch += 100
    assert x.max() == N - 1


@pytest.mark.parametrize(
    "given, options, message",
    [
        ((), {}, "arrays should be one array or more"),
        (([1, 2],), {}, "arrays should be NumPy arrays"),
        ((np.zeros(3), np.zeros(4)), {}, r"of one length \(3, like the first\)"),
        ((np.zeros(0),), {}, "at least one sample"),
        ((np.zeros(3),), {"batch_size": 0}, "batch_size should be an integer >= 1"),
        ((np.zeros(3),), {"seed": -1}, "seed should be an integer >= 0 or None; got -1"),
        ((np.zeros(3),), {"batch_size": 4, "drop_last": True}, "batch_size should be at most 3"),
    ],
)
def test_the_loader_refuses(given, options, message):
    with pytest.raises(InputError, match=f"DataLoader: .*{message}"):
        DataLoader(*given, **options)


@pytest.mark.topic("R106")
@pytest.mark.parametrize("stratify", [False, True])
@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.5])
def test_the_two_sets_share_no_sample(stratify, fraction):
    y = np.random.default_rng(0).integers(0, 4, 97)
    x, index = np.random.default_rng(1).normal(size=(97, 2)), np.arange(97)
    parts = train_val_split(x, y, index, fraction=fraction, seed=3, stratify=y if stratify else None)
    (x_train, y_train, train), (x_val, y_val, val) = parts
    assert not set(train) & set(val)
    assert sorted([*train, *val]) == list(range(97))
    assert len(val) == math.ceil(97 * fraction)
    for part_x, part_y, chosen in ((x_train, y_train, train), (x_val, y_val, val)):
        assert np.array_equal(part_x, x[chosen]) and np.array_equal(part_y, y[chosen])
    if stratify:
        assert np.all(np.abs(np.bincount(y_val) - fraction * np.bincount(y)) < 1)


def test_the_split_depends_on_the_seed_alone():
    index = np.arange(50)
    (a,), (b,), (c,) = (train_val_split(index, seed=seed)[1] for seed in (0, 0, 1))
    assert np.array_equal(a, b) and not np.array_equal(a, c)
    assert a.tolist() == [2, 4, 10, 11, 22, 27, 28, 31, 38, 41]  # RandomState(0)'s first ten of 50, for ever


def test_fractions_that_binary_numbers_miss():
    assert len(train_val_split(np.arange(30), fraction=0.1)[1][0]) == 3  # 0.1 · 30 = 3.0000000000000004
    labels = np.repeat([3, 7, 8], [10, 20, 30])
    _, (val,) = train_val_split(labels, fraction=0.1, stratify=labels)
    assert np.bincount(val)[[3, 7, 8]].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"fraction": 1.5}, "fraction should be in"),
        ({"fraction": 0}, "fraction should be such that both"),
        ({"fraction": 1}, "fraction should be such that both"),
        ({"stratify": np.zeros(4)}, "stratify should be an array of shape"),
    ],
)
def test_the_split_refuses(options, message):
    with pytest.raises(InputError, match=f"train_val_split: {message}"):
        train_val_split(np.arange(5), **options)


def test_the_split_refuses_lists():
    with pytest.raises(InputTypeError, match="train_val_split: arrays should be NumPy arrays"):
        train_val_split([1, 2, 3])
