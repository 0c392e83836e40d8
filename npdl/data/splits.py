"""From one set to two, three, or k times two."""

import math

import numpy as np

from ..errors import InputError, require_range, require_shape
from .loader import common_length


def train_val_split(*arrays, fraction=0.2, seed=0, stratify=None):
    """Cut the samples into a training and a validation set that share none: (x_train, y_train), (x_val, y_val).

    arrays: NumPy arrays of the same length N; both results are tuples with a part of each, in the order they came in.
    (Give np.arange(N) as one more array to learn which samples went where.)
    fraction: of the samples for validation, the number rounded up. seed: an integer; the split is the same with every
    version of NumPy (RandomState's stream is frozen).
    stratify: the labels (N,): every class gives its share. The shares are rounded down, and what is then missing comes
    from the classes that lost most in rounding, the smaller label first.
    """
    N = common_length("train_val_split", arrays)
    require_range("train_val_split", "fraction", fraction, 0, 1)
    count = _count(fraction, N)
    if not 0 < count < N:
        raise InputError("train_val_split", "fraction", f"such that both of the sets get some of {N} samples", fraction)
    groups = _groups("train_val_split", N, stratify)
    shares = largest_remainders([fraction * len(group) for group in groups], count)
    random = np.random.RandomState(seed)
    validation = np.zeros(N, dtype=bool)
    for group, share in zip(groups, shares, strict=True):
        validation[random.permutation(group)[:share]] = True
    return tuple(a[~validation] for a in arrays), tuple(a[validation] for a in arrays)


def train_val_test_split(*arrays, val=0.1, test=0.1, seed=0, stratify=None):
    """Three sets that share no sample: (x_train, y_train), (x_val, y_val), (x_test, y_test).

    Choose by the validation set; look at the test set once, at the end.
    val, test: their fractions of the N samples, the numbers rounded up. seed, stratify: as for train_val_split.
    """
    N = common_length("train_val_test_split", arrays)
    for name, fraction in (("val", val), ("test", test)):
        require_range("train_val_test_split", name, fraction, 0, 1)
    counts = _count(val, N), _count(test, N)
    if not (min(counts) > 0 and sum(counts) < N):
        raise InputError("train_val_test_split", "val, test", f"such that each set gets some of {N}", (val, test))
    labels = np.zeros(N, int) if stratify is None else np.asarray(stratify)
    require_shape("train_val_test_split", "stratify", labels, (N,), "one label for each sample")
    (rest, rest_labels), (tested, _) = train_val_split(
        np.arange(N), labels, fraction=test, seed=seed, stratify=stratify
    )
    (train,), (validation,) = train_val_split(
        rest, fraction=counts[0] / len(rest), seed=seed, stratify=None if stratify is None else rest_labels
    )
    return tuple(tuple(a[chosen] for a in arrays) for chosen in (train, validation, tested))


def k_fold(n, folds=5, *, seed, stratify=None):
    """Every sample is validated on once: yields (train, val), the indices of each, `folds` times.

    Without a seed (None) the folds are n samples in a row cut into pieces, of which the first n mod folds have one more
    (scikit-learn's KFold); with one, the samples are shuffled first (its shuffle=True, random_state=seed).
    stratify: the labels (n,): every fold gets its share of every class, to within one sample.
    To choose a setting, average its accuracy over the folds; the test set has no part in it.
    """
    if not isinstance(folds, int) or folds < 2:
        raise InputError("k_fold", "folds", "an integer >= 2", folds)
    if not isinstance(n, int) or n < folds:
        raise InputError("k_fold", "n", f"the number of samples, at least one for each of {folds} folds", n)
    groups = _groups("k_fold", n, stratify)
    if seed is not None:
        random = np.random.RandomState(seed)
        groups = [random.permutation(group) for group in groups]
    if stratify is None:
        fold = np.sort(np.arange(n) % folds)  # 0 0 0 1 1 1 2 2
    else:
        fold = np.arange(n) % folds  # dealt out like cards, class after class: 0 1 2 0 1 2 0 1
    fold_of = np.empty(n, dtype=int)
    fold_of[np.concatenate(groups)] = fold
    return ((np.flatnonzero(fold_of != k), np.flatnonzero(fold_of == k)) for k in range(folds))


def largest_remainders(quotas, total):
    """Whole numbers near the quotas with this sum: rounded down, then 1 more where most was lost (ties: the first)."""
    quotas = np.asarray(quotas) + 1e-9
    shares = np.floor(quotas).astype(int)
    lost = np.round(quotas - shares, 6)
    shares[np.argsort(-lost, kind="stable")[: total - shares.sum()]] += 1
    return shares


def _count(fraction, N):
    return math.ceil(fraction * N - 1e-9)  # 0.1 · 30 is a little more than 3


def _groups(function, N, stratify):
    """The indices of the samples of each class, or of all."""
    if stratify is None:
        return [np.arange(N)]
    stratify = np.asarray(stratify)
    require_shape(function, "stratify", stratify, (N,), "one label for each sample")
    return [np.flatnonzero(stratify == label) for label in np.unique(stratify)]
