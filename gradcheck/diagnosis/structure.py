"""Simple relations of yours and the right gradient: shape, zero, sign, scale, order of the entries, masks."""

import re
from itertools import combinations, permutations
from math import comb

import numpy as np

from ..report import Finding
from .evidence import ENOUGH, EXACT, distinct, fit, near
from .texts import axes_text

MOST_ROLLS = 400


def shape_findings(evidence, name, yours, right):
    """A gradient of the wrong shape: what would make it right?"""
    where = f"yours has shape {yours.shape}, the input {right.shape}"
    found = []

    def say(guess, text, confidence=0.95):
        found.append(Finding("SHAPE", f"{where}; {text}", guess, confidence, name))

    small = distinct(right) < ENOUGH
    if yours.size == right.size and near(yours.reshape(right.shape), right):
        ones = [n for n in yours.shape if n != 1] == [n for n in right.shape if n != 1]
        guess = "keepdims=True keeps an axis that is not wanted" if ones else "reshape it to the shape of the input"
        if ones and yours.ndim < right.ndim:
            guess = "an axis of length 1 is lost: keepdims=True, or reshape"
        say(guess, f"its numbers are right in this order: yours.reshape{right.shape} is the right one")
    for axes in permutations(range(yours.ndim)) if not found else ():
        turned = yours.transpose(axes)
        if turned.shape == right.shape and near(turned, right):
            say("transpose it", f"yours.transpose{axes} is the right one")
            break
    for text, reduced in _sums(yours, right.shape) if not found else ():
        if near(reduced, right):
            say("this sum is missing", f"yours{text} is the right one", 0.6 if small else 0.95)
            break
    for corner, part in _crops(yours, right.shape) if not found else ():
        if near(part, right):
            where_ = ", ".join(
                f"{c}:{c + n}" if c or n != m else ":" for c, n, m in zip(corner, right.shape, yours.shape)
            )
            say("the padding is not cropped", f"yours[{where_}] is the right one")
            break
    return found


def _sums(yours, shape):
    for k in range(1, yours.ndim + 1):
        for axes in combinations(range(yours.ndim), k):
            for keep in (False, True):
                reduced = yours.sum(axis=axes, keepdims=keep)
                if reduced.shape == shape:
                    axis = axes[0] if len(axes) == 1 else axes
                    yield f".sum(axis={axis}{', keepdims=True' if keep else ''})", reduced


def _crops(yours, shape):
    if yours.ndim != len(shape) or any(n > m for n, m in zip(shape, yours.shape)):
        return
    for corner in np.ndindex(*(m - n + 1 for n, m in zip(shape, yours.shape))):
        yield corner, yours[tuple(slice(c, c + n) for c, n in zip(corner, shape))]


def zero_finding(name, yours, right):
    """All zero, or not finite."""
    if not np.isfinite(yours).all():
        bad = ~np.isfinite(yours)
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        kind = "nan" if np.isnan(yours).any() else "inf"
        fact = f"{int(bad.sum())} of {bad.size} entries are {kind}, the first at {index}"
        return Finding("NOT_FINITE", fact, None, 0.9, name)
    if not yours.any() and right.any():
        return Finding("ZERO", "yours is zero everywhere, the right one is not", "it is never computed", 0.95, name)
    return None


def scale_finding(evidence, name, yours, right):
    """yours = c * right."""
    count = distinct(yours, right)
    c, error = fit(yours, right)
    if error > EXACT or not np.isfinite(c) or c == 0:
        return None
    readings = evidence.numbers.readings(c) if abs(c - 1) > 1e-4 else []
    if count < ENOUGH and not (readings and count > 1) and abs(c + 1) > 1e-6 and not _plain(evidence, c):
        return None
    if abs(c + 1) < EXACT:
        return Finding("SIGN", "yours = -right, entry by entry", "the sign", 0.97 if count > 1 else 0.6, name)
    named = " or ".join(readings)
    number = f"{c:.7g}"
    text = f"yours = c * right for every entry, c = {' = '.join(dict.fromkeys([number, *readings]))}"
    text += f", 1/c = {1 / c:.7g}" if abs(c) < 1 else ""
    if not readings:
        return Finding("SCALE", text, None, 0.6, name)
    inverse = " or ".join(evidence.numbers.readings(1 / c))
    guess = f"the factor {_short(named)} is too much" + (f", or {_short(inverse)} is missing" if inverse else "")
    return Finding("SCALE", text, guess, 0.9 if count >= ENOUGH else 0.4, name)


def _short(text):
    """A reading without the other names of its numbers."""
    return re.sub(r" \(= [^()]*\)", "", text)


def _plain(evidence, c):
    """Whether a single entry's ratio is one of the simplest numbers: 2, 1/2, a side, 1 / a side, a hyper-parameter."""
    near_by = [cost for _, value, cost in evidence.numbers.named if abs(value / abs(c) - 1) < 1e-8]
    return bool(near_by) and min(near_by) <= 1


def order_finding(name, yours, right):
    """The right numbers at the wrong places: transposed, flipped, rolled, reshaped instead of transposed."""
    if yours.ndim == 0 or distinct(right) < ENOUGH:
        return None
    a, b = np.sort(yours, axis=None), np.sort(right, axis=None)
    if np.linalg.norm(a - b) > EXACT * np.linalg.norm(b):
        return None
    for text, guess, candidate in _orders(right):
        if near(yours, candidate):
            return Finding("ORDER", f"yours = {text} of the right one", guess, 0.95, name)
    fact = "yours holds the right numbers, every one of them, in another order"
    return Finding("ORDER", fact, "they are put at the wrong places (indices, or axes, mixed up)", 0.85, name)


def _orders(right):
    axes = range(right.ndim)
    for k in range(1, right.ndim + 1):
        for which in combinations(axes, k):
            one = which[0] if k == 1 else which
            yield f"np.flip(axis={one})", f"reversed along {axes_text(which)}", np.flip(right, which)
    for p in permutations(axes):
        turned = right.transpose(p)
        if p == tuple(axes):
            continue
        if turned.shape == right.shape:
            yield f".transpose{p}", "it is transposed", turned
        guess = "axes are mixed up: reshape does not transpose"
        yield f".transpose{p}.reshape{right.shape}", guess, turned.reshape(right.shape)
        back = right.reshape(turned.shape).transpose(np.argsort(p))
        yield f".reshape{turned.shape}.transpose{tuple(int(i) for i in np.argsort(p))}", guess, back
    for axis in axes:
        for shift in range(1, min(right.shape[axis], MOST_ROLLS)):
            text = f"np.roll({shift}, axis={axis})"
            yield text, f"shifted by {shift} along axis {axis}", np.roll(right, shift, axis)
    for axis in axes:
        n = right.shape[axis]
        for parts in range(2, min(n, 8) + 1):
            if n % parts:
                continue
            blocks = np.split(right, parts, axis)
            for i, j in combinations(range(parts), 2):
                order = list(range(parts))
                order[i], order[j] = j, i
                text = f"blocks {i} and {j} of {parts} along axis {axis} exchanged,"
                yield text, f"blocks {i} and {j} are exchanged", np.concatenate([blocks[k] for k in order], axis)


def shift_finding(name, yours, right):
    """yours[i] = right[i + shift] where both are inside: padding cropped at the wrong side."""
    if right.ndim < 2 or distinct(right) < 2 * ENOUGH:
        return None
    last = [range(-2, 3) if n > 3 else (0,) for n in right.shape[-2:]]
    for dy in last[0]:
        for dx in last[1]:
            if dy == dx == 0:
                continue
            ys, xs = _overlap(dy), _overlap(dx)
            a = yours[..., ys[0], xs[0]]
            b = right[..., ys[1], xs[1]]
            if distinct(b) >= 2 * ENOUGH and near(a, b):
                fact = f"yours is the right one shifted by ({dy}, {dx}) along the last two axes, where both reach"
                return Finding(
                    "SHIFTED", fact, "padding is cropped at the wrong side, or an offset is wrong", 0.9, name
                )
    return None


def _overlap(d):
    """The slices of yours and right with yours[i + d] = right[i]."""
    if d >= 0:
        return slice(d, None), slice(None, -d or None)
    return slice(None, d), slice(-d, None)


def swapped_finding(evidence, name, yours):
    """Yours is the gradient of another input."""
    for other, right in evidence.case.numeric.items():
        if other == name or right is None or distinct(right) < ENOUGH:
            continue
        for text, candidate in (("", right), (".T", right.T)):
            if candidate.shape == yours.shape and near(yours, candidate):
                fact = f"yours = the right gradient of {other}{text}"
                mine = evidence.case.gradients.get(other)
                back = mine is not None and np.shape(mine) == np.shape(evidence.case.numeric[name])
                both = back and near(np.asarray(mine, float), evidence.case.numeric[name])
                guess = f"the gradients of {name} and {other} are exchanged" if both else None
                return Finding("SWAPPED", fact, guess or f"this is the gradient of {other}", 0.95, name)
    return None


def mask_finding(evidence, name, yours, right):
    """The zeros: inverted, missing, or too many of them."""
    zy, zr = yours == 0, right == 0
    zr = zr | (np.abs(right) <= 1e-9 * np.abs(right).max(initial=0))
    if yours.size < 8 or (not zr.any() and not zy.any()):
        return None
    if zr.any() and (zy == ~zr).all() and min(zr.sum(), (~zr).sum()) >= 4:
        fact = "yours is zero exactly where the right one is not, and the other way round"
        return Finding("MASK", fact, "the mask is inverted", 0.95, name)
    on = ~zr
    if zr.sum() >= 4 and not zy[zr].any() and distinct(yours[on], right[on]) >= ENOUGH:
        c, error = fit(yours[on], right[on])
        if error <= EXACT and distinct(yours[zr]) >= ENOUGH:
            scale = "right" if abs(c - 1) < EXACT else f"{evidence.numbers.show(c)} times the right one"
            fact = f"yours is {scale} where the right one is not zero, and not zero where the right one is"
            return Finding("MASK", fact, "a mask is not applied" + _where(evidence, on), 0.9, name)
    return None


def _where(evidence, on):
    text = region(evidence, on)
    return f": the gradient passes only {text}" if text else ""


def region(evidence, where):
    """How to write the region of an array, as a condition on an array at hand; None if there is no such condition."""
    if not telling(where, 100):
        return None
    for v in evidence.values:
        if v.array.shape == where.shape:
            for text, mask in conditions(v):
                if (mask == where).all():
                    return f"where {text}"
    for v in evidence.values if telling(where, 100 * where.size) else ():
        if v.array.shape == where.shape:
            inside, outside = v.array[where], v.array[~where]
            if inside.max() < outside.min():
                return f"where {v.label} is below {_between(evidence, inside.max(), outside.min())}"
            if inside.min() > outside.max():
                return f"where {v.label} is above {_between(evidence, outside.max(), inside.min())}"
    return None


def _between(evidence, low, high):
    """A bound that lies between two numbers: a hyper-parameter, minus one, or their middle."""
    for h, label in evidence.numbers.hyper.items():
        if low <= h <= high:
            return label
        if low <= -h <= high:
            return f"-{label}"
    return f"about {(low + high) / 2:.3g}"


def telling(where, candidates):
    """Whether so many of so many entries are no chance hit of one of the candidate regions."""
    return comb(where.size, int(where.sum())) > 1e3 * candidates


def conditions(v):
    """(text, booleans): simple conditions on the entries of a value."""
    a = v.array
    for text, bound in (("0", 0), ("1", 1), ("-1", -1)):
        yield f"{v.label} > {text}", a > bound
        yield f"{v.label} <= {text}", a <= bound
        yield f"{v.label} == {text}", a == bound
        yield f"{v.label} != {text}", a != bound
    yield f"|{v.label}| <= 1", np.abs(a) <= 1
    yield f"|{v.label}| > 1", np.abs(a) > 1
