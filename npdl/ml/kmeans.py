"""k-means: k centres, each the mean of the samples that are nearer to it than to the others."""

from math import inf

import numpy as np
from scipy.sparse import csc_array

from ..errors import InputError, require_integer, require_shape
from ..threads import each
from .inputs import real_rows

BLOCK = 2**18  # numbers of x, or of scores, at once: a block stays in the cache


class KMeans:
    """Lloyd's algorithm: assign every sample to its nearest centre, move every centre to the mean of its samples.

    Both steps lower the inertia Σ_n |x_n - c_label(n)|², and there are finitely many labellings, so it ends; but at a
    minimum that depends on the start, which is why there are restarts, of which the one of least inertia is kept.

    k: number of clusters. init: the first centres. "++": each next one is drawn from the samples with probability in
    proportion to the squared distance from the centres so far, which is within 8 (ln k + 2) of the best inertia on
    average; "random": k different samples; or an array (k, D). restarts: how many starts. max_iterations: of each.
    seed: of the draws.

    After `fit`: centres (k, D), labels (N,), inertia, history (the inertia after every assignment). float32 samples are
    computed in float32, all others in float64. Ties: the centre of smaller number. A cluster that loses all its samples
    starts again at the sample farthest from its centre.

    Lloyd 1982 (written 1957); "++": Arthur and Vassilvitskii 2007, theorem 3.1.
    """

    def __init__(self, k, *, init="++", restarts=1, max_iterations=300, seed=0):
        name = type(self).__name__
        self.k = require_integer(name, "k", k, 1)
        if not hasattr(init, "shape") and init not in ("++", "random"):
            raise InputError(name, "init", '"++", "random" or an array (k, D)', init)
        self.init = init
        self.restarts = require_integer(name, "restarts", restarts, 1)
        self.max_iterations = require_integer(name, "max_iterations", max_iterations, 1)
        self.seed = seed
        self.centres = self.labels = None

    def fit(self, x):
        """Find the centres of x (N, D), N >= k. Returns self."""
        x = real_rows(f"{type(self).__name__}.fit", x)
        if len(x) < self.k:
            raise InputError(f"{type(self).__name__}.fit", "x", f"at least k = {self.k} samples", x)
        middle = x.mean(axis=0, dtype=np.float64).astype(x.dtype)
        x1 = with_ones(x, middle)  # |x|² - 2 x·c + |c|² loses fewer digits near 0
        random = np.random.default_rng(self.seed)
        self.inertia = inf
        for _ in range(self.restarts):
            centres, labels, history = self._run(x1, self._start(x1[:, :-1], middle, random), random)
            if history[-1] < self.inertia:
                self.centres, self.labels = centres + middle, labels
                self.inertia, self.history = history[-1], history
        return self

    def predict(self, x):
        """The number (N,) of the nearest centre for each sample of x (N, D)."""
        name = type(self).__name__
        if self.centres is None:
            raise RuntimeError(f"{name}: it has no centres yet; call fit first")
        x, D = real_rows(f"{name}.predict", x), self.centres.shape[1]
        require_shape(f"{name}.predict", "x", x, (len(x), D), f"as fit had {D} numbers a sample")
        return nearest(with_ones(x), self.centres)[0]

    def _start(self, x, middle, random):
        name, shape = f"{type(self).__name__}.fit", (self.k, x.shape[1])
        if hasattr(self.init, "shape"):
            require_shape(name, "init", self.init, shape, "a row for each centre")
            return self.init.astype(x.dtype) - middle
        if self.init == "random":
            return x[random.choice(len(x), self.k, replace=False)]
        return plus_plus(x, self.k, random)

    def _run(self, x1, centres, random):
        """From given centres to (centres, labels, history)."""
        lengths = squared_lengths(x1).sum(dtype=np.float64)  # Σ |x|², the same in every round
        labels, scores, sums = nearest(x1, centres)
        history = [inertia(lengths, scores)]
        for _ in range(self.max_iterations):
            centres = means(x1, scores, sums, centres)
            before, (labels, scores, sums) = labels, nearest(x1, centres)
            history.append(inertia(lengths, scores))
            if np.array_equal(labels, before):
                break
        return centres, labels, history


class MiniBatchKMeans(KMeans):
    """k-means by a running mean over small random batches: centres after a fraction of one pass, but only about right.

    For each sample of a batch, n_c += 1 and c += (x - c) / n_c for its centre c: so c is the mean of all the samples
    that it was ever given, and the samples of one batch can be added at once. batch_size: samples drawn (with
    repetition) for each of max_iterations steps; it stops there. Otherwise as KMeans. Sculley 2010, algorithm 1.
    """

    def __init__(self, k, *, batch_size=256, init="++", restarts=1, max_iterations=100, seed=0):
        super().__init__(k, init=init, restarts=restarts, max_iterations=max_iterations, seed=seed)
        self.batch_size = require_integer("MiniBatchKMeans", "batch_size", batch_size, 1)

    def _run(self, x1, centres, random):
        counts = np.zeros((self.k, 1))
        for _ in range(self.max_iterations):
            sums = nearest(x1[random.integers(0, len(x1), self.batch_size)], centres)[2]
            sums, new = sums[:, :-1], sums[:, -1:]
            counts += new
            step = sums - new * centres  # Σ (x - c) of each centre
            centres = (centres + step / np.maximum(counts, 1)).astype(x1.dtype)
        labels, scores, _ = nearest(x1, centres)
        return centres, labels, [inertia(squared_lengths(x1).sum(dtype=np.float64), scores)]


def plus_plus(x, k, random):
    """k rows of x (N, D), each drawn with probability in proportion to |x - nearest row so far|²: (k, D)."""
    centres, lengths = x[random.integers(len(x))][None], np.einsum("nd,nd->n", x, x)
    squared = np.full(len(x), inf)
    while len(centres) < k:
        new = centres[-1]
        squared = np.clip(lengths - 2 * (x @ new) + new @ new, 0, squared)
        total = squared.sum(dtype=np.float64)
        chances = squared / total if total > 0 else None  # all samples are centres: any will do
        centres = np.concatenate([centres, x[random.choice(len(x), 1, p=chances)]])
    return centres


def with_ones(x, middle=0):
    """x - middle with a column of ones behind: (N, D) to (N, D + 1). In products it adds a constant, and counts."""
    x1 = np.ones((len(x), x.shape[1] + 1), dtype=x.dtype)
    np.subtract(x, middle, out=x1[:, :-1])
    return x1


def squared_lengths(x1):
    """|x|² (N,) of x1 = [x, 1] (N, D + 1)."""
    return np.einsum("nd,nd->n", x1[:, :-1], x1[:, :-1])


def nearest(x1, centres):
    """The nearest centre's number (N,), its score (N,), and the clusters' sums of x1 (k, D + 1).

    x1: [x, 1], as with_ones makes it; so the last of the sums are the numbers of samples.

    |x - c|² = |x|² + 2 (|c|²/2 - x·c): the bracket is the score, the least for the nearest, and all of them are one
    matrix product, [-c, |c|²/2] [x, 1]ᵀ. The sums are another, of the one-hot matrix of the labels (k, N), which is
    sparse, and [x, 1]. Both in blocks of samples, each of which is read from memory once, on all threads.
    """
    N, k = len(x1), len(centres)
    planes = np.column_stack([-centres, np.einsum("kd,kd->k", centres, centres) / 2])  # (k, D + 1)
    ranks = np.arange(k, dtype=np.min_scalar_type(k))[::-1, None]  # the first centre's is the highest
    labels, least = np.empty(N, dtype=np.int32), np.empty(N, dtype=x1.dtype)

    def assign(rows):
        x = x1[rows]  # (B, D + 1)
        scores = planes @ x.T  # (k, B)
        scores.min(axis=0, out=least[rows])
        labels[rows] = k - 1 - ((scores == least[rows]) * ranks).max(axis=0)  # of equal ones the first
        columns = np.arange(len(x) + 1, dtype=np.int32)
        return csc_array((np.ones(len(x)), labels[rows], columns), shape=(k, len(x))) @ x

    B = max(1, BLOCK // max(x1.shape[1], k))
    return labels, least, sum(each(assign, [slice(start, start + B) for start in range(0, N, B)]))


def inertia(lengths, scores):
    """Σ |x - c|² = Σ |x|² + 2 Σ score; lengths: Σ |x|²."""
    return max(float(lengths + 2 * scores.sum(dtype=np.float64)), 0.0)


def means(x1, scores, sums, centres):
    """The mean of each cluster, (k, D); of an empty one the sample farthest from its centre, if that is not at it."""
    counts = sums[:, -1]
    new = (sums[:, :-1] / np.maximum(counts, 1)[:, None]).astype(x1.dtype)
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        squared = squared_lengths(x1) + 2 * scores
        far = np.argsort(-squared, kind="stable")[: len(empty)]
        new[empty] = np.where(squared[far, None] > 0, x1[far, :-1], centres[empty])
    return new
