"""Classical vision: plain functions on images, one algorithm a file. images.py says what an image is.

A file and its function may share a name: `from npdl.vision import median` is the function. What rests on other rooms
(palette on npdl.ml) is imported from its file.
"""

from .bilateral import bilateral
from .binary import euler_number, holes, label, otsu_threshold, regions
from .borders import BORDERS, pad
from .colour import hsv_to_rgb, lab_to_rgb, rgb_to_hsv, rgb_to_lab, rgb_to_ycbcr, ycbcr_to_rgb
from .convolution import convolve, convolve_fft, convolve_separable, correlate, correlate_separable, separate
from .dct import compress, dct, dct2, idct, idct2
from .derivatives import derivatives, laplacian, prewitt, scharr, sobel
from .histogram import equalise, histogram
from .images import REC601, REC709, as_bytes, as_float, to_grey
from .masks import apply_mask, bounding_box, disc_mask, masked_histogram, masked_mean, polygon_mask, rectangle_mask
from .median import median
from .morphology import (
    black_top_hat,
    closing,
    dilate,
    disc,
    erode,
    morphological_gradient,
    opening,
    square,
    white_top_hat,
)
from .mosaic import mosaic
from .noise import gaussian_noise, poisson_noise, salt_and_pepper
from .quantise import quantise
from .resize import downsample, resize
from .skeleton import skeleton
from .smoothing import box, gaussian, gaussian_kernel, sharpen
from .template import best_match, match_template
from .total_variation import mean_variation, total_variation, total_variation_gradient, tv_denoise, tv_inpaint
from .warp import reflection, rotation, sample, scaling, shear, transform_points, translation, warp

__all__ = [
    "bilateral",
    "euler_number", "holes", "label", "otsu_threshold", "regions",
    "BORDERS", "pad",
    "hsv_to_rgb", "lab_to_rgb", "rgb_to_hsv", "rgb_to_lab", "rgb_to_ycbcr", "ycbcr_to_rgb",
    "convolve", "convolve_fft", "convolve_separable", "correlate", "correlate_separable", "separate",
    "compress", "dct", "dct2", "idct", "idct2",
    "derivatives", "laplacian", "prewitt", "scharr", "sobel",
    "equalise", "histogram",
    "REC601", "REC709", "as_bytes", "as_float", "to_grey",
    "apply_mask", "bounding_box", "disc_mask", "masked_histogram", "masked_mean", "polygon_mask", "rectangle_mask",
    "median",
    "black_top_hat", "closing", "dilate", "disc", "erode", "morphological_gradient", "opening", "square",
    "white_top_hat",
    "mosaic",
    "gaussian_noise", "poisson_noise", "salt_and_pepper",
    "quantise",
    "downsample", "resize",
    "skeleton",
    "box", "gaussian", "gaussian_kernel", "sharpen",
    "best_match", "match_template",
    "mean_variation", "total_variation", "total_variation_gradient", "tv_denoise", "tv_inpaint",
    "reflection", "rotation", "sample", "scaling", "shear", "transform_points", "translation", "warp",
]  # fmt: skip
