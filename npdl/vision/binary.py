"""Binary images: a threshold, connected pieces, and what can be counted of them."""

from typing import NamedTuple

import numpy as np

from ..arguments import integers, takes
from ..errors import InputError, is_one_of, require_integer
from ..maths.components import connected_components
from .images import require_grey, require_mask


def otsu_threshold(image, bins=256):
    """The threshold that separates a grey image best in two classes; image > threshold is the bright one. Otsu 1979.

    1. Count the levels: `bins` equal parts from the least to the largest value.
    2. For each cut, the variance between the classes is w₀ w₁ (μ₀ - μ₁)²: their shares and means.
    3. The cut with the largest one; its threshold is the middle of the last bin below it. An image of one value has
       that value.

    Equals scikit-image's threshold_otsu.
    """
    require_integer("otsu_threshold", "bins", bins, 2)
    image = require_grey("otsu_threshold", image)
    low, high = float(image.min()), float(image.max())
    if low == high:
        return low
    counts, edges = np.histogram(image, bins=bins, range=(low, high))
    middles = (edges[:-1] + edges[1:]) / 2
    w0 = np.cumsum(counts)[:-1]
    w1, sums = image.size - w0, np.cumsum(counts * middles)
    between = w0 * w1 * (sums[:-1] / w0 - (sums[-1] - sums[:-1]) / w1) ** 2
    return float(middles[between.argmax()])


def label(mask, neighbours=8):
    """(labels, count): 1 ... count for the connected pieces of a mask (H, W), in the order of first pixels, else 0.

    neighbours: 8, or 4 without the diagonals. Equals scipy.ndimage.label.

    1. Number the runs of pixels side by side in a row: they are the vertices of a graph.
    2. Its edges: where a pixel has one below it, at the first such pixel of two runs; with 8 neighbours also where a
       pixel has one below on the diagonal, and neither of the two has another one between them.
    3. Its connected components are the pieces, see npdl.maths.components.
    """
    require_mask("label", mask)
    if not is_one_of(neighbours, (4, 8)):
        raise InputError("label", "neighbours", "4 or 8", neighbours)
    starts = mask.copy()
    starts[:, 1:] &= ~mask[:, :-1]
    run = np.cumsum(starts).reshape(mask.shape) - 1
    up, down = mask[:-1], mask[1:]
    met = up & down
    met[:, 1:] &= ~(up & down)[:, :-1]
    edges = [np.stack([run[:-1][met], run[1:][met]], axis=1)]
    if neighbours == 8:
        right = up[:, :-1] & down[:, 1:] & ~down[:, :-1] & ~up[:, 1:]
        left = up[:, 1:] & down[:, :-1] & ~down[:, 1:] & ~up[:, :-1]
        edges.append(np.stack([run[:-1, :-1][right], run[1:, 1:][right]], axis=1))
        edges.append(np.stack([run[:-1, 1:][left], run[1:, :-1][left]], axis=1))
    components, count = connected_components(int(starts.sum()), np.concatenate(edges))
    return np.where(mask, np.append(components, -1)[run] + 1, 0), count


class Region(NamedTuple):
    """A connected piece: its pixels' number, their mean place (x, y), their box (top, left, height, width)."""

    label: int
    area: int
    centroid: tuple
    box: tuple


@takes(labels=integers("h, w", 0))
def regions(labels):
    """The regions of an array of labels (H, W), such as that of `label`, but 0; labels without a pixel are left out.

    Areas and centroids are sums by label, boxes the extremes of rows and columns.
    """
    y, x = np.nonzero(labels)
    of = labels[y, x]
    count = int(of.max(initial=0)) + 1
    area = np.bincount(of, minlength=count)
    sums = [np.bincount(of, weights=place, minlength=count) for place in (x, y)]
    least, most = np.full((2, count), max(labels.shape)), np.full((2, count), -1)
    for axis, place in enumerate((y, x)):
        np.minimum.at(least[axis], of, place)
        np.maximum.at(most[axis], of, place)
    found = []
    for n in np.flatnonzero(area).tolist():
        box = (*least[:, n].tolist(), *(most[:, n] - least[:, n] + 1).tolist())
        found.append(Region(n, int(area[n]), (float(sums[0][n] / area[n]), float(sums[1][n] / area[n])), box))
    return found


def euler_number(mask, neighbours=8):
    """Pieces less holes, from the counts of 2 x 2 windows alone. Gray 1971.

    Q1, Q3: windows with one and three pixels; Qd: with two on a diagonal. 4 E = Q1 - Q3 + 2 Qd for pieces of 4
    neighbours (and holes of 8), Q1 - Q3 - 2 Qd for pieces of 8 (and holes of 4).
    """
    require_mask("euler_number", mask)
    if not is_one_of(neighbours, (4, 8)):
        raise InputError("euler_number", "neighbours", "4 or 8", neighbours)
    m = np.pad(mask, 1).astype(np.int8)
    a, b, c, d = m[:-1, :-1], m[:-1, 1:], m[1:, :-1], m[1:, 1:]
    total = a + b + c + d
    diagonal = int(((total == 2) & (a == d)).sum())
    ones, threes = int((total == 1).sum()), int((total == 3).sum())
    return (ones - threes + (2 if neighbours == 4 else -2) * diagonal) // 4


def holes(mask, neighbours=8):
    """How many holes the pieces have: their number less the Euler number."""
    return label(mask, neighbours)[1] - euler_number(mask, neighbours)
