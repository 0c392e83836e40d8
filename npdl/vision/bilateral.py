"""The bilateral filter: a Gaussian that counts neighbours the less, the more they differ in brightness."""

from math import exp

import numpy as np

from ..errors import require_integer, require_positive
from ..threads import each
from .borders import pad, require_border
from .convolution import row_blocks
from .images import require_image


def bilateral(image, sigma_space=2.0, sigma_range=0.1, *, radius=None, border="mirror", value=0.0):
    """y_p = Σ_q w_pq f_q / Σ_q w_pq with w_pq = e^{-‖p - q‖² / 2σ_space²} e^{-‖f_p - f_q‖² / 2σ_range²}.

    image: (H, W) or (H, W, 3); of a colour image ‖f_p - f_q‖ is the distance of two colours, so that all channels share
    the weights. sigma_space: pixels; sigma_range: brightness. q: the pixels at most `radius` away, ⌈2 sigma_space⌉ by
    default. Edges higher than a few sigma_range stay. Tomasi and Manduchi 1998.

    1. For each offset in the disc, take the image moved by it.
    2. Weigh it by the distance in space and in brightness; add it, and its weight.
    3. Divide.
    """
    require_positive("bilateral", "sigma_space", sigma_space)
    require_positive("bilateral", "sigma_range", sigma_range)
    radius = int(np.ceil(2 * sigma_space)) if radius is None else require_integer("bilateral", "radius", radius, 0)
    image = require_image("bilateral", image)
    require_border("bilateral", border)
    H, W = image.shape[:2]
    padded = pad(image, ((radius, radius), (radius, radius)), border, value)
    reach = range(-radius, radius + 1)
    disc = [(i, j) for i in reach for j in reach if i * i + j * j <= radius * radius]
    out = np.empty_like(image)

    def block(rows):
        middle = image[rows]
        total, weights = np.zeros_like(middle), np.zeros_like(middle[:, :, :1] if image.ndim == 3 else middle)
        for i, j in disc:
            near = padded[rows.start + radius + i : rows.stop + radius + i, radius + j : radius + j + W]
            difference = (near - middle) ** 2
            if image.ndim == 3:
                difference = difference.sum(axis=2, keepdims=True)
            weight = exp(-(i * i + j * j) / (2 * sigma_space**2)) * np.exp(difference / (-2 * sigma_range**2))
            total += weight * near
            weights += weight
        out[rows] = total / weights  # the pixel itself weighs 1: never 0 / 0

    each(block, row_blocks(H, W * image[0, 0].size))
    return out
