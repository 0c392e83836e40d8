"""The point at which a pair is judged, and what rounding does there."""

import numpy as np

from . import arrays
from .numeric import EPS, measured_noise, size_of
from .pair import flat

TOLERANCE = {8: 1e-7, 4: 1e-3, 2: 3e-2}  # of the larger of the two numbers, by the bytes of the dtype in use


class Point:
    """The place at which a pair is judged: outputs, dout, and what rounding does there. Shared by all inputs."""

    def __init__(self, pair, run):
        self.pair, self.run = pair, run
        same = all(pair.given[name].dtype == np.float64 for name in pair.wanted)
        self.outs = outs = run.outs if same else pair.forward(pair.exact)[0]
        self.base = flat(outs)
        self.overflow = int(np.isinf(self.base).sum() + np.isinf(flat(run.outs)).sum())
        self.dout = np.where(np.isfinite(self.base), flat(run.douts), 0.0)
        dtypes = [o.dtype for o in (*outs, *run.outs)]
        dtypes += [g.dtype for g in run.gradients.values() if arrays.is_array(g)]
        dtypes += [pair.given[name].dtype for name in pair.wanted]
        floats = [d for d in dtypes if d.kind == "f"]
        self.bytes = min(8, *(d.itemsize for d in floats)) if floats else 8
        self.precision = max(float(np.finfo(o.dtype).eps) if o.dtype.kind == "f" else EPS for o in outs)
        if self.bytes == 8 and _single(self.base) and _single(self._scaled(1 + 1e-3 / 3)):
            self.bytes, self.precision = 4, float(np.finfo(np.float32).eps)
        kind = np.finfo(f"f{self.bytes}")
        self.own_precision, self.smallest = float(kind.eps), 4 * float(kind.smallest_normal)
        self.weight = float(np.abs(self.base * self.dout)[np.isfinite(self.base)].sum())
        self.lost = self.own_precision**2 * self.weight
        self._noise = self._analytic = self._beside = None

    @property
    def tolerance(self):
        return TOLERANCE[self.bytes]

    @property
    def noise(self):
        """How far rounding moves each output; measured when first needed."""
        if self._noise is None:
            longer, shorter = (measured_noise(self._scaled, self.base, self.precision, 2.0**k) for k in (-20, -36))
            self._noise = np.minimum(longer, shorter)  # where f is steep, the longer one meets its curvature
        return self._noise

    def _scaled(self, factor):
        return self.pair.outputs_at(
            {name: arrays.to_numpy(self.pair.exact[name]) * factor for name in self.pair.wanted}
        )

    def analytic_noise(self, name):
        """How far rounding moves each entry of yours: second differences at x (1 ± d), d tiny; measured when needed.

        The smaller of two d, for the shorter may be too short for the noise, the longer too long for a steep function.
        """
        if self._analytic is None:
            eps = float(np.finfo(f"f{self.bytes}").eps)
            nearer, further = self._second_differences(64 * eps), self._second_differences(np.sqrt(eps))
            self._analytic = {n: np.minimum(nearer[n], further[n]) for n in nearer if n in further}
        return self._analytic.get(name, 0.0)

    def _second_differences(self, d):
        rows = [self._gradients(1 + k * d) for k in (-2, -1, 0, 1, 2)]
        noise = {}
        for name in self.pair.wanted:
            g = [row.get(name) for row in rows]
            if all(arrays.is_array(a) and a.shape == self.pair.given[name].shape for a in g):
                g = np.stack([arrays.to_numpy(a).astype(np.float64) for a in g])
                second = np.abs(np.diff(g, n=2, axis=0)).max(axis=0)
                noise[name] = 4 * np.where(np.isfinite(second), second, 0)
        return noise

    def jittered(self, name):
        """(inputs a little beside the point, in general position; yours of `name` there), or None if forward fails."""
        if self._beside is None:
            pair, rng = self.pair, np.random.default_rng((self.pair.seed, 19))
            moved = {}
            for n in pair.wanted:
                x = arrays.to_numpy(pair.exact[n])
                moved[n] = x + 1e-4 * size_of(x) * rng.standard_normal(x.shape)
            there = {n: arrays.like(moved[n].astype(x.dtype), x) if n in moved else x for n, x in pair.given.items()}
            try:
                _, cache, _, many = pair.forward(there)
                self._beside = moved, pair.backward(self.run.douts, cache, many)[0]
            except Exception:  # beyond the edge of where forward is defined
                self._beside = ()
        return self._beside and (self._beside[0], self._beside[1].get(name))

    def _gradients(self, factor):
        pair, given = self.pair, self.pair.given
        values = {n: (x * factor).astype(x.dtype) if n in pair.wanted else x for n, x in given.items()}
        _, cache, _, many = pair.forward(values)
        return pair.backward(self.run.douts, cache, many)[0]


def _single(values):
    """Whether these float64 numbers have all been through float32, as far as one can see."""
    finite = values[np.isfinite(values)]
    fractions = finite[finite != np.rint(finite)]
    with np.errstate(over="ignore"):
        return fractions.size >= 4 and bool(np.all(fractions.astype(np.float32) == fractions))
