"""What resizing and adaptive pooling share: linear maps of images that treat rows and columns apart.

Such a map is y = R x Cᵀ for each channel, with a matrix R for the rows, (H', H), and one for the columns, C: (W', W).
It is linear, so its backward is the transposed map, dx = Rᵀ dout C: `apart(dout, R.T, C.T)`.
"""

from ..errors import InputError, is_integer, require_ndim


def apart(x, rows, columns):
    """rows x columnsᵀ for each channel of each sample: (N, C, H, W) -> (N, C, H', W')."""
    N, C, H, W = x.shape
    wide = x.reshape(N * C * H, W) @ columns.T  # all rows of all images in one product
    return (rows @ wide.reshape(N * C, H, len(columns))).reshape(N, C, len(rows), len(columns))


def lengths(function, x, size):
    """((H, H'), (W, W')) for an image x: (N, C, H, W) and a size that is asked for: (H', W'), or an int for both."""
    require_ndim(function, "x", x, 4, "(N, C, H, W)")
    if 0 in x.shape[2:]:
        raise InputError(function, "x", "an image with a pixel at least", x)
    pair = (size, size) if is_integer(size) else size
    if not (isinstance(pair, tuple) and len(pair) == 2 and all(is_integer(n, 1) for n in pair)):
        raise InputError(function, "size", "an integer >= 1 or a pair (height, width) of them", size)
    return tuple(zip(x.shape[2:], pair))
