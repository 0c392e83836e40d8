"""What lies outside an image, as filters and warps must know. The names are those of scipy.ndimage:

    name        pixels a b c d go on as          numpy.pad      OpenCV
    reflect     d c b a | a b c d | d c b a      symmetric      BORDER_REFLECT
    mirror        d c b | a b c d | c b a        reflect        BORDER_REFLECT_101
    nearest     a a a a | a b c d | d d d d      edge           BORDER_REPLICATE
    wrap        a b c d | a b c d | a b c d      wrap           BORDER_WRAP
    constant    k k k k | a b c d | k k k k      constant       BORDER_CONSTANT
"""

import numpy as np

from ..arguments import arrays, integer, integers, number, takes
from ..errors import InputError, is_one_of

BORDERS = {"reflect": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap", "constant": "constant"}


def require_border(function, border):
    """Raise unless it is the name of a border."""
    if not is_one_of(border, BORDERS):
        raise InputError(function, "border", f"one of {', '.join(BORDERS)}", border)


@takes(image=arrays("H, W, ..."), margins=integers("2, 2", 0), value=number())
def pad(image, margins, border="reflect", value=0.0):
    """The image with pixels around it: (H, W, ...) -> (top + H + bottom, left + W + right, ...).

    margins: ((top, bottom), (left, right)); value: what "constant" puts there.
    """
    require_border("pad", border)
    options = {"constant_values": value} if border == "constant" else {}
    return np.pad(image, (*margins, *[(0, 0)] * (image.ndim - 2)), BORDERS[border], **options)


@takes(i=integers(), n=integer(1))
def border_index(i, n, border):
    """Which of n pixels stands at the integer places i of an endless line: (indices in [0, n), are they the image's?).

    The second is False only outside of a "constant" border, where the index is the nearest pixel's.
    """
    require_border("border_index", border)
    inside = np.ones(np.shape(i), bool) if border != "constant" else (i >= 0) & (i < n)
    if border == "wrap":
        return i % n, inside
    if border == "reflect":
        i = i % (2 * n)
        return np.minimum(i, 2 * n - 1 - i), inside
    if border == "mirror":
        period = max(2 * n - 2, 1)
        i = i % period
        return np.minimum(i, period - i) if n > 1 else i * 0, inside
    return np.clip(i, 0, n - 1), inside
