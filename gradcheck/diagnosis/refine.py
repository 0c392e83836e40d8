"""Right gradients for the diagnosis: the entries that are not known well enough are measured again."""

import numpy as np

from ..numeric import EPS, size_of, slope
from ..pair import flat

UNSURE = 1e-8  # of the gradient's size: a rule that wants an exact fit needs entries at least as sure
MOST = 40  # entries that are measured again


def refined(case, name):
    """The numerical gradient of an input, with its unsure entries measured with many steps."""
    right = np.array(case.numeric[name], np.float64)
    error = case.error.get(name)
    if error is None or np.shape(error) != right.shape or case.run_forward is None:
        return right
    known = right[np.isfinite(right)]
    size = np.sqrt(np.mean(known * known)) if known.size else 0.0
    unsure = np.argwhere(~(np.asarray(error) <= UNSURE * (np.abs(right) + size)))
    for index in map(tuple, unsure if len(unsure) <= MOST else ()):
        right[index] = _measured(case, name, index, right[index])
    return right


def _measured(case, name, index, old):
    """The slope at one entry, taken to the end of what rounding allows; the old one at a kink."""
    x, base, dout = np.asarray(case.inputs[name], np.float64), flat(case.outs), flat(case.douts)

    def at(t):
        moved = x.copy()
        moved[index] += t
        try:
            return flat(case.run_forward({**case.inputs, name: moved})[0])
        except Exception:  # beyond its domain, as in Pair.outputs_at
            return np.full(base.shape, np.nan)

    found = slope(at, base, dout, size_of(x), EPS * np.abs(base), 0.0)
    return old if found.kink or not np.isfinite(found.value) else found.value
