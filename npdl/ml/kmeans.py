"""k-means: k centres, each the mean of the samples that are nearer to it than to the others."""

from math import inf

import numpy as np
from scipy.sparse import csr_matrix

from ..errors import InputError, require_integer, require_shape
from .inputs import real_rows

BLOCK = 2**16  # numbers of x at once: the scores of a block stay in the cache


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
        x = x - middle  # |x|² - 2 x·c + |c|² loses fewer digits near 0
        random = np.random.default_rng(self.seed)
        self.inertia = inf
        for _ in range(self.restarts):
            centres, labels, history = self._run(x, self._start(x, middle, random), random)
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
        return nearest(x, self.centres)[0]

    def _start(self, x, middle, random):
        name, shape = f"{type(self).__name__}.fit", (self.k, x.shape[1])
        if hasattr(self.init, "shape"):
            require_shape(name, "init", self.init, shape, "a row for each centre")
            return self.init.astype(x.dtype) - middle
        if self.init == "random":
            return x[random.choice(len(x), self.k, replace=False)]
        return plus_plus(x, self.k, random)

    def _run(self, x, centres, random):
        """From given centres to (centres, labels, history)."""
        labels, squared = nearest(x, centres)
        history = [float(squared.sum(dtype=np.float64))]
        for _ in range(self.max_iterations):
            centres = means(x, labels, squared, centres)
            before, (labels, squared) = labels, nearest(x, centres)
            history.append(float(squared.sum(dtype=np.float64)))
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

    def _run(self, x, centres, random):
        counts = np.zeros(self.k, dtype=int)
        for _ in range(self.max_iterations):
            batch = x[random.integers(0, len(x), self.batch_size)]
            labels, _ = nearest(batch, centres)
            new = np.bincount(labels, minlength=self.k)
            counts += new
            step = sums(batch, labels, self.k) - new[:, None] * centres  # Σ (x - c) of each centre
            centres = (centres + step / np.maximum(counts, 1)[:, None]).astype(x.dtype)
        labels, squared = nearest(x, centres)
        return centres, labels, [float(squared.sum(dtype=np.float64))]


def plus_plus(x, k, random):
    """k rows of x (N, D), each drawn with probability in proportion to |x - nearest row so far|²: (k, D)."""
    centres = x[random.integers(len(x))][None]
    squared = np.full(len(x), inf)
    while len(centres) < k:
        squared = np.minimum(squared, nearest(x, centres[-1:])[1])
        total = squared.sum(dtype=np.float64)
        chances = squared / total if total > 0 else None  # all samples are centres: any will do
        centres = np.concatenate([centres, x[random.choice(len(x), 1, p=chances)]])
    return centres


def nearest(x, centres):
    """The number of the nearest centre, and the squared distance from it: two (N,).

    |x - c|² = |x|² + 2 (|c|²/2 - x·c): one matrix product, and |x|² does not matter to which is the least.
    """
    half = np.einsum("kd,kd->k", centres, centres) / 2
    labels, squared = np.empty(len(x), dtype=np.intp), np.empty(len(x), dtype=x.dtype)
    for rows in _blocks(x, len(centres)):
        scores = half - x[rows] @ centres.T  # (B, k)
        best = scores.argmin(axis=1)
        labels[rows] = best
        least = np.take_along_axis(scores, best[:, None], axis=1)[:, 0]
        squared[rows] = np.einsum("nd,nd->n", x[rows], x[rows]) + 2 * least
    return labels, np.maximum(squared, 0, out=squared)


def means(x, labels, squared, centres):
    """The mean of each cluster, (k, D); of an empty one the sample of largest `squared`, if that is not 0."""
    counts = np.bincount(labels, minlength=len(centres))
    new = (sums(x, labels, len(centres)) / np.maximum(counts, 1)[:, None]).astype(x.dtype)
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        far = np.argsort(-squared, kind="stable")[: len(empty)]
        new[empty] = np.where(squared[far, None] > 0, x[far], centres[empty])
    return new


def sums(x, labels, k):
    """The sum of the samples of each cluster, float64 (k, D): the one-hot matrix of the labels, transposed, times x."""
    total = np.zeros((k, x.shape[1]))
    for rows in _blocks(x, k):
        B = rows.stop - rows.start
        one_hot = csr_matrix((np.ones(B, x.dtype), labels[rows], np.arange(B + 1)), shape=(B, k))
        total += one_hot.T @ x[rows]
    return total


def _blocks(x, k):
    N, B = len(x), max(1, BLOCK // max(x.shape[1], k))
    return [slice(i, min(i + B, N)) for i in range(0, N, B)]
