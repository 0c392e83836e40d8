"""Sums over everything but the channel; images as a matrix of which each row or each column has a channel.

    in memory                     rows                                 whose channel
    (N, C, pixels)                (N C pixels / p, p): p pixels        each row's
    (N, C, few pixels)            (N, C pixels): an image              each column's
    (N, pixels, C)                (N pixels / k, k C): k pixels        each column's

Numbers of a channel are then one broadcast, `p[channel]`, with rows of hundreds of numbers for it; of rows with C
numbers NumPy makes a loop of few steps each. A sum over columns is rows @ 1, one over rows 1 @ rows: BLAS takes a third
of the time of NumPy's `sum`.
"""

from contextlib import contextmanager
from functools import lru_cache
from math import gcd, prod

import numpy as np

from ...threads import each
from .layout import is_channels_last

__all__ = ["channel_rows", "channel_sums", "cut", "row_sums", "sums", "total", "unbuffered"]

BLOCK = 1 << 19  # numbers to a block: in smaller ones threads wait for each other at every call of NumPy
SMALL = 1 << 16  # numbers that NumPy adds before threads have begun
ALONE = 1 << 18  # numbers that one thread works on before a second one has begun
LONG = 1024  # numbers that make a good row: BLAS is quick with it, and float32 adds them without losing digits


@contextmanager
def unbuffered():
    """Inside, NumPy reads an operand that is broadcast where it lies.

    Otherwise it copies one to a buffer of 8192 numbers if rows are shorter than that, which takes longer than to add.
    """
    with np.errstate():  # it puts the size of the buffer back, too
        np.setbufsize(16)
        yield


def channel_rows(x):
    """(rows, channel): a view of x (N, C, *sizes) as a matrix; the channel of each row (R, 1), or column (1, L).

    The view is a copy where x lies in memory in neither of the two orders.
    """
    N, C, pixels = len(x), x.shape[1], prod(x.shape[2:])
    if C == 1:
        N, pixels = 1, x.size
    elif x.ndim == 2 or (pixels > 1 and is_channels_last(x)):
        k = gcd(N * pixels, 1 << max(0, (LONG // C).bit_length() - 1))
        return np.ascontiguousarray(x.transpose(0, *range(2, x.ndim), 1)).reshape(-1, k * C), _channels(k, C, 1)[None]
    x = np.ascontiguousarray(x)
    p = gcd(pixels, LONG)
    p = pixels if p < LONG // 4 else p
    if p >= LONG // 4:
        return x.reshape(-1, p), _channels(N, C, pixels // p)[:, None]
    return x.reshape(N, C * pixels), _channels(1, C, pixels)[None]


@lru_cache
def _channels(times, C, each):
    """0 ... 0 1 ... 1 ... C-1 ... C-1, each so often, and all that so many times."""
    return np.tile(np.repeat(np.arange(C), each), times)


def cut(rows):
    """Slices of at most about BLOCK numbers: an even number of the same size, or one if there are few numbers.

    And of 1024 rows at most: in longer columns a float32 sum would lose digits.
    """
    blocks = 1 if rows.size < ALONE else 2 * -(-rows.size // (2 * BLOCK))
    n = min(LONG, -(-len(rows) // blocks))
    return [slice(i, i + n) for i in range(0, len(rows), n)]


def channel_sums(x):
    """Σ x over all axes but the channels', for x (N, C, *sizes) in any memory order: (C,).

    A float32 sum is made of many short ones: within a block, then in float64 over the blocks.
    """
    if x.size < SMALL:
        return x.sum(axis=tuple(range(2, x.ndim))).sum(axis=0)
    rows, channel = channel_rows(x)
    return total(each(lambda block: sums(rows[block], channel), cut(rows)), channel, x.shape[1]).astype(x.dtype)


def sums(rows, channel):
    """One block's sums, over its columns if each row has a channel, else over its rows."""
    if channel.shape[1] == 1:
        return row_sums(rows)[:, 0]
    return np.ones(len(rows), rows.dtype) @ rows


def row_sums(rows):
    """Σ over each row, as a column. Of long rows BLAS would lose digits."""
    if rows.shape[-1] > 4 * LONG:
        return rows.sum(axis=-1, keepdims=True)
    return rows @ np.ones((rows.shape[-1], 1), rows.dtype)


def total(parts, channel, C):
    """What `sums` gave for all blocks, added up for each of the C channels: float64."""
    parts = np.concatenate(parts) if channel.shape[1] == 1 else np.sum(parts, axis=0, dtype=np.float64)
    return np.bincount(channel.reshape(-1), parts, C)
