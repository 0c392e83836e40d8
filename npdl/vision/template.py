"""Where a small image is in a large one: normalised cross-correlation."""

import numpy as np

from ..errors import InputError
from .convolution import convolve_fft
from .images import require_grey, require_mask


def match_template(image, template, mask=None):
    """The correlation coefficient, in [-1, 1], of the template with every window of the image: (H - h + 1, W - w + 1).

    r = Σ m (f - f̄)(t - t̄) / √(Σ m (f - f̄)² Σ m (t - t̄)²), sums and means over the pixels of the mask m (h, w), all by
    default. It is 1 where the window is a t + b, a > 0: brightness and contrast do not matter. 0 where the window is
    flat. Lewis 1995; equals scikit-image's match_template.

    1. Take the mean off the template, inside the mask; then f̄ drops out of the numerator.
    2. Correlate: f with m (t - t̄), and f and f² with m, for the windows' means and squares.
    """
    image, template = require_grey("match_template", image), require_grey("match_template", template, "template")
    h, w = template.shape
    if h > image.shape[0] or w > image.shape[1]:
        raise InputError("match_template", "template", f"no larger than the image {image.shape}", template)
    mask = np.ones((h, w), bool) if mask is None else require_mask("match_template", mask, (h, w))
    count = mask.sum()
    if count == 0 or np.ptp(template[mask]) == 0:
        raise InputError("match_template", "template", "of more than one brightness inside the mask", template)
    image = image.astype(np.float64) - image.mean()  # squares of small numbers lose less
    template = np.where(mask, template - template[mask].mean(), 0)
    product = _windows(image, template)
    spread = np.maximum(_windows(image * image, mask) - _windows(image, mask) ** 2 / count, 0)
    scale = np.sqrt(spread * (template * template).sum())
    flat = spread <= 1e-12 * max(np.abs(image).max() ** 2, 1e-300) * count
    return np.clip(np.where(flat, 0, product / np.where(flat, 1, scale)), -1, 1)


def best_match(image, template, mask=None):
    """(top, left, r) of the window that is most like the template; of equals the first in reading order."""
    r = match_template(image, template, mask)
    top, left = np.unravel_index(r.argmax(), r.shape)
    return int(top), int(left), float(r[top, left])


def _windows(image, kernel):
    """The correlation with a kernel at all places where it lies inside."""
    return convolve_fft(image, kernel[::-1, ::-1], mode="valid")
