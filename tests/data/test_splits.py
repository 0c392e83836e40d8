"""The parts of a split share no sample, and the seed fixes them."""

import math

import numpy as np
import pytest

from npdl import InputError, InputTypeError
from npdl.data import k_fold, load_digits, train_val_split, train_val_test_split
from npdl.ml import KNearestNeighbor


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


@pytest.mark.topic("R499")
@pytest.mark.parametrize("stratify", [False, True])
@pytest.mark.parametrize("val, test", [(0.1, 0.1), (0.25, 0.3), (0.01, 0.97)])
def test_the_three_sets_share_no_sample(val, test, stratify):
    y, index = np.random.default_rng(0).integers(0, 4, 97), np.arange(97)
    parts = train_val_test_split(y, index, val=val, test=test, seed=1, stratify=y if stratify else None)
    assert sorted(np.concatenate([chosen for _, chosen in parts])) == list(range(97))
    for (labels, chosen), fraction in zip(parts, (None, val, test), strict=True):
        assert np.array_equal(labels, y[chosen]) and np.array_equal(chosen, np.sort(chosen))
        if fraction is not None:
            assert len(chosen) == math.ceil(97 * fraction)
            if stratify:
                counts = np.bincount(labels, minlength=4)
                assert np.all(np.abs(counts - fraction * np.bincount(y)) < 2)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"val": 0.5, "test": 0.5}, "val, test should be such that each set gets some of 10"),
        ({"val": 0}, "val, test should be such that"),
        ({"test": -0.1}, "test should be in"),
        ({"stratify": np.zeros(4)}, "stratify should be an array of shape"),
    ],
)
def test_the_three_way_split_refuses(options, message):
    with pytest.raises(InputError, match=f"train_val_test_split: {message}"):
        train_val_test_split(np.arange(10), **options)


@pytest.mark.topic("R498")
@pytest.mark.parametrize("stratify", [False, True])
@pytest.mark.parametrize("seed", [None, 0, 5])
@pytest.mark.parametrize("n, folds", [(10, 5), (23, 5), (7, 7), (8, 3)])
def test_every_sample_is_validated_on_once(n, folds, seed, stratify):
    y = np.random.default_rng(1).integers(0, 3, n)
    pairs = list(k_fold(n, folds, seed=seed, stratify=y if stratify else None))
    assert len(pairs) == folds
    assert sorted(np.concatenate([val for _, val in pairs])) == list(range(n))
    for train, val in pairs:
        assert sorted([*train, *val]) == list(range(n))
        assert n // folds <= len(val) <= math.ceil(n / folds)
        if stratify:
            assert np.all(np.abs(np.bincount(y[val], minlength=3) - np.bincount(y, minlength=3) / folds) < 1)


@pytest.mark.topic("R498")
def test_folds_without_a_seed_are_pieces_of_a_row():
    assert [val.tolist() for _, val in k_fold(8, 3, seed=None)] == [[0, 1, 2], [3, 4, 5], [6, 7]]
    assert [train.tolist() for train, _ in k_fold(4, 2, seed=None)] == [[2, 3], [0, 1]]


@pytest.mark.oracle
@pytest.mark.topic("R498")
@pytest.mark.parametrize("n, folds", [(10, 5), (23, 5), (101, 10)])
def test_folds_as_scikit_learn(n, folds):
    KFold = pytest.importorskip("sklearn.model_selection").KFold
    for seed in (None, 0, 3):
        theirs = KFold(folds, shuffle=seed is not None, random_state=seed).split(np.arange(n))
        for (train, val), (their_train, their_val) in zip(k_fold(n, folds, seed=seed), theirs, strict=True):
            assert np.array_equal(train, their_train) and np.array_equal(val, their_val)


@pytest.mark.topic("R498")
def test_k_is_chosen_by_cross_validation():
    (x, y), (x_test, y_test) = load_digits()
    ks = (1, 3, 5, 8, 20, 100)
    table = np.zeros((len(ks), 5))  # [k x fold]
    for fold, (train, val) in enumerate(k_fold(len(x), 5, seed=0, stratify=y)):
        model = KNearestNeighbor().fit(x[train], y[train])
        distances = model.compute_distances_no_loops(x[val])
        table[:, fold] = [np.mean(model.predict_labels(distances, k) == y[val]) for k in ks]
    mean = table.mean(axis=1)
    assert ks[mean.argmax()] <= 5 and mean.max() > 0.98
    assert mean[-1] < mean.max() - 0.03  # a hundred neighbours of 115 a class are too many
    best = KNearestNeighbor().fit(x, y).predict(x_test, k=ks[mean.argmax()])
    assert abs(np.mean(best == y_test) - mean.max()) < 0.02  # the folds foretell the test


@pytest.mark.parametrize(
    "n, options, message",
    [
        (10, {"folds": 1}, "folds should be an integer >= 2; got 1"),
        (3, {"folds": 4}, "n should be the number of samples, at least one for each of 4 folds; got 3"),
        (10.0, {}, "n should be the number of samples"),
        (10, {"stratify": np.zeros(9)}, "stratify should be an array of shape"),
    ],
)
def test_k_fold_refuses_at_once(n, options, message):
    with pytest.raises(InputError, match=f"k_fold: {message}"):
        k_fold(n, seed=0, **options)
