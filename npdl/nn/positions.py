"""Positions: attention sees a set; these tell it the order."""

import numpy as np

from .. import ops
from ..backend import to_device
from ..errors import InputError, require_integer
from . import init
from .module import Module, Parameter


def _require_even(function, dim):
    if require_integer(function, "dim", dim, 2) % 2:
        raise InputError(function, "dim", "even: sines and cosines come in pairs", dim)


def rotary_angles(length, dim, *, base=10000.0, offset=0):
    """Position times frequency, m base^(-2i / dim), for ops.rotary: (length, dim / 2) in float64.

    The positions are offset, offset + 1, ...; the frequencies fall from 1 to nearly 1 / base. Su et al. 2021, Eq. 15.
    """
    _require_even("rotary_angles", dim)
    return np.arange(offset, offset + length)[:, None] * float(base) ** (-np.arange(0, dim, 2) / dim)


def sinusoidal(length, dim):
    """PE(m, 2i) = sin(m / 10000^(2i / dim)), PE(m, 2i + 1) = cos of the same: (length, dim). Vaswani et al. 2017, 3.5.

    PE(m + k) is PE(m) with each pair turned by an angle that depends on k alone: a distance is a linear map. Each row
    has length √(dim / 2).
    """
    angles = rotary_angles(length, dim)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, dim)


class _Positions(Module):
    """Adds row `offset`, `offset + 1`, ... of a table (length, dim) to the vectors of a sequence (N, T, dim)."""

    def _rows(self, x, table, offset):
        end = offset + x.shape[-2]
        if end > len(table):
            expected = f"a sequence that ends within the {len(table)} positions there are"
            raise InputError(type(self).__name__, "x", expected, f"one that ends at position {end}")
        return table[offset:end]


class SinusoidalPositions(_Positions):
    """x + sinusoidal(T, dim). offset: the position of x's first vector (KVCache.length, in decoding)."""

    def __init__(self, dim, length=5000):
        self.table = sinusoidal(length, dim)

    def forward(self, x, offset=0):
        return ops.add(x, to_device(self._rows(x, self.table, offset).astype(x.dtype)))


class LearnedPositions(_Positions):
    """x + weight[:T]: positions to be learnt, weight (length, dim). A longer sequence has none, and is refused.

    The gradient of a position is the sum over the batch; positions that no sequence reached have none.
    """

    def __init__(self, length, dim, *, std=0.02, rng=None):
        self.weight = Parameter(to_device(init.normal((length, dim), std=std, rng=rng)))

    def forward(self, x, offset=0):
        return ops.add(x, self._rows(x, self.weight, offset))


def interpolate_positions(table, old, new, *, prefix=0):
    """Positions learnt on a grid old = (h, w), for a grid new = (h', w'): bilinear, as of an image of `dim` channels.

    table: (prefix + h w, dim), a Tensor or an array; the first `prefix` rows (the class token's) stay as they are.
    So a ViT reads images of another size than those it was trained on. Dosovitskiy et al. 2021, Sect. 3.2.
    """
    (h, w), dim = old, table.shape[-1]
    if table.ndim != 2 or len(table) != prefix + h * w:
        expected = f"({prefix + h * w}, dim), a row for each place"
        raise InputError("interpolate_positions", "table", expected, tuple(table.shape))
    image = table[prefix:].reshape(1, h, w, dim).transpose(0, 3, 1, 2)
    image = ops.resize(image, size=tuple(new), mode="bilinear")
    return ops.concat(table[:prefix], image.transpose(0, 2, 3, 1).reshape(-1, dim))
