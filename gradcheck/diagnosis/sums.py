"""Gradients that are sums: outer * (dout * f - mean(dout * g) - v * mean(dout * h)), as those of the normalisations.

Up to three terms are looked for among the products and means of the arrays at hand. All triples are compared at once in
a random sketch of a few dimensions; what fits there is computed in full.
"""

from dataclasses import dataclass
from itertools import permutations
from time import perf_counter

import numpy as np

from .evidence import DERIVED, EXACT, LARGE, distinct

SKETCH = 20
MOST_FULL, MOST_SLICE = 3, 4  # arrays of the target's shape, and smaller ones that broadcast to it
MOST_TERMS = 420
MOST_SECONDS = 0.6
ENOUGH_ENTRIES = 10


@dataclass
class Term:
    """One summand: what it is called, its value, and whether it is a product or a mean over an axis."""

    label: str
    array: np.ndarray
    core: str  # what is averaged and multiplied, without the axes: equal for means over different axes
    over: str = ""
    count: int = 1  # how many entries a mean runs over


@dataclass
class Sum:
    """outer * Σ c * term."""

    outer: str
    parts: list  # of (c, Term)

    def text(self, numbers):
        """It in Python."""
        body = ""
        for c, term in sorted(self.parts, key=lambda part: (part[1].over, part[1].label)):
            size, label = abs(c), term.label
            if term.count > 1 and abs(size / term.count - 1) < 1e-5:
                size, label = 1.0, label.replace(".mean(", ".sum(")
            scaled = label if abs(size - 1) < 1e-5 else f"{numbers.show(size)} * {label}"
            body += (" - " if c < 0 else " + ") + scaled if body else ("-" if c < 0 else "") + scaled
        if self.outer == "1":
            return body
        body = f"({body})" if len(self.parts) > 1 else body
        return f"{body} / {self.outer[4:]}" if self.outer.startswith("1 / ") else f"{self.outer} * {body}"


def find_sums(evidence, targets):
    """{name: Sum or None} for the targets, which are all of one shape."""
    shape = next(iter(targets.values())).shape
    found = dict.fromkeys(targets)
    targets = {n: t for n, t in targets.items() if distinct(t) >= ENOUGH_ENTRIES and t.ndim > 1 and t.size <= LARGE}
    if not targets or not any(d.array.shape == shape for d in evidence.douts):
        return found
    full, narrow = _values(evidence, shape)
    products, means = _terms(evidence, full, narrow, shape)
    rng = np.random.default_rng(231)
    sketch = rng.standard_normal((SKETCH, int(np.prod(shape)))) / np.sqrt(SKETCH)
    tables = [np.stack([sketch @ np.ravel(t.array) for t in terms]) for terms in (products, means)]
    stop = perf_counter() + MOST_SECONDS
    for outer, factor in [("1", np.ones(shape)), *_outers(narrow, shape)]:
        for name, target in targets.items():
            if found[name] is None and perf_counter() < stop:
                found[name] = _solve(target / factor, products, means, tables, sketch, outer)
    return found


def _values(evidence, shape):
    values = [v for v in evidence.values if v.cost < DERIVED and v.array.ndim]
    full = [(v.label, v.array) for v in values if v.array.shape == shape][:MOST_FULL]
    narrow = []
    for v in values:
        padded = (1,) * (len(shape) - v.array.ndim) + v.array.shape
        if len(padded) == len(shape) and padded != shape and all(a in (1, b) for a, b in zip(padded, shape)):
            narrow.append((v.label, np.broadcast_to(v.array, shape)))
        elif v.array.ndim == 1 and len(shape) > 2 and v.array.shape[0] == shape[1]:
            behind = (1,) * (len(shape) - 2)
            narrow.append((v.label, np.broadcast_to(v.array.reshape(-1, *behind), shape)))
        elif len(shape) > 2 and v.array.size == np.prod(v.array.shape[:2]) and v.array.shape[:1] == shape[:1]:
            if v.array.ndim > 1 and v.array.shape[1] and shape[1] % v.array.shape[1] == 0:
                groups = np.repeat(v.array.reshape(v.array.shape[:2]), shape[1] // v.array.shape[1], axis=1)
                narrow.append((v.label, np.broadcast_to(groups.reshape(shape[:2] + (1,) * (len(shape) - 2)), shape)))
    return full, narrow[:MOST_SLICE]


def _outers(narrow, shape):
    whole = [(label, v) for label, v in reversed(narrow) if (v != 0).all()]
    yield from ((f"1 / {label}", 1 / v) for label, v in whole)
    yield from whole
    for (a, x), (b, y) in permutations(narrow, 2):
        if (y != 0).all():
            yield f"{a} / {b}", x / y


def _terms(evidence, full, narrow, shape):
    inner = [("", np.ones(shape)), *full, *narrow]
    inner += [(f"{a} * {b}", x * y) for a, x in full for b, y in narrow]
    douts = [d for d in evidence.douts if d.array.shape == shape]
    products, means = [], [Term(label, v, label) for label, v in full] + [Term("1", np.ones(shape), "1")]
    for d in douts:
        cores = [(f"{d.label} * {label}" if label else d.label, d.array * v) for label, v in inner]
        products += [Term(label, v, label) for label, v in cores]
        for over, mean, count in _means(evidence, shape):
            for label, v in cores:
                averaged = mean(v)
                for w, x in [("", 1.0), *full]:
                    core = f"{w} * mean({label})" if w else f"mean({label})"
                    text = f"({label}){over}" if " " in label else f"{label}{over}"
                    means.append(Term(f"{w} * {text}" if w else text, x * averaged, core, over, count))
    return _live(products), _live(means)[:MOST_TERMS]


def _live(terms):
    return [t for t in terms if np.isfinite(t.array).all() and np.linalg.norm(t.array) > 1e-9]


def _means(evidence, shape):
    """(text, function, count) of the means over groups of channels, over one axis, and over several."""
    for h, label in evidence.numbers.hyper.items():
        if len(shape) > 2 and h == int(h) and 1 < h < shape[1] and shape[1] % int(h) == 0:
            groups = (shape[0], int(h), -1)

            def mean(v, groups=groups):
                parts = v.reshape(groups)
                return np.broadcast_to(parts.mean(-1, keepdims=True), parts.shape).reshape(shape)

            yield f".reshape({shape[0]}, {label}, -1).mean(-1)", mean, int(np.prod(shape[1:])) // int(h)
    last = tuple(range(2, len(shape)))
    sets = [(0,), (1,)] if len(shape) == 2 else [last, (0, *last), (1, *last), (1,), (len(shape) - 1,)]
    for s in dict.fromkeys(sets):
        text = f".mean(axis={s[0] if len(s) == 1 else s}, keepdims=True)"
        count = int(np.prod([shape[a] for a in s]))
        yield text, lambda v, s=s: np.broadcast_to(v.mean(axis=s, keepdims=True), shape), count


def _solve(target, products, means, tables, sketch, outer):
    """The Sum that is the target: one product or none, and up to two means."""
    if not np.isfinite(target).all():
        return None
    goal = sketch @ np.ravel(target)
    size = np.linalg.norm(goal)
    if size == 0:
        return None
    heads = [None, *range(len(products))]
    for head in heads:
        rest, others = goal, tables[1]
        if head is not None:
            unit = tables[0][head] / np.linalg.norm(tables[0][head])
            rest = goal - unit * (unit @ goal)
            others = others - np.outer(others @ unit, unit)
        pair = _pair(rest, others, size)
        if pair is not None:
            chosen = ([products[head]] if head is not None else []) + [means[k] for k in pair]
            table = np.stack([np.ravel(t.array) for t in chosen], axis=1)
            c, *_ = np.linalg.lstsq(table, np.ravel(target), rcond=None)
            if np.linalg.norm(table @ c - np.ravel(target)) <= EXACT * np.linalg.norm(target):
                parts = [(float(a), t) for a, t in zip(c, chosen) if abs(a) > 1e-7]
                return Sum(outer, parts)
    return None


def _pair(rest, others, size):
    """One or two rows of `others` in whose span `rest` lies."""
    norms = np.linalg.norm(others, axis=1)
    with np.errstate(all="ignore"):
        rows = np.where(norms[:, None] > 1e-9 * norms.max(initial=0), others / norms[:, None], 0)
    if np.linalg.norm(rest) <= EXACT * size:
        return ()
    along = rows @ rest
    power = rest @ rest
    single = int(np.argmax(np.abs(along)))
    if power - along[single] ** 2 <= 1e-9 * power:
        return (single,)
    gram = rows @ rows.T
    with np.errstate(all="ignore"):
        det = 1 - gram**2
        inside = (along[:, None] ** 2 + along**2 - 2 * along[:, None] * along * gram) / det
    inside[~np.isfinite(inside) | (det < 1e-8)] = 0
    i, j = np.unravel_index(np.argmax(inside), inside.shape)
    return (int(i), int(j)) if abs(power - inside[i, j]) <= 1e-7 * power else None


def compare_sums(yours, right, numbers):
    """(fact, guess) for a pair of Sums of one gradient."""
    fact = f"yours = {yours.text(numbers)}, the right one = {right.text(numbers)}"
    return fact, _reading(yours, right, numbers)


def _reading(yours, right, numbers):
    if yours.outer != right.outer:
        return None
    a, b = ({t.label: (c, t) for c, t in s.parts} for s in (yours, right))
    missing, extra = [k for k in b if k not in a], [k for k in a if k not in b]
    changed = [k for k in a if k in b and abs(a[k][0] - b[k][0]) > 1e-5 * abs(b[k][0])]
    if missing and not extra and not changed:
        return f"the term {' and the term '.join(missing)} {'are' if len(missing) > 1 else 'is'} missing"
    if extra and not missing and not changed:
        return f"the term {' and the term '.join(extra)} {'are' if len(extra) > 1 else 'is'} too much"
    if changed and not missing and not extra:
        said = [f"{k} counts {numbers.show(a[k][0] / b[k][0])} times what it should" for k in changed]
        return "; ".join(said)
    if len(missing) == len(extra) and not changed:
        single = [k for k in extra if not a[k][1].over and not numbers.readings(a[k][0])]
        if len(extra) == 1 and single:
            return f"one number multiplies `{extra[0]}` everywhere; `{missing[0]}` has one for each slice"
        factor = _common_factor(extra, missing)
        if factor:
            return f"the factor `{factor}` is missing before the mean is taken"
        cores = [sorted(s[k][1].core for k in keys) for s, keys in ((a, extra), (b, missing))]
        if cores[0] == cores[1]:
            wanted, used = b[missing[0]][1].over, a[extra[0]][1].over
            return f"the sum or mean runs over the wrong axes: `{wanted}` is wanted, not `{used}`"
        return f"`{'`, `'.join(extra)}` stands where `{'`, `'.join(missing)}` belongs" if len(extra) == 1 else None
    return None


def _common_factor(extra, missing):
    """The factor that all terms of yours lack, if it is one and the same."""
    labels = {word for text in missing for word in text.replace("(", " ").replace(")", " ").split(" ")}
    bare = [text.replace("(", "").replace(")", "") for text in missing]
    mine = sorted(text.replace("(", "").replace(")", "") for text in extra)
    return next((g for g in sorted(labels) if g and sorted(t.replace(f" * {g}", "", 1) for t in bare) == mine), None)
