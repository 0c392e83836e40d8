"""Clusters: points of a plane that belong together."""

import numpy as np

from ...maths.spanning_tree import cut_tree, prim
from ...ml.agglomerative import agglomerate, cut
from ...ml.kmeans import KMeans
from ...ml.mean_shift import mean_shift, mean_shift_vector
from ...viz.figures import COLOURS, INK
from ...viz.panels import Plot, segments, together
from .picture import picture

GREY = "#AAAAAA"


def heaps(n=40, seed=0):
    """Four round clouds of n points each, (4 n, 2)."""
    middles = np.array([[-2, -1.2], [-1.2, 1.5], [1.5, 1.2], [1.8, -1.5]])
    return np.concatenate(middles[:, None] + 0.55 * np.random.default_rng(seed).normal(size=(4, n, 2)))


def moons(n=40, seed=0):
    """Two half circles that reach into each other, (2 n, 2)."""
    t = np.linspace(0, np.pi, n)
    both = np.concatenate([[np.cos(t) - 0.5, np.sin(t) - 0.25], [0.5 - np.cos(t), 0.25 - np.sin(t)]], axis=1).T
    return 1.8 * both + 0.1 * np.random.default_rng(seed).normal(size=(2 * n, 2))


def scatter(points, labels=None, size=9):
    """A drawing of points (n, 2), a colour for each label."""

    def draw(axes):
        colours = GREY if labels is None else [COLOURS[n % 7] for n in labels]
        axes.scatter(*points.T, s=size, c=colours)
        axes.set(aspect="equal", xticks=[], yticks=[])

    return draw


def stars(points):
    """A drawing of large stars at points (k, 2)."""
    return lambda axes: axes.scatter(*points.T, s=110, c="white", marker="*", edgecolors=INK, linewidths=1.2, zorder=3)


@picture("lloyd", None)
def lloyd():
    """k-means step by step: each point to its nearest centre, each centre to the mean of its points."""
    x = heaps()
    start = x[[3, 8, 20, 50]]
    plots = []
    for rounds in (1, 2, 4, 50):
        found = KMeans(4, init=start, max_iterations=rounds).fit(x)
        name = f"after {rounds} round{'s' if rounds > 1 else ''}" if rounds < 50 else "at the end"
        plots.append(
            Plot(f"{name}: inertia {found.inertia:.0f}", together(scatter(x, found.labels), stars(found.centres)))
        )
    better = KMeans(4, restarts=5).fit(x)
    title = f"k-means++, best of 5: {better.inertia:.0f}"
    return [
        Plot("points, and four of them to start", together(scatter(x), stars(start))),
        *plots,
        Plot(title, together(scatter(x, better.labels), stars(better.centres))),
    ]


@picture("mean-shift-paths", None)
def mean_shift_paths():
    """Mean shift on points: each climbs to the peak of the density, and the number of peaks comes out."""
    x = heaps()
    plots = []
    for bandwidth in (0.3, 0.6, 2.0):
        way = [x]
        for _ in range(60):
            way.append(way[-1] + mean_shift_vector(way[-1], x, bandwidth, "gaussian"))
        found = mean_shift(x, bandwidth, kernel="gaussian")
        drawing = together(segments(np.stack(way, axis=1), GREY, 0.5), scatter(x, found.labels), stars(found.modes))
        plots.append(Plot(f"bandwidth {bandwidth:g}: {len(found.modes)} peak{'s' * (len(found.modes) > 1)}", drawing))
    return [Plot("points", scatter(x)), *plots]


@picture("dendrogram", None)
def dendrogram():
    """Agglomerative clustering: the tree of merges by three linkages, and the two clusters at its top."""
    x = moons()
    trees = {linkage: agglomerate(x, linkage) for linkage in ("single", "complete", "average")}

    def drawn(tree):
        N = len(tree.leaves)
        tops = np.concatenate([np.zeros(N), tree.heights])
        joints = []
        for (a, b), height in zip(tree.merges, tree.heights):
            joints.append(
                np.array([[tree.x[a], tops[a]], [tree.x[a], height], [tree.x[b], height], [tree.x[b], tops[b]]])
            )

        def draw(axes):
            segments(joints, INK, 0.7)(axes)
            axes.axhline(tree.heights[-2:].mean(), color=COLOURS[1], lw=1, ls="--")
            axes.set(xlim=(-1, N), ylim=(0, 1.05 * tree.heights[-1]), xticks=[], ylabel="distance of the merged")
            axes.spines[["top", "right", "bottom"]].set_visible(False)

        return draw

    return [
        *(Plot(f"{linkage}: cut in two", scatter(x, cut(tree, 2))) for linkage, tree in trees.items()),
        *(Plot(f"{linkage}: its tree", drawn(tree)) for linkage, tree in trees.items()),
    ]


@picture("spanning-tree", None)
def spanning_tree():
    """The minimum spanning tree of points, and the clusters that are left when its longest edges are cut."""
    x = heaps(20, seed=7)
    distances = np.linalg.norm(x[:, None] - x, axis=2)
    edges, lengths = prim(distances)
    i, j = np.nonzero(np.triu(distances < 1.3, 1))
    kept = edges[np.argsort(lengths)[: len(lengths) - 3]]
    labels = cut_tree(len(x), edges, lengths, 4)
    return [
        Plot("all edges shorter than 1.3", together(segments(x[np.stack([i, j], 1)], GREY, 0.3), scatter(x))),
        Plot(f"the lightest tree: {lengths.sum():.1f}", together(segments(x[edges], INK, 0.9), scatter(x))),
        Plot("its three longest edges cut", together(segments(x[kept], INK, 0.9), scatter(x, labels))),
    ]
