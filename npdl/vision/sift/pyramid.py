"""SIFT's scale space: octaves of Gaussians. Lowe 2004, section 3."""

import numpy as np

from ..smoothing import gaussian

SIGMA = 1.6  # the blur of an octave's first image, in its own pixels
INTERVALS = 3  # s: the blur doubles in so many steps


def scale_table(octaves, intervals=INTERVALS, sigma=SIGMA):
    """The blur σ 2^{o + i/s} of the images of the pyramid in pixels of the first one, (octaves, s + 3)."""
    o, i = np.ogrid[:octaves, : intervals + 3]
    return sigma * 2.0 ** (o + i / intervals)


def gaussian_pyramid(image, octaves, *, intervals=INTERVALS, sigma=SIGMA, blur=0.5):
    """A list of `octaves` arrays (s + 3, H / 2^o, W / 2^o).

    1. The image has a blur of `blur` pixels; √(σ² - blur²) more makes it σ.
    2. Each next image of the octave is blurred 2^{1/s} times as much: by √(σ_i² - σ_{i-1}²) more, since it is variances
       that add. s + 3 of them: s + 2 differences, of which s have a neighbour on either side. (The notes' five images
       give four differences, of which only two do.)
    3. Image s has the blur 2 σ. Every second pixel of it is the next octave's first image: σ in pixels of its own, so
       that inside each octave the kernels are the same. (The notes write ½ image * G(2σ), twice as much.)
    """
    scales = sigma * 2.0 ** (np.arange(intervals + 3) / intervals)
    steps = np.sqrt(np.diff(scales**2))
    first = gaussian(image, float(np.sqrt(max(sigma**2 - blur**2, 0.01))))
    pyramid = []
    for _ in range(octaves):
        levels = [first]
        for step in steps:
            levels.append(gaussian(levels[-1], float(step)))
        pyramid.append(np.stack(levels))
        first = levels[intervals][::2, ::2]
    return pyramid


def doubled(image):
    """(H, W) -> (2H, 2W): two pixels for each, 3/4 of it and 1/4 of the neighbour on their side; x goes to 2 x + 1/2.

    (Keeping every pixel and putting means between them would blur every second one only, and keypoints would depend
    on where they lie: fewer come back in another view.)
    """
    for axis in (0, 1):
        rows = np.moveaxis(image, axis, 0)
        padded = np.concatenate([rows[:1], rows, rows[-1:]])
        pairs = np.stack([0.75 * rows + 0.25 * padded[:-2], 0.75 * rows + 0.25 * padded[2:]], axis=1)
        image = np.moveaxis(pairs.reshape(-1, rows.shape[1]), 0, axis)
    return image


def pixel_gradients(gaussians):
    """(gx, gy) stacked, (2, levels, H, W): central differences of each image."""
    gy, gx = np.gradient(gaussians, axis=(1, 2))
    return np.stack([gx, gy])


def sample(gradients, level, x, y):
    """Gradients (2, levels, H, W) between the pixels, bilinear: level (n,), x and y (n, m) -> (2, n, m).

    Beyond the border it is the border's.
    """
    H, W = gradients.shape[2:]
    x, y = np.clip(x, 0, W - 1), np.clip(y, 0, H - 1)
    j, i = np.minimum(x.astype(np.int64), W - 2), np.minimum(y.astype(np.int64), H - 2)
    fx, fy, level = x - j, y - i, level[:, None]
    upper = gradients[:, level, i, j] * (1 - fx) + gradients[:, level, i, j + 1] * fx
    lower = gradients[:, level, i + 1, j] * (1 - fx) + gradients[:, level, i + 1, j + 1] * fx
    return upper * (1 - fy) + lower * fy
