"""Images and signals enlarged, padded, shifted."""

# ruff: noqa: RUF059  (students unpack the whole cache)

import numpy as np

from .base import layer


def pixel_shuffle_forward(x, r=2):
    N, C, H, W = x.shape
    c = C // (r * r)
    out = x.reshape(N, c, r, r, H, W).transpose(0, 1, 4, 2, 5, 3).reshape(N, c, H * r, W * r)
    return out, (x.shape, r)


def pixel_shuffle_backward(dout, cache):
    (N, C, H, W), r = cache
    c = C // (r * r)
    return dout.reshape(N, c, H, r, W, r).transpose(0, 1, 3, 5, 2, 4).reshape(N, C, H, W)


layer(
    pixel_shuffle_forward,
    pixel_shuffle_backward,
    lambda r: dict(x=r.normal(size=(2, 8, 2, 3))),
    ("the two factors r exchanged on the way back", "transpose(0, 1, 3, 5, 2, 4)", "transpose(0, 1, 5, 3, 2, 4)"),
    ("reshaped back without the transposition", "dout.reshape(N, c, H, r, W, r).transpose(0, 1, 3, 5, 2, 4)", "dout"),
)


def upsample_nearest_forward(x, s=3):
    return x.repeat(s, axis=2).repeat(s, axis=3), (x.shape, s)


def upsample_nearest_backward(dout, cache):
    (N, C, H, W), s = cache
    return dout.reshape(N, C, H, s, W, s).sum(axis=(3, 5))


layer(
    upsample_nearest_forward,
    upsample_nearest_backward,
    lambda r: dict(x=r.normal(size=(2, 2, 3, 4))),
    (
        "one of the copies in place of the sum of all",
        "dout.reshape(N, C, H, s, W, s).sum(axis=(3, 5))",
        "dout[:, :, ::s, ::s]",
    ),
    ("the mean of the copies in place of the sum", ".sum(axis=(3, 5))", ".mean(axis=(3, 5))"),
    ("tiled, not repeated: reshaped as (s, H, s, W)", "H, s, W, s).sum(axis=(3, 5))", "s, H, s, W).sum(axis=(2, 4))"),
)


def interpolate_linear_forward(x, size=9):
    T = x.shape[1]
    at = np.linspace(0, T - 1, size)
    lo = np.minimum(at.astype(int), T - 2)
    f = at - lo
    return x[:, lo] * (1 - f) + x[:, lo + 1] * f, (x.shape, lo, f)


def interpolate_linear_backward(dout, cache):
    shape, lo, f = cache
    dx = np.zeros(shape)
    for n in range(len(lo)):
        dx[:, lo[n]] += dout[:, n] * (1 - f[n])
        dx[:, lo[n] + 1] += dout[:, n] * f[n]
    return dx


layer(
    interpolate_linear_forward,
    interpolate_linear_backward,
    lambda r: dict(x=r.normal(size=(3, 5))),
    (
        "the weights of the two neighbours exchanged",
        ("dout[:, n] * (1 - f[n])", "dout[:, n] * f[n]\n    return"),
        ("dout[:, n] * f[n]", "dout[:, n] * (1 - f[n])\n    return"),
    ),
    (
        "fancy indexing with +=: repeated positions count once",
        "    for n in range(len(lo)):\n        dx[:, lo[n]] += dout[:, n] * (1 - f[n])\n"
        "        dx[:, lo[n] + 1] += dout[:, n] * f[n]\n",
        "    dx[:, lo] += dout * (1 - f)\n    dx[:, lo + 1] += dout * f\n",
    ),
    ("the right neighbour is forgotten", "        dx[:, lo[n] + 1] += dout[:, n] * f[n]\n", ""),
)


def reflect_pad_forward(x, p=2):
    return np.pad(x, ((0, 0), (p, p)), mode="reflect"), (x.shape, p)


def reflect_pad_backward(dout, cache):
    (N, T), p = cache
    dx = dout[:, p : p + T].copy()
    dx[:, 1 : p + 1] += dout[:, :p][:, ::-1]
    dx[:, T - 1 - p : T - 1] += dout[:, T + p :][:, ::-1]
    return dx


layer(
    reflect_pad_forward,
    reflect_pad_backward,
    lambda r: dict(x=r.normal(size=(3, 7))),
    (
        "zero padding's backward: the reflected parts are dropped",
        "    dx[:, 1 : p + 1] += dout[:, :p][:, ::-1]\n    dx[:, T - 1 - p : T - 1] += dout[:, T + p :][:, ::-1]\n",
        "",
    ),
    ("the left part is not turned round", "dout[:, :p][:, ::-1]", "dout[:, :p]"),
    ("the edge itself gets the left part (off by one)", "dx[:, 1 : p + 1] +=", "dx[:, 0:p] +="),
)


def roll_shift_forward(x, s=2):
    return np.roll(x, s, axis=1), s


def roll_shift_backward(dout, cache):
    return np.roll(dout, -cache, axis=1)


layer(
    roll_shift_forward,
    roll_shift_backward,
    lambda r: dict(x=r.normal(size=(3, 7))),
    ("rolled on in the same direction", "np.roll(dout, -cache", "np.roll(dout, cache"),
    ("rolled back along the wrong axis", "-cache, axis=1", "-cache, axis=0"),
)
