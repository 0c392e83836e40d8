"""Convolution by loops, as one matrix product, and as a sum of shifted ones; pooling. Images are (N, C, H, W)."""

import numpy as np


def output_size(length, size, stride, pad):
    """How many windows of `size` pixels fit in a row of `length` pixels with `pad` more on either side.

    The first window begins at the first pixel of the padding, each one `stride` pixels after the one before; a window
    that would hang over the end does not count. Returns an int.
    """
    raise NotImplementedError("output_size")


def conv2d_naive_forward(x, w, b, *, stride=1, pad=0):
    """y[n, f, i, j] = b[f] + Σ_{c, u, v} w[f, c, u, v] xp[n, c, i stride + u, j stride + v], as it stands: by loops.

    x: (N, C, H, W), and xp is x with `pad` rows and columns of zeros around each map; w: (F, C, kh, kw); b: (F,).
    The kernel is not turned (mathematicians call this cross-correlation). Returns (y, cache): y is (N, F, H', W') with
    H' = output_size(H, kh, stride, pad) and W' alike; the cache is (x, w, b, stride, pad).
    """
    raise NotImplementedError("conv2d_naive_forward")


def conv2d_naive_backward(dout, cache):
    """The gradients (dx, dw, db) of conv2d_naive_forward, by the same loops.

    dout: (N, F, H', W'), the gradient with respect to y; cache: (x, w, b, stride, pad). dx: (N, C, H, W), without the
    padding; dw: (F, C, kh, kw); db: (F,).
    """
    raise NotImplementedError("conv2d_naive_backward")


def im2col(x, size, stride, pad):
    """Every window of the padded images as a column of a matrix.

    x: (N, C, H, W); size: (kh, kw). Returns columns: (N, C kh kw, H' W'), of x's dtype:

        columns[n, (c kh + u) kw + v, i W' + j] = xp[n, c, i stride + u, j stride + v]

    so the rows are in the order of w.reshape(F, -1), and the columns in that of y.reshape(N, F, -1). Loop over u and v
    only: what kernel place (u, v) meets in all windows is one slice with steps.
    """
    raise NotImplementedError("im2col")


def col2im(columns, shape, size, stride, pad):
    """The transpose of im2col: each number of `columns` is added to the pixel that im2col would have copied there.

    columns: (N, C kh kw, H' W'); shape: (N, C, H, W); size: (kh, kw). Returns an array of this shape and of columns'
    dtype, for which  Σ im2col(x) · columns = Σ x · col2im(columns)  with any x. What would be added to the padding is
    left out. It is not the inverse of im2col.
    """
    raise NotImplementedError("col2im")


def conv2d_forward(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    """The convolution of conv2d_naive_forward as a matrix product with im2col's columns, one for each image.

    x: (N, C, H, W); w: (F, C, kh, kw); b: (F,), or None: then nothing is added. Returns (y, cache): y is
    (N, F, H', W'), of x's dtype (npdl trains in float32); the cache is (columns, x.shape, w, b, stride, pad).
    """
    if dilation != 1 or groups != 1:
        raise ValueError("conv2d_forward: dilation and groups should be 1 here")
    raise NotImplementedError("conv2d_forward")


def conv2d_backward(dout, cache):
    """The gradients (dx, dw, db) of conv2d_forward: two matrix products and col2im.

    dout: (N, F, H', W'); cache: (columns, x.shape, w, b, stride, pad), columns: (N, C kh kw, H' W'). dx: (N, C, H, W);
    dw: (F, C, kh, kw); db: (F,), or None where b is None.
    """
    raise NotImplementedError("conv2d_backward")


def conv2d_shifted_forward(x, w, b=None, *, pad=0):
    """The same convolution at stride 1 without im2col: y = b + Σ_{u, v} w[:, :, u, v] · (x shifted by u and v).

    One matrix product for each of the kh kw places of the kernel, (F, C) by (N, C, H' W'), added up in y; nothing is
    kept of the shifted images. x: (N, C, H, W); w: (F, C, kh, kw); b: (F,) or None. Returns y alone, (N, F, H', W').
    """
    raise NotImplementedError("conv2d_shifted_forward")


def max_pool2d_forward(x, *, size, stride=None, pad=0, ceil_mode=False):
    """The largest number of each window of size x size pixels, channel by channel.

    x: (N, C, H, W); size, stride, pad: ints. stride=None: stride = size, windows side by side; a smaller one lets them
    overlap. The padding never wins, whatever the pixels are. Returns (y, cache): y is (N, C, H', W'), of x's dtype; the
    cache is (x, y, size, stride, pad), with the stride as a number.
    """
    if ceil_mode:
        raise ValueError("max_pool2d_forward: ceil_mode should be False here")
    raise NotImplementedError("max_pool2d_forward")


def max_pool2d_backward(dout, cache):
    """dx of max_pool2d_forward: each window's dout goes to one pixel, the largest. Of equal ones, to the first.

    The first row by row, that is with the smallest u, then the smallest v. A pixel that wins in several windows has
    the sum of their dout. dout: (N, C, H', W'); cache: (x, y, size, stride, pad). dx: (N, C, H, W), of x's dtype.
    """
    raise NotImplementedError("max_pool2d_backward")


def avg_pool2d_forward(x, *, size, stride=None, pad=0, ceil_mode=False, count_include_pad=True):
    """The mean of each window of size x size pixels, channel by channel; pixels of the padding are zeros that count.

    x: (N, C, H, W); size, stride, pad: ints, stride=None: stride = size. Returns (y, cache): y is (N, C, H', W'), of
    x's dtype; the cache is (x.shape, size, stride, pad), with the stride as a number.
    """
    if ceil_mode or not count_include_pad:
        raise ValueError("avg_pool2d_forward: ceil_mode=False and count_include_pad=True are all there is here")
    raise NotImplementedError("avg_pool2d_forward")


def avg_pool2d_backward(dout, cache):
    """dx of avg_pool2d_forward: all pixels of a window have an equal share of its dout.

    dout: (N, C, H', W'); cache: (shape of x, size, stride, pad). dx: (N, C, H, W), of dout's dtype.
    """
    raise NotImplementedError("avg_pool2d_backward")
