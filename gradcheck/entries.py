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
    length_scale,
    linear,
    power_of_two,
    size_of,
    slope,
)

SHARE = 0.1  # so much of the tolerance, in units of the gradient's root mean square, is allowed besides
DOUBTS = 64  # entries that are looked at though they agree within the tolerance
ENOUGH = 64  # so many entries proven wrong: the others are judged by their first difference
FEW = 8  # so many must be proven wrong before a first difference counts when time is up (it may be a kink)
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
        self.together, self.small = None, set()
        self.drift = 0.0  # how far the first differences were off where a better one was taken
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
        proven = 0
        for index in left:
            late = perf_counter() > deadline
            if late or (proven >= ENOUGH and self._far(index)):
                self.wrong[index] = proven >= FEW and self._far(index)
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
        return linear(self.outputs(self.x + v), self.point.base, self.outputs(self.x - v))

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
        share = 0.0 if index in self.small else SHARE * tolerance * self._rms()
        return tolerance * larger + share + self.smallest

    def _rms(self):
        n = self.numeric[np.isfinite(self.numeric)]
        return float(np.sqrt(np.mean(n * n))) if n.size else 0.0

    def _disagreeing(self, indices):
        tolerance, a, n = self.point.tolerance, self.analytic, self.numeric
        with np.errstate(invalid="ignore"):
            allowed = tolerance * np.maximum(np.abs(a), np.abs(n)) + SHARE * tolerance * self._rms()
            agree = (np.abs(a - n) <= allowed + self.smallest) & np.isfinite(a)
        left = [index for index in indices if not agree[index]]
        return left + self._doubtful([index for index in indices if agree[index]])

    def _doubtful(self, indices):
        """Entries so small beside the others that the tolerance hides a factor: the numerical error decides there."""
        larger = {i: max(abs(self.analytic[i]), abs(self.numeric[i])) for i in indices}
        hidden = [i for i in indices if abs(self.analytic[i] - self.numeric[i]) > 1e-3 * larger[i] > self.smallest]
        self.small.update(sorted(hidden, key=lambda i: -larger[i])[:DOUBTS])
        return [i for i in hidden if i in self.small]

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
        scale = max(abs(a), abs(found.value)) + (0.0 if index in self.small else self._rms())
        reach = float(np.abs(point.base * point.dout)[self._reached(index)].sum())
        size = min(self.size, max(abs(float(self.x[index])), 1e-3 * self.size))
        rounding = ROUNDING * point.own_precision * reach / size
        own = np.broadcast_to(point.analytic_noise(self.name), self.x.shape)
        nothing = min(4 * float(own.max()), ROUNDING * point.own_precision * (reach or point.weight) / self.size)
        zero = abs(a) <= nothing and abs(found.value) <= nothing + SURE * found.error  # a bias before a batch norm
        rounding += nothing if zero else min(float(own[index]), 0.01 * scale)
        slack = self._allowed(index) + (SURE if zero else 1) * found.error + rounding
        self.kinks[index] = found.kink
        self.wrong[index] = not (np.isfinite(a) and found.low - slack <= a <= found.high + slack)
        if self.wrong[index] and found.kink and self._several_kinks(index, found, slack):
            self.wrong[index] = False
        self.hidden[index] = not self.wrong[index] and not found.kink and found.error + rounding > 0.01 * scale
        if found.kink and not self.wrong[index]:
            self.numeric[index] = a

    def _several_kinks(self, index, found, slack):
        """Whether several kinks in one output explain yours: units that are all off, where each may be on by itself.

        Yours must then also be right a little beside.
        """
        low, high = _all_on_or_off(found)
        beside = self.point.jittered(self.name)
        if not low - slack <= self.analytic[index] <= high + slack or not beside or not arrays.is_array(beside[1]):
            return False
        moved, yours = beside
        x, h = moved[self.name], power_of_two(1e-8 * self.size)

        def at(t):
            there = x.copy()
            there[index] += t
            return self.point.pair.outputs_at({**moved, self.name: there})

        n, a = central(at, self.point.dout, h), float(arrays.to_numpy(yours)[index])
        return abs(a - n) <= max(1e-4, self.point.tolerance) * (max(abs(a), abs(n)) + self._rms())

    def _reached(self, index):
        """The outputs that depend on this entry: those that move with it by its whole size."""
        at, base = self.at(index), self.point.base
        return ((at(self.size) != base) | (at(-self.size) != base)) & np.isfinite(base)

    def _slope(self, index, enough):
        point, at, near = self.point, self.at(index), abs(float(self.x[index]))
        size = max(self.size, 2.0**-20 * near)
        found = slope(at, point.base, point.dout, size, point.noise, enough)
        off = abs(found.value - self.analytic[index])
        if found.kink:
            return found
        if not off <= self._allowed(index) + found.error:  # a second opinion from nearer by
            length = near if 0 < near < 0.1 * size else 2.0**-12 * size  # a pole or a root may be as near as 0 is
            closer = slope(at, point.base, point.dout, length, point.noise, enough)
            sure = closer.error <= 0.03 * off and not closer.kink
            found = closer if sure or closer.error < found.error else found
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
        low, high = _all_on_or_off(found) if found.kink else (found.low, found.high)
        if np.isfinite(found.value) and not low - slack <= yours <= high + slack:
            self.wrong |= self.kinks
            self.together = (yours / self.size, found.value / self.size)
            if yours:
                self.numeric[self.kinks] = self.analytic[self.kinks] * (found.value / yours)


def _all_on_or_off(found):
    """The slopes of an output with many units at their kinks: from all off, 0, to all on, the sum of both sides'."""
    both = found.low + found.high
    return min(found.low, 0.0, both), max(found.high, 0.0, both)
