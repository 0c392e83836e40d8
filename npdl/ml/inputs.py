"""What every classifier here asks of its samples and labels."""

import numpy as np

from ..backend import to_numpy
from ..errors import InputError, InputTypeError, require_shape


def flattened(function, x):
    """Every sample as one row: (N, ...) to (N, D)."""
    if getattr(x, "ndim", 0) < 2:
        raise InputError(function, "x", "(N, D) or images (N, C, H, W)", x)
    if x.dtype.kind not in "fiub":
        raise InputTypeError(function, "x", "real numbers", x)
    if x.size == 0 or (x.dtype.kind == "f" and not np.isfinite(x).all()):
        raise InputError(function, "x", "one sample at least, of finite numbers", x)
    return x.reshape(len(x), -1)


def require_labels(function, y, N):
    """Raise unless y holds N integers."""
    if getattr(y, "dtype", None) is None or y.dtype.kind not in "iu":
        raise InputTypeError(function, "y", "an array of integer labels", y)
    require_shape(function, "y", y, (N,), "one label for each sample")


def real_rows(function, x, argument="x"):
    """x (N, D) on the host, finite, with at least one number: float32 as it is, everything else in float64."""
    if getattr(x, "ndim", 0) != 2 or x.size == 0:
        raise InputError(function, argument, "a 2-d array (N, D), not empty", x)
    x = to_numpy(x)
    if x.dtype.kind not in "fiub":
        raise InputTypeError(function, argument, "real numbers", x)
    x = x if x.dtype == np.float32 else x.astype(np.float64)
    if not np.isfinite(x).all():
        raise InputError(function, argument, "finite numbers, and no NaN", x)
    return x
