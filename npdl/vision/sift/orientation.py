"""SIFT's main directions: a histogram of the gradients around a keypoint. Lowe 2004, section 5."""

import numpy as np

from .pyramid import sample

BINS = 36
PEAK = 0.8  # share of the highest peak from which another one is a main direction, too
WINDOW = 1.5  # the standard deviation of the window, in σ
REACH = 4.5  # its radius, in σ
STEP = 0.5  # the distance of its samples, in σ
SMOOTHING = np.array([1, 4, 6, 4, 1]) / 16


def main_directions(gradients, level, x, y, sigma):
    """(which, angle): keypoint which[i] has the main direction angle[i] in [0, 2π); one of them or more each.

    gradients: (2, levels, H, W); level, x, y, sigma: (n,), in pixels of the octave, so that the window grows with the
    keypoint.

    1. The histogram of direction_histogram, 36 bins of 10°. (The notes' 8 or 10 bins are the descriptor's.)
    2. Its peaks: above both neighbours, and at least 80 % of the highest.
    3. A parabola through a peak and its neighbours gives the angle between the bins.
    """
    histogram = direction_histogram(gradients, level, x, y, sigma)
    before, behind = np.roll(histogram, 1, axis=1), np.roll(histogram, -1, axis=1)
    highest = histogram.max(axis=1, keepdims=True)
    which, peak = np.nonzero((histogram > before) & (histogram >= behind) & (histogram >= PEAK * highest))
    left, middle, right = (h[which, peak] for h in (before, histogram, behind))
    between = 0.5 * (left - right) / (left - 2 * middle + right)
    return which, (peak + between) * (2 * np.pi / BINS) % (2 * np.pi)


def direction_histogram(gradients, level, x, y, sigma):
    """The histogram (n, 36) of the directions around each keypoint; bin b stands for the angle b · 10°.

    Each sample within 4.5 σ adds its gradient's magnitude, times a Gaussian of 1.5 σ, to the two bins next to its
    direction; then the bins are smoothed a little.
    """
    along = np.arange(-REACH, REACH + STEP / 2, STEP)
    dy, dx = (d.ravel() for d in np.meshgrid(along, along, indexing="ij"))
    disc = np.hypot(dx, dy) <= REACH
    dy, dx = dy[disc], dx[disc]
    weight = np.exp(-(dx**2 + dy**2) / (2 * WINDOW**2))
    gx, gy = sample(gradients, level, x[:, None] + sigma[:, None] * dx, y[:, None] + sigma[:, None] * dy)  # (n, m)
    vote = weight * np.hypot(gx, gy)
    place = np.arctan2(gy, gx) * (BINS / (2 * np.pi)) % BINS
    low = np.floor(place)
    share = place - low
    first = np.arange(len(x))[:, None] * BINS
    low = low.astype(np.int64) % BINS
    votes = np.concatenate([(vote * (1 - share)).ravel(), (vote * share).ravel()])
    cells = np.concatenate([(first + low).ravel(), (first + (low + 1) % BINS).ravel()])
    histogram = np.bincount(cells, votes, minlength=len(x) * BINS).reshape(-1, BINS)
    return sum(w * np.roll(histogram, shift, axis=1) for shift, w in zip(range(-2, 3), SMOOTHING))
