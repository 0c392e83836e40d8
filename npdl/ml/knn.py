"""The k-nearest-neighbour classifier: remember everything, and ask the k most similar samples."""

import numpy as np

from ..arguments import reals, takes
from ..errors import InputError, is_one_of, require_shape
from ..threads import each
from .inputs import flattened, require_labels

BLOCK = 2**18  # numbers at once: 2 MB, which stays in the cache


class KNearestNeighbor:
    """The label of most of the k nearest training samples. Cover and Hart 1967.

    metric: "l2", sqrt(Σ_d (a_d - b_d)²), or "l1", Σ_d |a_d - b_d|. Images are flattened to rows of D numbers, and the
    distances are computed in float64: differences of bytes would wrap around, and whole numbers are exact in it.

    Ties: of training samples at the same distance the earlier one counts as nearer; of labels with as many votes the
    smaller one wins.
    """

    def __init__(self, metric="l2"):
        if not is_one_of(metric, ("l1", "l2")):
            raise InputError("KNearestNeighbor", "metric", '"l1" or "l2"', metric)
        self.metric = metric
        self.x = self.y = None

    def fit(self, x, y):
        """Keep the training set: x (N, ...), y (N,) of integer labels. Returns self."""
        rows = _rows("KNearestNeighbor.fit", x)
        require_labels("KNearestNeighbor.fit", y, len(rows))
        self.x, self.y = rows, y
        return self

    def compute_distances_two_loops(self, x):
        """The distances (M, N) of M samples from the N training samples: the definition, one number at a time."""
        x = self._test_rows("compute_distances_two_loops", x)
        distances = np.zeros((len(x), len(self.x)))
        for i in range(len(x)):
            for j in range(len(self.x)):
                difference = x[i] - self.x[j]  # (D,)
                if self.metric == "l2":
                    distances[i, j] = np.sqrt(np.sum(difference**2))
                else:
                    distances[i, j] = np.sum(np.abs(difference))
        return distances

    def compute_distances_one_loop(self, x):
        """The same, one row at a time: a test sample is broadcast over all training samples."""
        x = self._test_rows("compute_distances_one_loop", x)
        distances = np.zeros((len(x), len(self.x)))
        for i in range(len(x)):
            differences = x[i] - self.x  # (N, D)
            if self.metric == "l2":
                distances[i] = np.sqrt(np.sum(differences**2, axis=1))
            else:
                distances[i] = np.sum(np.abs(differences), axis=1)
        return distances

    def compute_distances_no_loops(self, x):
        """The same, all at once.

        l2: |a - b|² = |a|² - 2 a·b + |b|², and all the a·b are one matrix product. The price: a squared distance is off
        by about 1e-16 (|a|² + |b|²), so that of two equal samples can come out a little below 0; it is cut there.
        l1: has no such product; |a - b| is computed for blocks of pairs, which bounds the memory.
        """
        x = self._test_rows("compute_distances_no_loops", x)
        return _l2(x, self.x) if self.metric == "l2" else _l1(x, self.x)

    def predict(self, x, k=1, loops=0):
        """The labels (M,) of M samples by the votes of their k nearest; loops: 0, 1 or 2, the way to the distances."""
        if not is_one_of(loops, (0, 1, 2)):
            raise InputError("KNearestNeighbor.predict", "loops", "0, 1 or 2", loops)
        names = ("compute_distances_no_loops", "compute_distances_one_loop", "compute_distances_two_loops")
        return self.predict_labels(getattr(self, names[loops])(x), k)

    @takes(distances=reals("M, N"))
    def predict_labels(self, distances, k=1):
        """The labels (M,) for given distances (M, N): compute those once, then try many k."""
        self._require_fitted("predict_labels")
        name, N = "KNearestNeighbor.predict_labels", len(self.x)
        require_shape(name, "distances", distances, (len(distances), N), f"for {N} training samples")
        if not isinstance(k, int) or not 1 <= k <= N:
            raise InputError(name, "k", f"an integer in [1, {N}]", k)
        classes, numbers = np.unique(self.y, return_inverse=True)  # classes in rising order
        votes = np.zeros((len(distances), len(classes)), dtype=int)
        np.add.at(votes, (np.arange(len(votes))[:, None], numbers[_nearest(distances, k)]), 1)
        return classes[votes.argmax(axis=1)]  # argmax: the first of the largest, so the smaller label

    def _test_rows(self, method, x):
        self._require_fitted(method)
        name, D = f"KNearestNeighbor.{method}", self.x.shape[1]
        rows = _rows(name, x)
        require_shape(name, "x", rows, (len(rows), D), f"like the training samples, of {D} numbers each")
        return rows

    def _require_fitted(self, method):
        if self.x is None:
            raise RuntimeError(f"KNearestNeighbor.{method}: there is no training set yet; call fit first")


def _rows(function, x):
    """Every sample as one row of float64, all finite: (N, D)."""
    return flattened(function, x).astype(np.float64, copy=False)


def _nearest(distances, k):
    """The numbers (M, k) of the k nearest, in their own order: all below the k-th distance, and the first at it."""
    kth = np.partition(distances, k - 1, axis=1)[:, k - 1, None]
    below, at = distances < kth, distances == kth
    missing = k - np.count_nonzero(below, axis=1, keepdims=True)
    at &= np.cumsum(at, axis=1) <= missing
    return np.nonzero(below | at)[1].reshape(len(distances), k)


def _l2(a, b):
    aa, bb = (np.einsum("nd,nd->n", rows, rows) for rows in (a, b))  # |a|² (M,) and |b|² (N,)
    distances = a @ b.T  # (M, N)

    def block(rows):
        d = distances[rows]  # |a|² - 2 a·b + |b|², in place
        d *= -2
        d += aa[rows, None]
        d += bb
        np.sqrt(np.maximum(d, 0, out=d), out=d)

    rows = max(1, BLOCK // len(b))
    each(block, [slice(start, start + rows) for start in range(0, len(a), rows)])
    return distances


def _l1(a, b):
    D = a.shape[1]
    columns = min(len(b), max(1, BLOCK // D))
    rows = max(1, BLOCK // (D * columns))
    distances = np.empty((len(a), len(b)))
    for i in range(0, len(a), rows):
        for j in range(0, len(b), columns):
            block = a[i : i + rows, None] - b[j : j + columns]  # (rows, columns, D)
            distances[i : i + rows, j : j + columns] = np.abs(block, out=block).sum(axis=2)
    return distances
