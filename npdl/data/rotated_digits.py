"""The digits of UCI, each turned by an angle of its own."""

import numpy as np

from .. import ops
from ..errors import require_integer, require_range
from .digits import load_digits

ZOOM = 1.15  # how much smaller a digit is drawn, so that its corners stay in the picture when it is turned


def load_rotated_digits(degrees=60, *, size=16, copies=5, seed=0):
    """(x, y, angle) of the training set, 1,437 images, and of the test set, 360 digits at `copies` angles each.

    x: float32 (N, 1, size, size) in [0, 1], enlarged from 8×8 and turned about the middle, bilinear in one go; y: int64
    (N,), the digit; angle: float32 (N,), anticlockwise, uniform between -degrees and degrees. The angles follow from
    the seed, the sets are those of load_digits.
    """
    require_range("load_rotated_digits", "degrees", degrees, 0, 180)
    require_integer("load_rotated_digits", "copies", copies, 1)
    rng = np.random.default_rng(seed)
    (x, y), (x_test, y_test) = load_digits()
    x_test, y_test = np.repeat(x_test, copies, axis=0), np.repeat(y_test, copies)
    return tuple(_turned(images, labels, degrees, size, rng) for images, labels in ((x, y), (x_test, y_test)))


def _turned(x, y, degrees, size, rng):
    angle = rng.uniform(-degrees, degrees, len(x)).astype(np.float32)
    return turn(x, angle, size=size, zoom=ZOOM), y, angle


def turn(x, angle, *, size=None, zoom=1.0):
    """Images (N, C, H, W), each turned anticlockwise by its angle (N,), in degrees, and drawn `zoom` times smaller."""
    a = np.radians(angle).astype(x.dtype)
    c, s, zero = zoom * np.cos(a), zoom * np.sin(a), np.zeros_like(a)
    theta = np.stack([c, -s, zero, s, c, zero], axis=1).reshape(-1, 2, 3)
    return ops.grid_sample(x, ops.affine_grid(theta, size=size or x.shape[2:]))
