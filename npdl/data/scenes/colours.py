"""The palette of the objects, and the muted colours of backgrounds."""

import numpy as np

COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")
PALETTE = np.array(
    [
        (0.82, 0.12, 0.14),
        (0.96, 0.52, 0.08),
        (0.97, 0.86, 0.16),
        (0.05, 0.60, 0.36),
        (0.26, 0.80, 0.88),
        (0.12, 0.34, 0.80),
        (0.48, 0.18, 0.62),
        (0.96, 0.56, 0.74),
    ]
)


def hue_to_rgb(hue, saturation, value):
    """The hexcone of Smith 1978, "Color gamut transform pairs": arrays of one shape in [0, 1] to (..., 3)."""
    thirds = (hue[..., None] + np.array([0, 2 / 3, 1 / 3])) % 1  # red, green and blue are a third of a turn apart
    pure = np.clip(abs(6 * thirds - 3) - 1, 0, 1)
    return value[..., None] * (1 - saturation[..., None] * (1 - pure))
