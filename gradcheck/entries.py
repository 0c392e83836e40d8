"""Full mode: every entry of an input nudged up and down, and a second look at those that disagree."""

from time import perf_counter
from typing import NamedTuple

import numpy as np

from . import arrays
from .numeric import (
    EPS,
    STEP,
    Slope,
    central,
    complex_step,
    difference,
    length_scale,
    measured_noise,
    power_of_two,
    size_of,
    slope,
)
from .pair import flat

TOLERANCE = {8: 1e-7, 4: 1e-3, 2: 3e-2}  # of the larger of the two numbers, by the bytes of the dtype in use
SHARE = 0.1  # and so much of that, of the gradient's root mean square
ENOUGH = 64  # so many entries proven wrong: the others are judged by their first difference
SURE = 30  # a slope of so many times its error is not zero
ROUNDING = 64  # roundings of the size of f / x that a gradient may hold: 1 - y, where a sigmoid y is nearly 1


class Judged(NamedTuple):
    """One input's gradient, entry by entry."""

    numeric: np.ndarray
    error: np.ndarray  # of the numerical gradient
    wrong: np.ndarray  # booleans
    kinks: np.ndarray  # booleans: forward has no derivative here (and yours is a possible one, unless wrong)
    hidden: np.ndarray  # booleans: rounding would hide even a mistake of 1 %
    unknown: np.ndarray  # booleans: no numerical derivative could be had
    together: tuple | None  # (yours, right): the slope when all entries at a kink move together, if yours is wrong


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
        self.own_precision, self.smallest = float(kind.eps), 2.0**20 * float(kind.smallest_normal)
        self.weight = float(np.abs(self.base * self.dout)[np.isfinite(self.base)].sum())
        self.lost = self.own_precision**2 * self.weight
        self._noise = self._analytic = None

    @property
    def tolerance(self):
        return TOLERANCE[self.bytes]

    @property
    def noise(self):
        """How far rounding moves each output; measured when first needed."""
        if self._noise is None:
            self._noise = measured_noise(self._scaled, self.base, self.precision)
        return self._noise

    def _scaled(self, factor):
        values = {name: x * factor if name in self.pair.wanted else x for name, x in self.pair.exact.items()}
        return flat(self.pair.forward(values)[0])

    def analytic_noise(self, name):
        """How far rounding moves each entry of yours: second differences at x (1 ± d), d tiny; measured when needed."""
        if self._analytic is None:
            d = float(np.sqrt(np.finfo(f"f{self.bytes}").eps))
            rows = [self._gradients(1 + k * d) for k in (-2, -1, 0, 1, 2)]
            self._analytic = {}
            for wanted in self.pair.wanted:
                g = [row.get(wanted) for row in rows]
                if all(arrays.is_array(a) and a.shape == rows[2][wanted].shape for a in g):
                    g = np.stack([arrays.to_numpy(a).astype(np.float64) for a in g])
                    second = np.abs(np.diff(g, n=2, axis=0)).max(axis=0)
                    self._analytic[wanted] = 4 * np.where(np.isfinite(second), second, 0)
        return self._analytic.get(name, 0.0)

    def _gradients(self, factor):
        pair, given = self.pair, self.pair.given
        values = {n: (x * factor).astype(x.dtype) if n in pair.wanted else x for n, x in given.items()}
        _, cache, _, many = pair.forward(values)
        return pair.backward(self.run.douts, cache, many)[0]


def judge(point, name, analytic, deadline, indices=None):
    """Compare yours with the numerical gradient at every entry of the input `name`, or at some (nan elsewhere)."""
    x = arrays.to_numpy(point.pair.exact[name])
    return _Judge(point, name, x, analytic).judged(deadline, indices)


class _Judge:
    def __init__(self, point, name, x, analytic):
        self.point, self.name, self.x, self.analytic = point, name, x, analytic
        self.size = size_of(x)
        self.numeric, self.error = np.full(x.shape, np.nan), np.zeros(x.shape)
        self.smallest = point.smallest + point.lost / self.size  # beyond the last digit of what it is computed from
        self.together = None
        self.wrong, self.kinks, self.hidden, self.unknown = (np.zeros(x.shape, bool) for _ in range(4))

    def outputs(self, x):
        return self.point.pair.outputs(self.name, x)

    def at(self, index):
        """The outputs as a function of how far the entry at `index` is moved."""

        def moved(t):
            x = self.x.copy()
            x[index] += t
            return self.outputs(x)

        return moved

    def judged(self, deadline, indices):
        indices = list(np.ndindex(self.x.shape) if indices is None else indices)
        a, h = self.analytic, power_of_two(self.size if self._linear() else STEP * self.size)
        self._first(indices, h)
        left = self._disagreeing(indices)
        if len(left) > max(8, 0.05 * self.x.size):
            better = self._length_scale()
            if not 1 / 16 < better / self.size < 16:
                self.size = better
                self._first(left, power_of_two(STEP * better))
                left = self._disagreeing(left)
        left.sort(key=lambda index: -abs(a[index] - self.numeric[index]))
        proven, self.drift = 0, 0.0
        for index in left:
            late = perf_counter() > deadline
            if late or (proven >= ENOUGH and self._far(index)):
                self.wrong[index] = self._far(index)
                self.unknown[index] = not self.wrong[index]
                continue
            first = self.numeric[index]
            self._second(index)
            if self.wrong[index] and not self.kinks[index]:
                proven, self.drift = proven + 1, max(self.drift, abs(self.numeric[index] - first))
        if not self.wrong.any():
            self._joint_kink()
        return Judged(self.numeric, self.error, self.wrong, self.kinks, self.hidden, self.unknown, self.together)

    def _linear(self):
        """Whether the outputs are linear in this input as far as a random direction tells: then no step is too long."""
        if self.x.size < 8 or not np.isfinite(self.x).all():
            return False
        v = self.size * np.random.default_rng((self.point.pair.seed, 12)).standard_normal(self.x.shape)
        up, down, base = self.outputs(self.x + v), self.outputs(self.x - v), self.point.base
        scale = np.abs(np.stack([up, down, base])).max(axis=0) + np.abs(base).max(initial=0)
        second = difference(up, base) - difference(base, down)
        return bool(np.isfinite(second).all() and np.all(np.abs(second) <= 256 * EPS * scale) and np.any(up != down))

    def _first(self, indices, h):
        for index in indices:
            self.numeric[index] = 0.0
            if np.isfinite(self.x[index]):
                step = max(h, power_of_two(2**12 * EPS * abs(self.x[index]) + 1e-300))
                self.numeric[index] = central(self.at(index), self.point.dout, step)

    def _allowed(self, index):
        """The difference that is too small to mean anything at this entry."""
        tolerance, sizes = self.point.tolerance, np.abs([self.analytic[index], self.numeric[index]])
        larger = float(sizes[np.isfinite(sizes)].max(initial=0))
        return tolerance * larger + SHARE * tolerance * self._rms() + self.smallest

    def _rms(self):
        n = self.numeric[np.isfinite(self.numeric)]
        return float(np.sqrt(np.mean(n * n))) if n.size else 0.0

    def _disagreeing(self, indices):
        tolerance, a, n = self.point.tolerance, self.analytic, self.numeric
        with np.errstate(invalid="ignore"):
            allowed = tolerance * np.maximum(np.abs(a), np.abs(n)) + SHARE * tolerance * self._rms()
            agree = (np.abs(a - n) <= allowed + self.smallest) & np.isfinite(a)
        return [index for index in indices if not agree[index]]

    def _far(self, index):
        """Whether the first difference is enough to say wrong: it errs less than ten times as at any proven entry."""
        return not abs(self.analytic[index] - self.numeric[index]) <= 10 * (self._allowed(index) + self.drift)

    def _length_scale(self):
        v = np.random.default_rng((self.point.pair.seed, 13)).standard_normal(self.x.shape)
        v = np.where(np.isfinite(self.x), v, 0)
        at = lambda t: self.outputs(self.x + t * v)  # noqa: E731
        return length_scale(at, self.point.base, self.point.dout, self.size, self.point.noise)

    def _second(self, index):
        """A better derivative, one-sided ones at a kink, and then the verdict on this entry."""
        point, a = self.point, float(self.analytic[index])
        if point.overflow and not np.isfinite(a):
            self.unknown[index] = True
            return
        apart = abs(a - self.numeric[index])
        found = self._slope(index, max(0.1 * self._allowed(index), 1e-3 * apart if np.isfinite(apart) else 0.0))
        self.numeric[index], self.error[index] = found.value, found.error
        if not np.isfinite(found.value):
            self.unknown[index] = True
            return
        scale = max(abs(a), abs(found.value)) + self._rms()
        reach = np.abs(point.base * point.dout)[self._reached(index)].sum()
        size = min(self.size, max(abs(float(self.x[index])), 1e-3 * self.size))
        rounding = ROUNDING * point.own_precision * float(reach) / size
        own = np.broadcast_to(point.analytic_noise(self.name), self.x.shape)
        nothing = min(4 * float(own.max()), ROUNDING * point.own_precision * point.weight / self.size)
        zero = abs(a) <= nothing and abs(found.value) <= nothing + SURE * found.error  # a bias before a batch norm
        rounding += nothing if zero else min(float(own[index]), 0.01 * scale)
        slack = self._allowed(index) + (SURE if zero else 1) * found.error + rounding
        self.kinks[index] = found.kink
        self.wrong[index] = not (np.isfinite(a) and found.low - slack <= a <= found.high + slack)
        self.hidden[index] = not self.wrong[index] and not found.kink and found.error + rounding > 0.01 * scale
        if found.kink and not self.wrong[index]:
            self.numeric[index] = min(max(a, found.low), found.high)

    def _reached(self, index):
        """The outputs that depend on this entry: those that move with it by its whole size."""
        at, base = self.at(index), self.point.base
        return ((at(self.size) != base) | (at(-self.size) != base)) & np.isfinite(base)

    def _slope(self, index, enough):
        point, at, near = self.point, self.at(index), abs(float(self.x[index]))
        size = max(self.size, 2.0**-20 * near)
        found = slope(at, point.base, point.dout, size, point.noise, enough)
        if found.kink:
            return found
        if not found.error <= enough and 0 < near < 0.1 * size:  # a pole or a root of 0 may be as near as 0 is
            closer = slope(at, point.base, point.dout, near, point.noise, enough)
            found = closer if closer.error < found.error else found
        if self._allowed(index) < found.error < 0.01 * abs(found.value):
            try:
                value = complex_step(self._complex_outputs, self.x, index, point.dout, size)
            except (TypeError, ValueError, ArithmeticError, Warning):
                return found
            if abs(value - found.value) <= min(found.error, 1e-4 * abs(value)):
                found = Slope(value, 1e-12 * abs(value), value, value, False, found.moved)
        return found

    def _complex_outputs(self, x):
        return self.point.pair.outputs(self.name, x, np.complex128)

    def _joint_kink(self):
        """All entries at a kink moved together: tied maxima stay tied, so that a gradient paid to all of them shows."""
        if not self.kinks.any():
            return
        point, together = self.point, np.where(self.kinks, self.size, 0.0)
        found = slope(lambda t: self.outputs(self.x + t * together), point.base, point.dout, 1.0, point.noise, 0.0)
        yours = float((self.analytic * together).sum())
        slack = 1e-4 * float(np.abs(self.analytic * together).sum()) + found.error
        if np.isfinite(found.value) and not found.low - slack <= yours <= found.high + slack:
            self.wrong |= self.kinks
            self.together = (yours / self.size, found.value / self.size)
            if yours:
                self.numeric[self.kinks] = self.analytic[self.kinks] * (found.value / yours)


def _single(values):
    """Whether these float64 numbers have all been through float32, as far as one can see."""
    finite = values[np.isfinite(values)]
    fractions = finite[finite != np.rint(finite)]
    with np.errstate(over="ignore"):
        return fractions.size >= 4 and bool(np.all(fractions.astype(np.float32) == fractions))
