"""Texture: which greys stand side by side (GLCM), and what pattern surrounds a pixel (LBP).

R. Haralick, K. Shanmugam and I. Dinstein, Textural features for image classification, IEEE SMC 3(6), 1973; T. Ojala,
M. Pietikäinen and T. Mäenpää, Multiresolution gray-scale and rotation invariant texture classification with local
binary patterns, IEEE TPAMI 24(7), 2002.
"""

import numpy as np

from ..arguments import integer, integers, number, reals, takes
from ..errors import (
    InputError,
    InputTypeError,
    is_one_of,
    require_indices,
    require_integer,
    require_ndim,
    require_positive,
)
from .images import require_grey

FOUR_ANGLES = ((0, 1), (1, 1), (1, 0), (1, -1))  # dy, dx: 0°, 45°, 90°, 135°, from x to y


def grey_levels(image, levels=16):
    """The image in integers from 0 to levels - 1: min(⌊I levels⌋, levels - 1) of floats in [0, 1]."""
    require_integer("grey_levels", "levels", levels, 2)
    image = require_grey("grey_levels", image)
    return np.clip((image * levels).astype(np.int64), 0, levels - 1)


@takes(grey=integers("h, w"), offsets=integers("n, 2"))
def cooccurrence(grey, offsets=FOUR_ANGLES, *, levels=16, symmetric=True):
    """The grey-level co-occurrence matrices (offsets, levels, levels), each with the sum 1.

    P[i, j]: the share of pairs of pixels, (y, x) and (y + dy, x + dx), with the greys i and j; symmetric: the pairs are
    counted both ways. grey: integers (H, W) in [0, levels), as grey_levels makes them. An offset that leaves the image
    everywhere gives zeros.
    """
    require_ndim("cooccurrence", "grey", grey, 2, "(H, W)")
    if grey.dtype.kind not in "iu":
        raise InputTypeError("cooccurrence", "grey", "integers, as grey_levels makes them", grey)
    require_indices("cooccurrence", "grey", grey, require_integer("cooccurrence", "levels", levels, 1))
    H, W = grey.shape
    matrices = np.zeros((len(offsets), levels, levels))
    for P, (dy, dx) in zip(matrices, offsets):
        first = grey[max(0, -dy) : max(0, H - max(0, dy)), max(0, -dx) : max(0, W - max(0, dx))]
        second = grey[max(0, dy) : max(0, H - max(0, -dy)), max(0, dx) : max(0, W - max(0, -dx))]
        pairs = first.astype(np.int64).ravel() * levels + second.ravel()
        counts = np.bincount(pairs, minlength=levels**2).reshape(levels, levels)
        counts = counts + counts.T if symmetric else counts
        P[:] = counts / max(counts.sum(), 1)
    return matrices


@takes(P=reals("..., L, L"))
def cooccurrence_statistics(P):
    """Haralick's statistics of matrices (..., levels, levels), a dict of arrays (...).

    contrast Σ P (i-j)², dissimilarity Σ P |i-j|, homogeneity Σ P / (1 + (i-j)²), ASM Σ P², energy √ASM, entropy
    -Σ P ln P, correlation Σ P (i-μi)(j-μj) / σi σj, which is 1 where there is only one grey.
    """
    i, j = np.mgrid[: P.shape[-2], : P.shape[-1]]

    def total(values):
        return (P * values).sum(axis=(-2, -1))

    asm = total(P)
    mean_i, mean_j = total(i), total(j)
    variance_i, variance_j = (np.maximum(total(k * k) - m * m, 0) for k, m in ((i, mean_i), (j, mean_j)))
    spread = np.sqrt(variance_i * variance_j)
    flat = spread < 1e-12
    return {
        "contrast": total((i - j) ** 2),
        "dissimilarity": total(np.abs(i - j)),
        "homogeneity": total(1 / (1.0 + (i - j) ** 2)),
        "ASM": asm,
        "energy": np.sqrt(asm),
        "entropy": -total(np.log(np.where(P > 0, P, 1))),
        "correlation": np.where(flat, 1, (total(i * j) - mean_i * mean_j) / np.where(flat, 1, spread)),
    }


@takes(radius=number(above=0))
def local_binary_pattern(image, *, points=8, radius=1.0, method="default"):
    """The pattern (H, W), int64, around each pixel of a grey image: which points of a circle are as bright as it?

    1. Place p lies at the angle 2π p / points, counter-clockwise on the screen from the right; bilinear, 0 outside.
    2. Bit p is 1 where its grey is not less than the pixel's. No monotone change of all greys matters (but for the
       rounding of what lies between pixels).
    3. method "default": Σ bit_p 2^p. "rotation": the smallest number that turning the bits round gives. "uniform": the
       number of ones where the bits change at most twice going round, and points + 1 elsewhere: points + 2 patterns,
       the same however the image is turned.

    Raises InputError for more than 62 points.
    """
    image = require_grey("local_binary_pattern", image)
    if require_integer("local_binary_pattern", "points", points, 1) > 62:
        raise InputError("local_binary_pattern", "points", "at most 62, the bits of an integer", points)
    require_positive("local_binary_pattern", "radius", radius)
    if not is_one_of(method, ("default", "rotation", "uniform")):
        raise InputError("local_binary_pattern", "method", '"default", "rotation" or "uniform"', method)
    bits = np.stack([_around(image, angle, radius) >= image for angle in 2 * np.pi * np.arange(points) / points])
    if method == "uniform":
        changes = (bits != np.roll(bits, 1, axis=0)).sum(axis=0)
        return np.where(changes <= 2, bits.sum(axis=0), points + 1)
    numbers = _numbers(bits)
    if method == "rotation":
        for turn in range(1, points):
            numbers = np.minimum(numbers, _numbers(np.roll(bits, turn, axis=0)))
    return numbers


@takes(patterns=integers("N, ...", 0), count=integer(1))
def pattern_histogram(patterns, count):
    """How often each of `count` patterns occurs, shares (count,)."""
    return np.bincount(patterns.ravel(), minlength=count) / patterns.size


def _numbers(bits):
    """Σ_p bits[p] 2^p."""
    return sum(bit.astype(np.int64) << p for p, bit in enumerate(bits))


def _around(image, angle, radius):
    """The image seen at (radius cos, -radius sin) from each pixel, bilinear; a + f (b - a): equal greys stay equal."""
    H, W = image.shape
    dy, dx = (round(float(d), 5) for d in (-radius * np.sin(angle), radius * np.cos(angle)))
    top, left = int(np.floor(dy)), int(np.floor(dx))
    fy, fx = dy - top, dx - left
    reach = int(np.ceil(radius)) + 1
    padded = np.pad(image, reach)

    def moved(y, x):
        return padded[reach + y : reach + y + H, reach + x : reach + x + W]

    upper = moved(top, left) + fx * (moved(top, left + 1) - moved(top, left))
    lower = moved(top + 1, left) + fx * (moved(top + 1, left + 1) - moved(top + 1, left))
    return upper + fy * (lower - upper)
