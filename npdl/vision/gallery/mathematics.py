"""The mathematics under them, as far as it can be drawn."""

import numpy as np

from ... import vision
from ...maths.derivatives import backward_difference, central_difference, forward_difference
from ...maths.gaussians import Gaussian, add, multiply
from ...maths.pca import pca
from ...maths.state_space import legs_memory, legs_reconstruction
from ...maths.svd import svd
from ...viz.figures import BLUE, COLOURS, INK, ORANGE
from ...viz.panels import Panel, Plot, segments, together
from .clusters import scatter
from .defaults import scene, shrunk
from .picture import picture


@picture("svd", scene)
def svd_of_an_image(image):
    """The singular value decomposition: an image as a sum of a few products of a column and a row."""
    grey = shrunk(vision.to_grey(image), 96)
    U, s, Vt = svd(grey, thin=True)

    def values(axes):
        axes.semilogy(np.arange(1, len(s) + 1), np.maximum(s, 1e-9), color=INK, lw=1.2)
        axes.set(xlabel="number", ylim=(max(s[-1], 1e-4 * s[0], 1e-9), 2 * max(s[0], 1e-9)))
        axes.spines[["top", "right"]].set_visible(False)

    ranks = [k for k in (1, 4, 16) if k < len(s)]
    near = [(k, (U[:, :k] * s[:k]) @ Vt[:k]) for k in ranks]
    return [
        Panel("image", grey),
        Plot("its singular values", values),
        *(Panel(f"rank {k}: {k * (sum(grey.shape) + 1)} of {grey.size} numbers", picture) for k, picture in near),
    ]


@picture("pca", None)
def principal_components():
    """PCA: the directions in which points vary most, the points by the first alone, and whitened."""
    random = np.random.default_rng(0)
    x = random.normal(size=(150, 2)) * [1.5, 0.5] @ np.array([[0.8, 0.6], [-0.6, 0.8]]) + [1, 0.5]
    found = pca(x)
    arrows = found.mean + np.stack([0 * found.components, 2 * np.sqrt(found.variances)[:, None] * found.components], 1)
    first = pca(x, 1)
    shadows = first.decode(first.encode(x))
    lines = np.stack([x, shadows], axis=1)
    return [
        Plot("two standard deviations each way", together(scatter(x), segments(arrows, [ORANGE, BLUE], 2.5))),
        Plot(
            f"the first alone: {first.ratio[0]:.0%} of the variance",
            together(segments(lines, "#CCCCCC", 0.6), scatter(x), scatter(shadows, np.ones(len(x), int))),
        ),
        Plot("whitened: the covariance is 1", scatter(found.whiten(x))),
    ]


@picture("gaussians", None)
def gaussians():
    """Gaussians: a sum of two samples is wider than both, a product of two densities narrower than both."""
    p, q = Gaussian(-1.0, 1.0), Gaussian(2.0, 0.4)
    x = np.linspace(-5, 6, 400)

    def curves(result, name):
        def draw(axes):
            for g, colour, label in ((p, BLUE, "p"), (q, COLOURS[2], "q"), (result, ORANGE, name)):
                axes.plot(x, g.density(x), color=colour, lw=1.4, label=f"{label}: {g.mean:.1f} ± {g.variance**0.5:.2f}")
            axes.set(yticks=[], ylim=(0, 1.15))
            axes.legend(fontsize=7, frameon=False, loc="upper left")
            axes.spines[["left", "top", "right"]].set_visible(False)

        return draw

    return [
        Plot("x + y of x from p, y from q", curves(add(p, q), "sum")),
        Plot("p(x) q(x), scaled to an area of 1", curves(multiply(p, q)[0], "product")),
    ]


@picture("differences", None)
def differences():
    """Derivatives by differences: their error falls with the step, h or h², until rounding takes over."""
    steps = 10.0 ** np.linspace(0, -12, 49)
    rules = {"forward": forward_difference, "backward": backward_difference, "central": central_difference}

    def errors(axes):
        for (name, rule), colour, style in zip(rules.items(), COLOURS, ("-", "--", "-")):
            off = [max(abs(rule(np.exp, 1.0, h) - np.e), 1e-16) for h in steps]
            axes.loglog(steps, off, style, color=colour, lw=1.2, label=name)
        axes.set(xlabel="step h", ylabel="error")
        axes.legend(fontsize=7, frameon=False)
        axes.spines[["top", "right"]].set_visible(False)

    def tangents(axes):
        x = np.linspace(-0.3, 2, 100)
        axes.plot(x, np.exp(x), color=INK, lw=1.2)
        for (name, rule), colour in zip(rules.items(), COLOURS):
            axes.plot(x, np.e + rule(np.exp, 1.0, 0.8) * (x - 1), color=colour, lw=1, label=name)
        axes.set(ylim=(-1, 7), xlabel="x", ylabel="eˣ")
        axes.legend(fontsize=7, frameon=False)
        axes.spines[["top", "right"]].set_visible(False)

    return [Plot("lines of the slopes at 1 by h = 0.8", tangents), Plot("errors of the derivative of eˣ at 1", errors)]


@picture("hippo", None)
def hippo():
    """HiPPO's memory: a whole past in N numbers, kept up to date without a look back."""
    t = np.arange(1, 401) / 400
    u = np.sin(12 * t) * (1 - t) + 0.6 * np.sign(np.sin(25 * t**2)) * t
    plots = []
    for N in (4, 16, 48):
        memory = legs_memory(u, N)

        def draw(axes, memory=memory):
            axes.plot(t, u, color="#AAAAAA", lw=1.2, label="what was")
            axes.plot(t, legs_reconstruction(memory[-1], t), color=ORANGE, lw=1.2, label="remembered at the end")
            axes.set(yticks=[], xlabel="time", ylim=(-1.6, 1.6))
            axes.legend(fontsize=7, frameon=False, loc="upper right")
            axes.spines[["left", "top", "right"]].set_visible(False)

        plots.append(Plot(f"{N} numbers", draw))
    return plots
