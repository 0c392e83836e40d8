"""How indices are written."""

import numpy as np


def run_text(either, bad=None):
    """Indices as Python writes them: `3`, `2:4`, `:-1`, `[0, 2]`."""
    index = np.flatnonzero(either if bad is None else bad)
    n = len(either)
    if len(index) == 1:
        return str(index[0]) if index[0] != n - 1 or n == 1 else "-1"
    if index[-1] - index[0] == len(index) - 1:
        start = "" if index[0] == 0 else str(index[0])
        stop = "" if index[-1] == n - 1 else str(index[-1] + 1) if index[-1] != n - 2 else "-1"
        return f"{start}:{stop}"
    return str(index.tolist())


def slice_text(name, ndim, axis, which):
    """`Wx[:, 2:4]`."""
    return f"{name}[{':, ' * axis}{run_text(which)}{', :' * (ndim - axis - 1)}]"


def axes_text(which):
    """`axis 1`, `axes (2, 3)`."""
    return f"axis {which[0]}" if len(which) == 1 else f"axes {tuple(which)}"
