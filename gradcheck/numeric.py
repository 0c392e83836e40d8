"""Numerical derivatives with an error estimate, and one-sided ones where the function has a kink.

The outputs are a vector f; wanted is the slope of L(t) = f(t) · dout at t = 0 along some direction: one entry of an
input, or a random direction through all of them.
"""

from math import frexp
from typing import NamedTuple

import numpy as np

EPS = float(np.finfo(np.float64).eps)
STEP = EPS ** (1 / 3)  # of the size of x: balances the truncation h² f''' against the rounding eps f / h
ROUNDINGS = 8  # an output is the result of several operations, each of which may round by EPS / 2
NEAR = 2.0**-29  # of the size of x: from so near a kink is looked for


class Slope(NamedTuple):
    """A derivative."""

    value: float  # at a kink the middle of those possible
    error: float  # how far it may be off
    low: float  # at a kink: the smallest and the largest derivative that a convention may choose
    high: float
    kink: bool
    moved: object = False  # which outputs moved (booleans)
    step: float = 0.0  # from how near the slope was seen, if by a single step


def power_of_two(h):
    """The power of two next below h: x + h and x - h then lie equally far from x in floating point, nearly always."""
    return 2.0 ** (frexp(h)[1] - 1)


def size_of(x):
    """The typical size of x's entries: the median of those that are finite and not 0, or 1."""
    sizes = np.abs(x[np.isfinite(x) & (x != 0)])
    return float(np.median(sizes)) if sizes.size else 1.0


def difference(up, down):
    """up - down, where two infinities of one sign differ by nothing."""
    return np.where(up == down, 0.0, up - down)


def linear(up, base, down):
    """Whether the outputs at two opposite points and in the middle lie on straight lines, but for rounding."""
    size = np.abs(np.stack([up, down, base])).max(axis=0) + np.abs(base).max(initial=0)
    bend = difference(up, base) - difference(base, down)
    return bool(np.isfinite(bend).all() and np.all(np.abs(bend) <= 256 * EPS * size) and np.any(up != down))


def central(at, dout, h):
    """(f(h) - f(-h)) · dout / 2h: subtracted before it is contracted, so that nothing large cancels."""
    return float(difference(at(h), at(-h)) @ dout) / (2 * h)


def slope(at, base, dout, size, noise, enough):
    """The Slope of f · dout at 0, where f(t) = at(t), base = f(0), and `size` is the length on which f changes.

    First a look from very near: if an output leaves 0 with two different slopes to the left and to the right, there is
    a kink. Otherwise central differences at shrinking steps, extrapolated to h = 0 (Ridders 1982), until the error is
    `enough`; where they contradict the near look, a kink lies within the steps, and shorter ones decide.
    noise: how far rounding moves each output.
    """
    near = _near(at, base, dout, size, noise)
    if near.kink:
        return near
    found = extrapolated(at, base, dout, size, noise, enough, range(4, -4, -1))
    near = near._replace(
        error=near.error + 8 * float((noise * np.abs(dout))[found.moved & ~near.moved].sum()) / near.step
    )
    if abs(found.value - near.value) > found.error + near.error:
        longer, found = found, extrapolated(at, base, dout, size, noise, enough, range(-3, -10, -1))
        still = float((noise * np.abs(dout))[longer.moved & ~found.moved].sum())  # what rounding holds at short steps
        found = found._replace(error=found.error + still / _step(size, -3))
        if not abs(found.value - near.value) <= found.error + near.error:
            found = near
    elif not np.any(found.moved):
        found = _from_afar(at, base, dout, size, noise, enough, found)
    elif found.error > enough:
        found = min(found, extrapolated(at, base, dout, size, noise, enough, range(9, 3, -1)), key=_by_error)
        found = min(found, near, key=_by_error)
    return found


def _from_afar(at, base, dout, size, noise, enough, found):
    """No output moves within the usual steps. One that moves further off, as a saturated sigmoid does, has a slope.

    It cannot be steeper than what rounding hides within the usual steps: else a kink lies in between.
    """
    further = extrapolated(at, base, dout, size, noise, enough, range(9, 4, -1))
    hides = noise * np.abs(dout)
    if not np.any(further.moved) or not np.isfinite(further.value):
        return found._replace(error=float(hides.sum()) / _step(size, 9))
    hidden = float(hides[further.moved].sum()) / _step(size, 4)
    return further if abs(further.value) <= 2 * hidden else found._replace(error=hidden)


def _step(size, k):
    return power_of_two(STEP * size) * 4.0**k


def _by_error(s):
    return s.error if np.isfinite(s.value) else np.inf


def _near(at, base, dout, size, noise):
    """The slope seen from very near. At a kink each output has its own two one-sided slopes.

    A convention may choose any number between the two: the possible slopes of f · dout are the sum of these intervals.
    """
    finite = np.isfinite(base) & (base != 0)
    relative = float(np.median(noise[finite] / np.abs(base[finite]))) if finite.any() else 0.0
    tiny = power_of_two(size * max(NEAR, 512 * min(relative, 1e-4)))
    right, left = _one_sided(at, base, tiny)
    if not (np.isfinite(right).all() and np.isfinite(left).all()):
        return Slope(np.nan, np.inf, np.nan, np.nan, False, np.zeros(base.shape, bool), tiny)
    moved = (right != 0) | (left != 0)
    rounding = 8 * float((noise * np.abs(dout))[moved].sum()) / tiny
    jump = np.abs(right - left)
    kinked = jump > 0.01 * (np.abs(right) + np.abs(left)) + 32 * noise / tiny
    if kinked.any():
        further_right, further_left = _one_sided(at, base, 8 * tiny)
        kinked &= np.abs(further_right - further_left) < 4 * jump  # where f is smooth, it grows with the step
    ends = np.sort(np.stack([left * dout, right * dout]), axis=0)
    low, high = (float(end) for end in np.where(kinked, ends, ends.mean(axis=0)).sum(axis=1))
    sizes = np.abs(right) + np.abs(left)
    curved = np.where(kinked | (sizes == 0), 0, jump * jump / np.where(sizes == 0, 1, sizes))  # the h² term is less
    error = 1e-5 * float(np.abs(ends).sum()) / 2 + float((curved * np.abs(dout)).sum()) + rounding
    return Slope((low + high) / 2, error, low, high, bool(kinked.any()), moved, tiny)


def _one_sided(at, base, h):
    return difference(at(h), base) / h, difference(base, at(-h)) / h


def extrapolated(at, base, dout, size, noise, enough, exponents):
    """Central differences D(h) = s + a h² + b h⁴ + ... at h, h/4, h/16, ..., with a, b, ... eliminated one by one.

    The steps are 4^k times the usual one, k in `exponents`. Stops when the error is `enough`.
    """
    best, previous, moved = Slope(np.nan, np.inf, np.nan, np.nan, False), [], np.zeros(base.shape, bool)
    for k in exponents:
        h = _step(size, k)
        up, down = at(h), at(-h)
        change = difference(up, down)
        if not np.isfinite(change).all() or np.any(np.isinf(up) & np.isfinite(base)):
            previous = []  # beyond the edge of where f is defined
            continue
        moved |= change != 0
        row = [float(change @ dout) / (2 * h)]
        rounding = 2 * float((noise * np.abs(dout))[moved].sum()) / h
        for order, older in enumerate(previous, start=1):
            newer = row[-1] + (row[-1] - older) / (16.0**order - 1)
            error = max(abs(newer - row[-1]), abs(newer - older)) + rounding
            row.append(newer)
            if error < best.error:
                best = Slope(newer, error, newer, newer, False)
        previous = row
        if best.error <= enough:
            break
    return best._replace(moved=moved)


def complex_step(function, x, index, dout, size):
    """Im f(x + ih e_i) · dout / h: free of cancellation, where the function is analytic and keeps imaginary parts."""
    import warnings

    h = 1e-40 * size
    moved = x.astype(np.complex128)
    moved[index] += 1j * h
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return float(function(moved).imag @ dout) / h


def length_scale(at, base, dout, size, noise):
    """The length on which f changes, where its inputs do not tell it: 1 for e^x at x = 1e-6 and for sin x at x = 1e6.

    The best step is the one whose central difference agrees best with that of a step four times as long, as far as
    rounding lets them agree. Shorter steps than the usual one are always good. Longer ones only help against rounding:
    none is taken that rounding cannot have led away from the slopes of all shorter ones.
    """
    ks = np.arange(-9, 19)
    steps = np.array([_step(size, k) for k in ks])
    slopes = np.array([central(at, dout, h) for h in steps])
    rounding = ROUNDINGS * float((noise * np.abs(dout))[np.isfinite(base)].sum()) / steps
    sizes = np.abs(slopes[1:]) + np.abs(slopes[:-1])  # relative: where f is bounded, slopes of long steps are near 0
    with np.errstate(all="ignore"):
        error = (np.abs(np.diff(slopes)) + rounding[:-1]) / sizes
    error = np.where(np.isfinite(error), error, np.inf)
    usual = int(np.flatnonzero(ks == 0)[0])
    for i in range(usual + 1, len(error)):
        allowed = rounding[usual:i] + 1e-6 * np.abs(slopes[usual:i])
        if slopes[usual] == 0 or not np.all(np.abs(slopes[i] - slopes[usual:i]) <= allowed):
            error[i:] = np.inf
            break
    best = int(np.argmin(error))
    return float(steps[best]) / STEP if error[best] < 1e-3 else size  # else there is no slope to be seen


def measured_noise(outputs_at, base, precision, d):
    """How far rounding moves each output: fourth differences of f at x (1 + k d), k = 0 ... 8. Moré and Wild 2011.

    For tiny d a smooth f has none, so what is left is rounding. All inputs are scaled alike: ties stay ties, zeros stay
    zeros, so that no kink is crossed.
    """
    values = np.stack([outputs_at(1 + k * d) for k in range(9)])
    differences = values
    for _ in range(4):
        differences = np.diff(differences, axis=0)
    spread = np.sqrt(np.mean(differences**2, axis=0) / 70)  # 70 = (8 over 4): a fourth difference of white noise
    spread = np.where(np.isfinite(spread), spread, 0)
    return np.maximum(spread, precision / 2 * np.where(np.isfinite(base), np.abs(base), 0))


def numerical_gradient(f, x, dout=None):
    """d/dx Σ f(x) · dout by central differences: (f(x + h) - f(x - h)) / 2h for each entry, whose error falls as h².

    f(x) -> an array, or a tuple of arrays with a tuple of douts; dout defaults to 1, for f that returns a number.
    h = cbrt(machine epsilon) times the size of x balances that error against round-off.
    Raises TypeError if x holds integers: x[i] + h would change nothing.
    """
    if np.asarray(x).dtype.kind != "f":
        expected = "x should hold floats, since x[i] + h changes nothing in an array of integers"
        raise TypeError(f"gradcheck.numerical_gradient: {expected}; got {np.asarray(x).dtype}")
    x = np.array(x, dtype=np.float64)
    douts = dout if isinstance(dout, tuple) else (np.asarray(1.0 if dout is None else dout),)
    h = power_of_two(STEP * size_of(x))
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        outs = [o if isinstance(o, tuple) else (o,) for o in (f(up), f(down))]
        gradient[index] = sum(((u - d) * g).sum() for u, d, g in zip(*outs, douts, strict=True)) / (2 * h)
    return gradient
