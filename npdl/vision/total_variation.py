"""Total variation, the sum of all slopes: a measure of noise that an edge raises no more than a slow rise does.

    anisotropic  TV(u) = Σ |∂x u| + |∂y u|         isotropic  TV(u) = Σ √((∂x u)² + (∂y u)²)

∂ are forward differences, 0 at the last pixel.
"""

from math import sqrt

import numpy as np

from ..arguments import number, reals, takes
from ..errors import InputError, is_one_of, require_integer, require_positive
from .images import require_image, require_mask


def total_variation(image, kind="anisotropic"):
    """The sum over all pixels (and channels). Rudin, Osher and Fatemi 1992."""
    image = require_image("total_variation", image)
    _require_kind("total_variation", kind)
    dy, dx = gradient(image)
    return float((np.abs(dx) + np.abs(dy)).sum() if kind == "anisotropic" else np.sqrt(dx * dx + dy * dy).sum())


def mean_variation(image):
    """mean |∂x u| + mean |∂y u|, each over the pairs of neighbours: the loss of networks that make images."""
    image = require_image("mean_variation", image)
    if min(image.shape[:2]) < 2:
        raise InputError("mean_variation", "image", "of two rows and two columns at least", image)
    return float(np.abs(np.diff(image, axis=1)).mean() + np.abs(np.diff(image, axis=0)).mean())


def total_variation_gradient(image, kind="anisotropic"):
    """A subgradient of total_variation: ∇ᵀ of the slopes' signs (or directions); where a slope is 0, of 0."""
    image = require_image("total_variation_gradient", image)
    _require_kind("total_variation_gradient", kind)
    d = gradient(image)
    if kind == "anisotropic":
        return -divergence(np.sign(d))
    length = np.sqrt((d * d).sum(axis=0))
    return -divergence(d / np.where(length > 0, length, 1))


@takes(u=reals("H, W, ...", finite=False))
def gradient(u):
    """∇u: the forward differences (down, to the right), (2, *u.shape), 0 at the last row and column."""
    d = np.zeros((2, *u.shape), u.dtype)
    np.subtract(u[1:], u[:-1], out=d[0, :-1])
    np.subtract(u[:, 1:], u[:, :-1], out=d[1, :, :-1])
    return d


@takes(p=reals("2, H, W, ...", finite=False))
def divergence(p):
    """div p, the negative transpose of ∇: Σ ∇u · p = -Σ u div p."""
    out = np.zeros_like(p[0])
    out[:-1] += p[0, :-1]
    out[1:] -= p[0, :-1]
    out[:, :-1] += p[1, :, :-1]
    out[:, 1:] -= p[1, :, :-1]
    return out


def tv_denoise(image, weight=0.1, *, iterations=100):
    """The u that minimises ½ Σ (u - f)² + weight · TV(u), isotropic; each channel by itself. Chambolle 2004.

    Noise goes, edges stay; but they lose contrast, the more so the smaller what they enclose.

    The minimum is u = f + div p of the vector field p, |p| <= weight, that makes u smallest.
    1. Start with p = 0.
    2. Move p along ∇u, with the step 1/4, and draw it back by the factor 1 + |∇u| / (4 weight).
    3. Repeat, then u = f + div p. Equals scikit-image's denoise_tv_chambolle of one iteration more.
    """
    require_positive("tv_denoise", "weight", weight)
    require_integer("tv_denoise", "iterations", iterations, 1)
    image = require_image("tv_denoise", image)
    p = np.zeros((2, *image.shape), image.dtype)
    for _ in range(iterations):
        slope = gradient(image + divergence(p))
        length = np.sqrt((slope * slope).sum(axis=0))
        slope *= 0.25
        p += slope
        length *= 0.25 / weight
        length += 1
        p /= length
    return image + divergence(p)


@takes(u=reals("H, W, ..."), image=reals("H, W, ..."), weight=number(0))
def tv_energy(u, image, weight):
    """½ Σ (u - f)² + weight · TV(u): what tv_denoise makes small."""
    return 0.5 * float(((u - image) ** 2).sum()) + weight * total_variation(u, "isotropic")


def tv_inpaint(image, missing, *, iterations=500):
    """The image with the least TV that has the given pixels wherever `missing` (H, W) is False. Each channel by itself.

    Level lines are drawn across the gap the shortest way; texture is not made up. Chambolle and Pock 2011, algorithm 1:

    1. Start with the mean of what is known in the gap, and p = 0.
    2. p = p + σ ∇ū, drawn back to length 1 where it is longer.
    3. u' = u + τ div p, then the known pixels again; ū = 2 u' - u. σ = τ = 1/√8.
    """
    image = require_image("tv_inpaint", image)
    require_mask("tv_inpaint", missing, image.shape[:2], "missing")
    require_integer("tv_inpaint", "iterations", iterations, 1)
    if missing.all():
        raise InputError("tv_inpaint", "missing", "False somewhere", missing)
    u = image.copy()
    u[missing] = image[~missing].mean(axis=0)
    ahead, p, step = u, np.zeros((2, *u.shape), u.dtype), 1 / sqrt(8)
    for _ in range(iterations):
        p = p + step * gradient(ahead)
        p /= np.maximum(np.sqrt((p * p).sum(axis=0)), 1)
        before, u = u, u + step * divergence(p)
        u[~missing] = image[~missing]
        ahead = 2 * u - before
    return u


def _require_kind(function, kind):
    if not is_one_of(kind, ("anisotropic", "isotropic")):
        raise InputError(function, "kind", '"anisotropic" or "isotropic"', kind)
