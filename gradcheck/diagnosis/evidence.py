"""What a diagnosis may build on: the arrays at hand with their names, and when a fit proves something."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..arrays import to_numpy, walk
from .numbers import Numbers, out_label

EXACT = 1e-6  # a fit of yours: |yours - fit| <= EXACT * |yours|; the numerical gradient is good to about 1e-9
CLOSE = 1e-5  # a fit of the difference yours - right, which is known less well
ENOUGH = 4  # distinct numbers that a fit without free numbers has to meet
MOST_VALUES = 16
DERIVED = 2  # the cost of an array that was computed here, not found
LARGE = 20_000  # entries of an array above which the expensive rules look at less


@dataclass(eq=False)
class Value:
    """An array at hand and how a student would write it."""

    label: str
    array: np.ndarray
    cost: float = 1.0  # how far it is from the inputs: simple expressions win


class Evidence:
    """The arrays and numbers of a Case, and the gradients of one input: yours, right, and their difference."""

    def __init__(self, case):
        self.case = case
        self.numbers = Numbers(case)
        self.values, self.ids = [], []
        for i, dout in enumerate(case.douts):
            self._keep("dout" if len(case.douts) == 1 else f"dout[{i}]", dout, 0, self.values)
        self.douts = list(self.values)
        for name, x in case.inputs.items():
            self._keep(name, x, 1)
        for i, out in enumerate(case.outs):
            self._keep(out_label(case, i), out, 1)
        for label, x in walk(case.cache):
            self._keep(label, x, 1.2)
        for name, x in case.options.items():
            self._keep(name, x, 1)
        self.values = self.values[len(self.douts) :][:MOST_VALUES]
        self._softmax()
        self._maxima()

    def _keep(self, label, x, cost, into=None):
        if not hasattr(x, "dtype") or not hasattr(x, "shape"):
            return
        x = to_numpy(x)
        if x.dtype.kind in "iu" and x.ndim:
            if not any(same(x, v.array) for v in self.ids):
                self.ids.append(Value(label, x, cost))
            if x.size == 0 or not set(np.unique(x)) <= {0, 1}:
                return
            x = x.astype(np.float64)  # targets that are 0 or 1 are numbers as well
        if x.dtype.kind not in "fb" or x.size == 0 or (x.ndim == 0 and into is None) or not np.isfinite(x).all():
            return
        x = x.astype(np.float64)
        if x.any() and not any(same(x, v.array) for v in self.values):
            self.values.append(Value(label, x, cost))

    def _softmax(self):
        """softmax(x) beside scores x that have labels, for the loss may not keep it."""
        for v in list(self.values):
            rows = [i for i in self.ids if i.array.shape == v.array.shape[:-1] and v.array.ndim > 1]
            if rows and not stochastic(v.array) and np.abs(v.array).max() < 300:
                e = np.exp(v.array - v.array.max(-1, keepdims=True))
                p = e / e.sum(-1, keepdims=True)
                if not any(
                    same(p, w.array) or np.allclose(p, w.array) for w in self.values if w.array.shape == p.shape
                ):
                    self.values.append(Value(f"softmax({v.label})", p, DERIVED - 0.1))

    def _maxima(self):
        """Where each row of an input has its maximum: what a mistaken maximum passes on."""
        for v in [v for v in self.values if v.label in self.case.inputs and v.array.ndim > 1 and v.array.size <= LARGE]:
            top = (v.array == v.array.max(-1, keepdims=True)) * 1.0
            self.values.append(Value(f"({v.label} == {v.label}.max(-1, keepdims=True))", top, DERIVED))

    def differences(self):
        """p - onehot(y) for labels y, the heads of losses; a - b for arrays of one shape, or centred as in x - mean."""
        for v in self.values:
            for y in self.ids:
                if not stochastic(v.array) or y.array.ndim != v.array.ndim - 1:
                    continue
                if y.array.shape == v.array.shape[:-1] and y.array.size and v.array.shape[-1] > y.array.max():
                    if y.array.min() >= 0:
                        hot = np.eye(v.array.shape[-1])[y.array]
                        yield Value(f"({v.label} - onehot({y.label}))", v.array - hot, v.cost)
            if v.array.ndim == 2 and len(set(v.array.shape)) == 1 and stochastic(v.array):
                yield Value(f"({v.label} - np.eye({len(v.array)}))", v.array - np.eye(len(v.array)), v.cost)
        for a, b in combinations([v for v in self.values if v.array.ndim and v.cost < DERIVED], 2):
            if a.array.shape == b.array.shape or _broadcasts(a.array, b.array):
                yield Value(f"({a.label} - {b.label})", a.array - b.array, 0.3 + a.cost + b.cost)


def same(a, b):
    """Whether two arrays are one and the same to rounding."""
    return a.shape == b.shape and bool(np.array_equal(a, b))


def stochastic(a):
    """Whether a holds probabilities along its last axis."""
    return bool(a.ndim and a.shape[-1] > 1 and (a >= 0).all() and np.allclose(a.sum(-1), 1, atol=1e-9))


def unit_rows(a):
    """Whether the vectors along the last axis have length one."""
    return bool(a.ndim > 1 and a.shape[-1] > 1 and np.allclose((a * a).sum(-1), 1, atol=1e-9))


def _broadcasts(a, b):
    """Whether a - b is as large as the larger of the two, as in x - mean."""
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return False
    return shape == a.shape if a.size >= b.size else shape == b.shape


def distinct(*arrays):
    """How many distinct rows of non-zero numbers the arrays hold, taken entry by entry."""
    table = np.stack([np.ravel(a) for a in arrays], axis=1)
    table = table[(table != 0).any(axis=1) & np.isfinite(table).all(axis=1)]
    if not len(table):
        return 0
    scale = np.abs(table).max(axis=0)
    table = np.round(table / np.where(scale > 0, scale, 1), 9)
    return len(np.unique(table, axis=0))


def fit(target, model):
    """(c, error): the best c * model for the target, and |target - c * model| / |target|."""
    target, model = np.ravel(target), np.ravel(model)
    power = float(model @ model)
    size = float(np.linalg.norm(target))
    if power == 0 or size == 0 or not np.isfinite(power):
        return 0.0, np.inf
    c = float(target @ model) / power
    return c, float(np.linalg.norm(target - c * model)) / size


def near(a, b, tolerance=EXACT):
    """Whether a = b: |a - b| <= tolerance * |b|."""
    return a.shape == b.shape and bool(np.linalg.norm(np.ravel(a - b)) <= tolerance * np.linalg.norm(np.ravel(b)))


def same_up_to_scale(row):
    """A key that is equal for arrays that are equal up to a factor, to about nine digits."""
    row = np.ravel(row)
    lead = row[np.argmax(np.abs(row))] if row.size else 0.0
    return np.round(row / lead, 9).tobytes() if lead else b"0"
