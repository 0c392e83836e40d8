"""npdl.vision beside scikit-image (or SciPy, where scikit-image has it from there) on an image of one megapixel, and
npdl.ml beside scikit-learn.

    python -m benchmarks.vision --save              # all rows, two minutes; results/vision-T-threads.json
    python -m benchmarks.vision --only gaussian,median --threads 1 --side 512

The ratio is their time divided by npdl's: above 1, npdl is faster; `!` marks one below its bar, the least that is
wanted. Both calculate in float64 and the best of five runs counts, taken by turns. Both begin k-means at the same
centres and do twenty rounds.
"""

import argparse
import json
import os
import platform
import time
import warnings
from pathlib import Path

import numpy as np
import scipy.fft
import scipy.ndimage
import skimage.color
import skimage.exposure
import skimage.feature
import skimage.filters
import skimage.morphology
import skimage.restoration
import skimage.segmentation
import skimage.transform
import sklearn.cluster
import sklearn.metrics

import npdl
from npdl import ml, vision

RESULTS = Path(__file__).parent / "results"
SEAMS_SECONDS = 5  # the most that a hundred seams of 512 x 768 may take


def filters_and_images(side):
    """{name: (npdl's function, theirs)}, all without arguments: what one line of each does to an image."""
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


def features(side):
    """The same for edges, corners, features and segments, on an image with structure: smoothed noise."""
    f, g = (vision.smoothing.gaussian(np.random.default_rng(0).random(shape), sigma)
            for shape, sigma in (((side, side), 1.5), ((side, side, 3), 8)))  # fmt: skip
    f, g = ((image - image.min()) / np.ptp(image) for image in (f, g))
    v, feature, segmentation = vision, skimage.feature, skimage.segmentation
    segments = side * side // 1024
    return {
        "canny": (
            lambda: v.canny.canny(f, low=0.02, high=0.04),
            lambda: feature.canny(f, 1.4, 8 * 0.02, 8 * 0.04),
        ),
        "harris": (
            lambda: v.harris.harris_corners(f),
            lambda: feature.corner_peaks(feature.corner_harris(f, sigma=1.5), min_distance=3, threshold_rel=0.01),
        ),
        "hog": (lambda: v.hog.hog(f), lambda: feature.hog(f, cells_per_block=(2, 2))),
        "lbp": (
            lambda: v.texture.local_binary_pattern(f),
            lambda: feature.local_binary_pattern(f, 8, 1),
        ),
        "lbp, uniform": (
            lambda: v.texture.local_binary_pattern(f, method="uniform"),
            lambda: feature.local_binary_pattern(f, 8, 1, "uniform"),
        ),
        "slic, 10 rounds": (
            lambda: v.superpixels.slic(g, segments),
            lambda: segmentation.slic(g, segments, compactness=10, max_num_iter=10),
        ),
    }


def learning(side):
    """The same for npdl.ml: k-means of an image's colours and of longer rows, distances of images of CIFAR's size."""
    rng = np.random.default_rng(0)
    colours, rows, digits = (rng.random(shape) for shape in ((side * side, 3), (50_000, 64), (10_000, 784)))
    train, test = rng.random((5000, 3072)), rng.random((500, 3072))
    nearest = ml.KNearestNeighbor().fit(train, np.zeros(5000, int))

    def k_means(x, k):
        def theirs():
            sklearn.cluster.KMeans(k, init=x[:k], n_init=1, max_iter=20, tol=0).fit(x)

        return lambda: ml.KMeans(k, init=x[:k], max_iterations=20).fit(x), theirs

    return {
        "k-means, colours, 8": k_means(colours, 8),
        "k-means, colours, 16": k_means(colours, 16),
        "k-means, 64-d, 20": k_means(rows, 20),
        "k-means, 784-d, 10": k_means(digits, 10),
        "kNN distances": (
            lambda: nearest.compute_distances_no_loops(test),
            lambda: sklearn.metrics.pairwise.euclidean_distances(test, train),
        ),
    }


FILTERS = "gaussian", "box", "sharpen", "convolve", "sobel", "laplacian", "median", "bilateral"
BARS = {**dict.fromkeys((*FILTERS, "canny", "harris", "hog", "lbp", "slic"), 0.5), "k-means": 1.0, "kNN": 1.0}


def bar(name):
    """The least ratio that is wanted of a row, or None."""
    return next((least for start, least in BARS.items() if name.startswith(start)), None)


def seconds(functions, repeats=5):
    """The least time of each, taken by turns."""
    best = [float("inf")] * len(functions)
    for _ in range(repeats):
        for k, function in enumerate(functions):
            start = time.perf_counter()
            function()
            best[k] = min(best[k], time.perf_counter() - start)
    return best


def hundred_seams():
    """The seconds that it takes to make an image of 512 x 768 x 3 a hundred pixels narrower."""
    image = vision.smoothing.gaussian(np.random.default_rng(0).random((512, 768, 3)), 2)
    return seconds([lambda: vision.seams.remove_seams(image, 100)], repeats=2)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of rows, or parts of names, with commas between them")
    parser.add_argument("--side", type=int, default=1024, help="of the image, in pixels")
    parser.add_argument("--threads", type=int, help="of npdl (theirs have one)")
    parser.add_argument("--save", action="store_true", help="write results/vision-T-threads.json")
    args = parser.parse_args()
    if args.threads:
        npdl.set_num_threads(args.threads)
    warnings.simplefilter("ignore")
    wanted, load = args.only.split(","), round(os.getloadavg()[0], 1)
    print(f"{'ms':22}{'npdl':>8}{'theirs':>9}{'ratio':>8}{'bar':>6}")
    results = {}
    for name, functions in {**filters_and_images(args.side), **features(args.side), **learning(args.side)}.items():
        if any(part in name for part in wanted):
            ours, theirs = seconds(functions)
            ratio, least = theirs / ours, bar(name)
            mark = "" if least is None else f"{least:6.1f}{'!' if ratio < least else ''}"
            print(f"{name:22}{1e3 * ours:8.1f}{1e3 * theirs:9.1f}{ratio:8.2f}{mark}", flush=True)
            results[name] = {"npdl_ms": 1e3 * ours, "theirs_ms": 1e3 * theirs, "ratio": ratio, "bar": least}
    if any(part in "100 seams" for part in wanted):
        ours = hundred_seams()
        print(f"100 seams of 512 x 768: {ours:.2f} s, to be below {SEAMS_SECONDS} s")
        results["100 seams of 512 x 768"] = {"npdl_s": ours, "most_s": SEAMS_SECONDS}
    if args.save:
        threads = npdl.get_num_threads()
        path = RESULTS / f"vision-{threads}-threads.json"
        about = {"side": args.side, "threads": threads, "load": load, "python": platform.python_version()}
        about |= {library.__name__: library.__version__ for library in (np, scipy, skimage, sklearn)}
        path.write_text(json.dumps({"machine": about, "rows": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
