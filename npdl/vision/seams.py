"""Seam carving: an image made narrower or wider by the paths of pixels that are missed the least.

S. Avidan and A. Shamir, Seam carving for content-aware image resizing, SIGGRAPH 2007; M. Rubinstein, A. Shamir and
S. Avidan, Improved seam carving for video retargeting, SIGGRAPH 2008 (forward energy).

Seams run from top to bottom: seam (H,), the column of each row, neighbours at most one apart. Horizontal ones are those
of the transposed image.
"""

import numpy as np

from ..arguments import arrays, integers, reals, takes
from ..errors import InputError, is_one_of, require_indices, require_integer
from .derivatives import sobel
from .gradient import gradient
from .images import require_image, require_mask, require_size, to_grey


def seam_energy(image, *, kernel="central"):
    """E = |∂I/∂x| + |∂I/∂y| of the grey image, (H, W): a sum of absolute values, not the root of squares.

    kernel: "central" differences, or "sobel". image: (H, W) or (H, W, 3), at least 2 × 2.
    """
    if not is_one_of(kernel, ("central", "sobel")):
        raise InputError("seam_energy", "kernel", '"central" or "sobel"', kernel)
    gx, gy = (gradient if kernel == "central" else sobel)(to_grey(require_image("seam_energy", image)))
    return np.abs(gx) + np.abs(gy)


@takes(energy=reals("H, W", finite=False))
def backward_costs(energy):
    """(first, steps): what a seam pays in row 0, (W,), and for coming from the left, from above, from the right,
    (3, H, W): always the energy of the pixel that is taken away."""
    return energy[0], np.broadcast_to(energy, (3, *energy.shape))


@takes(extra=reals(finite=False))
def forward_costs(image, extra=0.0):
    """(first, steps), as backward_costs: what a seam pays for the neighbours that it brings together.

    Where a pixel is taken away its left and right neighbour meet: |I(i, j+1) - I(i, j-1)|. When the seam comes from the
    left, so do the pixel above and the left one: + |I(i-1, j) - I(i, j-1)|; from the right, the pixel above and the
    right one. extra: (H, W), added everywhere. Beyond the border the image goes on with its last pixel.
    """
    grey = to_grey(image)
    if np.shape(extra) not in ((), grey.shape):
        raise InputError("forward_costs", "extra", f"a number, or an array of shape {grey.shape}", extra)
    padded = np.pad(grey, ((0, 0), (1, 1)), mode="edge")
    left, right, above = padded[:, :-2], padded[:, 2:], np.concatenate([grey[:1], grey[:-1]])
    meet = np.abs(right - left) + extra
    steps = np.stack([meet + np.abs(above - left), meet, meet + np.abs(above - right)])
    return meet[0], steps


@takes(first=reals("W", finite=False), steps=reals("3, H, W", finite=False))
def cumulative_costs(first, steps):
    """M (H, W): the cost of the cheapest seam from the top to each pixel, by dynamic programming.

    M[0, j] = first[j]; M[i, j] = min(M[i-1, j-1] + steps[0, i, j], M[i-1, j] + steps[1, i, j],
    M[i-1, j+1] + steps[2, i, j]). Outside of the image M is +∞. (The notes put 0 there: then a seam along the border
    costs next to nothing.)
    """
    _, H, W = steps.shape
    M = np.full_like(steps, np.inf, shape=(H, W + 2))
    M[0, 1:-1] = first
    for i in range(1, H):
        above = M[i - 1]
        best = M[i, 1:-1]
        np.minimum(above[:-2] + steps[0, i], above[1:-1] + steps[1, i], out=best)
        np.minimum(best, above[2:] + steps[2, i], out=best)
    return M[:, 1:-1]


@takes(first=reals("W", finite=False), steps=reals("3, H, W", finite=False))
def cheapest_seam(first, steps):
    """(seam (H,), its cost): from the smallest M of the last row back to where it came from; straight up at a tie.

    Raises InputError where every seam costs +∞, that is, where a row is all protected.
    """
    M = cumulative_costs(first, steps)
    H, W = M.shape
    seam = np.empty(H, dtype=np.int64)
    seam[-1] = j = int(M[-1].argmin())
    cost = float(M[-1, j])
    if cost == np.inf:
        raise InputError("cheapest_seam", "protect", "a mask that leaves a way from top to bottom", cost)
    for i in range(H - 1, 0, -1):
        ways = [(M[i - 1, j + d] + steps[d + 1, i, j], abs(d), d) for d in (-1, 0, 1) if 0 <= j + d < W]
        j += min(ways)[2]
        seam[i - 1] = j
    return seam, cost


@takes(image=arrays("H, W, ..."), seam=integers("H", 0))
def remove_seam(image, seam, *, average=False):
    """The image without the seam's pixels: (H, W, ...) -> (H, W - 1, ...).

    average: the notes' variant, in which the left and the right neighbour become their mean with the pixel that goes.
    Avidan and Shamir only take it away.
    """
    H, W = image.shape[:2]
    require_indices("remove_seam", "seam", seam, W)
    rows = np.arange(H)
    if average:
        gone, image = image[rows, seam], image.copy()
        for neighbour in (seam - 1, seam + 1):
            inside = (neighbour >= 0) & (neighbour < W)
            where = (rows[inside], neighbour[inside])
            image[where] = (image[where] + gone[inside]) / 2
    keep = np.ones((H, W), dtype=bool)
    keep[rows, seam] = False
    return image[keep].reshape(H, W - 1, *image.shape[2:])


def find_seams(image, count, *, forward=False, protect=None):
    """The columns (H, count) of the first `count` seams to be removed, each in the image as it is given."""
    image, protect = _checked("find_seams", image, count, protect)
    H, W = image.shape[:2]
    columns = np.broadcast_to(np.arange(W), (H, W))
    found = np.empty((H, count), dtype=np.int64)
    for k in range(count):
        seam, _ = cheapest_seam(*_costs(image, forward, protect))
        found[:, k] = columns[np.arange(H), seam]
        image, columns = remove_seam(image, seam), remove_seam(columns, seam)
        protect = None if protect is None else remove_seam(protect, seam)
    return found


def remove_seams(image, count, *, forward=False, average=False, protect=None):
    """The image `count` pixels narrower. image: (H, W) or (H, W, 3); count < W - 1.

    `count` times: 1. the energy, 2. the cheapest seam, 3. take it away.

    forward: forward energy, which counts the edges that a removal makes rather than those that it takes away, and
    leaves fewer jags. protect: bool (H, W), pixels that no seam may cross (faces, say, which seams bend out of shape).
    """
    image, protect = _checked("remove_seams", image, count, protect)
    for _ in range(count):
        seam, _ = cheapest_seam(*_costs(image, forward, protect))
        image = remove_seam(image, seam, average=average)
        protect = None if protect is None else remove_seam(protect, seam)
    return image


def insert_seams(image, count, *, forward=False, protect=None):
    """The image `count` pixels wider, count < W - 1: next to each pixel of the cheapest seams its mean with the next.

    All seams are found first, by removal: one at a time, the same cheapest seam would be doubled again and again.
    """
    image, protect = _checked("insert_seams", image, count, protect)
    H, W = image.shape[:2]
    doubled = np.zeros((H, W), dtype=bool)
    doubled[np.arange(H)[:, None], find_seams(image, count, forward=forward, protect=protect)] = True
    place = np.arange(W) + np.cumsum(doubled, axis=1) - doubled  # where each pixel goes
    rows = np.arange(H)[:, None]
    out = np.zeros_like(image, shape=(H, W + count, *image.shape[2:]))
    out[rows, place] = image
    following = np.concatenate([image[:, 1:], image[:, -1:]], axis=1)
    i, j = np.nonzero(doubled)
    out[i, place[i, j] + 1] = (image[i, j] + following[i, j]) / 2
    return out


def resize_by_seams(image, size, *, forward=False):
    """The image as one of size (H', W'): first the width, by vertical seams, then the height, by horizontal ones."""
    image = require_image("resize_by_seams", image)
    for axis, new in zip((1, 0), require_size("resize_by_seams", size)[::-1]):
        upright = np.swapaxes(image, 0, 1) if axis == 0 else image
        change = new - upright.shape[1]
        upright = (insert_seams if change > 0 else remove_seams)(upright, abs(change), forward=forward)
        image = np.swapaxes(upright, 0, 1) if axis == 0 else upright
    return image


def remove_object(image, mask, *, forward=False, restore=True):
    """The image without what the mask, bool (H, W), covers; of the old width again if `restore`.

    1. The masked pixels' energy falls below the sum of all others, so that seams go through as many as they can. (The
       notes would take seams through the object's edge.)
    2. Remove seams until no masked pixel is left.
    3. Insert as many.

    Raises InputError for a mask that leaves fewer than two pixels of a row.
    """
    image, mask = require_image("remove_object", image), require_mask("remove_object", mask, image.shape[:2])
    width = image.shape[1]
    if mask.sum(axis=1).max() > width - 2:
        raise InputError("remove_object", "mask", "a mask that leaves two pixels of each row", mask)
    while mask.any():
        if mask.shape[1] == 2:
            raise InputError("remove_object", "mask", "small enough that seams through it leave some width", mask)
        seam, _ = cheapest_seam(*_costs(image, forward, None, mask))
        image, mask = remove_seam(image, seam), remove_seam(mask, seam)
    while restore and image.shape[1] < width:
        image = insert_seams(image, min(width - image.shape[1], image.shape[1] - 2), forward=forward)
    return image


def _costs(image, forward, protect, attract=None):
    """The costs of a seam, +∞ where protected, far below 0 where attracted."""
    energy = seam_energy(image)
    bias = np.zeros_like(energy)
    if attract is not None:
        bias[attract] = -(4 * energy.sum() + 4 * image.shape[0])
    if protect is not None:
        bias[protect] = np.inf
    return forward_costs(image, bias) if forward else backward_costs(energy + bias)


def _checked(function, image, count, protect):
    image = require_image(function, image)
    if require_integer(function, "count", count, 0) > image.shape[1] - 2:
        raise InputError(function, "count", f"at most the image's width less two, {image.shape[1] - 2}", count)
    return image, protect if protect is None else require_mask(function, protect, image.shape[:2], "protect")
