"""Classifiers: how they part a plane between classes."""

import numpy as np

from ...data.spiral import spiral
from ...ml.knn import KNearestNeighbor
from ...ml.linear import LinearSVM, SoftmaxClassifier
from ...ml.svm import SVM
from ...viz.figures import BLUE, COLOURS, INK, ORANGE
from ...viz.panels import Plot
from .clusters import heaps, moons
from .picture import picture

PLACES = 120  # of a grid, along an axis


def _grid(x):
    """(the extent (left, right, bottom, top) about points (n, 2), a grid of places in it (PLACES², 2))."""
    (left, bottom), (right, top) = x.min(axis=0) - 0.4, x.max(axis=0) + 0.4
    X, Y = np.meshgrid(np.linspace(left, right, PLACES), np.linspace(bottom, top, PLACES))
    return (left, right, bottom, top), np.stack([X.ravel(), Y.ravel()], axis=1)


def regions(x, y, predict):
    """A drawing of the class that is predicted at each place, pale, and of the samples."""
    extent, places = _grid(x)
    answers = predict(places).reshape(PLACES, PLACES)

    def draw(axes):
        from matplotlib.colors import ListedColormap

        colours = ListedColormap(COLOURS[:4])
        axes.imshow(answers, cmap=colours, vmin=0, vmax=3, alpha=0.25, extent=extent, origin="lower", aspect="auto")
        axes.scatter(*x.T, s=9, c=[COLOURS[n] for n in y])
        axes.set(xticks=[], yticks=[])
        axes.grid(False)

    return draw


def margins(machine, x, y):
    """A drawing of a machine's decision: the boundary, the margins at ±1 dashed, its support vectors ringed."""
    extent, places = _grid(x)
    decision = machine.decision(places).reshape(PLACES, PLACES)
    width = np.linspace(*extent[:2], PLACES), np.linspace(*extent[2:], PLACES)

    def draw(axes):
        axes.contourf(*width, decision, [-np.inf, 0, np.inf], colors=[ORANGE, BLUE], alpha=0.15)
        axes.contour(*width, decision, [-1, 0, 1], colors=INK, linestyles=["--", "-", "--"], linewidths=[0.8, 1.3, 0.8])
        axes.scatter(*x.T, s=9, c=np.where(y == machine.classes[1], BLUE, ORANGE))
        axes.scatter(*x[machine.support].T, s=46, facecolors="none", edgecolors=INK, linewidths=0.9)
        axes.set(xticks=[], yticks=[])

    return draw


@picture("svm", None)
def svm():
    """The support vector machine: the widest margin, the samples that hold it, and the price of slack."""
    x = heaps(20)
    y = np.repeat([0, 0, 1, 1], 20)
    apart = x + np.where(y == 0, -0.4, 0.4)[:, None] * [1, 0]
    mixed = x + np.where(y == 0, 0.8, -0.8)[:, None] * [1, 0]
    plots = [Plot("hard margin, C = ∞", margins(SVM(np.inf).fit(apart, y), apart, y))]
    for C in (0.03, 1.0, 30.0):
        machine = SVM(C).fit(mixed, y)
        title = f"C = {C:g}: {len(machine.support)} support vectors, margin {machine.margin:.2f}"
        plots.append(Plot(title, margins(machine, mixed, y)))
    return plots


@picture("svm-kernels", None)
def svm_kernels():
    """One machine, other kernels: a line, a curve of the third degree, and Gaussians of three widths."""
    x, y = moons(), np.repeat([0, 1], 40)
    machines = {
        "linear": SVM(10.0),
        "polynomial, degree 3": SVM(10.0, kernel="polynomial", degree=3),
        "Gaussian, σ = 3": SVM(10.0, kernel="gaussian", sigma=3.0),
        "Gaussian, σ = 0.8": SVM(10.0, kernel="gaussian", sigma=0.8),
        "Gaussian, σ = 0.15": SVM(10.0, kernel="gaussian", sigma=0.15),
    }
    plots = []
    for name, machine in machines.items():
        machine.fit(x, y)
        plots.append(Plot(f"{name}: {len(machine.support)} support vectors", margins(machine, x, y)))
    return plots


@picture("nearest-neighbours", None)
def nearest_neighbours():
    """The k-nearest-neighbour classifier: small k follows every sample, large k smooths the borders."""
    x, y = spiral(40, rng=0)
    machine = KNearestNeighbor().fit(x, y)
    return [Plot(f"k = {k}", regions(x, y, lambda places, k=k: machine.predict(places, k))) for k in (1, 5, 20)]


@picture("linear-classifiers", None)
def linear_classifiers():
    """Linear classifiers: straight borders, which suffice for heaps and not for a spiral."""
    x, y = heaps(), np.repeat(np.arange(4), 40)
    arms, arm = spiral(40, rng=0)
    plots = []
    for name, kind in (("softmax", SoftmaxClassifier), ("hinge (SVM)", LinearSVM)):
        for points, labels in ((x, y), (arms, arm)):
            machine = kind().fit(points, labels, epochs=60)
            right = np.mean(machine.predict(points) == labels)
            plots.append(Plot(f"{name}: {right:.0%} right", regions(points, labels, machine.predict)))
    return plots
