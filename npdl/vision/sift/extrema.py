"""SIFT's keypoints: extrema in scale space, placed between the pixels, no weak ones, no edges. Lowe 2004, 3.1, 4."""

from typing import NamedTuple

import numpy as np

from ..sliding import sliding_extreme

MOVES = 5  # times that an extremum may move on to the next pixel


class Refined(NamedTuple):
    """n extrema of D between the pixels."""

    position: np.ndarray  # (n, 3): layer, y, x
    value: np.ndarray  # (n,): D there
    hessian: np.ndarray  # (n, 2, 2): of D in y and x, at the nearest pixel


def scale_space_extrema(dog, threshold=0.0, *, border=1):
    """The indices (n, 3), layer, y, x, of the extrema of D (L, H, W), L >= 3, among their 26 neighbours.

    A maximum above `threshold`, or a minimum below -threshold, none smaller or greater next to it; in the first and the
    last layer, and within `border` >= 1 pixels of the sides, there are none.
    """
    inner = dog[1:-1, 1:-1, 1:-1]
    largest, smallest = dog, dog
    for axis in range(3):
        largest = sliding_extreme(largest, 3, axis, np.maximum)
        smallest = sliding_extreme(smallest, 3, axis, np.minimum)
    extreme = ((inner == largest) & (inner > threshold)) | ((inner == smallest) & (inner < -threshold))
    found = np.argwhere(extreme) + 1
    return found[_inside(found, dog.shape, border)]


def refine(dog, candidates, *, border=1):
    """The extrema of D between the pixels, as Refined; candidates: (n, 3) integers. Brown and Lowe 2002.

    1. Taylor: D(x) = D + gᵀ x + ½ xᵀ H x about a pixel, g and H by central differences.
    2. Its extremum: x̂ = -H⁻¹ g.
    3. Where x̂ is more than half a pixel away along an axis, another pixel is nearer: go there, and again.
    4. D(x̂) = D + ½ gᵀ x̂.

    Left out: those that leave the array, do not come to rest in five moves, or have a singular H.
    """
    at = candidates.copy()
    resting = np.zeros(len(at), dtype=bool)
    offset = np.zeros((len(at), 3))
    for _ in range(MOVES):
        moving = np.nonzero(~resting & _inside(at, dog.shape, border))[0]
        g, H = derivatives(dog, at[moving])
        regular = np.abs(np.linalg.det(H)) > 1e-30
        moving, g, H = moving[regular], g[regular], H[regular]
        offset[moving] = -np.linalg.solve(H, g[..., None])[..., 0]
        resting[moving] = (np.abs(offset[moving]) <= 0.5).all(axis=1)
        step = np.clip(np.rint(offset[moving]), -9, 9).astype(np.int64)
        at[moving] += np.where(resting[moving, None], 0, step)
    at, offset = at[resting], offset[resting]
    at, first = np.unique(at, axis=0, return_index=True)  # two may have come to the same pixel
    offset = offset[first]
    g, H = derivatives(dog, at)
    value = dog[tuple(at.T)] + 0.5 * np.sum(g * offset, axis=1)
    return Refined(at + offset, value, H[:, 1:, 1:])


def derivatives(dog, at):
    """The gradient (n, 3) and the Hessian (n, 3, 3) of D at the pixels (n, 3), by central differences."""

    def D(*step):
        return dog[tuple((at + np.array(step)).T)]

    axes = np.eye(3, dtype=np.int64)
    middle = D(0, 0, 0)
    g = np.stack([(D(*e) - D(*-e)) / 2 for e in axes], axis=1)
    H = np.zeros((len(at), 3, 3), dtype=dog.dtype)
    for a in range(3):
        H[:, a, a] = D(*axes[a]) + D(*-axes[a]) - 2 * middle
        for b in range(a):
            e, f = axes[a], axes[b]
            H[:, a, b] = H[:, b, a] = (D(*(e + f)) - D(*(e - f)) - D(*(f - e)) + D(*(-e - f))) / 4
    return g, H


def keep_corners_and_blobs(found, contrast, edge):
    """The extrema with |D(x̂)| >= contrast and tr² / det < (r + 1)² / r, r = edge.

    On an edge D bends across it and hardly along it. tr² / det of the Hessian is (λ1 + λ2)² / (λ1 λ2): 4 for equal
    eigenvalues, (r + 1)² / r = 12.1 for a ratio of 10. det <= 0 is a saddle. (The notes let the Hessian drop the weak
    ones; that is what the contrast is for.)
    """
    keep = (np.abs(found.value) >= contrast) & ~on_edge(found.hessian, edge)
    return Refined(*(field[keep] for field in found))


def on_edge(hessian, ratio):
    """bool (n,): do the eigenvalues of (n, 2, 2) differ by `ratio` times or more, or in sign?"""
    trace = hessian[:, 0, 0] + hessian[:, 1, 1]
    det = hessian[:, 0, 0] * hessian[:, 1, 1] - hessian[:, 0, 1] ** 2
    return (det <= 0) | (trace**2 * ratio >= (ratio + 1) ** 2 * det)


def _inside(at, shape, border):
    """bool (n,): is the pixel in the array, a layer from its ends and `border` pixels from its sides?"""
    margin = np.array([1, border, border])
    return ((at >= margin) & (at < np.array(shape) - margin)).all(axis=1)
