"""Sequences as batches: padded to one length, or cut out of one long text to predict the next token."""

import numpy as np

from ..backend import rng as shared_rng
from ..errors import InputError, InputTypeError, require_integer


def pad(sequences, value=0, length=None):
    """(ids, mask): the sequences as the rows of one array, filled up at their ends.

    sequences: N arrays of integers (T_n,); ids: int64 (N, T), `value` where there is nothing; mask: bool (N, T), True
    where there is something. T is `length`, by default that of the longest.
    """
    lengths = [len(sequence) for sequence in sequences]
    if not lengths:
        raise InputError("pad", "sequences", "at least one", sequences)
    T = max(lengths) if length is None else require_integer("pad", "length", length, 0)
    if T < max(lengths):
        raise InputError("pad", "length", f"at least {max(lengths)}, the longest sequence's", length)
    mask = np.arange(T) < np.array(lengths)[:, None]  # (N, T)
    ids = np.full((len(lengths), T), value, dtype=np.int64)
    ids[mask] = np.concatenate([np.asarray(sequence, dtype=np.int64) for sequence in sequences])
    return ids, mask


def next_token_batches(ids, batch_size, length):
    """A list of (x, y), (N, T) each, for truncated back-propagation through time: y is x, one token later.

    ids (L,) is cut into N = batch_size streams that lie one after the other in the text. Row n of each batch goes on
    where row n of the batch before has ended, so a state that is carried over is the state of that text. What is left
    at the ends of the streams, less than `length` tokens each, is not used.
    """
    for name, number in (("batch_size", batch_size), ("length", length)):
        require_integer("next_token_batches", name, number, 1)
    ids = _long_enough("next_token_batches", ids, batch_size * length + 1)
    width = (len(ids) - 1) // batch_size // length * length
    x, y = (ids[shift : shift + batch_size * width].reshape(batch_size, width) for shift in (0, 1))
    return [(x[:, t : t + length], y[:, t : t + length]) for t in range(0, width, length)]


def random_windows(ids, count, length, rng=None):
    """(x, y), (count, length) each: windows from random places of ids (L,); y is x, one token later."""
    ids = _long_enough("random_windows", ids, length + 1)
    starts = (shared_rng() if rng is None else rng).integers(0, len(ids) - length, count)
    windows = ids[starts[:, None] + np.arange(length + 1)]  # (count, length + 1)
    return windows[:, :-1], windows[:, 1:]


def _long_enough(function, ids, least):
    ids = np.asarray(ids)
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        raise InputTypeError(function, "ids", "a 1-d array of integers", ids)
    if len(ids) < least:
        raise InputError(function, "ids", f"of at least {least} tokens", ids)
    return ids
