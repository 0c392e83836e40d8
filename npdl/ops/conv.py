"""Convolution, as networks mean it: cross-correlation, the kernel is not flipped."""

import numpy as np

from ..errors import InputError, require_ndim, require_shape
from ..tape import op
from .windows import sliding, taps, unpad


def conv2d_geometry(x, w, b, stride, pad, dilation, groups):
    """Check the arguments of a 2-d convolution and say where its windows lie (npdl.ops.windows.Geometry)."""
    require_ndim("conv2d", "x", x, 4, "(N, C, H, W)")
    require_ndim("conv2d", "w", w, 4, "(F, C / groups, kh, kw)")
    C, F = x.shape[1], w.shape[0]
    if not isinstance(groups, int) or groups < 1 or C % groups or F % groups:
        raise InputError("conv2d", "groups", f"an integer that divides both C = {C} and F = {F}", groups)
    if w.shape[1] != C // groups:
        raise InputError("conv2d", "w", f"(F, {C // groups}, kh, kw), as x has {C} channels and groups = {groups}", w)
    if b is not None:
        require_shape("conv2d", "b", b, (F,), f"as w has {F} filters")
    return sliding("conv2d", x, w.shape[2:], stride=stride, pad=pad, dilation=dilation)


def conv2d_forward(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    """y[n, f, i, j] = b_f + Σ_{c, u, v} w[f, c, u, v] xp[n, c, i stride + u dilation, j stride + v dilation].

    x: (N, C, H, W), zero-padded to xp; w: (F, C/groups, kh, kw); b: (F,) or None;
    y: (N, F, H', W') with H' = floor((H + top + bottom - dilation (kh - 1) - 1) / stride) + 1.
    stride, dilation: int or (h, w); pad: int, (h, w) or ((top, bottom), (left, right)). With groups = G, channels and
    filters are cut into G parts, and the filters of part g see only the channels of part g (Krizhevsky et al. 2012).

    The sum is taken tap by tap: the pixels that kernel place (u, v) meets form a picture of the output's size, and
    w[:, :, u, v] is a matrix that mixes its channels.
    """
    geometry = conv2d_geometry(x, w, b, stride, pad, dilation, groups)
    (N, C), F = x.shape[:2], w.shape[0]
    xp = np.pad(x, ((0, 0), (0, 0), *geometry.pad))
    wg = w.reshape(groups, F // groups, *w.shape[1:])  # (G, F/G, C/G, kh, kw)
    pixels = geometry.out[0] * geometry.out[1]  # H'W'
    y = np.zeros_like(x, shape=(N, groups, F // groups, pixels))
    for u, v, window in taps(xp, geometry):
        y += wg[..., u, v] @ window.reshape(N, groups, C // groups, pixels)  # (G, F/G, C/G) (N, G, C/G, H'W')
    y = y.reshape(N, F, *geometry.out)
    if b is not None:
        y += b[:, None, None]
    return y, (xp, wg, b, geometry)


def conv2d_backward(dout, cache, needs=(True, True, True)):
    """Each tap was a product y += w_uv · window, so dw_uv = dout · windowᵀ and dwindow += w_uvᵀ · dout; db = Σ dout."""
    xp, wg, b, geometry = cache
    G, F, C, kh, kw = wg.shape  # F and C here: of one group
    N, pixels = len(xp), geometry.out[0] * geometry.out[1]
    dy = dout.reshape(N, G, F, pixels)
    dxp = np.zeros_like(xp) if needs[0] else None
    dw = np.zeros_like(wg) if needs[1] else None
    if needs[1]:
        for u, v, window in taps(xp, geometry):
            dw[..., u, v] = (dy @ window.reshape(N, G, C, pixels).swapaxes(-1, -2)).sum(axis=0)
    if needs[0]:
        for u, v, dwindow in taps(dxp, geometry):
            dwindow += (wg[..., u, v].swapaxes(-1, -2) @ dy).reshape(dwindow.shape)
    dx = unpad(dxp, geometry.pad) if needs[0] else None
    dw = dw.reshape(G * F, C, kh, kw) if needs[1] else None
    db = dout.sum(axis=(0, 2, 3)) if needs[2] and b is not None else None
    return dx, dw, db


conv2d = op(conv2d_forward, conv2d_backward)


def conv2d_naive(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    """The definition of conv2d, one output number at a time: the oracle for every faster way. Returns y alone."""
    _, (sh, sw), margins, (dh, dw), (oh, ow) = conv2d_geometry(x, w, b, stride, pad, dilation, groups)
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
