"""From samples to batches."""

import math
from contextlib import closing

import numpy as np

from ..backend import rng, to_device
from ..errors import InputError, InputTypeError, is_integer, require_integer
from .prefetch import ahead


class DataLoader:
    """Goes through samples in batches, every sample once an epoch.

        loader = DataLoader(x, y, batch_size=32, seed=0)
        for x_batch, y_batch in loader:  # one epoch; the next `for` is the next epoch, in another order
            ...

    arrays: NumPy arrays with one sample a row, all of the same length N. Or one data set that is read as it is needed:
    any object with len(data) = N and data[i] = a tuple of arrays or numbers, such as (image, label); its items are
    stacked. The batches are made where `npdl.use` says.
    shuffle: a new order every epoch; it depends on (seed, epoch) alone. Else the order of the samples.
    seed: an integer >= 0; None takes one from npdl's shared generator, so that `npdl.seed` fixes it too.
    drop_last: leave out the last batch if it is smaller than the others. len(loader) is the number of batches.
    transform: called as transform(*batch, rng=generator) on the host arrays of each batch, gives the arrays of the new
    one; see npdl.data.transforms. The generator is np.random.default_rng((seed, epoch, batch + 1)): a transform that
    draws from nothing else gives the same again. (To NumPy (seed, epoch, 0) is (seed, epoch), which draws the order.)
    prefetch: a thread prepares up to so many batches while the last one is being used. The batches are the same.

    To go on where a training was stopped, in the middle of an epoch if need be:

        state = loader.state_dict()    # of what this program has received: batches made ahead do not count
        loader.load_state_dict(state)  # the next `for` gives what is missing of that epoch

    Attributes: `seed`, and `epoch`, the number of the next epoch, counted from 0; to set it starts there.
    """

    def __init__(self, *arrays, batch_size=32, shuffle=True, seed=None, drop_last=False, transform=None, prefetch=0):
        self.lazy = len(arrays) == 1 and _is_data_set(arrays[0])
        N = len(arrays[0]) if self.lazy else common_length("DataLoader", arrays)
        batch_size = require_integer("DataLoader", "batch_size", batch_size, 1)
        prefetch = require_integer("DataLoader", "prefetch", prefetch, 0)
        if drop_last and batch_size > N:
            raise InputError("DataLoader", "batch_size", f"at most {N} (all samples) with drop_last", batch_size)
        if seed is not None and not is_integer(seed, 0):
            raise InputError("DataLoader", "seed", "an integer >= 0 or None", seed)
        if seed is not None and seed >= 2**63:
            raise InputError("DataLoader", "seed", "below 2**63, which is what a saved state can hold", seed)
        if transform is not None and not callable(transform):
            raise InputTypeError("DataLoader", "transform", "a function of the batch, or None", transform)
        self.arrays, self.batch_size, self.shuffle, self.drop_last = arrays, batch_size, shuffle, drop_last
        self.transform, self.prefetch = transform, prefetch
        self.seed = int(rng().integers(2**32)) if seed is None else int(seed)
        self._drawn = seed is None  # then a state may bring another
        self.epoch = 0

    def __len__(self):
        N = len(self.arrays[0])
        return N // self.batch_size if self.drop_last else math.ceil(N / self.batch_size)

    def __iter__(self):
        epoch, first = self._at = self._next
        self._next = epoch + 1, 0
        batches = self._host_batches(self.order(epoch), (self.seed, epoch), first)
        with closing(ahead(batches, self.prefetch) if self.prefetch else batches) as batches:
            for received, batch in enumerate(batches, first + 1):
                batch = tuple(to_device(array) for array in batch)
                self._at = epoch, received
                yield batch
        self._at = epoch + 1, 0

    def order(self, epoch):
        """The indices of all N samples in the order of this epoch."""
        N = len(self.arrays[0])
        return np.random.default_rng((self.seed, epoch)).permutation(N) if self.shuffle else np.arange(N)

    @property
    def epoch(self):
        return self._next[0]

    @epoch.setter
    def epoch(self, number):
        number = require_integer("DataLoader", "epoch", number, 0)
        self._next = number, 0  # (epoch, batch) with which the next `for` starts
        self._at = number, 0  # the epoch of the last `for`, and how many of its batches were received

    def state_dict(self):
        """Where the loop over this loader is: {"seed", "epoch", "batch"}, integers as 0-d arrays.

        Inside the loop, or after a `break`, `batch` of that epoch's batches have been received. When the loop has come
        to its end it is batch 0 of the next epoch.
        """
        epoch, batch = self._at
        return {name: np.array(n, np.int64) for name, n in (("seed", self.seed), ("epoch", epoch), ("batch", batch))}

    def load_state_dict(self, state):
        """Go on there: the next `for` gives the rest of that epoch (nothing, if all of it had been received).

        A loader that drew its seed takes the state's. Raises InputError for a state that cannot be this loader's: of
        another seed than the one it was given, or with more batches than it has.
        """
        if not isinstance(state, dict) or set(state) != {"seed", "epoch", "batch"}:
            raise InputError("DataLoader.load_state_dict", "state", 'a dict of "seed", "epoch" and "batch"', state)
        seed, epoch, batch = (_whole_number(name, state[name]) for name in ("seed", "epoch", "batch"))
        if batch > len(self):
            expected = f"of a loader with as many batches as this one, {len(self)}"
            raise InputError("DataLoader.load_state_dict", "state", expected, f"{batch} batches received")
        if seed != self.seed and not self._drawn:
            expected = f"of a loader with the seed of this one, {self.seed}"
            raise InputError("DataLoader.load_state_dict", "state", expected, f"the seed {seed}")
        self.seed, self._next, self._at = seed, (epoch, batch), (epoch, batch)

    def _host_batches(self, order, key, first):
        for batch in range(first, len(self)):
            samples = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            arrays = _stacked(self.arrays[0], samples) if self.lazy else tuple(a[samples] for a in self.arrays)
            if self.transform is not None:
                arrays = self.transform(*arrays, rng=np.random.default_rng((*key, batch + 1)))
                arrays = (arrays,) if isinstance(arrays, np.ndarray) else arrays
                if not isinstance(arrays, tuple):
                    raise InputTypeError("DataLoader", "transform", "a function that gives a tuple of arrays", arrays)
            yield arrays


def common_length(function, arrays):
    """The number of samples that all of these arrays have; raises if they differ."""
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


def _is_data_set(data):
    if isinstance(data, np.ndarray) or not (hasattr(data, "__len__") and hasattr(data, "__getitem__")):
        return False
    if len(data) == 0:
        raise InputError("DataLoader", "the data set", "of at least one sample", data)
    if not isinstance(data[0], tuple):
        expected = "NumPy arrays with one sample a row, or one data set whose items are tuples such as (image, label)"
        raise InputTypeError("DataLoader", "arrays", expected, data)
    return True


def _stacked(data, indices):
    """The items of a data set at these indices, each of their parts as one array."""
    items = [data[int(i)] for i in indices]
    first = items[0]
    for i, item in zip(indices, items):
        if not isinstance(item, tuple) or len(item) != len(first):
            raise InputError("DataLoader", f"item {i} of the data set", f"a tuple of {len(first)}", item)
        for part, (a, b) in enumerate(zip(item, first)):
            if np.shape(a) != np.shape(b):
                expected = f"of shape {np.shape(b)}, like item {indices[0]}: a batch is one array"
                raise InputError("DataLoader", f"part {part} of item {i} of the data set", expected, np.asarray(a))
    return tuple(np.stack(part) for part in zip(*items))


def _whole_number(name, value):
    value = np.asarray(value)
    if value.ndim != 0 or value.dtype.kind not in "iu" or value < 0:
        raise InputError("DataLoader.load_state_dict", f'state["{name}"]', "an integer >= 0", value)
    return int(value)
