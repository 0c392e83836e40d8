"""What every classifier here asks of its samples and labels."""

from ..errors import InputError, InputTypeError, require_shape


def flattened(function, x):
    """Every sample as one row: (N, ...) to (N, D)."""
    if getattr(x, "ndim", 0) < 2:
        raise InputError(function, "x", "(N, D) or images (N, C, H, W)", x)
    return x.reshape(len(x), -1)


def require_labels(function, y, N):
    """Raise unless y holds N integers."""
    if getattr(y, "dtype", None) is None or y.dtype.kind not in "iu":
        raise InputTypeError(function, "y", "an array of integer labels", y)
    require_shape(function, "y", y, (N,), "one label for each sample")
