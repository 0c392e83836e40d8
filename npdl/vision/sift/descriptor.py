"""SIFT's descriptor: 4 × 4 cells, in each a histogram of 8 directions. Lowe 2004, section 6."""

import numpy as np

from .pyramid import sample

CELLS = 4
DIRECTIONS = 8
CELL = 3.0  # a cell's side, in σ
SAMPLES = 4  # a cell is 4 × 4 samples
CLIP = 0.2


def describe(gradients, level, x, y, sigma, angle):
    """The descriptors (n, 128): cell by cell, row by row, 8 directions each; their norm is 1.

    gradients: (2, levels, H, W); level, x, y, sigma, angle: (n,), in pixels of the octave.

    1. A grid of 16 × 16 samples, 4 × 4 for each cell of 3 σ, turned to the main direction (and two more samples around,
       since a cell's share fades out over the width of a cell): the neighbourhood is normalised.
    2. The gradient at each, bilinear, and its direction relative to the main one.
    3. Each adds its magnitude times a Gaussian of two cells to the cells around it and to the two directions next to
       its own, by shares that are linear: a small shift changes little.
    4. Divide by the norm (a gain of the brightness drops out), cut at 0.2 (so that no single edge rules), divide again;
       the cut twice, see `normalised`.
    """
    u, v, weights = sample_grid()
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    side = CELL * sigma[:, None]
    gx, gy = sample(gradients, level, x[:, None] + side * (c * u - s * v), y[:, None] + side * (s * u + c * v))
    place = (np.arctan2(gy, gx) - angle[:, None]) * (DIRECTIONS / (2 * np.pi)) % DIRECTIONS
    distance = np.abs(place[..., None] - np.arange(DIRECTIONS))  # (n, samples, 8)
    share = np.maximum(1 - np.minimum(distance, DIRECTIONS - distance), 0)
    votes = np.hypot(gx, gy)[..., None] * share
    return normalised((weights @ votes).reshape(len(x), CELLS**2 * DIRECTIONS))


def sample_grid():
    """(u, v, weights): the samples' places in cells from the keypoint, (m,) each, and their shares, (16, m)."""
    along = (np.arange(SAMPLES * (CELLS + 1)) + 0.5) / SAMPLES - (CELLS + 1) / 2  # -2.375 ... 2.375
    v, u = (d.ravel() for d in np.meshgrid(along, along, indexing="ij"))
    centres = np.arange(CELLS) - (CELLS - 1) / 2
    near_v = np.maximum(1 - np.abs(v - centres[:, None]), 0)  # (4, m)
    near_u = np.maximum(1 - np.abs(u - centres[:, None]), 0)
    window = np.exp(-(u**2 + v**2) / (2 * (CELLS / 2) ** 2))
    return u, v, ((near_v[:, None] * near_u).reshape(CELLS**2, -1) * window)


def normalised(vectors):
    """Each row divided by its norm and cut at 0.2, twice, then divided again. Rows of zeros stay.

    (Lowe cuts once. What the first division after it lifts above 0.2 again is cut a second time here.)
    """
    for _ in range(2):
        norm = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = np.minimum(vectors / np.maximum(norm, 1e-12), CLIP)
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(norm, 1e-12)
