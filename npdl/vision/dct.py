"""The discrete cosine transform: JPEG's. Of a row of pixels that are like their neighbours little but the low
frequencies is left, nearly as little as by the best transform for them, see npdl.maths.pca.klt."""

from math import pi, sqrt

import numpy as np
import scipy.fft

from ..errors import InputError, is_integer, require_integer
from .images import require_grey


def dct_matrix(n):
    """C (n, n), C[k, i] = s_k cos(π (2 i + 1) k / 2 n), s_0 = √(1/n), else √(2/n). C Cᵀ = 1. Ahmed et al. 1974."""
    require_integer("dct_matrix", "n", n, 1)
    k, i = np.arange(n)[:, None], np.arange(n)
    C = sqrt(2 / n) * np.cos(pi * (2 * i + 1) * k / (2 * n))
    C[0] = sqrt(1 / n)
    return C


def dct(x, axis=-1):
    """The DCT-II along an axis, orthonormal, by one Fourier transform of n numbers. Makhoul 1980.

    1. Put the even places first, and the odd ones after them, backwards: v = x0 x2 x4 ... x5 x3 x1.
    2. With V its Fourier transform and Z_k = V_k e^{-iπk/2n}, X_k = s_k Re Z_k. Of V the first half is enough: v is
       real, so V_{n-k} is V_k's conjugate, and X_{n-k} = -s_{n-k} Im Z_k.

    Equals scipy.fft.dct(x, norm="ortho"), and x @ dct_matrix(n).T.
    """
    x = np.moveaxis(_require_floats("dct", x, "x", axis), axis, -1)
    n = x.shape[-1]
    v = np.concatenate([x[..., ::2], x[..., 1::2][..., ::-1]], axis=-1)
    turn = np.exp(-1j * pi * np.arange(n // 2 + 1) / (2 * n)).astype(np.result_type(x.dtype, np.complex64))
    Z = scipy.fft.rfft(v) * turn  # (..., n // 2 + 1)
    X = np.concatenate([Z.real, -Z.imag[..., (n - 1) // 2 : 0 : -1]], axis=-1) * _scale(n, x.dtype)
    return np.moveaxis(X, -1, axis)


def idct(X, axis=-1):
    """The inverse of dct, by the same steps backwards: V_k = (X_k - i X_{n-k}) e^{iπk/2n} / s, X_n = 0."""
    X = np.moveaxis(_require_floats("idct", X, "X", axis), axis, -1)
    n = X.shape[-1]
    X = X / _scale(n, X.dtype)
    mirrored = np.concatenate([np.zeros_like(X[..., :1]), X[..., :0:-1]], axis=-1)
    turn = np.exp(1j * pi * np.arange(n) / (2 * n)).astype(np.result_type(X.dtype, np.complex64))
    v = scipy.fft.ifft((X - 1j * mirrored) * turn).real
    x = np.empty_like(X)
    x[..., ::2], x[..., 1::2] = v[..., : (n + 1) // 2], v[..., : (n - 1) // 2 : -1]
    return np.moveaxis(x, -1, axis)


def dct2(image):
    """The two-dimensional DCT of a grey image (H, W): along the columns, then the rows. Parseval: Σ X² = Σ f²."""
    return dct(dct(require_grey("dct2", image), axis=0), axis=1)


def idct2(X):
    """The image of the coefficients X (H, W)."""
    return idct(idct(require_grey("idct2", X, "X"), axis=1), axis=0)


def compress(image, keep):
    """The image from its `keep` largest DCT coefficients of each 8 x 8 block: JPEG without its entropy code.

    1. Put blocks around the edge by repeating the last pixels, so that the sides are multiples of 8.
    2. Transform each block, set all but the `keep` coefficients of the largest size to 0, and transform back.
    """
    require_integer("compress", "keep", keep, 1)
    image = require_grey("compress", image)
    H, W = image.shape
    padded = np.pad(image, ((0, -H % 8), (0, -W % 8)), "edge")
    blocks = padded.reshape(padded.shape[0] // 8, 8, padded.shape[1] // 8, 8).swapaxes(1, 2)
    X = dct(dct(blocks, axis=2), axis=3)
    size = np.abs(X).reshape(*X.shape[:2], 64)
    rank = np.argsort(np.argsort(-size, axis=-1, kind="stable"), axis=-1).reshape(X.shape)
    blocks = idct(idct(np.where(rank < keep, X, 0), axis=3), axis=2)
    return blocks.swapaxes(1, 2).reshape(padded.shape)[:H, :W].copy()


def _scale(n, dtype):
    scale = np.full(n, sqrt(2 / n), dtype)
    scale[0] = sqrt(1 / n)
    return scale


def _require_floats(function, x, argument, axis):
    if getattr(getattr(x, "dtype", None), "kind", None) != "f" or x.ndim == 0 or x.size == 0:
        raise InputError(function, argument, "an array of floats with an axis and a number at least", x)
    if not np.isfinite(x).all():
        raise InputError(function, argument, "free of nan and inf", x)
    if not is_integer(axis, -x.ndim) or axis >= x.ndim:
        raise InputError(function, "axis", f"in [{-x.ndim}, {x.ndim})", axis)
    return x
