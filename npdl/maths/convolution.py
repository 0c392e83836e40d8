"""Convolution said in other ways: as a matrix, as a transpose, with zeros inserted, one after the other, counted."""

from itertools import product
from math import prod

import numpy as np

from .. import ops
from ..arguments import arrays, integer, integers, reals, takes
from ..errors import InputError
from ..ops.conv import conv_geometry
from ..ops.windows import per_axis, unpad


@takes(x=arrays("..., H, W"))
def insert_zeros(x, stride):
    """stride - 1 zeros between neighbours on the last two axes: (..., H, W) -> (..., (H - 1) stride + 1, ...)."""
    sh, sw = per_axis("insert_zeros", "stride", stride, low=1)
    H, W = x.shape[-2:]
    spaced = np.zeros_like(x, shape=(*x.shape[:-2], (H - 1) * sh + 1, (W - 1) * sw + 1))
    spaced[..., ::sh, ::sw] = x
    return spaced


@takes(x=reals("N, C, H, W", finite=False), w=reals("C, F, k, k", finite=False), pad=integer(0))
def transposed_in_four_steps(x, w, *, stride=1, pad=0):
    """conv_transpose2d as a plain convolution. x: (N, C, n, n); w: (C, F, k, k); pad < k.

    1. Insert stride - 1 zeros between the pixels.
    2. Put k - pad - 1 zeros around it.
    3. Flip the kernel top to bottom and left to right.
    4. Convolve with stride 1, without padding: (n - 1) stride - 2 pad + k pixels an edge.
    """
    k = w.shape[-1]
    if pad > k - 1:
        raise InputError("transposed_in_four_steps", "pad", f"less than the kernel's {k} pixels", pad)
    x = insert_zeros(x, stride)
    x = np.pad(x, ((0, 0), (0, 0), (k - pad - 1, k - pad - 1), (k - pad - 1, k - pad - 1)))
    flipped = w[:, :, ::-1, ::-1].swapaxes(0, 1)  # (F, C, k, k), as conv2d takes it
    return ops.conv2d(x, flipped)


@takes(w=reals("F, c, K, L", finite=False), shape=integers("3", 1))
def convolution_matrix(w, shape, *, stride=1, pad=0, dilation=1):
    """The matrix C of a convolution: O = I C, with one flattened image I (1, c H W) and its maps O (1, F H' W').

    w: (F, c, kh, kw); shape: (c, H, W) of the image. Each column belongs to one pixel of the output: it is an image of
    zeros with the kernel where the window of that pixel lies, flattened. C is rectangular and has no inverse; O Cᵀ has
    the size of the image again, and is conv_transpose2d (Dumoulin and Visin 2016, ch. 4).
    """
    image = np.zeros_like(w, shape=(1, *shape))
    geometry = conv_geometry("convolution_matrix", 2, image, w, None, stride, pad, dilation, 1)
    (kh, kw), (sh, sw), margins, (dh, dw), (oh, ow) = geometry
    columns = []
    for kernel, i, j in product(w, range(oh), range(ow)):
        equivalent = np.pad(image, ((0, 0), (0, 0), *margins))
        top, left = i * sh, j * sw
        equivalent[0, :, top : top + dh * kh : dh, left : left + dw * kw : dw] = kernel
        columns.append(unpad(equivalent, margins).ravel())
    return np.stack(columns, axis=1)


@takes(first=reals("M, C, K, K", finite=False), second=reals("F, M, L, L", finite=False))
def compose(first, second):
    """The kernel of two convolutions one after the other: conv2d(conv2d(x, first), second) = conv2d(x, compose(...)).

    first: (M, C, k, k); second: (F, M, l, l); both of stride 1 without padding, and nothing between them. The result is
    (F, C, k + l - 1, k + l - 1): every weight of the second paints the first, which is a transposed convolution.
    """
    return ops.conv_transpose2d(second, first)


@takes(w=arrays("F, C, ..."), groups=integer(1))
def block_diagonal(w, groups):
    """The weight (F, C, *kernel) that does without groups what w (F, C / groups, *kernel) does with them.

    It is zero wherever a filter would see the channels of another group.
    """
    F, C = w.shape[:2]
    if F % groups:
        raise InputError("block_diagonal", "groups", f"a divisor of the {F} filters", groups)
    dense = np.zeros_like(w, shape=(F, groups * C, *w.shape[2:]))
    for f in range(F):
        first = f // (F // groups) * C
        dense[f, first : first + C] = w[f]
    return dense


@takes(w_shape=integers("N", 1), out=integers("M", 1))
def multiplications(w_shape, out):
    """How many products a convolution of one image takes: each pixel of the output has one for each weight of a filter.

    w_shape: (F, C / groups, *kernel); out: (H', W'). F C k² H' W' without groups, 1 / groups of it with.
    """
    return prod(w_shape) * prod(out)
