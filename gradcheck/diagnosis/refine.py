"""Right gradients for the diagnosis: the entries that are not known well enough are measured again."""

import numpy as np

UNSURE = 1e-8  # of the gradient's size: a rule that wants an exact fit needs entries at least as sure
MOST = 40  # entries that are measured again
STEPS = 10.0 ** -np.arange(4, 8.5, 0.5)  # of the input's size


def refined(case, name):
    """The numerical gradient of an input, with its unsure entries measured with many steps."""
    right = np.array(case.numeric[name], np.float64)
    error = case.error.get(name)
    if error is None or np.shape(error) != right.shape or case.run_forward is None:
        return right
    size = np.sqrt(np.nanmean(right * right)) if right.size else 0.0
    unsure = np.argwhere(~(np.asarray(error) <= UNSURE * (np.abs(right) + size)))
    for index in map(tuple, unsure if len(unsure) <= MOST else ()):
        right[index] = _measured(case, name, index, right[index])
    return right


def _measured(case, name, index, old):
    """The central difference that changes least from one step to the next, if it is steadier than the old value."""
    x = np.asarray(case.inputs[name], np.float64)
    size = float(np.median(np.abs(x))) or 1.0
    slopes = []
    for h in STEPS * size:
        ends = []
        for step in (h, -h):
            moved = x.copy()
            moved[index] += step
            ends.append((moved[index], case.run_forward({**case.inputs, name: moved})[0]))
        (up, above), (down, below) = ends
        slopes.append(sum(((a - b) * d).sum() for a, b, d in zip(above, below, case.douts)) / (up - down))
    steps = np.abs(np.diff(slopes))
    best = int(np.argmin(steps))
    return slopes[best + 1] if steps[best] <= 1e-6 * abs(slopes[best + 1]) else old
