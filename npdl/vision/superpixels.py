"""Superpixels by SLIC: k-means on colour and place, in which a centre sees only the pixels around it."""

import math

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from ..arguments import integers, number, takes
from ..errors import InputError, require_integer, require_positive, require_shape
from ..threads import each
from .colour import rgb_to_lab
from .images import require_image

BAND = 256  # rows that a thread takes at a time, at least


@takes(compactness=number(above=0))
def slic(image, count, *, compactness=10.0, iterations=10):
    """About `count` segments of similar size that follow the edges: labels (H, W), integers from 0.

    image: grey (H, W) or colour (H, W, 3). compactness m: what a distance of one segment's width is worth, in units of
    CIELAB (L from 0 to 100): large for squares, small for segments that cling to every edge.

    1. Colours in CIELAB (grey: L = 100 times the value). S = √(H W / count) is the width of a segment.
    2. Put the centres on a grid of step S, then each on the least gradient of the 3x3 pixels around it.
    3. For each centre, over the window of ±S around it: D² = |colour - centre's|² + (m / S)² |place - centre's|²;
       a pixel goes to the centre of the least D.
    4. Move every centre to the mean colour and place of its pixels. Steps 3 and 4 `iterations` times.
    5. Every connected part is a segment, and those smaller than S²/4 join the neighbour with the longest common border.

    A pixel is in 4 windows on average, so the work does not grow with `count`. Achanta et al. 2012, algorithm 1.
    """
    image = require_image("slic", image)
    H, W = image.shape[:2]
    if require_integer("slic", "count", count, 1) > H * W:
        raise InputError("slic", "count", f"at most {H * W}, the number of pixels", count)
    require_positive("slic", "compactness", compactness)
    require_integer("slic", "iterations", iterations, 1)
    lab = rgb_to_lab(image) if image.ndim == 3 else 100 * image[..., None]  # (H, W, C)
    S = math.sqrt(H * W / count)
    i, j = np.indices((H, W)).astype(lab.dtype)
    scale = compactness / S
    features = np.stack([scale * i, scale * j, *np.moveaxis(lab, 2, 0)])  # (2 + C, H, W)
    centres = _grid(features, S)  # (K, 2 + C)
    for _ in range(iterations):
        labels = _assign(features, centres, scale, S)
        centres = _means(features, labels, centres)
    return connected(labels, least=S * S / 4)


@takes(labels=integers("H, W"), least=number(0))
def connected(labels, least=1):
    """Labels (H, W) of the connected parts of equal labels; parts of fewer than `least` pixels join a neighbour.

    Neighbours share a side. Of several neighbours the one with the longest common border takes the part (of equally
    long, the smaller number). Numbers from 0, in the order of the first pixel.
    """
    starts = np.ones(labels.shape, dtype=bool)  # of runs, equal pixels side by side in a row
    starts[:, 1:] = labels[:, 1:] != labels[:, :-1]
    run = np.cumsum(starts).reshape(labels.shape) - 1  # (H, W)
    lengths, right = np.bincount(run.ravel()), run[:, 1:][starts[:, 1:]]
    up, down, same = run[:-1], run[1:], labels[:-1] == labels[1:]
    met = same & (starts[:-1] | starts[1:])  # the first pixel at which two runs meet
    graph = csr_matrix((np.ones(np.count_nonzero(met)), (up[met], down[met])), shape=(len(lengths), len(lengths)))
    _, parts = connected_components(graph, directed=False)  # of each run
    borders = np.concatenate([[right - 1, right], [up[~same], down[~same]]], axis=1)  # (2, pixels' sides)
    while True:
        parts = _renumbered(parts)
        sizes = np.bincount(parts, lengths)
        small = sizes < least
        if len(sizes) == 1 or not small.any():
            return parts[run]
        parts = _joined(parts, borders, sizes, small)[parts]


@takes(labels=integers("h, w"))
def boundaries(labels):
    """The mask (H, W) of the pixels whose right or lower neighbour has another label: lines one pixel wide."""
    mask = np.zeros(labels.shape, dtype=bool)
    mask[:-1] |= labels[1:] != labels[:-1]
    mask[:, :-1] |= labels[:, 1:] != labels[:, :-1]
    return mask


@takes(labels=integers("H, W", 0))
def mean_colours(image, labels):
    """The image with every segment painted in its mean colour."""
    image = require_image("mean_colours", image)
    require_shape("mean_colours", "labels", labels, image.shape[:2], "like the image")
    flat, channels = labels.ravel(), image.reshape(labels.size, -1).T
    means = np.stack([np.bincount(flat, c) for c in channels], axis=1) / np.maximum(np.bincount(flat), 1)[:, None]
    return means[labels].reshape(image.shape).astype(image.dtype)


def _grid(features, S):
    """The features (K, 2 + C) of the first centres."""
    _, H, W = features.shape
    rows, columns = (_spread(size, max(1, round(size / S))) for size in (H, W))
    padded = np.pad(features[2:], ((0, 0), (1, 1), (1, 1)), mode="edge")
    down, right = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1], padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
    gradient = np.sum(down**2 + right**2, axis=0)  # (H, W)
    i, j = (a.ravel() for a in np.meshgrid(rows, columns, indexing="ij"))
    steps = np.array([(0, 0), *((a, b) for a in (-1, 0, 1) for b in (-1, 0, 1))])  # stay where all are equal
    around_i, around_j = np.clip(i[:, None] + steps[:, 0], 0, H - 1), np.clip(j[:, None] + steps[:, 1], 0, W - 1)
    best = gradient[around_i, around_j].argmin(axis=1)[:, None]
    i, j = (np.take_along_axis(around, best, axis=1)[:, 0] for around in (around_i, around_j))
    return features[:, i, j].T


def _spread(size, n):
    """n places in range(size), in the middle of n equal parts."""
    return ((np.arange(n) + 0.5) * size / n).astype(int)


def _assign(features, centres, scale, S):
    """The number (H, W) of the nearest centre whose window holds the pixel. In bands of rows, on all threads."""
    _, H, W = features.shape
    least = np.full((H, W), np.inf, features.dtype)
    labels = np.full((H, W), -1)
    top, left = np.maximum(np.floor(centres[:, :2].T / scale - S), 0).astype(int).tolist()
    bottom, right = (np.ceil(centres[:, :2].T / scale + S).astype(int) + 1).tolist()

    def band(first, last):
        for k, centre in enumerate(centres[:, :, None, None]):
            window = slice(max(top[k], first), min(bottom[k], last)), slice(left[k], right[k])
            if window[0].start < window[0].stop:
                difference = features[:, *window] - centre
                squared = np.einsum("fij,fij->ij", difference, difference)
                np.copyto(labels[window], k, where=squared < least[window])
                np.minimum(least[window], squared, out=least[window])

    rows = max(BAND, math.ceil(2 * S))
    each(lambda first: band(first, first + rows), range(0, H, rows))
    return labels  # -1 where no window reached: a part of its own, which `connected` sees to


def _means(features, labels, centres):
    flat, K = labels.ravel() + 1, len(centres)  # 0 for what no window reached
    counts = np.bincount(flat, minlength=K + 1)[1:, None]
    sums = np.stack([np.bincount(flat, f.ravel(), K + 1)[1:] for f in features], axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), centres).astype(features.dtype)


def _renumbered(parts):
    """The same parts, numbered from 0 in the order of their first pixels."""
    _, first, numbers = np.unique(parts, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[numbers]


def _joined(parts, borders, sizes, small):
    """For each part the number of the part that takes it in: itself, or the neighbour with the longest border."""
    a, b = parts[borders]
    a, b = np.concatenate([a, b]), np.concatenate([b, a])
    kept = small[a] & (a != b) & ((sizes[b] > sizes[a]) | ((sizes[b] == sizes[a]) & (b < a)))  # only up: no circles
    pairs, lengths = np.unique(a[kept] * len(sizes) + b[kept], return_counts=True)
    a, b = np.divmod(pairs, len(sizes))
    order = np.lexsort((-b, lengths))  # the longest last, so that it stays
    takes = np.arange(len(sizes))
    takes[a[order]] = b[order]
    return np.where(takes[takes] == takes, takes, np.arange(len(sizes)))  # who would join a joiner waits a round
