"""From arrays to batches, and from one set to two."""

import math

import numpy as np

from ..backend import rng, to_device
from ..errors import InputError, InputTypeError, require_range, require_shape


class DataLoader:
    """Goes through arrays in batches, every sample once an epoch.

        loader = DataLoader(x, y, batch_size=32, seed=0)
        for x_batch, y_batch in loader:  # one epoch; the next `for` is the next epoch, in another order
            ...

    arrays: NumPy arrays with one sample a row, all of the same length N. The batches are made where `npdl.use` says.
    shuffle: a new order every epoch; it depends on (seed, epoch) alone. Else the order of the arrays.
    seed: an integer >= 0; None takes one from npdl's shared generator, so that `npdl.seed` fixes it too.
    drop_last: leave out the last batch if it is smaller than the others. len(loader) is the number of batches.

    Attributes: `seed`, and `epoch`, the number of the next epoch, counted from 0: set both to resume a training.
    There are no worker processes: the arrays are in memory, and to copy a batch out of them takes microseconds.
    """

    def __init__(self, *arrays, batch_size=32, shuffle=True, seed=None, drop_last=False):
        N = _common_length("DataLoader", arrays)
        if not isinstance(batch_size, int) or batch_size < 1:
            raise InputError("DataLoader", "batch_size", "an integer >= 1", batch_size)
        if drop_last and batch_size > N:
            raise InputError("DataLoader", "batch_size", f"at most {N} (all samples) with drop_last", batch_size)
        if seed is not None and (not isinstance(seed, int) or seed < 0):
            raise InputError("DataLoader", "seed", "an integer >= 0 or None", seed)
        self.arrays, self.batch_size, self.shuffle, self.drop_last = arrays, batch_size, shuffle, drop_last
        self.seed = int(rng().integers(2**32)) if seed is None else seed
        self.epoch = 0

    def __len__(self):
        N = len(self.arrays[0])
        return N // self.batch_size if self.drop_last else math.ceil(N / self.batch_size)

    def __iter__(self):
        order = self.order(self.epoch)
        self.epoch += 1
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            batch = order[start : start + self.batch_size]
            yield tuple(to_device(array[batch]) for array in self.arrays)

    def order(self, epoch):
        """The indices of all N samples in the order of this epoch."""
        N = len(self.arrays[0])
        return np.random.default_rng((self.seed, epoch)).permutation(N) if self.shuffle else np.arange(N)


def train_val_split(*arrays, fraction=0.2, seed=0, stratify=None):
    """Cut the samples into a training and a validation set that share none: (x_train, y_train), (x_val, y_val).

    arrays: NumPy arrays of the same length N; both results are tuples with a part of each, in the order they came in.
    (Give np.arange(N) as one more array to learn which samples went where.)
    fraction: of the samples for validation, the number rounded up. seed: an integer; the split is the same with every
    version of NumPy (RandomState's stream is frozen).
    stratify: the labels (N,): every class gives its share. The shares are rounded down, and what is then missing comes
    from the classes that lost most in rounding, the smaller label first.
    """
    N = _common_length("train_val_split", arrays)
    require_range("train_val_split", "fraction", fraction, 0, 1)
    count = math.ceil(fraction * N - 1e-9)  # 0.1 · 30 is a little more than 3
    if not 0 < count < N:
        raise InputError("train_val_split", "fraction", f"such that both of the sets get some of {N} samples", fraction)
    if stratify is None:
        groups, shares = [np.arange(N)], [count]
    else:
        stratify = np.asarray(stratify)
        require_shape("train_val_split", "stratify", stratify, (N,), "one label for each sample")
        groups = [np.flatnonzero(stratify == label) for label in np.unique(stratify)]
        shares = _largest_remainders([fraction * len(group) for group in groups], count)
    random = np.random.RandomState(seed)
    validation = np.zeros(N, dtype=bool)
    for group, share in zip(groups, shares, strict=True):
        validation[random.permutation(group)[:share]] = True
    return tuple(a[~validation] for a in arrays), tuple(a[validation] for a in arrays)


def _largest_remainders(quotas, total):
    """Whole numbers near the quotas with this sum: rounded down, then 1 more where most was lost (ties: the first)."""
    quotas = np.asarray(quotas) + 1e-9
    shares = np.floor(quotas).astype(int)
    lost = np.round(quotas - shares, 6)
    shares[np.argsort(-lost, kind="stable")[: total - shares.sum()]] += 1
    return shares


def _common_length(function, arrays):
    if not arrays:
        raise InputError(function, "arrays", "one array or more", arrays)
    for array in arrays:
        if not isinstance(array, np.ndarray) or array.ndim == 0:
            raise InputTypeError(function, "arrays", "NumPy arrays with one sample a row", array)
        if len(array) != len(arrays[0]):
            raise InputError(function, "arrays", f"of one length ({len(arrays[0])}, like the first)", array)
    if len(arrays[0]) == 0:
        raise InputError(function, "arrays", "of at least one sample", arrays[0])
    return len(arrays[0])
