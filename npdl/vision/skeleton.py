"""The skeleton of a mask: thinned to lines of one pixel that keep its connections."""

import numpy as np

from .images import require_mask

CLOCKWISE = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))  # the neighbours P2 ... P9


def skeleton(mask):
    """The mask (H, W) thinned until nothing changes; connected pieces stay connected. Zhang and Suen 1984.

    Repeat these two steps, each for all pixels at once. A pixel is taken away if
    1. it has 2 to 6 neighbours: it is neither inside, nor the end of a line;
    2. around it there is exactly one step from outside to inside: it joins nothing that would come apart;
    3. in the first step, one of the neighbours above, right, below is empty, and one of right, below, left (it is on
       the lower right rim, or an upper left corner); in the second step the same of the opposite sides.
    """
    require_mask("skeleton", mask)
    thin = np.pad(mask, 1)
    changed = True
    while changed:
        changed = False
        for triples in (((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6))):
            gone = _removable(thin, triples)
            changed |= bool(gone.any())
            thin[1:-1, 1:-1] &= ~gone
    return thin[1:-1, 1:-1].copy()


def _removable(padded, triples):
    H, W = padded.shape[0] - 2, padded.shape[1] - 2
    P = [padded[1 + i : 1 + i + H, 1 + j : 1 + j + W] for i, j in CLOCKWISE]
    neighbours = sum(p.astype(np.uint8) for p in P)
    steps = sum((~p & q).astype(np.uint8) for p, q in zip(P, [*P[1:], P[0]]))
    out = padded[1:-1, 1:-1] & (neighbours >= 2) & (neighbours <= 6) & (steps == 1)
    for a, b, c in triples:
        out &= ~(P[a] & P[b] & P[c])
    return out
