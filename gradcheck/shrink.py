"""The smallest case that still fails, and its hand calculation: a bug on a 2x2 array of small integers."""

import time
from itertools import combinations, count, islice

import numpy as np

from .core import check
from .counterexample import Counterexample, by_hand
from .numeric import size_of

STEP = 1e-5  # of the size of x: the slope along it is good to 1e-9
TOLERANCE = 1e-5  # above it a gradient is wrong
FAILED = ("wrong", "not finite")  # the verdicts that can be shrunk
BEND = 1e-3  # an output whose slopes before and behind differ by more has a kink
FLAT = 0.1  # outputs that change by less, if an input changes by its size, are saturated
ENTRIES = 200  # a larger gradient is not computed as a whole


def shrink(forward, backward, inputs, *, budget=2.0, side=2, **keywords):
    """A Counterexample to forward and backward: the inputs of a failing check, made as small as `budget` seconds allow.

    side: no axis is cut shorter (two rows show what one would hide: sums, means, transposes). Takes what
    gradcheck.check takes. Raises ValueError if no gradient is wrong for these inputs.
    """
    return smallest(check(forward, backward, inputs, budget=budget, **keywords), budget, side)


def smallest(report, budget=2.0, side=2):
    """The Counterexample to a failed check's Report.

    Axes are cut (those of one length together, for they mostly mean the same), then the numbers become small integers.
    A step is kept if the same gradients are right and wrong as before, and forward has no kink there.
    """
    if report.case is None or not any(r.verdict in FAILED for r in report.inputs.values()):
        verdicts = ", ".join(f"{name}: {r.verdict}" for name, r in report.inputs.items())
        raise ValueError(f"gradcheck.shrink: a gradient should be wrong, and forward finite; got {verdicts}")
    search = _Search(report, time.monotonic() + budget, side)
    with np.errstate(all="ignore"):
        for step in (search.round, search.cut, search.round):
            step()
        return search.found()


class _Search:
    """`point` is the smallest case so far: the inputs by name. `lively`: whether saturated outputs are refused."""

    def __init__(self, report, deadline, side):
        case = report.case
        self.report, self.case, self.deadline, self.side = report, case, deadline, side
        right = {name: r.verdict not in FAILED for name, r in report.inputs.items()}
        self.wanted = {n: (_kind(case.gradients.get(n), case.inputs[n]), right[n]) for n in case.wanted}
        self.point, self.changed, self.lively = dict(case.inputs), False, False

    def try_(self, point):
        """Move to the point if it fails in the same way."""
        if time.monotonic() > self.deadline or self.verdicts(point) != self.wanted:
            return False
        self.point, self.changed = point, True
        return True

    def verdicts(self, point):
        """{name: (kind of gradient, whether it is right)}, or None where forward or backward fails or has a kink."""
        try:
            outs, cache = self.case.run_forward(point)
            douts = _douts(outs)
            gradients = self.case.run_backward(douts, cache)
            return {name: self.verdict(point, outs, douts, name, gradients.get(name)) for name in self.wanted}
        except Exception:  # student's code may raise anything where shapes or ids no longer fit
            return None

    def verdict(self, point, outs, douts, name, gradient):
        """Along one random direction: two runs of forward, however large the input is."""
        kind, x = _kind(gradient, point[name]), point[name]
        if kind != "numbers":
            return kind, False
        rng = np.random.default_rng(0)
        v = rng.choice([-1, 1], x.shape) * rng.uniform(
            0.5, 1.5, x.shape
        )  # none small: a kink on its way would not show
        slope, up, down, h = self.slope(point, douts, name, v)
        scale = max(np.linalg.norm(gradient), abs(slope))
        if not np.isfinite(slope) or any(map(_bent, down, outs, up)):
            raise ArithmeticError("no derivative here")
        change, size = sum(np.abs(u - d).sum() for u, d in zip(up, down)), sum(np.abs(o).sum() for o in outs)
        if self.lively and change * size_of(x) < FLAT * 2 * h * size:
            raise ArithmeticError("saturated")
        return kind, bool(abs((gradient * v).sum() - slope) <= TOLERANCE * scale)

    def cut(self):
        """Shorter axes, until none can be cut."""
        while any([self.try_cut(axes, n, short) for axes, n in self.axes() for short in self.shorter(n)]):
            pass

    def axes(self):
        """Groups of axes to cut together, as ({(name, axis): factor}, length): equal lengths, multiples, one or two."""
        found = {(k, i): n for k, x in self.point.items() if _is_array(x) for i, n in enumerate(x.shape) if n > 1}
        lengths = sorted(set(found.values()), reverse=True)
        yield from (({key: 1 for key, n in found.items() if n == length}, length) for length in lengths)
        yield from (({key: n // length for key, n in found.items() if n % length == 0}, length) for length in lengths)
        yield from (({key: 1}, n) for key, n in found.items())
        pairs = combinations(found, 2)
        yield from (({a: 1, b: 1}, found[a]) for a, b in pairs if found[a] == found[b])

    def shorter(self, n):
        return sorted({k for k in (self.side, 2, 3, n // 2, n - 1) if self.side <= k < n})

    def try_cut(self, axes, length, short):
        """Cut axes of `length` (or factor times that) to `short`; ids that are too large then may wrap around."""
        point = dict(self.point)
        for (name, axis), factor in axes.items():
            if point[name].shape[axis] != factor * length:
                return False  # cut already
            point[name] = np.take(point[name], range(factor * short), axis=axis)
        wrapped = {
            k: np.where(x >= short, x % short, x) for k, x in point.items() if _is_array(x) and x.dtype.kind in "iu"
        }
        return self.try_(point) or (bool(wrapped) and self.try_({**point, **wrapped}))

    def round(self):
        """Small integers in place of the numbers: in all inputs at once, or in one after the other."""
        for self.lively in (True, False):
            if self.rounded(list(self.wanted)) or any([self.rounded([name]) for name in self.wanted]):
                break
        self.lively = False

    def rounded(self, names):
        """Whether small integers, or halves or tenths of them, can stand in these inputs."""
        if any(self.point[n].size > ENTRIES for n in names):
            return False  # they would not be small
        start = {name: 2 * i + 2 for i, name in enumerate(self.wanted)}  # so that no two inputs hold the same
        for scale in (1, 0.5, 0.1):
            for positive in (False, True):
                new = {n: scale * _integers(self.point[n].shape, start[n], positive) for n in names}
                if self.try_({**self.point, **new}):
                    return True
        return False

    def found(self):
        """The Counterexample at the point reached."""
        case = self.case
        outs, cache = case.run_forward(self.point)
        douts = _douts(outs) if self.changed else case.douts
        gradients = case.run_backward(douts, cache)
        wrong = [name for name, (_, ok) in self.wanted.items() if not ok]
        right = {name: self.numerical(name, douts, gradients[name]) for name in wrong}
        numbers = tuple(sum(x.size for x in values.values() if _is_array(x)) for values in (self.point, case.inputs))
        name = min(wrong, key=lambda name: (self.wanted[name][0] != "numbers", right[name].size))
        hand = self.hand(name, douts, gradients[name], right[name])
        yours = {name: gradients[name] for name in wrong}
        return Counterexample(self.point, case.options, douts, outs, yours, right, hand, numbers, self.report.name)

    def slope(self, point, douts, name, v):
        """(the slope of Σ out · dout along v, the outputs before and behind, the step)."""
        x = point[name]
        h = STEP * size_of(x) / max(np.linalg.norm(v), 1e-300)
        up, down = (self.case.run_forward({**point, name: x + t * v})[0] for t in (h, -h))
        return sum(((u - d) * g).sum() for u, d, g in zip(up, down, douts)) / (2 * h), up, down, h

    def numerical(self, name, douts, yours):
        """The numerical gradient: the check's own where nothing was changed, of one wrong entry if time is short."""
        x = self.point[name]
        if not self.changed and name in self.case.numeric:
            return self.case.numeric[name]
        gradient = np.full(x.size, np.nan)
        short = x.size > ENTRIES or time.monotonic() > self.deadline
        for i in [self.wrong_entry(name, douts, yours)] if short else range(x.size):
            gradient[i] = self.slope(self.point, douts, name, _unit(x, i))[0]
        return gradient.reshape(x.shape)

    def wrong_entry(self, name, douts, yours):
        """The number of one wrong entry, by halving."""
        x, rng = self.point[name], np.random.default_rng(0)
        entries = np.arange(x.size)
        while entries.size > 1:
            half = entries[: entries.size // 2]
            v = np.zeros(x.size)
            v[half] = rng.standard_normal(half.size)
            v = v.reshape(x.shape)
            slope = self.slope(self.point, douts, name, v)[0]
            is_here = np.shape(yours) != x.shape or abs((yours * v).sum() - slope) > TOLERANCE * abs(slope)
            entries = half if is_here else entries[entries.size // 2 :]
        return int(entries[0])

    def hand(self, name, douts, yours, right):
        """The derivative at the worst entry, from two values of L = Σ out · dout."""
        x, is_number = self.point[name], self.wanted[name][0] in ("numbers", "not finite")
        off = np.where(np.isfinite(yours), np.abs(yours - right), np.inf) if is_number else np.abs(right)
        i = int(np.nanargmax(off)) if not np.isnan(off).all() else 0
        index = tuple(int(k) for k in np.unravel_index(i, x.shape))
        h = 1e-3 * 10.0 ** np.floor(np.log10(size_of(x)))
        nudged = ({**self.point, name: x + t * _unit(x, i)} for t in (-h, h))
        low, high = (sum((o * g).sum() for o, g in zip(self.case.run_forward(p)[0], douts)) for p in nudged)
        return by_hand(name, index, x[index], h, low, high, yours[index] if is_number else yours)


def _bent(down, out, up):
    """Whether one of these outputs, at three points in a row, goes on in another direction than it came."""
    bend, way = np.abs(up - 2 * out + down), np.abs(up - out) + np.abs(out - down)
    return bool(np.any((bend > BEND * way) & (bend > BEND * way.sum() / max(way.size, 1))))


def _unit(x, i):
    """1 at the entry number i, 0 elsewhere."""
    return (np.arange(x.size) == i).astype(float).reshape(x.shape)


def _kind(gradient, x):
    """What backward gave: none, a shape of its own, not finite, or numbers."""
    if gradient is None or np.shape(gradient) != x.shape:
        return "none" if gradient is None else "shape"
    return "numbers" if np.isfinite(gradient).all() else "not finite"


def _is_array(x):
    return isinstance(x, np.ndarray)


def _douts(outs):
    return tuple(_integers(np.shape(out), 5 * i, False) for i, out in enumerate(outs))


def _integers(shape, start, positive):
    """Distinct integers near zero, without it: 2, -1, 3, 1, -2, 4, -3, 5, -4, ..., from the one at `start` on."""
    sequence = (k for pair in zip(count(2), count(-1, -1)) for k in pair)
    n = int(np.prod(shape))
    numbers = list(islice(sequence, start, start + n))
    if positive:
        numbers = np.argsort(np.argsort(numbers)) + 1 + start // 2
    return np.array(numbers, dtype=np.float64).reshape(shape)
