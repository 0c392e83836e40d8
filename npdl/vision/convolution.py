"""Convolution and correlation of images, directly, by rows and columns, and by Fourier's transform.

    correlate:  y[n, m] = Σ_k Σ_l w[k, l] f[n + k, m + l]       the kernel as it is laid on the image
    convolve:   y[n, m] = Σ_k Σ_l h[k, l] f[n - k, m - l]       the kernel turned by 180°; commutes: f ** h = h ** f

What networks call convolution is correlation. A kernel of k pixels has its origin at k // 2 (scipy.ndimage). Modes, for
an image of H rows and a kernel of k: "same" gives H, "valid" H - k + 1, only where the kernel lies inside, "full"
H + k - 1, wherever it touches; "same" and "full" look beyond the border, see borders.py.
"""

import numpy as np
import scipy.fft

from ..arguments import number, takes
from ..errors import InputError, is_one_of
from ..threads import each
from .borders import pad, require_border
from .images import require_image

BLOCK = 2**15  # pixels at a time: those read, those made and a spare array fit a processor's cache


def correlate(image, kernel, *, mode="same", border="constant", value=0.0):
    """The kernel (kh, kw) laid on every pixel of the image, (H, W) or (H, W, 3), each channel by itself.

    1. Put pixels around the image, as many as the mode asks for.
    2. For each weight, add the image, moved to where the weight lies, times the weight.
    """
    kernel = _require_kernel("correlate", kernel)
    padded = _surround("correlate", image, kernel.shape, mode, border, value, flipped=False)
    return _weighted_sum(padded, kernel)


def convolve(image, kernel, *, mode="same", border="constant", value=0.0):
    """correlate with the kernel turned by 180°. The impulse gives the kernel back: convolve(δ, h) = h."""
    kernel = _require_kernel("convolve", kernel)
    padded = _surround("convolve", image, kernel.shape, mode, border, value, flipped=True)
    return _weighted_sum(padded, kernel[::-1, ::-1])


def convolve_fft(image, kernel, *, mode="same", border="constant", value=0.0):
    """convolve by the convolution theorem: F(f ** h) = F(f) F(h), for large kernels.

    1. Put pixels around the image as for convolve.
    2. Transform image and kernel, both filled with zeros to the sum of their lengths at least, so that the circular
       convolution does not come round.
    3. Multiply, transform back, and keep what has seen the whole kernel.
    """
    kernel = _require_kernel("convolve_fft", kernel)
    padded = _surround("convolve_fft", image, kernel.shape, mode, border, value, flipped=True)
    size = [scipy.fft.next_fast_len(n + k - 1, real=True) for n, k in zip(padded.shape, kernel.shape)]
    h = kernel.reshape(*kernel.shape, *[1] * (padded.ndim - 2)).astype(padded.dtype)
    product = scipy.fft.rfft2(padded, size, axes=(0, 1)) * scipy.fft.rfft2(h, size, axes=(0, 1))
    y = scipy.fft.irfft2(product, size, axes=(0, 1))
    return y[tuple(slice(k - 1, n) for n, k in zip(padded.shape, kernel.shape))].copy()


def correlate_separable(image, column, row, *, mode="same", border="constant", value=0.0):
    """correlate with the kernel column rowᵀ in kh + kw products a pixel, not kh kw: columns, then rows."""
    column, row = _require_lines("correlate_separable", column, row)
    shape = len(column), len(row)
    padded = _surround("correlate_separable", image, shape, mode, border, value, flipped=False)
    return _two_lines(padded, column, row)


def convolve_separable(image, column, row, *, mode="same", border="constant", value=0.0):
    """convolve with the kernel column rowᵀ, by its columns and its rows."""
    column, row = _require_lines("convolve_separable", column, row)
    shape = len(column), len(row)
    padded = _surround("convolve_separable", image, shape, mode, border, value, flipped=True)
    return _two_lines(padded, column[::-1], row[::-1])


@takes(tolerance=number(0))
def separate(kernel, tolerance=1e-10):
    """(column, row) of a kernel of rank 1, column rowᵀ; raises InputError for others. By the largest singular value."""
    kernel = _require_kernel("separate", kernel)
    u, s, vt = np.linalg.svd(kernel)
    if len(s) > 1 and s[1] > tolerance * s[0]:
        raise InputError("separate", "kernel", "of rank 1", kernel)
    root = np.sqrt(s[0])
    sign = np.sign(vt[0].sum()) or 1.0
    return sign * root * u[:, 0], sign * root * vt[0]


def row_blocks(height, width):
    """Slices of rows that hold about BLOCK numbers each, for `each` of npdl.threads."""
    rows = max(BLOCK // width, 8)
    return [slice(first, min(first + rows, height)) for first in range(0, height, rows)]


def _require_kernel(function, kernel, argument="kernel", axes="(kh, kw)"):
    kernel, ndim = np.asarray(kernel), axes.count("k")
    if kernel.ndim != ndim or kernel.size == 0 or kernel.dtype.kind not in "fiub" or not np.isfinite(kernel).all():
        raise InputError(function, argument, f"an array {axes} of finite numbers", kernel)
    return kernel.astype(np.float64)


def _require_lines(function, column, row):
    return _require_kernel(function, column, "column", "(k,)"), _require_kernel(function, row, "row", "(k,)")


def _surround(function, image, kernel_shape, mode, border, value, *, flipped):
    """The image, so large that the kernel's valid places are the output."""
    image = require_image(function, image)
    require_border(function, border)
    if not is_one_of(mode, ("same", "valid", "full")):
        raise InputError(function, "mode", '"same", "valid" or "full"', mode)
    if mode == "valid":
        if image.shape[0] < kernel_shape[0] or image.shape[1] < kernel_shape[1]:
            raise InputError(function, "image", f"at least as large as the kernel {kernel_shape}", image)
        return image
    before = [k - 1 if mode == "full" else k // 2 for k in kernel_shape]
    margins = [(b, k - 1 if mode == "full" else k - 1 - b) for k, b in zip(kernel_shape, before)]
    if flipped:
        margins = [pair[::-1] for pair in margins]
    return pad(image, margins, border, value)


def _weighted_sum(padded, kernel):
    """Σ w[i, j] padded[i : i + H, j : j + W], in blocks of rows. Colours: rows three times as long."""
    kh, kw = kernel.shape
    H, W, C = padded.shape[0] - kh + 1, padded.shape[1] - kw + 1, padded[0, 0].size
    wide = padded.reshape(len(padded), -1)
    out = np.empty((H, W * C), padded.dtype)

    def block(rows):
        y = out[rows]
        places = [(i, j * C) for i in range(kh) for j in range(kw)]
        parts = [wide[rows.start + i : rows.stop + i, j : j + W * C] for i, j in places]
        _combine(parts, kernel.ravel().tolist(), y)

    each(block, row_blocks(H, W * C))
    return out.reshape(H, W, *padded.shape[2:])


def _two_lines(padded, column, row):
    """The columns' sum of a block of rows, and of that the rows' sum while it is in the cache."""
    column, row = column.tolist(), row.tolist()
    H, W, C = padded.shape[0] - len(column) + 1, padded.shape[1] - len(row) + 1, padded[0, 0].size
    wide = padded.reshape(len(padded), -1)
    out = np.empty((H, W * C), padded.dtype)

    def block(rows):
        tall = np.empty((rows.stop - rows.start, wide.shape[1]), wide.dtype)
        _combine([wide[rows.start + i : rows.stop + i] for i in range(len(column))], column, tall)
        _combine([tall[:, j * C : (j + W) * C] for j in range(len(row))], row, out[rows])

    each(block, row_blocks(H, wide.shape[1]))
    return out.reshape(H, W, *padded.shape[2:])


def _combine(parts, weights, out):
    """out = Σ weight part. Of parts with equal or opposite weights, first and last, second and last but one..., the sum
    or the difference is taken first: it saves products, and a derivative of a constant is 0 to the last bit."""
    pairs = np.add if weights == weights[::-1] else np.subtract if weights == [-w for w in weights[::-1]] else None
    spare = np.empty_like(out)
    half = len(weights) // 2
    if pairs is None or half == 0:
        np.multiply(parts[0], weights[0], out=out)
        terms = list(zip(parts[1:], weights[1:]))
    else:
        terms = [(parts[half], weights[half])] if len(weights) % 2 and pairs is np.add else []
        pairs(parts[0], parts[-1], out=out)
        out *= weights[0]
        for k in range(1, half):
            if weights[k]:
                pairs(parts[k], parts[-1 - k], out=spare)
                spare *= weights[k]
                out += spare
    for part, weight in terms:
        if weight:
            np.multiply(part, weight, out=spare)
            out += spare
