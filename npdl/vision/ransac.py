"""RANSAC: a model from the few samples that agree, whatever the others say.

M. Fischler and R. Bolles, Random sample consensus, CACM 24(6), 1981.
"""

from math import ceil, inf, log, log1p
from typing import Any, NamedTuple

import numpy as np

from ..arguments import FUNCTION, integer, number, reals, takes
from ..errors import InputError, require_integer, require_positive, require_range
from .geometry import fit_affine, fit_homography, fit_line, line_distances, transfer_errors

REFINEMENTS = 3


class Consensus(NamedTuple):
    """The model that most samples agree with."""

    model: Any  # None where no trial gave a model
    inliers: np.ndarray  # bool (N,)
    trials: int


def trial_count(confidence, inlier_ratio, size):
    """k = log(1 - p) / log(1 - Wⁿ): how many trials make one without an outlier as likely as `confidence` = p.

    W: the share of inliers, n = size: the samples that a model needs. Wⁿ is the chance that all n are inliers, so that
    (1 - Wⁿ)^k = 1 - p. A real number, to be rounded up; inf where W is 0. (The notes call k the minimal number of
    samples: it is the number of trials.) Raises InputError for p outside of [0, 1), W outside of [0, 1].
    """
    require_range("trial_count", "confidence", confidence, 0, 1)
    require_range("trial_count", "inlier_ratio", inlier_ratio, 0, 1)
    require_integer("trial_count", "size", size, 1)
    if confidence == 1:
        raise InputError("trial_count", "confidence", "less than 1, which no number of trials reaches", confidence)
    clean = inlier_ratio**size
    if clean == 0:
        return inf
    return 0.0 if clean == 1 else log(1 - confidence) / log1p(-clean)


@takes(
    threshold=number(above=0),
    data=reals("N, ...", finite=False),
    fit=FUNCTION,
    errors=FUNCTION,
    confidence=number(0, 1),
    max_trials=integer(1),
)
def ransac(data, fit, errors, *, size, threshold, confidence=0.99, max_trials=1000, seed=0):
    """The model that most of the N samples agree with, as Consensus.

    data: an array (N, ...); fit(samples) gives a model, or None where they do not determine one; errors(model, data)
    the distance (N,) of each sample from the model; size: the samples that a model needs.

    1. Draw `size` samples.
    2. Fit a model to them.
    3. The inliers: samples whose error is at most `threshold`.
    4. Keep the model with most inliers; again, until there were as many trials as trial_count asks for, given the
       share of inliers seen so far (or max_trials).
    5. Fit the model to all its inliers, and count them again; thrice, since each time there may be more.

    The draws follow from the seed. Where the inliers are few or noisy no trial is clean, and the model is worth little:
    look at its inliers.
    """
    N = len(data)
    require_integer("ransac", "size", size, 1)
    require_positive("ransac", "threshold", threshold)
    if size > N:
        raise InputError("ransac", "data", f"an array of {size} samples at least", data)
    if not np.isfinite(data).all():
        raise InputError("ransac", "data", "free of nan and inf", data)
    rng = np.random.default_rng(seed)
    model, best, trials, needed = None, np.zeros(N, dtype=bool), 0, max_trials
    while trials < needed:
        trials += 1
        candidate = fit(data[rng.choice(N, size, replace=False)])
        if candidate is None:
            continue
        inliers = errors(candidate, data) <= threshold
        if inliers.sum() > best.sum():
            model, best = candidate, inliers
            needed = min(max_trials, max(1, ceil(min(trial_count(confidence, best.mean(), size), max_trials))))
    for _ in range(REFINEMENTS):
        refined = fit(data[best]) if best.sum() >= size else None
        if refined is None:
            break
        inliers = errors(refined, data) <= threshold
        if inliers.sum() < best.sum():
            break
        model, best = refined, inliers
    return Consensus(model, best, trials)


@takes(points=reals("N, 2"))
def ransac_line(points, *, threshold=1.0, **options):
    """A line (a, b, c), a x + b y = c with a² + b² = 1, through points (N, 2); threshold in pixels."""
    return ransac(points, fit_line, line_distances, size=2, threshold=threshold, **options)


@takes(source=reals("n, 2"), target=reals("m, 2"))
def ransac_affine(source, target, *, threshold=1.0, **options):
    """An affine map (3, 3) with its last row 0 0 1, from points (N, 2) to points (N, 2)."""
    return _ransac_map("ransac_affine", fit_affine, 3, source, target, threshold, options)


@takes(source=reals("n, 2"), target=reals("m, 2"))
def ransac_homography(source, target, *, threshold=1.0, **options):
    """A homography (3, 3) from points (N, 2) to points (N, 2)."""
    return _ransac_map("ransac_homography", fit_homography, 4, source, target, threshold, options)


def _ransac_map(function, fit, size, source, target, threshold, options):
    if np.shape(source) != np.shape(target) or np.ndim(source) != 2 or np.shape(source)[1] != 2:
        raise InputError(function, "target", "an array (N, 2), like source", target)

    def errors(model, pairs):
        return transfer_errors(model, pairs[:, :2], pairs[:, 2:])

    pairs = np.concatenate([source, target], axis=1)  # (N, 4)
    return ransac(pairs, lambda p: fit(p[:, :2], p[:, 2:]), errors, size=size, threshold=threshold, **options)
