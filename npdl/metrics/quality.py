"""How alike two images are to the eye: PSNR of colours, and the structural similarity in its forms."""

import numpy as np

from ..arguments import instance, number, reals, takes
from ..errors import InputError, require_positive, require_shape
from ..vision.colour import rgb_to_ycbcr
from ..vision.convolution import convolve_separable, correlate_separable
from ..vision.smoothing import gaussian_line
from .image import psnr

WINDOW = gaussian_line(1.5, 5)  # 11 weights, σ = 1.5
SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


@takes(
    image=reals("H, W, ..."), wanted=reals("h, w, ..."), convention=instance(str), peak=number(above=0)
)
def psnr_colour(image, wanted, *, convention="mse", peak=1.0):
    """PSNR of two colour images (H, W, 3) in decibels; three conventions are in use, so say which.

    "channels"  the mean of the PSNR of R, of G and of B: never below "mse", as -log is convex (Jensen)
    "mse"       one PSNR from the mean squared error of all three channels
    "y"         PSNR of the luma Y of YCbCr (ITU-R BT.601, 16 to 235 of 255): most papers on super-resolution. The eye
                sees brightness best; it comes out higher, since Y has but 219/255 of the range

    peak: the largest value there can be, 1.0 or 255.
    """
    image, wanted = _pair("psnr_colour", image, wanted)
    if image.ndim != 3 or image.shape[2] != 3:
        raise InputError("psnr_colour", "image", "a colour image (H, W, 3)", image)
    require_positive("psnr_colour", "peak", peak)
    if convention == "channels":
        return float(np.mean([psnr(image[..., c], wanted[..., c], peak) for c in range(3)]))
    if convention == "mse":
        return psnr(image, wanted, peak)
    if convention == "y":
        return psnr(*(rgb_to_ycbcr(a / peak)[..., 0] for a in (image, wanted)))
    raise InputError("psnr_colour", "convention", '"channels", "mse" or "y"', convention)


@takes(image=reals("H, W, ..."), wanted=reals("h, w, ..."), peak=number(above=0))
def ssim(image, wanted, *, peak=1.0):
    """The mean structural similarity of two images, (H, W) or (H, W, C), in [-1, 1]; 1 for equal ones alone.

    SSIM = (2 μx μy + C1) (2 σxy + C2) / ((μx² + μy² + C1) (σx² + σy² + C2)), C1 = (0.01 peak)², C2 = (0.03 peak)²

    of the means, variances and covariance under a Gaussian window of 11 x 11 pixels, σ = 1.5, at every place where it
    fits in; then the mean over the places (and channels). Negative where the structure is turned round: of an image and
    its negative. Wang, Bovik, Sheikh and Simoncelli 2004, equation 13.
    """
    image, wanted = _windows_fit("ssim", image, wanted, peak)
    return float(np.mean([_product(a, b, peak) for a, b in _channels(image, wanted)]))


@takes(image=reals("H, W, ..."), wanted=reals("h, w, ..."), peak=number(above=0))
def ssim_map(image, wanted, *, peak=1.0):
    """The SSIM of two grey images at every place of the window: (H - 10, W - 10). A picture of where they differ."""
    image, wanted = _windows_fit("ssim_map", image, wanted, peak)
    if image.ndim != 2:
        raise InputError("ssim_map", "image", "a grey image (H, W)", image)
    return _product(image, wanted, peak)


@takes(image=reals("H, W, ..."), wanted=reals("h, w, ..."), peak=number(above=0))
def dssim(image, wanted, *, peak=1.0):
    """(1 - SSIM) / 2: the structural dissimilarity, in [0, 1], 0 for equal images: a loss."""
    return (1 - ssim(image, wanted, peak=peak)) / 2


@takes(image=reals("H, W, ..."), wanted=reals("h, w, ..."), peak=number(above=0))
def dssim_gradient(image, wanted, *, peak=1.0):
    """The gradient of dssim by `image`, of its shape, so that it can be trained.

    SSIM is a function of m = G x, p = G x² and q = G xy (G: the window). Its derivatives by them go back through the
    window's transpose: Gᵀ dm + 2 x Gᵀ dp + y Gᵀ dq.
    """
    image, wanted = _windows_fit("dssim_gradient", image, wanted, peak)
    if image.ndim == 3:
        pairs = _channels(image, wanted)
        return np.stack([dssim_gradient(a, b, peak=peak) for a, b in pairs], axis=2) / len(pairs)
    mx, my, A1, A2, B1, B2 = _terms(image, wanted, peak)
    S = A1 * A2 / (B1 * B2)
    dm = S * (2 * my / A1 - 2 * my / A2 - 2 * mx / B1 + 2 * mx / B2)
    dp, dq = -S / B2, 2 * S / A2
    dm, dp, dq = (convolve_separable(d, WINDOW, WINDOW, mode="full") for d in (dm, dp, dq))
    return -(dm + 2 * image * dp + wanted * dq) / (2 * S.size)


@takes(image=reals("H, W, ..."), wanted=reals("h, w, ..."), peak=number(above=0), weights=reals("S", 0))
def ms_ssim(image, wanted, *, peak=1.0, weights=SCALES):
    """The multi-scale SSIM: Π_s cs_s^{w_s}, times l^{w_M} at the coarsest scale M. In [0, 1].

    cs: the mean of the second factor of the SSIM (contrast and structure), l of the first times the second; negative
    means count as 0. From scale to scale, means of 2 x 2 pixels (odd ends are left out). The image must hold the window
    at the last scale: 176 pixels for the five weights. Colour: the mean over the channels. Wang, Simoncelli and Bovik
    2003, equation 7.
    """
    image, wanted = _windows_fit("ms_ssim", image, wanted, peak)
    least = len(WINDOW) * 2 ** (len(weights) - 1)
    if min(image.shape[:2]) < least:
        raise InputError("ms_ssim", "image", f"at least {least} pixels high and wide, for {len(weights)} scales", image)
    return float(np.mean([_over_scales(a, b, peak, weights) for a, b in _channels(image, wanted)]))


def _over_scales(x, y, peak, weights):
    product = 1.0
    for scale, weight in enumerate(weights):
        _, _, A1, A2, B1, B2 = _terms(x, y, peak)
        last = scale == len(weights) - 1
        product *= max(0.0, float(np.mean(A1 * A2 / (B1 * B2) if last else A2 / B2))) ** weight
        x, y = _halved(x), _halved(y)
    return product


def _halved(x):
    H, W = x.shape[0] // 2, x.shape[1] // 2
    return x[: 2 * H, : 2 * W].reshape(H, 2, W, 2).mean(axis=(1, 3))


def _product(x, y, peak):
    _, _, A1, A2, B1, B2 = _terms(x, y, peak)
    return A1 * A2 / (B1 * B2)


def _terms(x, y, peak):
    """μx, μy and the four factors of the SSIM, each of the shape of the places."""
    mx, my, xx, yy, xy = (correlate_separable(a, WINDOW, WINDOW, mode="valid") for a in (x, y, x * x, y * y, x * y))
    C1, C2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    A1, A2 = 2 * mx * my + C1, 2 * (xy - mx * my) + C2
    B1, B2 = mx * mx + my * my + C1, xx - mx * mx + yy - my * my + C2
    return mx, my, A1, A2, B1, B2


def _channels(image, wanted):
    if image.ndim == 2:
        return [(image, wanted)]
    return [(image[..., c], wanted[..., c]) for c in range(image.shape[2])]


def _windows_fit(function, image, wanted, peak):
    image, wanted = _pair(function, image, wanted)
    require_positive(function, "peak", peak)
    if image.ndim not in (2, 3) or min(image.shape[:2]) < len(WINDOW):
        raise InputError(function, "image", "(H, W) or (H, W, C), at least 11 pixels high and wide", image)
    return image, wanted


def _pair(function, image, wanted):
    image, wanted = np.asarray(image, "float64"), np.asarray(wanted, "float64")
    require_shape(function, "image", image, wanted.shape, "as wanted")
    if not (np.isfinite(image).all() and np.isfinite(wanted).all()):
        raise InputError(function, "both images", "free of nan and inf", image)
    return image, wanted
