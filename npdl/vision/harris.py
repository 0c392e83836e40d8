"""Corners: where a window changes whichever way it is moved. Harris, and Shi and Tomasi.

C. Harris and M. Stephens, A combined corner and edge detector, Alvey Vision Conference, 1988; J. Shi and C. Tomasi,
Good features to track, CVPR 1994.
"""

from typing import NamedTuple

import numpy as np

from ..arguments import instance, number, reals, takes
from ..errors import InputError, require_positive, require_range
from .derivatives import sobel
from .images import require_grey
from .peaks import local_maxima
from .smoothing import gaussian


class Tensor(NamedTuple):
    """The symmetric matrix [[xx, xy], [xy, yy]] of every pixel; each (H, W)."""

    xx: np.ndarray
    xy: np.ndarray
    yy: np.ndarray


class HarrisStages(NamedTuple):
    """What each step of Harris's detector makes."""

    tensor: Tensor  # 1 to 3
    response: np.ndarray  # 4, (H, W)
    corners: np.ndarray  # 5, (n, 2), x and y


@takes(gx=reals("H, W", finite=False), gy=reals("H, W", finite=False))
def structure_tensor(gx, gy, *, sigma=1.5, border="reflect"):
    """H = Σ w [[Ix², Ix Iy], [Ix Iy, Iy²]] in the window around each pixel, w a Gaussian of `sigma`; a Tensor.

    gx, gy: the derivatives, (H, W). H is positive semi-definite: a sum of squares with weights >= 0.
    """
    require_positive("structure_tensor", "sigma", sigma)
    return Tensor(*(gaussian(product, sigma, border=border) for product in (gx * gx, gx * gy, gy * gy)))


@takes(tensor=instance(Tensor), u=number(), v=number())
def shift_energy(tensor, u, v):
    """[u v] H [u v]ᵀ, which is E(u, v) = Σ w(x, y) (I(x+u, y+v) - I(x, y))² to second order, (H, W).

    The change of the window around each pixel when it is moved by (u, v) pixels; the rest is of third order.
    """
    return tensor.xx * (u * u) + 2 * tensor.xy * (u * v) + tensor.yy * (v * v)


@takes(tensor=instance(Tensor))
def eigenvalues(tensor):
    """(larger, smaller) eigenvalue of each pixel's H: both near 0 flat, one of them large an edge, both a corner."""
    mean = (tensor.xx + tensor.yy) / 2
    half_gap = np.hypot((tensor.xx - tensor.yy) / 2, tensor.xy)
    return mean + half_gap, mean - half_gap


@takes(tensor=instance(Tensor))
def harris_response(tensor, k=0.05):
    """C = det H - k tr² H = λ1 λ2 - k (λ1 + λ2)²: above 0 at corners, below 0 on edges, near 0 where it is flat.

    k: 0.04 to 0.06 in use. Since λ1 λ2 <= (λ1 + λ2)² / 4, no C is above 0 once k >= 1/4: with the 0.4 to 0.6 that the
    notes give there are no corners at all.
    """
    require_range("harris_response", "k", k, 0, 1)
    trace = tensor.xx + tensor.yy
    return tensor.xx * tensor.yy - tensor.xy * tensor.xy - k * trace * trace


@takes(tensor=instance(Tensor))
def shi_tomasi_response(tensor):
    """min(λ1, λ2): how much the window changes even the way in which it changes least."""
    return eigenvalues(tensor)[1]


@takes(share=number(0, 1))
def harris_corners(image, *, sigma=1.5, k=0.05, share=0.01, distance=3, count=None, stages=False):
    """The corners (n, 2), x and y in pixels, of a grey image (H, W), the strongest first.

    1. The derivatives Ix, Iy (Sobel's, which smooth as well).
    2. Their products Ix², Ix Iy, Iy².
    3. Sum them in a Gaussian window of `sigma`: H of each pixel.
    4. C = det H - k tr² H.
    5. Keep what is the largest within `distance` pixels, above `share` of the largest of all; at most `count`.

    They turn with the image and do not mind an offset of its brightness; a gain multiplies C, which the relative
    threshold makes up for. They do not survive a large change of scale or of viewpoint.
    """
    tensor = _tensor("harris_corners", image, sigma)
    response = harris_response(tensor, k)
    corners = _strongest(response, share, distance, count)
    return HarrisStages(tensor, response, corners) if stages else corners


@takes(share=number(0, 1))
def shi_tomasi_corners(image, *, sigma=1.5, share=0.01, distance=3, count=None):
    """As harris_corners, with min(λ1, λ2) for C."""
    return _strongest(shi_tomasi_response(_tensor("shi_tomasi_corners", image, sigma)), share, distance, count)


def _tensor(function, image, sigma):
    image = require_grey(function, image)
    if min(image.shape) < 3:
        raise InputError(function, "image", "of 3 × 3 pixels at least", image)
    return structure_tensor(*sobel(image), sigma=sigma)


def _strongest(response, share, distance, count):
    return local_maxima(response, distance=distance, threshold=max(share * response.max(), 0), count=count)[:, ::-1]
