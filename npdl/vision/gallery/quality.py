"""Judging: how alike images are, how good a ranking is, how far masks agree."""

import numpy as np

from ... import vision
from ...metrics.fusion import average_gradient, mutual_information, qabf, standard_deviation
from ...metrics.image import psnr
from ...metrics.quality import ssim, ssim_map
from ...metrics.ranking import average_precision, precision_recall_curve, roc_auc, roc_curve
from ...metrics.segmentation import boundary_f, dice, iou
from ...viz.figures import BLUE, COLOURS, ORANGE
from ...viz.panels import Panel, Plot
from .binary import foreground
from .defaults import crosses, plane, scene
from .picture import picture


@picture("ssim", scene)
def structural_similarity(image):
    """SSIM where PSNR is blind: brighter, noisy, blurred by one squared error, not the same to the eye."""
    grey = 0.1 + 0.8 * vision.to_grey(image)
    blurred = vision.smoothing.gaussian(grey, 3)
    error = max(float(np.sqrt(np.mean((blurred - grey) ** 2))), 0.01)
    noise = np.random.default_rng(0).normal(size=grey.shape)
    spoilt = {"brighter": grey + error, "noisy": grey + error * noise / noise.std(), "blurred": blurred}
    scores = {name: f"{name}: {psnr(f, grey):.1f} dB, SSIM {ssim(f, grey):.2f}" for name, f in spoilt.items()}
    maps = {name: 1 - ssim_map(f, grey) for name, f in spoilt.items()}
    return [
        Panel("image", grey),
        *(Panel(scores[name], f) for name, f in spoilt.items()),
        Panel("its SSIM with itself: 1, black", np.zeros_like(maps["noisy"])),
        *(Panel(f"{name}: the whiter, the less", m) for name, m in maps.items()),
    ]


@picture("fusion", plane)
def fusion(image):
    """Fusion of two images, each sharp in one half, and the scores of three ways to fuse them."""
    grey = vision.to_grey(image)
    soft = vision.smoothing.gaussian(grey, 2)
    left = np.arange(grey.shape[1]) < grey.shape[1] // 2
    a, b = np.where(left, grey, soft), np.where(left, soft, grey)

    def detail(f):
        return vision.smoothing.gaussian(np.hypot(*vision.derivatives.sobel(f)), 2)

    ways = {
        "mean": (a + b) / 2,
        "maximum": np.maximum(a, b),
        "detail": np.where(detail(a) > detail(b), a, b),
    }
    scores = {
        "SD": standard_deviation,
        "AG": average_gradient,
        "MI": lambda f: mutual_information(a, f) + mutual_information(b, f),
        "Qabf": lambda f: qabf(a, b, f),
    }
    rows = [["", *scores]] + [[name, *(f"{score(f):.3f}" for score in scores.values())] for name, f in ways.items()]

    def table(axes):
        axes.set_axis_off()
        lines = [f"{row[0][:12]:<13}" + "".join(f"{cell:>8}" for cell in row[1:]) for row in rows]
        axes.text(0, 0.95, "\n".join(lines), family="monospace", fontsize=6.5, va="top", transform=axes.transAxes)

    return [
        Panel("A: sharp on the left", a),
        Panel("B: sharp on the right", b),
        *(Panel(f"fused by {name}", f) for name, f in ways.items()),
        Plot("what the metrics say: higher is better", table),
    ]


@picture("overlap", crosses)
def overlap(image):
    """Masks against a mask: too small, moved, and with holes, by the overlap of areas and of borders."""
    wanted, _ = foreground(vision.smoothing.gaussian(vision.to_grey(image), 1))
    disc, m = vision.morphology.disc(2), vision.morphology
    holes = vision.noise.salt_and_pepper(wanted, 0.1, rng=np.random.default_rng(0)) > 0.5
    tried = {
        "too small": m.erode(wanted, disc),
        "moved": np.roll(wanted, (4, 4), axis=(0, 1)),
        "with specks": holes,
    }
    panels = [Panel("wanted; then red: missed, blue: too much", wanted)]
    for name, mask in tried.items():
        both = np.where((mask & wanted)[..., None], 0.85, np.zeros(3))
        both = np.where((mask & ~wanted)[..., None], [0.0, 0.45, 0.7], both)
        both = np.where((wanted & ~mask)[..., None], [0.84, 0.37, 0.0], both)
        rims = (m.morphological_gradient(f.astype(float)) > 0 for f in (mask, wanted))
        title = f"{name}: IoU {iou(mask, wanted):.2f}, Dice {dice(mask, wanted):.2f}, border F {boundary_f(*rims):.2f}"
        panels.append(Panel(title, both))
    return panels


@picture("rankings", None)
def rankings():
    """The ROC curve and precision by recall, of good and of poor scores, with one sample in ten positive."""
    random = np.random.default_rng(0)
    y = np.repeat([1, 0], [100, 900])
    kinds = {"good": y * 2.5 + random.normal(size=1000), "poor": y * 0.8 + random.normal(size=1000)}
    colours = dict(zip(kinds, (BLUE, ORANGE)))

    def heights(axes):
        bins = np.linspace(-4, 6, 40)
        for label, name in ((0, "negative"), (1, "positive")):
            axes.hist(kinds["good"][y == label], bins, color=COLOURS[2 + label], alpha=0.7, label=name)
        axes.set(yticks=[], xlabel="good scores")
        axes.legend(fontsize=7, frameon=False)
        axes.spines[["left", "top", "right"]].set_visible(False)

    def roc(axes):
        for name, scores in kinds.items():
            curve = roc_curve(y, scores)
            axes.plot(curve.fpr, curve.tpr, color=colours[name], lw=1.2, label=f"{name}: area {roc_auc(y, scores):.2f}")
        axes.plot([0, 1], [0, 1], color="#AAAAAA", lw=0.8, ls="--", label="chance: 0.50")
        axes.set(xlabel="false positives / negatives", ylabel="true positives / positives")
        axes.legend(fontsize=7, frameon=False)

    def precision(axes):
        for name, scores in kinds.items():
            curve = precision_recall_curve(y, scores)
            label = f"{name}: AP {average_precision(y, scores):.2f}"
            axes.plot(curve.recall, curve.precision, color=colours[name], lw=1.2, label=label)
        axes.axhline(y.mean(), color="#AAAAAA", lw=0.8, ls="--", label="chance: 0.10")
        axes.set(xlabel="recall", ylabel="precision", ylim=(0, 1.03))
        axes.legend(fontsize=7, frameon=False)

    return [Plot("scores", heights), Plot("ROC", roc), Plot("precision by recall", precision)]
