"""Ops that move numbers and compute nothing: backward moves the gradients the same way back."""

from itertools import accumulate
from math import prod

import numpy as np

from ..errors import InputError, InputTypeError, is_integer, require_indices
from ..tape import op

__all__ = [
    "reshape", "reshape_forward", "reshape_backward",
    "transpose", "transpose_forward", "transpose_backward",
    "concat", "concat_forward", "concat_backward",
    "getitem", "getitem_forward", "getitem_backward",
    "split", "split_forward", "split_backward",
    "stack", "stack_forward", "stack_backward",
    "pad", "pad_forward", "pad_backward",
    "gather", "gather_forward", "gather_backward",
    "roll", "roll_forward", "roll_backward",
    "shift", "shift_forward", "shift_backward",
    "channel_shuffle", "channel_shuffle_forward", "channel_shuffle_backward",
]  # fmt: skip


def reshape_forward(x, *, shape):
    """The same numbers in another shape; one -1 stands for what is left."""
    return x.reshape(shape), x.shape


def reshape_backward(dout, shape):
    """dx is dout in x's shape."""
    return dout.reshape(shape)


reshape = op(reshape_forward, reshape_backward)


def transpose_forward(x, *, axes=None):
    """The axes in another order (None: reversed)."""
    axes = tuple(range(x.ndim))[::-1] if axes is None else axes
    return x.transpose(axes), tuple(axis % x.ndim for axis in axes)


def transpose_backward(dout, axes):
    """The inverse permutation: axis `axes[i]` of x became axis i."""
    inverse = tuple(sorted(range(len(axes)), key=axes.__getitem__))
    return dout.transpose(inverse)


transpose = op(transpose_forward, transpose_backward)


def concat_forward(*xs, axis=0):
    """x_1, x_2, ... one behind the other along `axis`."""
    ends = []
    for x in xs:
        ends.append(x.shape[axis] + (ends[-1] if ends else 0))
    return np.concatenate(xs, axis=axis), (ends[:-1], axis)


def concat_backward(dout, cache):
    """Each input has its own piece of dout."""
    ends, axis = cache
    return tuple(np.split(dout, ends, axis=axis))


concat = op(concat_forward, concat_backward)


def getitem_forward(x, *, index):
    """y = x[index]: any index that NumPy takes (slices, integers, integer arrays, masks)."""
    return x[index], (x.shape, index)


def getitem_backward(dout, cache):
    """dx is zero but at `index`; a place that was read twice has the sum of both gradients."""
    shape, index = cache
    parts = index if isinstance(index, tuple) else (index,)
    if all(part is None or part is Ellipsis or isinstance(part, (int, slice)) for part in parts):
        dx = np.zeros_like(dout, shape=shape)
        dx[index] = dout  # a basic index reads no place twice
        return dx
    places = np.arange(prod(shape), like=dout).reshape(shape)[index]  # where in x each number of y was read
    dx = np.zeros_like(dout, shape=(prod(shape),))
    np.add.at(dx, places.reshape(-1), dout.reshape(-1))
    return dx.reshape(shape)


getitem = op(getitem_forward, getitem_backward)


def split_forward(x, *, sections, axis=0):
    """x cut into pieces along `axis`, as a tuple: the inverse of concat.

    sections: the number of equal pieces, or a tuple of their lengths.
    """
    length = x.shape[axis]
    if is_integer(sections):
        if sections < 1 or length % sections:
            raise InputError("split", "sections", f"a divisor of the length {length} of axis {axis}", sections)
        sections = (length // sections,) * sections
    if sum(sections) != length or min(sections) < 0:
        raise InputError("split", "sections", f"lengths that add up to {length}, that of axis {axis}", sections)
    ends = list(accumulate(sections))
    return tuple(np.split(x, ends[:-1], axis=axis)), axis


def split_backward(dout, axis):
    """dx is the pieces' gradients one behind the other."""
    return np.concatenate(dout, axis=axis)


split = op(split_forward, split_backward)


def stack_forward(*xs, axis=0):
    """x_1, x_2, ..., all of one shape, along a new axis."""
    return np.stack(xs, axis=axis), (len(xs), axis)


def stack_backward(dout, cache):
    """Each input has its own slice of dout."""
    count, axis = cache
    return tuple(piece.squeeze(axis=axis) for piece in np.split(dout, count, axis=axis))


stack = op(stack_forward, stack_backward)


def _per_axis(x, pad, mode):
    """((before, after), ...) for every axis of x, checked."""
    pairs = isinstance(pad, tuple) and all(isinstance(p, tuple) and len(p) == 2 for p in pad)
    if not pairs or len(pad) > x.ndim or not all(is_integer(n, 0) for p in pad for n in p):
        raise InputError("pad", "pad", f"at most {x.ndim} pairs (before, after) of integers >= 0, as x has axes", pad)
    pad = ((0, 0),) * (x.ndim - len(pad)) + pad
    if mode == "reflect" and any(max(sides) >= n for n, sides in zip(x.shape, pad) if max(sides)):
        raise InputError("pad", "pad", f"shorter than the axes {tuple(x.shape)}, to be reflected", pad)
    return pad


def pad_forward(x, *, pad, mode="constant", value=0):
    """x with margins. pad: a tuple of pairs (before, after), one for each of the last axes, in the order of the axes.

    mode: "constant" (`value`), "edge" (the last number repeated) or "reflect" (mirrored at the last number, which
    stands there once: 3 2 | 1 2 3 | 2 1).
    """
    if mode not in ("constant", "edge", "reflect"):
        raise InputError("pad", "mode", '"constant", "edge" or "reflect"', mode)
    pad = _per_axis(x, pad, mode)
    options = {"constant_values": value} if mode == "constant" else {}
    return np.pad(x, pad, mode=mode, **options), (pad, mode)


def pad_backward(dout, cache):
    """What is a copy gives its gradient back to the original, axis by axis."""
    pad, mode = cache
    for axis, (before, after) in enumerate(pad):
        if before or after:
            dout = np.moveaxis(_folded(np.moveaxis(dout, axis, 0), before, after, mode), 0, axis)
    return dout


def _folded(dy, before, after, mode):
    """The margins of the first axis cut off and added to the numbers that they are copies of."""
    end = len(dy) - after
    if mode == "constant":
        return dy[before:end]
    dx = dy[before:end].copy()
    if mode == "edge":
        dx[0] += dy[:before].sum(axis=0)
        dx[-1] += dy[end:].sum(axis=0)
    else:
        dx[1 : before + 1] += dy[:before][::-1]
        dx[len(dx) - 1 - after : len(dx) - 1] += dy[end:][::-1]
    return dx


pad = op(pad_forward, pad_backward)


def gather_forward(x, index, *, axis):
    """y[i, j, ...] = x[i, index[i, j, ...], ...]: one number by its place along `axis` (torch.gather).

    index: integers in [0, x.shape[axis]), of as many axes as x; the other axes are as long as x's, or 1 and broadcast.
    """
    if getattr(index, "dtype", None) is None or index.dtype.kind not in "iu":
        raise InputTypeError("gather", "index", "an array of integers", index)
    others = [(n, m) for i, (n, m) in enumerate(zip(x.shape, index.shape)) if i != axis % x.ndim]
    if index.ndim != x.ndim or any(n != m and 1 not in (n, m) for n, m in others):
        raise InputError("gather", "index", f"of x's shape {tuple(x.shape)} but for axis {axis}, or 1 there", index)
    require_indices("gather", "index", index, x.shape[axis])
    return np.take_along_axis(x, index, axis), (x.shape, index, axis)


def gather_backward(dout, cache):
    """dx is zero but where x was read; a place that was read twice has the sum of both gradients (scatter-add)."""
    shape, index, axis = cache
    places = np.take_along_axis(np.arange(prod(shape), like=dout).reshape(shape), index, axis)
    dx = np.zeros_like(dout, shape=(prod(shape),))
    np.add.at(dx, places.reshape(-1), dout.reshape(-1))
    return dx.reshape(shape)


gather = op(gather_forward, gather_backward, constant=("index",))


def roll_forward(x, *, shift, axis):
    """y[i] = x[i - shift]: moved along `axis`, and what leaves at one end comes back at the other.

    shift, axis: integers, or a tuple each, for several axes.
    """
    for name, value in dict(shift=shift, axis=axis).items():
        if not all(map(is_integer, value if isinstance(value, tuple) else (value,))):
            raise InputTypeError("roll", name, "an integer, or a tuple of them", value)
    return np.roll(x, shift, axis=axis), (shift, axis)


def roll_backward(dout, cache):
    """dx is dout rolled back."""
    shift, axis = cache
    back = tuple(-s for s in shift) if isinstance(shift, tuple) else -shift
    return np.roll(dout, back, axis=axis)


roll = op(roll_forward, roll_backward)


def _shifted(x, by, axis):
    y = np.zeros_like(x)
    source, target = np.moveaxis(x, axis, 0), np.moveaxis(y, axis, 0)
    by = max(-len(source), min(by, len(source)))
    if by >= 0:
        target[by:] = source[: len(source) - by]
    else:
        target[:by] = source[-by:]
    return y


def shift_forward(x, *, shift, axis):
    """y[i] = x[i - shift], 0 where that lies outside: moved along `axis`, and what leaves is lost.

    By 1 along time, a model of sequences sees only what came before. With a shift of its own for each channel it is
    the spatial part of a convolution without weights. Wu et al. 2018 ("Shift").
    """
    if not is_integer(shift):
        raise InputTypeError("shift", "shift", "an integer", shift)
    return _shifted(x, shift, axis), (shift, axis)


def shift_backward(dout, cache):
    """dx is dout shifted back: what was lost has no gradient."""
    shift, axis = cache
    return _shifted(dout, -shift, axis)


shift = op(shift_forward, shift_backward)


def _shuffled(x, groups):
    N, C, *rest = x.shape
    return x.reshape(N, groups, C // groups, *rest).swapaxes(1, 2).reshape(x.shape)


def channel_shuffle_forward(x, *, groups):
    """The channels of `groups` groups dealt out like cards: 0 1 2 | 3 4 5 -> 0 3 1 4 2 5. x: (N, C, ...).

    After a convolution in groups it mixes them: each group of the next one gets channels of all. Zhang et al. 2018
    (ShuffleNet). With C / groups groups it undoes itself.
    """
    if x.ndim < 2 or not is_integer(groups, 1) or x.shape[1] % groups:
        expected = f"a divisor of the channels of x, a {x.dtype} array of shape {tuple(x.shape)} (N, C, ...)"
        raise InputError("channel_shuffle", "groups", expected, groups)
    return _shuffled(x, groups), groups


def channel_shuffle_backward(dout, groups):
    """The inverse permutation: a shuffle with C / groups groups."""
    return _shuffled(dout, dout.shape[1] // groups)


channel_shuffle = op(channel_shuffle_forward, channel_shuffle_backward)
