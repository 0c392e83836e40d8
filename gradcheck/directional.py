"""Directional mode: the slope along random directions, whose cost does not grow with the size of the input.

yours · v must equal the slope of L along v. Gaussian directions: among signs alone, +e and -e would cancel in every
second one. An error in a single entry of a million moves the slope by one part in a thousand of itself: it shows, since
slopes are known to nine digits.
"""

from typing import NamedTuple

import numpy as np

from . import arrays
from .entries import ROUNDING, SHARE, SURE, judge
from .numeric import STEP, central, length_scale, linear, power_of_two, size_of, slope

DIRECTIONS = 4
FOUND = 8  # wrong entries that bisection looks for
SAMPLE = 48  # entries looked at one by one where the error is everywhere


class Directed(NamedTuple):
    """What directions tell about one input's gradient."""

    wrong: bool
    hidden: bool  # rounding would hide even a mistake of 1 %
    zero: bool  # yours and the slopes are all too small to be told from zero
    kinks: int  # directions along which forward has a kink just here
    worst: float  # |yours · v - slope| / size of the gradient
    entries: object  # Judged at the entries that were found or sampled, or None
    indices: list
    dense: bool  # the error is in many entries


class _Verdict(NamedTuple):
    """What one direction tells."""

    wrong: bool  # yours contradicts the slope
    hidden: bool
    zero: bool
    off: float  # how far they are apart
    kink: bool


def judge_directions(point, name, analytic, deadline):
    """Compare yours with the slope along DIRECTIONS fresh directions; where they differ, find the wrong entries."""
    return _Directions(point, name, analytic).judged(deadline)


def judge_together(point, gradients):
    """How far yours are off along directions through all inputs at once; None if that is too much, or cannot be told.

    Every input is moved so far that it has the same share in the slope: a bias does not drown beside a weight matrix.
    A right network of sixty parameters costs no more than one of them.
    """
    exact = {name: arrays.to_numpy(point.pair.exact[name]) for name in gradients}
    steep = {name: float(np.linalg.norm(a)) for name, a in gradients.items()}
    usual = float(np.median([steep[name] * size_of(exact[name]) for name in gradients]))
    if not np.isfinite(usual) or not usual:
        return None
    if any(steep[n] * 100 * size_of(exact[n]) < 1e-3 * usual for n in gradients):
        return None  # one that is so flat would have no share
    reach = {n: min(100 * size_of(exact[n]), usual / steep[n] if steep[n] else np.inf) for n in gradients}
    norm = float(np.sqrt(sum((steep[name] * reach[name]) ** 2 for name in gradients)))
    rng, worst = np.random.default_rng((point.pair.seed, 17)), 0.0
    for _ in range(DIRECTIONS):
        v = {n: reach[n] * np.where(np.isfinite(x), rng.standard_normal(x.shape), 0) for n, x in exact.items()}
        yours = sum(float((gradients[name] * v[name]).sum()) for name in gradients)
        off = _off_along(point, lambda t, v=v: point.pair.outputs_at({n: exact[n] + t * v[n] for n in v}), yours, norm)
        if off is None:
            return None
        worst = max(worst, off)
    return worst


def _off_along(point, at, yours, norm):
    """|yours - slope| / norm if they agree, at one of three steps: the shorter, the fewer kinks of a net it crosses."""
    for k in (0, -3, -6):
        h = power_of_two(STEP) * 4.0**k
        rounding = 2 * float((point.noise * np.abs(point.dout)).sum()) / h if k else 0.0
        off = abs(yours - central(at, point.dout, h))
        if off <= SHARE * point.tolerance * max(abs(yours), norm) + rounding and rounding <= 1e-6 * norm:
            return off / norm
    return None


class _Directions:
    def __init__(self, point, name, analytic):
        self.point, self.name, self.analytic = point, name, analytic
        self.x = arrays.to_numpy(point.pair.exact[name])
        self.size = size_of(self.x)
        self.moving = np.isfinite(self.x) & np.isfinite(analytic)
        seed = sum(ord(c) << i for i, c in enumerate(name))  # other directions for every input
        self.rng = np.random.default_rng((point.pair.seed, seed))
        self.step = STEP
        self.norm = self.reach = 0.0

    def at(self, v):
        return lambda t: self.point.pair.outputs(self.name, self.x + t * v)

    def judged(self, deadline):
        directions = [self._direction(self.moving) for _ in range(DIRECTIONS)]
        self.step = self._step(directions[0])
        firsts = self._slopes(directions)
        if self.step == STEP and not self._agrees(directions[0], firsts[0]):
            better = length_scale(self.at(directions[0]), self.point.base, self.point.dout, self.size, self.point.noise)
            if not 1 / 16 < better / self.size < 16:
                self.size = better
                firsts = self._slopes(directions)
        self.norm = float(np.sqrt(np.mean(np.square(firsts))))
        verdicts = [self._differs(v, first) for v, first in zip(directions, firsts)]
        worst, kinks = max(v.off for v in verdicts), sum(v.kink for v in verdicts)
        hidden, zero = all(v.hidden for v in verdicts), all(v.zero for v in verdicts)
        if not any(v.wrong for v in verdicts):
            return Directed(False, hidden, zero, kinks, worst, None, [], False)
        self.shown = max(abs(self._yours(v) - first) for v, first in zip(directions, firsts))
        indices, dense = self._search()
        entries = judge(self.point, self.name, self.analytic, deadline, indices)
        return Directed(True, False, False, kinks, worst, entries, indices, dense)

    def _slopes(self, directions):
        return [central(self.at(v), self.point.dout, power_of_two(self.step * self.size)) for v in directions]

    def _agrees(self, v, first):
        yours = self._yours(v)
        return abs(yours - first) <= self.point.tolerance * max(abs(yours), abs(first))

    def _yours(self, v):
        return float((self.analytic[self.moving] * v[self.moving]).sum())

    def _direction(self, mask):
        return self.rng.standard_normal(self.x.shape) * mask

    def _step(self, v):
        """1 where the outputs are linear in this input: then no step is too long; else the usual one."""
        up, down, base = self.at(v)(self.size), self.at(v)(-self.size), self.point.base
        reached = ((up != base) | (down != base)) & np.isfinite(base)
        self.reach = float(np.abs(base * self.point.dout)[reached].sum())
        return 1.0 if linear(up, base, down) else STEP

    def _differs(self, v, n):
        """The _Verdict on the slope along v, whose first estimate is n."""
        point, at, yours = self.point, self.at(v), self._yours(v)
        allowed = SHARE * point.tolerance * max(abs(yours), abs(n), self.norm)
        if abs(yours - n) <= allowed:
            return _Verdict(False, False, False, abs(yours - n) / (allowed or 1) * SHARE * point.tolerance, False)
        found = slope(at, point.base, point.dout, self.size, point.noise, 0.3 * allowed)
        own = np.broadcast_to(point.analytic_noise(self.name), self.x.shape)
        scale = max(abs(yours), abs(found.value), self.norm)
        rounding, length = float(np.sqrt(np.sum((own * v) ** 2))), float(np.sqrt(np.sum(v * v)))
        nothing = length * min(4 * float(own.max()), ROUNDING * point.own_precision * point.weight / self.size)
        zero = abs(yours) <= nothing and abs(found.value) <= nothing + SURE * found.error
        rounding = nothing if zero else min(rounding, 1e-3 * scale)
        slack = (
            allowed
            + (SURE if zero else 1) * found.error
            + rounding
            + ROUNDING * point.own_precision * self.reach / self.size
            + point.smallest
            + point.lost / self.size
        )
        wrong = not found.low - slack <= yours <= found.high + slack
        off = abs(yours - found.value) / scale if scale else 0.0
        return _Verdict(wrong, slack + (found.high - found.low) / 2 > 0.01 * scale, zero, off, found.kink)

    def _search(self):
        """Halve the entries, keep the halves that are wrong, until single entries are left."""
        order = self.rng.permutation(np.flatnonzero(self.moving))
        level, found = [order], []
        while level and len(found) < FOUND:
            halves = [half for part in level for half in np.array_split(part, 2) if half.size]
            wrong = [half for half in halves if self._part_differs(half)]
            if len(wrong) > 2 * FOUND:  # everywhere
                sample = self.rng.choice(order, min(SAMPLE, order.size), replace=False)
                return self._indices(sample), True
            found += [int(half[0]) for half in wrong if half.size == 1]
            level = [half for half in wrong if half.size > 1]
        return self._indices(found or order[:SAMPLE]), False

    def _part_differs(self, part):
        """Whether these entries alone show a thousandth of the difference that all of them showed."""
        mask = np.zeros(self.x.size)
        mask[part] = 1
        v = self._direction(mask.reshape(self.x.shape))
        return abs(self._yours(v) - self._slopes([v])[0]) > 1e-3 * self.shown

    def _indices(self, flat):
        return [tuple(int(i) for i in np.unravel_index(int(f), self.x.shape)) for f in flat]
