"""Ops that move numbers and compute nothing: backward moves the gradients the same way back."""

from math import prod

import numpy as np

from ..tape import op


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
