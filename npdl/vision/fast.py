"""FAST: a corner is a pixel with an arc of the circle around it all brighter, or all darker.

E. Rosten and T. Drummond, Machine learning for high-speed corner detection, ECCV 2006.
"""

import numpy as np

from ..arguments import number, takes
from ..errors import InputError, require_integer
from .images import require_grey
from .peaks import local_maxima

# The 16 pixels (dy, dx) of a circle of radius 3, going round.
CIRCLE = tuple(
    zip(
        (0, 1, 2, 3, 3, 3, 2, 1, 0, -1, -2, -3, -3, -3, -2, -1), (3, 3, 2, 1, 0, -1, -2, -3, -3, -3, -2, -1, 0, 1, 2, 3)
    )
)
RADIUS = 3


@takes(threshold=number(0))
def fast_score(image, *, arc=9, threshold=0.15):
    """The score (H, W) of each pixel of a grey image: above 0 where the segment test finds a corner.

    1. Compare a pixel p with the 16 pixels c of a circle of radius 3: brighter where c > p + threshold, darker where
       c < p - threshold.
    2. It is a corner if `arc` of them in a row (9 or 12 in use), round the circle, are all brighter or all darker.
    3. Its score is Σ |c - p| over the circle; elsewhere, and within 3 pixels of the border, 0.

    Raises InputError for an arc outside of [1, 16] and a negative threshold.
    """
    image = require_grey("fast_score", image)
    if require_integer("fast_score", "arc", arc, 1) > 16:
        raise InputError("fast_score", "arc", "at most the circle's 16 pixels", arc)
    if not threshold >= 0:
        raise InputError("fast_score", "threshold", "0 or more", threshold)
    score = np.zeros_like(image)
    H, W = image.shape
    if min(H, W) <= 2 * RADIUS:
        return score
    inner = image[RADIUS : H - RADIUS, RADIUS : W - RADIUS]
    around = [image[RADIUS + dy : H - RADIUS + dy, RADIUS + dx : W - RADIUS + dx] for dy, dx in CIRCLE]
    upper, lower = inner + threshold, inner - threshold
    corner = _has_arc([c > upper for c in around], arc) | _has_arc([c < lower for c in around], arc)
    total = sum(np.abs(c - inner) for c in around)
    score[RADIUS : H - RADIUS, RADIUS : W - RADIUS] = np.where(corner, total, 0)
    return score


def _has_arc(passes, arc):
    """Are `arc` in a row of the 16 maps True, going round? Bit i of a pixel's number says whether map i is."""
    bits = np.zeros(passes[0].shape, dtype=np.uint32)
    for i, ok in enumerate(passes):
        bits |= ok.astype(np.uint32) << i
    bits |= bits << 16  # once more round
    run = bits
    for _ in range(arc - 1):  # bit i: is a run of so many going to end there?
        run = (run << 1) & bits
    return run >> 15 != 0 if arc > 1 else bits != 0


def fast_corners(image, *, arc=9, threshold=0.15, distance=3, count=None):
    """The corners (n, 2), x and y: pixels with the largest score within `distance`, the highest first."""
    return local_maxima(fast_score(image, arc=arc, threshold=threshold), distance=distance, count=count)[:, ::-1]
