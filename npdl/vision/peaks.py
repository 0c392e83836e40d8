"""Non-maximum suppression: what is the largest in its neighbourhood."""

import numpy as np
from scipy.spatial import KDTree

from ..arguments import integer, number, reals, takes
from ..errors import InputError, require_integer
from .sliding import sliding_extreme


@takes(response=reals("N, ...", finite=False), threshold=number(), count=integer(0), border=integer(0))
def local_maxima(response, *, distance=1, threshold=0.0, count=None, border=0):
    """The indices (n, D) of the local maxima of an array of D axes, the largest first.

    1. Keep what is above `threshold` and equals the largest value within `distance` along every axis.
    2. Leave out what is nearer than `border` to a side.
    3. Sort by value, equal ones in reading order; keep `count`.
    4. Of kept ones within `distance` of each other, a plateau, only the first stays.

    Raises InputError for a distance below 1.
    """
    require_integer("local_maxima", "distance", distance, 1)
    if not np.isfinite(response).all():
        raise InputError("local_maxima", "response", "free of nan and inf", response)
    largest = np.pad(response, distance, constant_values=-np.inf)
    for axis in range(response.ndim):
        largest = sliding_extreme(largest, 2 * distance + 1, axis, np.maximum)
    peaks = np.argwhere((response == largest) & (response > threshold))
    peaks = peaks[((peaks >= border) & (peaks < np.array(response.shape) - border)).all(axis=1)]
    values = response[tuple(peaks.T)]
    peaks = _without_plateaus(peaks[np.argsort(-values, kind="stable")], distance)
    return peaks[:count]


def _without_plateaus(peaks, distance):
    """The peaks, best first, without those that have an earlier one within `distance`; so near, they are equal."""
    kept = np.ones(len(peaks), dtype=bool)
    for i, j in sorted(KDTree(peaks).query_pairs(distance, p=np.inf)):  # i < j; hardly ever any
        kept[j] &= not kept[i]
    return peaks[kept]
