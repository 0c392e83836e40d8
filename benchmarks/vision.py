"""npdl.vision beside scikit-image (or SciPy, where scikit-image has it from there) on an image of one megapixel.

    python -m benchmarks.vision                     # all rows, a minute
    python -m benchmarks.vision --only gaussian,median --threads 1 --side 512

The ratio is their time divided by npdl's: above 1, npdl is faster. Both calculate in float64 and the best of five runs
counts, taken by turns.
"""

import argparse
import time
import warnings

import numpy as np
import scipy.fft
import scipy.ndimage
import skimage.color
import skimage.exposure
import skimage.feature
import skimage.filters
import skimage.morphology
import skimage.restoration
import skimage.transform

import npdl
from npdl import vision


def rows(side):
    """{name: (npdl's function, theirs)}, all without arguments."""
    rng = np.random.default_rng(0)
    f, g, kernel = rng.random((side, side)), rng.random((side, side, 3)), rng.random((5, 5))
    mask, square, disc = scipy.ndimage.gaussian_filter(f, 3) > 0.5, np.ones((3, 3), bool), vision.morphology.disc(5)
    turn = vision.warp.rotation(10, (side / 2, side / 2))
    back = skimage.transform.ProjectiveTransform(np.linalg.inv(turn))
    patch, half, twice = f[:32, :32], (side // 2, side // 2), (2 * side, 2 * side)
    v, filters, morphology, ndimage = vision, skimage.filters, skimage.morphology, scipy.ndimage
    restoration, transform = skimage.restoration, skimage.transform
    return {
        "gaussian, σ = 2": (lambda: v.smoothing.gaussian(f, 2), lambda: filters.gaussian(f, 2, mode="reflect")),
        "gaussian, colour": (
            lambda: v.smoothing.gaussian(g, 2),
            lambda: filters.gaussian(g, 2, mode="reflect", channel_axis=2),
        ),
        "box 5": (lambda: v.smoothing.box(f, 5), lambda: ndimage.uniform_filter(f, 5)),
        "box 31": (lambda: v.smoothing.box(f, 31), lambda: ndimage.uniform_filter(f, 31)),
        "sharpen": (lambda: v.smoothing.sharpen(f, 1), lambda: filters.unsharp_mask(f, 1)),
        "convolve 5 x 5": (lambda: v.convolution.convolve(f, kernel), lambda: ndimage.convolve(f, kernel)),
        "sobel, both": (lambda: v.derivatives.sobel(f), lambda: (filters.sobel_h(f), filters.sobel_v(f))),
        "laplacian": (lambda: v.derivatives.laplacian(f), lambda: filters.laplace(f)),
        "median 3": (lambda: v.median.median(f, 3), lambda: filters.median(f, square)),
        "median 5": (lambda: v.median.median(f, 5), lambda: filters.median(f, np.ones((5, 5)))),
        "bilateral, radius 3": (
            lambda: v.bilateral.bilateral(f, 1.5, 0.1),
            lambda: restoration.denoise_bilateral(f, win_size=7, sigma_color=0.1, sigma_spatial=1.5),
        ),
        "erode, 3 x 3": (lambda: v.morphology.erode(f), lambda: morphology.erosion(f, square)),
        "erode, disc 5": (lambda: v.morphology.erode(f, disc), lambda: morphology.erosion(f, disc)),
        "skeleton": (lambda: v.skeleton.skeleton(mask), lambda: morphology.thin(mask)),
        "label": (lambda: v.binary.label(mask), lambda: ndimage.label(mask, square)),
        "otsu": (lambda: v.binary.otsu_threshold(f), lambda: filters.threshold_otsu(f)),
        "equalise": (lambda: v.histogram.equalise(f), lambda: skimage.exposure.equalize_hist(f)),
        "hsv": (lambda: v.colour.rgb_to_hsv(g), lambda: skimage.color.rgb2hsv(g)),
        "lab": (lambda: v.colour.rgb_to_lab(g), lambda: skimage.color.rgb2lab(g)),
        "ycbcr": (lambda: v.colour.rgb_to_ycbcr(g), lambda: skimage.color.rgb2ycbcr(g)),
        "resize, half": (
            lambda: v.resize.resize(f, half),
            lambda: transform.resize(f, half, order=1, anti_aliasing=False),
        ),
        "resize, twice, cubic": (
            lambda: v.resize.resize(f, twice, "bicubic"),
            lambda: transform.resize(f, twice, order=3),
        ),
        "warp": (lambda: v.warp.warp(f, turn), lambda: transform.warp(f, back, order=1)),
        "template 32 x 32": (
            lambda: v.template.match_template(f, patch),
            lambda: skimage.feature.match_template(f, patch),
        ),
        "tv, 10 steps": (
            lambda: v.total_variation.tv_denoise(f, iterations=10),
            lambda: restoration.denoise_tv_chambolle(f, eps=0, max_num_iter=11),
        ),
        "dct": (lambda: v.dct.dct2(f), lambda: scipy.fft.dctn(f, norm="ortho")),
    }


def seconds(functions, repeats=5):
    """The least time of each, taken by turns."""
    best = [float("inf")] * len(functions)
    for _ in range(repeats):
        for k, function in enumerate(functions):
            start = time.perf_counter()
            function()
            best[k] = min(best[k], time.perf_counter() - start)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of rows, or parts of names, with commas between them")
    parser.add_argument("--side", type=int, default=1024, help="of the image, in pixels")
    parser.add_argument("--threads", type=int, help="of npdl (theirs have one)")
    args = parser.parse_args()
    npdl.set_num_threads(args.threads)
    warnings.simplefilter("ignore")
    print(f"{'ms':22}{'npdl':>8}{'theirs':>9}{'ratio':>8}")
    for name, functions in rows(args.side).items():
        if any(part in name for part in args.only.split(",")):
            ours, theirs = seconds(functions)
            print(f"{name:22}{1e3 * ours:8.1f}{1e3 * theirs:9.1f}{theirs / ours:8.2f}")


if __name__ == "__main__":
    main()
