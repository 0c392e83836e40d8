"""Samples of npdl.ops.warp: images that are not square, places inside and outside, none near a pixel's centre."""

import numpy as np


def places(d, N, size, shape, align_corners=False):
    """A grid (N, *shape, 2) over images of this size (H, W), some of it outside; no place near a row or column."""
    H, W = size
    at = [d.rng.integers(-2, n + 1, (N, *shape)) + d.rng.uniform(0.1, 0.9, (N, *shape)) for n in (W, H)]  # in pixels
    spans = [max(n - 1, 1) if align_corners else n for n in (W, H)]
    return np.stack([(2 * a + 1 - n + span) / span - 1 for a, n, span in zip(at, (W, H), spans)], axis=3)


def _affine_grid(d):
    yield (d.normal(2, 2, 3),), {"size": (3, 4)}
    yield (d.normal(3, 2, 3),), {"size": (4, 5), "align_corners": True}
    yield (d.normal(2, 2, 3),), {"size": 1}


def _grid_sample(d):
    yield (d.normal(2, 3, 4, 5), places(d, 2, (4, 5), (3, 6))), {}
    corners = {"align_corners": True}
    yield (d.normal(2, 3, 4, 5), places(d, 2, (4, 5), (6, 3), **corners)), {"padding": "border", **corners}
    yield (d.normal(1, 2, 5, 3), places(d, 1, (5, 3), (4, 4))), {"padding": "border"}
    yield (d.normal(2, 1, 3, 4), places(d, 2, (3, 4), (2, 5), **corners)), corners


ROWS = {
    "affine_grid": _affine_grid,
    "grid_sample": _grid_sample,
}
