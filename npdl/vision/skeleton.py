"""The skeleton of a mask: thinned to lines of one pixel that keep its connections."""

import numpy as np

from .images import require_mask

AROUND = ((0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1))  # x1 to the right, then anticlockwise


def skeleton(mask):
    """The mask (H, W) thinned until nothing changes; connected pieces stay connected. Guo and Hall 1989, algorithm A1.

    Repeat two steps, each for all pixels at once. With x1 ... x8 the neighbours from the right one on, anticlockwise
    (x9 = x1), a pixel is taken away if

    1. one piece of the mask is around it: of the sides x1, x3, x5, x7 exactly one is empty with a pixel in the next
       two places; so nothing comes apart;
    2. it is no end of a line and not inside: min(Σ x_{2k-1} or x_{2k}, Σ x_{2k} or x_{2k+1}), k = 1 ... 4, is 2 or 3;
    3. it lies on the rim that this step takes: not (x2 or x3 or not x8) and x1; in the second step, the same turned by
       180°, not (x6 or x7 or not x4) and x5.

    Equals scikit-image's thin; its skeletonize is Zhang and Suen's way with other rules for corners.
    """
    require_mask("skeleton", mask)
    thin = np.pad(mask, 1)
    changed = True
    while changed:
        changed = False
        for turn in (0, 4):
            gone = _removable(thin, turn)
            changed |= bool(gone.any())
            thin[1:-1, 1:-1] &= ~gone
    return thin[1:-1, 1:-1].copy()


def _removable(padded, turn):
    """Which pixels one of the two steps takes; turn: 0 or 4, by how many neighbours rule 3 is turned."""
    H, W = padded.shape[0] - 2, padded.shape[1] - 2
    x = [padded[1 + i : 1 + i + H, 1 + j : 1 + j + W] for i, j in AROUND]
    sides = range(0, 8, 2)
    pieces = sum((~x[i] & (x[i + 1] | x[(i + 2) % 8])).astype(np.uint8) for i in sides)
    n1 = sum((x[i] | x[i + 1]).astype(np.uint8) for i in sides)
    n2 = sum((x[i + 1] | x[(i + 2) % 8]).astype(np.uint8) for i in sides)
    n = np.minimum(n1, n2)
    x1, x2, x3, x8 = (x[(i + turn) % 8] for i in (0, 1, 2, 7))
    return padded[1:-1, 1:-1] & (pieces == 1) & (n >= 2) & (n <= 3) & ~((x2 | x3 | ~x8) & x1)
