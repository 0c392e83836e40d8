"""Convolution, as networks mean it: cross-correlation, the kernel is not flipped.

A correlation is linear in the image and linear in the kernel, and a linear map has a transpose. Three functions, for
any number of spatial axes, are all there is:

    y = correlate(xp, w)    every window of the padded image xp, weighted with w
    xp = spread(y, w)       its transpose in the image:   Σ y · correlate(xp, w) = Σ xp · spread(y, w)
    w = meet(xp, y)         its transpose in the kernel:  Σ y · correlate(xp, w) = Σ w · meet(xp, y)

                              forward           gradient of x      gradient of w
    convolution               correlate(x, w)   spread(dy, w)      meet(x, dy)
    transposed convolution    spread(x, w)      correlate(dy, w)   meet(dy, x)

In them the kernel w lies in groups, (G, F, C, *kernel): F filters that see C channels in each of the G groups. The
padded image is (N, G C, *sizes), y is (N, G F, *out).
"""

from math import prod

import numpy as np

from ..errors import InputError, is_integer, require_ndim, require_shape
from ..tape import op
from .norm import _standardise, _standardise_backward
from .windows import AXES, Geometry, layout, paddings, per_axis, sliding, taps, unpad

__all__ = [
    "conv2d", "conv2d_forward", "conv2d_backward",
    "conv1d", "conv1d_forward", "conv1d_backward",
    "conv3d", "conv3d_forward", "conv3d_backward",
    "conv_transpose2d", "conv_transpose2d_forward", "conv_transpose2d_backward",
    "standardise_weight", "standardise_weight_forward", "standardise_weight_backward",
    "correlate", "spread", "meet", "conv2d_naive",
]  # fmt: skip


def correlate(xp, w, geometry):
    """y[n, f, i] = Σ_{c, u} w[f, c, u] xp[n, c, i stride + u dilation]; i and u are places, pairs (row, column) in 2-d.

    The sum is taken tap by tap: the pixels that kernel place u meets form a picture of the output's size, and
    w[..., u] is a matrix that mixes its channels.
    """
    N, (G, F, C), pixels = len(xp), w.shape[:3], prod(geometry.out)
    y = np.zeros_like(w, shape=(N, G, F, pixels))
    for *u, window in taps(xp, geometry):
        y += w[..., *u] @ window.reshape(N, G, C, pixels)  # (G, F, C) (N, G, C, pixels)
    return y.reshape(N, G * F, *geometry.out)


def spread(y, w, geometry, shape):
    """xp[n, c, i stride + u dilation] += Σ_f w[f, c, u] y[n, f, i] for all i and u: every y paints the kernel.

    shape: of xp. Each tap of correlate was a product y += w_u · window; its transpose is window += w_uᵀ · y. Pixels
    that no window reaches, the remainder of a stride, stay zero.
    """
    N, (G, F, _), pixels = len(y), w.shape[:3], prod(geometry.out)
    y = y.reshape(N, G, F, pixels)
    padded = np.zeros_like(w, shape=shape)
    for *u, window in taps(padded, geometry):
        window += (w[..., *u].swapaxes(-1, -2) @ y).reshape(window.shape)
    return padded


def meet(xp, y, geometry, shape):
    """w[f, c, u] = Σ_{n, i} y[n, f, i] xp[n, c, i stride + u dilation]: how often y and the pixel at u meet.

    shape: of w. Each tap of correlate was a product y += w_u · window; the part of w_u is y · windowᵀ.
    """
    N, (G, F, C), pixels = len(xp), shape[:3], prod(geometry.out)
    y = y.reshape(N, G, F, pixels)
    w = np.zeros_like(y, shape=shape)
    for *u, window in taps(xp, geometry):
        w[..., *u] = (y @ window.reshape(N, G, C, pixels).swapaxes(-1, -2)).sum(axis=0)
    return w


def conv2d_forward(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    """y[n, f, i, j] = b_f + Σ_{c, u, v} w[f, c, u, v] xp[n, c, i stride + u dilation, j stride + v dilation].

    x: (N, C, H, W), zero-padded to xp; w: (F, C/groups, kh, kw); b: (F,) or None;
    y: (N, F, H', W') with H' = floor((H + top + bottom - dilation (kh - 1) - 1) / stride) + 1.
    stride, dilation: int or (h, w); pad: int, (h, w) or ((top, bottom), (left, right)). With groups = G, channels and
    filters are cut into G parts, and the filters of part g see only the channels of part g (Krizhevsky et al. 2012).
    """
    geometry = conv_geometry("conv2d", 2, x, w, b, stride, pad, dilation, groups)
    xp, wg = np.pad(x, ((0, 0), (0, 0), *geometry.pad)), _in_groups(w, groups)
    y = correlate(xp, wg, geometry)
    return _add_bias(y, b), (xp, wg, b, geometry)


def conv2d_backward(dout, cache, needs=(True, True, True)):
    """The two transposes of the correlation, and db = Σ dout. Nothing here counts the spatial axes."""
    xp, wg, b, geometry = cache
    G, F, *rest = wg.shape
    dx = unpad(spread(dout, wg, geometry, xp.shape), geometry.pad) if needs[0] else None
    dw = meet(xp, dout, geometry, wg.shape).reshape(G * F, *rest) if needs[1] else None
    db = dout.sum(axis=(0, *range(2, dout.ndim))) if needs[2] and b is not None else None
    return dx, dw, db


conv2d = op(conv2d_forward, conv2d_backward)


def conv1d_forward(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    """conv2d along one axis: for sounds and sentences. Waibel et al. 1989 (time-delay networks).

    x: (N, C, W); w: (F, C/groups, k); b: (F,) or None; y: (N, F, W').
    stride, dilation: int or (w,); pad: int, (w,) or ((left, right),).
    """
    geometry = conv_geometry("conv1d", 1, x, w, b, stride, pad, dilation, groups)
    xp, wg = np.pad(x, ((0, 0), (0, 0), *geometry.pad)), _in_groups(w, groups)
    y = correlate(xp, wg, geometry)
    return _add_bias(y, b), (xp, wg, b, geometry)


def conv1d_backward(dout, cache, needs=(True, True, True)):
    """That of conv2d."""
    return conv2d_backward(dout, cache, needs)


conv1d = op(conv1d_forward, conv1d_backward)


def conv3d_forward(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    """conv2d along three axes: for volumes and films. Ji et al. 2010.

    x: (N, C, D, H, W); w: (F, C/groups, kd, kh, kw); b: (F,) or None; y: (N, F, D', H', W').
    stride, dilation: int or (d, h, w); pad: int, (d, h, w) or ((front, back), (top, bottom), (left, right)).
    """
    geometry = conv_geometry("conv3d", 3, x, w, b, stride, pad, dilation, groups)
    xp, wg = np.pad(x, ((0, 0), (0, 0), *geometry.pad)), _in_groups(w, groups)
    y = correlate(xp, wg, geometry)
    return _add_bias(y, b), (xp, wg, b, geometry)


def conv3d_backward(dout, cache, needs=(True, True, True)):
    """That of conv2d."""
    return conv2d_backward(dout, cache, needs)


conv3d = op(conv3d_forward, conv3d_backward)


def conv_transpose2d_forward(x, w, b=None, *, stride=1, pad=0, output_pad=0, dilation=1, groups=1):
    """yp[n, f, i stride + u dilation, ...] += Σ_c w[c, f, u, v] x[n, c, i, j] for all i, j, u, v; y is yp cut, + b_f.

    The transpose of conv2d, which is its gradient of x, taken as a layer: it makes large maps of small ones. It does
    not undo conv2d. Zeiler et al. 2010 (by the name of deconvolution); Long, Shelhamer and Darrell 2015.

    x: (N, C, H, W); w: (C, F/groups, kh, kw), the kernel of the conv2d from F channels to C; b: (F,) or None;
    y: (N, F, H', W') with H' = (H - 1) stride + dilation (kh - 1) + 1 + output_pad - top - bottom.
    stride, pad, dilation, groups: those of that conv2d; so pad is what is cut off. output_pad: int or (h, w), how many
    rows and columns more at the bottom and right: images of several sizes have the same size after a strided conv2d.
    """
    geometry, shape = _transposed_geometry(x, w, b, stride, pad, output_pad, dilation, groups)
    wg = _in_groups(w, groups)
    y = unpad(spread(x, wg, geometry, shape), geometry.pad)
    return _add_bias(y, b), (x, wg, b, geometry)


def conv_transpose2d_backward(dout, cache, needs=(True, True, True)):
    """The transpose of a transpose: dx is the correlation of dout with w; in dw, x and dout have changed places."""
    x, wg, b, geometry = cache
    G, C, *rest = wg.shape
    dyp = np.pad(dout, ((0, 0), (0, 0), *geometry.pad))
    dx = correlate(dyp, wg, geometry) if needs[0] else None
    dw = meet(dyp, x, geometry, wg.shape).reshape(G * C, *rest) if needs[1] else None
    db = dout.sum(axis=(0, 2, 3)) if needs[2] and b is not None else None
    return dx, dw, db


conv_transpose2d = op(conv_transpose2d_forward, conv_transpose2d_backward)


def standardise_weight_forward(w, *, eps=1e-5):
    """what = (w - mean) / sqrt(var + eps), for each filter w[f] by itself; var is the biased one. Qiao et al. 2019.

    w: (F, ...), as the weight of a convolution. The convolution then does not see an offset or a scale of its weight.
    """
    if w.ndim < 2:
        raise InputError("standardise_weight", "w", "(F, C / groups, *kernel)", w)
    what, std, _, _ = _standardise(w, tuple(range(1, w.ndim)), eps)
    return what, (what, std)


def standardise_weight_backward(dout, cache):
    """dw has no part along a shift of w, and none along its stretch."""
    what, std = cache
    axes = tuple(range(1, what.ndim))
    return _standardise_backward(dout, what, std, axes)


standardise_weight = op(standardise_weight_forward, standardise_weight_backward)


def conv_geometry(function, dim, x, w, b, stride, pad, dilation, groups):
    """Check the arguments of a convolution over `dim` spatial axes and say where its windows lie."""
    require_ndim(function, "x", x, 2 + dim, layout(dim))
    require_ndim(function, "w", w, 2 + dim, f"(F, C / groups, {_kernel(dim)})")
    C, F = x.shape[1], w.shape[0]
    if not is_integer(groups, 1) or C % groups or F % groups:
        raise InputError(function, "groups", f"an integer that divides both C = {C} and F = {F}", groups)
    if w.shape[1] != C // groups:
        expected = f"(F, {C // groups}, {_kernel(dim)}), as x has {C} channels and groups = {groups}"
        raise InputError(function, "w", expected, w)
    if b is not None:
        require_shape(function, "b", b, (F,), f"as w has {F} filters")
    return sliding(function, x, w.shape[2:], stride=stride, pad=pad, dilation=dilation, dim=dim)


def _transposed_geometry(x, w, b, stride, pad, output_pad, dilation, groups):
    """Check the arguments of conv_transpose2d. Where its windows lie, and the shape of y before pad is cut off."""
    function = "conv_transpose2d"
    require_ndim(function, "x", x, 4, layout(2))
    require_ndim(function, "w", w, 4, "(C, F / groups, kh, kw)")
    (N, C), sizes, kernel = x.shape[:2], x.shape[2:], w.shape[2:]
    if not is_integer(groups, 1) or C % groups:
        raise InputError(function, "groups", f"an integer that divides C = {C}", groups)
    if w.shape[0] != C:
        raise InputError(function, "w", f"({C}, F / groups, kh, kw), as x has {C} channels", w)
    if 0 in sizes:
        raise InputError(function, "x", "of at least one pixel", x)
    F = w.shape[1] * groups
    if b is not None:
        require_shape(function, "b", b, (F,), f"as w and groups = {groups} make {F} filters")
    kernel = per_axis(function, "the kernel", kernel, low=1)
    stride = per_axis(function, "stride", stride, low=1)
    dilation = per_axis(function, "dilation", dilation, low=1)
    pad = paddings(function, pad)
    extra = per_axis(function, "output_pad", output_pad, low=0)
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation)):
        expected = f"smaller than the stride {stride} or the dilation {dilation}"
        raise InputError(function, "output_pad", expected, output_pad)
    geometry = Geometry(kernel, stride, pad, dilation, tuple(sizes))
    painted = tuple((n - 1) * s + r + e for n, s, r, e in zip(sizes, stride, geometry.reach, extra))
    if any(n <= before + after for n, (before, after) in zip(painted, pad)):
        raise InputError(function, "pad", f"less than the {painted} pixels that it is cut from", pad)
    return geometry, (N, F, *painted)


def _kernel(dim):
    """'kh, kw' for 2 spatial axes."""
    return ", ".join(f"k{axis[0]}" for axis in AXES[-dim:])


def _in_groups(w, groups):
    """(F, C/G, *kernel) -> (G, F/G, C/G, *kernel)."""
    return w.reshape(groups, len(w) // groups, *w.shape[1:])


def _add_bias(y, b):
    """y with b_f added, in place, to every pixel of map f."""
    if b is not None:
        y += b.reshape(-1, *(1,) * (y.ndim - 2))
    return y


def conv2d_naive(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    """The definition of conv2d, one output number at a time: the oracle for every faster way. Returns y alone."""
    _, (sh, sw), margins, (dh, dw), (oh, ow) = conv_geometry("conv2d", 2, x, w, b, stride, pad, dilation, groups)
    xp = np.pad(x, ((0, 0), (0, 0), *margins))
    N, (F, C, kh, kw) = len(x), w.shape
    y = np.zeros_like(x, shape=(N, F, oh, ow))
    for n in range(N):
        for f in range(F):
            first = f // (F // groups) * C  # the first channel of this filter's group
            for i in range(oh):
                for j in range(ow):
                    for u in range(kh):
                        for v in range(kw):
                            pixel = xp[n, first : first + C, i * sh + u * dh, j * sw + v * dw]
                            y[n, f, i, j] += (pixel * w[f, :, u, v]).sum()
            if b is not None:
                y[n, f] += b[f]
    return y
