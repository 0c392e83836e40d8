"""Distances of images in the features of a network: LPIPS of two images, FID of two sets of images.

Both need a trained network, and both take any: its features are the arguments. (The published figures are made with
certain weights, AlexNet or VGG with LPIPS's own w, and Inception-v3 for FID; other weights give other numbers.)
"""

import numpy as np

from ..arguments import reals, sequence, takes
from ..backend import to_numpy
from ..errors import InputError, require_ndim, require_shape


@takes(features=sequence(), wanted=sequence(), weights=sequence())
def lpips(features, wanted, weights=None):
    """Σ_l 1/(H_l W_l) Σ_hw Σ_c w_lc (f̂_lchw - ĝ_lchw)²: (N,), 0 for equal features; larger is less alike.

    features, wanted: of each layer l the activations (N, C_l, H_l, W_l) of the one and of the other images; f̂ is f
    divided by its length over the channels. weights: (C_l,) of each layer, >= 0, learned from human judgements; by
    default all 1. Zhang, Isola, Efros, Shechtman and Wang 2018, equation 1 (a sum over the layers, not their mean), but
    for w: there it is inside the square, and here, as in the authors' program, outside.
    """
    if len(features) != len(wanted) or not len(features):
        raise InputError("lpips", "features", f"of as many layers as wanted, {len(wanted)}", len(features))
    weights = [np.ones(f.shape[1]) for f in features] if weights is None else weights
    if len(weights) != len(features):
        raise InputError("lpips", "weights", f"one array for each of the {len(features)} layers", len(weights))
    return sum(_layer(*(to_numpy(a) for a in layer)) for layer in zip(features, wanted, weights))


def _layer(f, g, w):
    require_ndim("lpips", "features", f, 4, "(N, C, H, W)")
    require_shape("lpips", "features", f, g.shape, "as wanted")
    require_shape("lpips", "weights", w, (f.shape[1],), "one for each channel")
    if np.any(w < 0):
        raise InputError("lpips", "weights", "not negative, or alike could cost more than unlike", float(w.min()))
    squared = (_unit(f) - _unit(g)) ** 2
    return np.einsum("nchw,c->n", squared, w) / (f.shape[2] * f.shape[3])


def _unit(f):
    f = f.astype(np.float64)
    return f / (np.sqrt(np.sum(f * f, axis=1, keepdims=True)) + 1e-10)


def fid(features, wanted):
    """The Fréchet distance of two sets of images by features (N, D) and (M, D): of the Gaussians that fit them.

    Means and covariances of the samples (divided by N - 1), then `frechet_distance`. Lower is better. With few images
    it is too high: N should be several times D, and the same for all that is compared. Heusel et al. 2017, equation 6.
    """
    features, wanted = (to_numpy(a) for a in (features, wanted))
    for name, array in (("features", features), ("wanted", wanted)):
        require_ndim("fid", name, array, 2, "(N, D)")
        if array.dtype.kind not in "fiub" or not np.isfinite(array).all():
            raise InputError("fid", name, "finite real numbers", array)
        if len(array) < 2:
            raise InputError("fid", name, "two images or more, for a covariance", array)
    require_shape("fid", "features", features, (len(features), wanted.shape[1]), "of as many numbers as wanted")
    features, wanted = features.astype(np.float64), wanted.astype(np.float64)
    moments = [(a.mean(axis=0), np.atleast_2d(np.cov(a, rowvar=False))) for a in (features, wanted)]
    return frechet_distance(*moments[0], *moments[1])


@takes(mean1=reals("D"), cov1=reals("D, D"), mean2=reals("D"), cov2=reals("D, D"))
def frechet_distance(mean1, cov1, mean2, cov2):
    """|μ1 - μ2|² + tr(Σ1 + Σ2 - 2 (Σ1 Σ2)^½), the squared 2-Wasserstein distance of two Gaussians.

    tr (Σ1 Σ2)^½ = Σ √λ with the eigenvalues of √Σ1 Σ2 √Σ1, which is symmetric. Dowson and Landau 1982.
    """
    values, vectors = np.linalg.eigh(cov1)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    crossed = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cov2 @ root), 0)).sum()
    return float(np.sum((mean1 - mean2) ** 2) + np.trace(cov1) + np.trace(cov2) - 2 * crossed)
