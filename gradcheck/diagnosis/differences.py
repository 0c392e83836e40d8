"""What lies between yours and the right gradient: a missing path, an extra term, a number for each row."""

from itertools import combinations

import numpy as np

from ..report import Finding
from .evidence import CLOSE, DERIVED, ENOUGH, EXACT, distinct
from .expressions import scaled_text
from .structure import region
from .texts import axes_text

MOST_AXES = 3


def term_finding(evidence, search, name, yours, right, mine, theirs):
    """right - yours as one expression; mine, theirs: those of yours and of the right one, as far as there are any."""
    difference = right - yours
    matches = search.find({"difference": difference})["difference"] if _clear(difference, right) else []
    if not matches:
        return None
    term = matches[0]
    fact = f"right = yours + E with E = {term.text(evidence.numbers)}"
    return Finding("TERM", fact, _side(evidence, name, right, term, mine, theirs), 0.85, name)


def _side(evidence, name, right, term, mine, theirs):
    """Is the term missing in yours, or too much?"""
    text = term.text()
    if mine and not theirs:
        return f"the term {text} is missing"
    if theirs and not mine and np.isclose(term.scale, theirs[0].scale, rtol=1e-5):  # a part of the right one
        return f"the term {text} is missing"
    if theirs and not mine and evidence.numbers.readings(term.scale):  # else it is part of another formula
        return f"a term is too much: {_negative(term)}"
    x = evidence.case.inputs.get(name)
    if term.factors == (name,) and np.shape(x) == right.shape:
        return "a term proportional to the parameter itself (weight decay) is missing, too much, or of the wrong size"
    return None


def _negative(term):
    return (
        scaled_text(-term.scale, term.form.format(" * ".join(term.factors))) if term.kind == "product" else term.text()
    )


def _clear(difference, right):
    """Whether the difference stands far enough above the noise of the numerical gradient to be read."""
    return distinct(difference) >= ENOUGH and np.linalg.norm(difference) > 1e-4 * np.linalg.norm(right)


def path_finding(evidence, search, name, yours, right):
    """right - yours = v * (one number a slice), with v = 1 or an array at hand."""
    difference = right - yours
    if not _clear(difference, right):
        return None
    for axes in _axis_sets(right.shape):
        for label, v in _carriers(evidence, right.shape, axes):
            power = (v * v).sum(axis=axes, keepdims=True)
            with np.errstate(all="ignore"):
                number = np.nan_to_num((difference * v).sum(axis=axes, keepdims=True) / power)
            error = np.linalg.norm(difference - number * v) / np.linalg.norm(difference)
            if error <= CLOSE and _proven(difference, number, v, axes):
                return _path(evidence, search, name, yours, right, axes, label, v, number)
    return _two_paths(evidence, name, yours, right)


def _proven(difference, number, v, axes):
    """Whether the fit meets far more numbers than it is free to choose, in slices that vary where v does."""
    informative = int((difference != 0).sum())
    if informative - number.size < ENOUGH or difference.size < 2 * number.size + ENOUGH:
        return False
    live = (np.abs(difference) > 0).sum(axis=axes)
    return bool((live.min() > 1 and (live > 2).any()) or (live.size >= ENOUGH and live.min() > 1))


def _path(evidence, search, name, yours, right, axes, label, v, number):
    along = axes_text(axes)
    found = search.find({"difference": number})["difference"] if distinct(number) >= ENOUGH else []
    what = f"right - yours is {'one number' if label == '1' else f'{label} times one number'} for each slice"
    fact = f"{what} along {along}"
    if found:
        body = found[0].text(evidence.numbers)
        fact += f": the number is {body}" if label == "1" else f": right = yours + {label} * E, E = {body}"
    guess = None
    if _orthogonal(right, v, axes, label) and not _orthogonal(yours, v, axes, label):
        if label == "1":
            guess = (
                f"the path through a mean (or sum) over {along} is wrong or missing: the right one sums to zero there"
            )
        else:
            guess = f"the path through the norm or variance over {along} is wrong or missing"
    return Finding("PATH", fact, guess, 0.85 if guess or found else 0.7, name)


def _orthogonal(gradient, v, axes, label):
    """Whether the gradient times v sums to (nearly) zero along the axes: forward does not feel a change along v."""
    total = np.abs((gradient * v).sum(axis=axes))
    size = np.sqrt((gradient * gradient).sum(axis=axes) * (v * v).sum(axis=axes))
    return bool((total <= (1e-6 if label == "1" else 0.05) * size).all())


def _two_paths(evidence, name, yours, right):
    """right - yours = a + b * v with two numbers a slice."""
    difference = right - yours
    for axes in _axis_sets(right.shape):
        slices = int(np.prod([n for a, n in enumerate(right.shape) if a not in axes], dtype=int))
        if difference.size < 4 * slices or (difference != 0).sum() - 2 * slices < 2 * ENOUGH:
            continue
        for label, v in _carriers(evidence, right.shape, axes):
            if label == "1":
                continue
            w = v - v.mean(axis=axes, keepdims=True)
            rest = difference - difference.mean(axis=axes, keepdims=True)
            power = (w * w).sum(axis=axes, keepdims=True)
            with np.errstate(all="ignore"):
                number = np.nan_to_num((rest * w).sum(axis=axes, keepdims=True) / power)
            if np.linalg.norm(rest - number * w) <= CLOSE * np.linalg.norm(difference):
                fact = f"right - yours = a + b * {label}, with one a and one b for each slice along {axes_text(axes)}"
                standard = np.abs(v.mean(axis=axes)).max() < 1e-6
                zero = _orthogonal(right, np.ones(right.shape), axes, "1")
                guess = (
                    f"the paths through the mean and the variance over {axes_text(axes)}" if standard and zero else None
                )
                return Finding("PATH", fact, guess, 0.75, name)
    return None


def _axis_sets(shape):
    """Single axes (the last first), then several."""
    axes = range(len(shape))
    sets = [(a,) for a in reversed(axes)] + [s for k in range(2, len(shape)) for s in combinations(axes, k)]
    return [s for s in sets if np.prod([shape[a] for a in s]) >= 3]


def _carriers(evidence, shape, axes):
    """1, the arrays of this shape, and those that broadcast to it and vary along the axes."""
    yield "1", np.ones(shape)
    for v in [v for v in evidence.values if v.cost < DERIVED]:
        if v.array.ndim == len(shape) and all(a in (1, b) for a, b in zip(v.array.shape, shape)):
            wide = np.broadcast_to(v.array, shape)
            if np.ptp(wide, axis=axes).max() > 0:
                yield v.label, wide


def slice_factor_finding(evidence, search, name, yours, right):
    """yours = right * (one number a slice)."""
    for axes in _axis_sets(right.shape):
        power = (right * right).sum(axis=axes, keepdims=True)
        with np.errstate(all="ignore"):
            factor = np.nan_to_num((yours * right).sum(axis=axes, keepdims=True) / power)
        if np.linalg.norm(yours - factor * right) > EXACT * np.linalg.norm(yours):
            continue
        if (right != 0).sum() - factor.size < ENOUGH or np.ptp(factor) <= 1e-6 * np.abs(factor).max():
            continue
        live = (right != 0).sum(axis=axes)
        if (live < 2).any():
            continue
        found = search.find({"factor": factor}, chain=search.upstream[:1])["factor"] if distinct(factor) >= 4 else []
        squeezed = np.array2string(factor.ravel()[:6], precision=4, separator=", ")
        fact = f"yours = right * c with one c for each slice along {axes_text(axes)}: c = {squeezed}"
        fact += "..." if factor.size > 6 else ""
        if found:
            text = found[0].text(evidence.numbers)
            return Finding("SLICE_FACTOR", f"{fact}, which is {text}", f"the factor {text}", 0.9, name)
        return Finding("SLICE_FACTOR", fact, None, 0.7, name)
    return None


def levels_finding(evidence, name, yours, right):
    """yours / right takes only a few values, each at many entries."""
    on = right != 0
    if on.sum() < 12 or (yours[~on] != 0).any():
        return None
    ratio = np.round(yours[on] / right[on], 7)
    levels, counts = np.unique(ratio, return_counts=True)
    if not 2 <= len(levels) <= 4 or (counts < ENOUGH).any() or (1.0 in levels and len(levels) == 2 and min(counts) < 6):
        return None
    texts = []
    for level in levels:
        where = _at(on, ratio, level)
        texts.append(f"{level:.6g} {region(evidence, where) or f'at {where.sum()} entries'}")
    fact = f"yours / right takes {len(levels)} values: " + ", ".join(texts)
    swapped = len(levels) == 2 and np.isclose(levels[0] * levels[1], 1, rtol=1e-5) and 1.0 not in levels
    placed = all(region(evidence, _at(on, ratio, level)) for level in levels)
    guess = "the two branches are exchanged" if swapped and placed else None
    return Finding("LEVELS", fact, guess, 0.95 if placed else 0.7, name)


def _at(on, ratio, level):
    """Where the ratio, known where `on`, has this level."""
    where = np.zeros(on.shape, bool)
    where[on] = ratio == level
    return where


def curve_finding(evidence, name, yours, right):
    """yours / right is a smooth function of one array: a table of it."""
    on = right != 0
    if on.sum() < 15 or distinct(right[on]) < 15:
        return None
    ratio = yours[on] / right[on]
    low, high = np.quantile(ratio, [0.15, 0.85])  # not the extremes: one entry near zero would stretch them
    spread = high - low
    if spread <= 1e-4 * np.abs(ratio).max():
        return None
    for v in evidence.values:
        if v.array.shape != right.shape:
            continue
        at = v.array[on]
        order = np.argsort(at)
        x, y = at[order], ratio[order]
        if len(np.unique(x)) < len(x):
            continue
        guessed = y[:-2] + (y[2:] - y[:-2]) * (x[1:-1] - x[:-2]) / (x[2:] - x[:-2])
        if np.quantile(np.abs(guessed - y[1:-1]), 0.8) < 0.05 * spread:
            picks = np.linspace(0, len(x) - 1, 5).astype(int)
            table = ", ".join(f"{y[i]:.4g} at {x[i]:.3g}" for i in picks)
            fact = f"yours / right is a smooth function of {v.label}: {table}"
            guess = "the local derivative has a wrong formula" if v.label == name else None
            return Finding("CURVE", fact, guess, 0.75, name)
    return None


def close_finding(name, yours, right):
    """Nearly right everywhere."""
    error = np.linalg.norm(yours - right) / np.linalg.norm(right) if right.any() else np.inf
    if error > 0.02 or distinct(right) < ENOUGH or (yours == right).any():
        return None
    return Finding("UNKNOWN", f"yours is close: off by {error:.2g} of its size, over all entries", None, 0.3, name)
