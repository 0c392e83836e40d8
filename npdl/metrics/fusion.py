"""Metrics of image fusion: what of two grey images A and B is still there in one, F.

Images are grey (H, W) of one shape, as npdl.vision has them; the metrics count in grey levels from 0 to 255. Of one
image: entropy, spatial frequency, standard deviation, average gradient. Of two: mutual information, correlation, VIF.
Of three: SCD, Qabf, Nabf. Higher is better, but for MSE and Nabf. Survey: Ma, Ma and Li 2019, "Infrared and visible
image fusion methods and applications".
"""

from math import pi
from typing import NamedTuple

import numpy as np

from ..arguments import number, takes
from ..errors import InputError, require_shape
from ..vision.convolution import correlate_separable
from ..vision.derivatives import derivatives
from ..vision.images import as_bytes, require_grey
from ..vision.smoothing import gaussian_line
from .image import psnr
from .quality import ms_ssim, ssim


class FusionScores(NamedTuple):
    """The fourteen of `fusion_scores`, in five groups."""

    EN: float  # information theory: entropy,
    MI: float  # mutual information with A and with B,
    PSNR: float  # and the mean of the PSNR with both
    SSIM: float  # structure: the means with both
    MS_SSIM: float
    MSE: float  # (an error of pixels in truth); lower is better
    SF: float  # features of F alone: spatial frequency,
    SD: float  # standard deviation,
    AG: float  # average gradient
    VIF: float  # the eye: the sum of VIF with both
    CC: float  # source images: mean correlation with both,
    SCD: float  # sum of the correlations of differences,
    Qabf: float  # edges kept,
    Nabf: float  # and edges made up; lower is better


def fusion_scores(a, b, fused):
    """All fourteen of F, of at least 176 x 176 pixels (MS-SSIM's)."""
    a, b, fused = _grey("fusion_scores", a=a, b=b, fused=fused)

    def mean(metric):
        return (metric(fused, a) + metric(fused, b)) / 2

    return FusionScores(
        EN=entropy(fused),
        MI=mutual_information(a, fused) + mutual_information(b, fused),
        PSNR=mean(psnr),
        SSIM=mean(ssim),
        MS_SSIM=mean(ms_ssim),
        MSE=mean(lambda x, y: float(np.mean((255 * x - 255 * y) ** 2))),
        SF=spatial_frequency(fused),
        SD=standard_deviation(fused),
        AG=average_gradient(fused),
        VIF=vif(fused, a) + vif(fused, b),
        CC=mean(correlation),
        SCD=scd(a, b, fused),
        Qabf=qabf(a, b, fused),
        Nabf=nabf(a, b, fused),
    )


def entropy(image):
    """EN = -Σ_v p_v log2 p_v over the 256 grey levels, in bits: from 0 (constant) to 8 (all alike)."""
    return _bits(np.bincount(as_bytes(require_grey("entropy", image)).ravel()))


def mutual_information(image, other):
    """MI = H(X) + H(Y) - H(X, Y) of the grey levels of two images, in bits; H(X) if Y is X."""
    x, y = (as_bytes(a).ravel().astype(int) for a in _grey("mutual_information", image=image, other=other))
    return _bits(np.bincount(x)) + _bits(np.bincount(y)) - _bits(np.bincount(256 * x + y))


def standard_deviation(image):
    """SD = √(mean (F - mean F)²), in grey levels: contrast."""
    return float(np.std(255 * require_grey("standard_deviation", image)))


def spatial_frequency(image):
    """SF = √(RF² + CF²): the root mean squares of the differences along the rows and down the columns."""
    x = 255 * _two_wide("spatial_frequency", image)
    return float(np.sqrt(np.mean(np.diff(x, axis=1) ** 2) + np.mean(np.diff(x, axis=0) ** 2)))


def average_gradient(image):
    """AG = mean √((Δx² + Δy²) / 2), of the differences to the right and downwards, where there are both."""
    x = 255 * _two_wide("average_gradient", image)
    right, down = np.diff(x, axis=1)[:-1], np.diff(x, axis=0)[:, :-1]
    return float(np.mean(np.sqrt((right**2 + down**2) / 2)))


def correlation(image, other):
    """CC: Pearson's r of the pixels of two images, in [-1, 1]; 0 if one of them is constant."""
    x, y = (a.ravel() - a.mean() for a in _grey("correlation", image=image, other=other))
    return _ratio(x @ y, np.sqrt((x @ x) * (y @ y)))


def scd(a, b, fused):
    """SCD = r(F - B, A) + r(F - A, B): what F has besides B should be A. 2 for F = A + B of uncorrelated A and B.

    The sum of the correlations of differences, in [-2, 2]. Aslantas and Bendes 2015.
    """
    a, b, fused = (x - x.mean() for x in _grey("scd", a=a, b=b, fused=fused))

    def r(x, y):
        x = x - x.mean()
        return _ratio(np.sum(x * y), np.sqrt(np.sum(x * x) * np.sum(y * y)))

    return r(fused - b, a) + r(fused - a, b)


@takes(noise=number(above=0))
def vif(image, wanted, noise=2.0):
    """The visual information fidelity of `image`: what the eye learns from it over what it learns from `wanted`.

    On four scales, in Gaussian windows of N = 17, 9, 5, 3 pixels and σ = N/5: image = g · wanted + v. The eye adds
    noise of variance `noise`. VIF = Σ log(1 + g² σw² / (σv² + noise)) / Σ log(1 + σw² / noise).
    1 for equal images, below 1 for blurred or noisy ones, above 1 for more contrast; 1 if `wanted` is constant.
    Sheikh and Bovik 2006, in the pixel domain (the authors' VIFp).
    """
    x, y = (255 * a for a in _grey("vif", wanted=wanted, image=image))
    if min(x.shape) < 41:
        raise InputError("vif", "image", "at least 41 pixels high and wide, for four scales", image)
    learned = there = 0.0
    for scale, N in enumerate((17, 9, 5, 3)):
        line = gaussian_line(N / 5, N // 2)
        if scale:
            x, y = (correlate_separable(a, line, line, mode="valid")[::2, ::2] for a in (x, y))
        mx, my, xx, yy, xy = (correlate_separable(a, line, line, mode="valid") for a in (x, y, x * x, y * y, x * y))
        vx, vy, cov = np.maximum(xx - mx * mx, 0), np.maximum(yy - my * my, 0), xy - mx * my
        gain = np.maximum(cov, 0) / np.maximum(vx, 1e-10)
        rest = np.maximum(vy - gain * cov, 1e-10)
        learned += float(np.sum(np.log2(1 + gain**2 * vx / (rest + noise))))
        there += float(np.sum(np.log2(1 + vx / noise)))
    return learned / there if there > 1e-6 else 1.0


def qabf(a, b, fused):
    """Q^{AB/F}: the share of the edges of A and B that F has, weighted by their strength, in [0, 0.975].

    1. Strength g and direction α of the Sobel gradients of A, B and F.
    2. Of A and F: G = the smaller strength over the larger, and Δ = 1 - (angle between the directions) / (π/2).
    3. Q^{AF} = 0.9994 / (1 + e^{-15 (G - 0.5)}) · 0.9879 / (1 + e^{-22 (Δ - 0.8)}); likewise Q^{BF}.
    4. Q = Σ (Q^{AF} g_A + Q^{BF} g_B) / Σ (g_A + g_B); 0 where neither has an edge.

    Even for F = A = B it is 0.9748, as the two curves do not reach 1. Xydeas and Petrović 2000.
    """
    (ga, qa), (gb, qb), _ = _edges("qabf", a, b, fused)
    return _ratio(np.sum(qa * ga + qb * gb), np.sum(ga + gb))


def nabf(a, b, fused):
    """N^{AB/F}: the share of artefacts, edges of F that are stronger than both A's and B's. Lower is better.

    Σ M ((1 - Q^{AF}) g_A + (1 - Q^{BF}) g_B) / Σ (g_A + g_B), where M is 1 if g_F > g_A and g_F > g_B and 0 elsewhere;
    Q as in `qabf`. 0 for F = A = B. It needs both sources. Petrović and Xydeas 2005; M by Kumar 2013.
    """
    (ga, qa), (gb, qb), gf = _edges("nabf", a, b, fused)
    made_up = (gf > ga) & (gf > gb)
    return _ratio(np.sum(made_up * ((1 - qa) * ga + (1 - qb) * gb)), np.sum(ga + gb))


def _edges(function, a, b, fused):
    """(g_A, Q^{AF}), (g_B, Q^{BF}) and g_F."""
    strengths, angles = zip(*(_gradient(x) for x in _grey(function, a=a, b=b, fused=fused)))
    kept = []
    for g, angle in zip(strengths[:2], angles[:2]):
        low, high = np.minimum(g, strengths[2]), np.maximum(g, strengths[2])
        G = low / np.where(high > 0, high, 1)
        turn = np.abs((angle - angles[2]) % pi - pi / 2) / (pi / 2)  # 1 for equal and for opposite directions
        kept.append(0.9994 / (1 + np.exp(-15 * (G - 0.5))) * 0.9879 / (1 + np.exp(-22 * (turn - 0.8))))
    return (strengths[0], kept[0]), (strengths[1], kept[1]), strengths[2]


def _gradient(image):
    """Strength and direction of the Sobel gradient."""
    right, down = derivatives(image)
    strength = np.hypot(right, down)
    return np.where(strength > 1e-9, strength, 0), np.arctan2(down, right)  # below is rounding: the image is constant


def _grey(function, **images):
    first, *others = images
    result = [require_grey(function, image, name).astype(np.float64) for name, image in images.items()]
    for name, image in zip(others, result[1:]):
        require_shape(function, name, image, result[0].shape, f"as {first}")
    return result


def _two_wide(function, image):
    image = require_grey(function, image)
    if min(image.shape) < 2:
        raise InputError(function, "image", "at least 2 pixels high and wide", image)
    return image


def _bits(counts):
    p = counts[counts > 0] / counts.sum()
    return float(-np.sum(p * np.log2(p))) + 0.0


def _ratio(above, below):
    return float(above / below) if below > 0 else 0.0
