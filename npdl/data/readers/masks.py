"""Masks of objects: polygons filled, and runs of equal pixels as COCO writes them."""

import math

import numpy as np

from ...errors import InputError, InputTypeError, require_ndim
from .files import MAX_PIXELS

FARTHEST = 10**6  # pixels: no corner of a polygon is farther out


def polygon_mask(polygon, height, width):
    """The inside of a polygon as bool (height, width).

    polygon: its n >= 3 corners, (n, 2) as (x, y), or flat (x, y, x, y, ...) as in COCO, in edge coordinates: pixel
    (i, j) covers [j, j + 1) x [i, i + 1). What is outside the image is cut off.
    A pixel is inside if its centre (j + 0.5, i + 0.5) is, by the even-odd rule: a ray from there to the left crosses
    the boundary an odd number of times. A centre on a left or upper edge is inside, on a right or lower edge outside:
    polygons that share an edge share no pixel, and leave none out. (pycocotools traces the boundary on a grid five
    times finer, and differs in pixels that the boundary runs through.)

    Every edge flips the pixels to the right of where it crosses a row of centres:  mask = parity of flips so far.
    """
    corners = _corners("polygon_mask", polygon)
    _require_size("polygon_mask", height, width)
    flips = np.zeros((height, width + 1), dtype=bool)
    for edge in zip(corners.tolist(), np.roll(corners, -1, axis=0).tolist(), strict=True):
        (x0, y0), (x1, y1) = sorted(edge, key=lambda corner: corner[1])  # so a shared edge rounds alike for both
        first, last = (min(max(math.ceil(y - 0.5), 0), height) for y in (y0, y1))
        if first < last:
            rows = np.arange(first, last)
            crossing = x0 + (rows + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
            columns = np.ceil(crossing - 0.5).clip(0, width).astype(int)  # the first centre that is not to the left
            flips[rows, columns] ^= True
    return np.logical_xor.accumulate(flips[:, :width], axis=1)


def polygon_area(polygon):
    """The area of a polygon that does not cross itself: |Σ x_k y_{k+1} - x_{k+1} y_k| / 2 (the shoelace formula)."""
    x, y = _corners("polygon_area", polygon).T
    x, y = x - x.mean(), y - y.mean()  # differences of large products lose digits
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(np.roll(x, -1), y)) / 2)


def rle_encode(mask, *, compress=False):
    """A mask as runs: {"size": [H, W], "counts": [zeros, ones, zeros, ...]}, going down the columns from the left.

    mask: bool (H, W). The first count is of zeros, and is 0 if the mask begins with a one. compress: counts as a
    string. Each count from the fourth on becomes its difference to the one two before; its two's complement is cut into
    groups of 5 bits, the lowest first, until what is left repeats the group's top bit; bit 6 says that more follow, and
    each group + 48 is a character. Source: pycocotools' maskApi.c.
    """
    mask = np.asarray(mask)
    require_ndim("rle_encode", "mask", mask, 2, "(H, W)")
    if mask.dtype != bool:
        raise InputTypeError("rle_encode", "mask", "bool", mask)
    flat = mask.ravel(order="F")
    ends = [0, *np.flatnonzero(flat[1:] != flat[:-1]) + 1, flat.size]
    counts = np.diff(ends).tolist()
    if flat.size and flat[0]:
        counts.insert(0, 0)
    return {"size": list(mask.shape), "counts": _to_string(counts) if compress else counts}


def rle_decode(rle):
    """The mask, bool (H, W), that `rle_encode` (or COCO, with either kind of counts) wrote."""
    if not isinstance(rle, dict) or not {"size", "counts"} <= set(rle):
        raise InputTypeError("rle_decode", "rle", 'a dict with "size" and "counts"', rle)
    size, counts = rle["size"], rle["counts"]
    if not isinstance(size, list | tuple) or len(size) != 2:
        raise InputError("rle_decode", "size", "[height, width]", size)
    _require_size("rle_decode", *size)
    if isinstance(counts, str | bytes):
        counts = _from_string(counts)
    if not isinstance(counts, list | tuple) or not all(type(count) is int and count >= 0 for count in counts):
        raise InputError("rle_decode", "counts", "integers >= 0, or the string of such", counts)
    if sum(counts) != math.prod(size):
        raise InputError("rle_decode", "counts", f"such that they add up to {size[0]} · {size[1]}", sum(counts))
    ones = np.arange(len(counts)) % 2 == 1
    return np.repeat(ones, counts).reshape(size, order="F")


def _to_string(counts):
    characters = []
    for i, count in enumerate(counts):
        rest = count - counts[i - 2] if i > 2 else count
        more = True
        while more:
            group, rest = rest & 31, rest >> 5  # Python's >> keeps the sign, as two's complement does
            more = rest != (-1 if group & 16 else 0)
            characters.append(chr(48 + group + 32 * more))
    return "".join(characters)


def _from_string(text):
    counts, value, shift = [], 0, 0
    for character in text if isinstance(text, bytes) else map(ord, text):
        group = character - 48
        if not 0 <= group < 64 or shift > 40:
            raise InputError("rle_decode", "counts", "a string of COCO's groups of 6 bits", text)
        value |= (group & 31) << shift
        shift += 5
        if not group & 32:  # the last group of a count
            value -= (group & 16) << shift - 4  # its top bit is the sign
            counts.append(value + counts[-2] if len(counts) > 2 else value)
            value, shift = 0, 0
    if shift:
        raise InputError("rle_decode", "counts", "a string of whole counts", text)
    return counts


def _corners(function, polygon):
    """float64 (n, 2)."""
    try:
        corners = np.asarray(polygon, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputTypeError(function, "polygon", "numbers (x, y, x, y, ...)", polygon) from None
    if corners.ndim == 1 and corners.size % 2 == 0:
        corners = corners.reshape(-1, 2)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise InputError(function, "polygon", "at least three pairs (x, y)", polygon)
    if not (np.abs(corners) <= FARTHEST).all():  # this way round NaN is refused as well
        raise InputError(function, "polygon", f"finite and within {FARTHEST:,} pixels", polygon)
    return corners


def _require_size(function, height, width):
    if not all(type(n) is int and n >= 1 for n in (height, width)) or height * width > MAX_PIXELS:
        raise InputError(function, "size", f"two integers >= 1, their product at most {MAX_PIXELS:,}", (height, width))
