"""What if? Backward is run again with one thing changed: if that makes it right, the change says what is wrong.

dout is multiplied by what may be a forgotten derivative; an array of the cache is transposed, flipped, squared, or
another one is put in its place. A change that gives the right gradient to nine digits is no chance.
"""

import copy
from itertools import combinations
from time import perf_counter

import numpy as np

from ..arrays import is_float, to_numpy, walk
from ..report import Finding
from .evidence import ENOUGH, distinct, near, same
from .readings import derivative
from .vocabulary import FUNCTIONS, placements, transposes

MOST_SECONDS = 0.5
PLAIN = 1.2  # the cost of an array at hand as it is
MOST_ENTRIES = 200_000
OF_CACHE = [f for f in FUNCTIONS if f[2] <= 1.3 and f[0] != "{}"]


def whatif_findings(evidence, search, pairs):
    """Findings for the changes of dout or the cache that make wrong gradients right; pairs: {name: (yours, right)}."""
    case = evidence.case
    names = [n for n, (a, b) in pairs.items() if a.shape == b.shape and distinct(b) >= ENOUGH]
    if not names or case.run_backward is None or sum(np.size(x) for _, x in walk(case.cache)) > MOST_ENTRIES:
        return []
    if not all(near(_run(case, case.douts, case.cache, n), pairs[n][0]) for n in names):
        return []  # not the same gradient twice: nothing can be concluded from a third
    stop = perf_counter() + MOST_SECONDS
    best = (0, None)
    for text, guess, douts, cache in _trials(evidence, search):
        gradients = _run_all(case, douts, cache)
        mended = [n for n in names if n in gradients and near(gradients[n], pairs[n][1])]
        if len(mended) > best[0]:
            best = (len(mended), Finding("WHAT_IF", f"backward gives the right {_list(mended)} if {text}", guess, 0.93))
            if len(mended) == len(names):
                break
        if perf_counter() > stop:
            break
    found = best[1]
    if found is None:
        return []
    if best[0] < len(names):
        found.confidence = 0.86
    elif len(names) == 1:
        found.input, found.fact = names[0], found.fact.replace(f"the right {names[0]}", "the right gradient")
    return [found]


def _list(names):
    return f"gradients of {', '.join(names)}" if len(names) > 1 else f"gradient of {names[0]}"


def _run_all(case, douts, cache):
    try:
        with np.errstate(all="ignore"):
            gradients = case.run_backward(tuple(d.copy() for d in douts), copy.deepcopy(cache))
        return {n: np.asarray(to_numpy(g), np.float64) for n, g in gradients.items() if g is not None}
    except Exception:  # changed arguments may make a backward raise anything; then this change is not the answer
        return {}


def _run(case, douts, cache, name):
    return _run_all(case, douts, cache).get(name, np.zeros(0))


def _trials(evidence, search):
    """(condition, guess, douts, cache) for each change, the likely ones first."""
    case = evidence.case
    leaves = [(label, to_numpy(x)) for label, x in walk(case.cache) if is_float(x) and np.ndim(x)]
    named = {label: _name(evidence, label, x) for label, x in leaves}
    for label, x in leaves:
        for text, turned in _turns(x):
            what = f"{named[label]}{text}"
            yield (
                f"{what} stands for {named[label]} in it",
                f"`{what}` is wanted",
                case.douts,
                _put(case, label, turned),
            )
    for label, x in leaves:
        for v in evidence.values:
            if v.array.shape == x.shape and not same(v.array, x):
                text = f"{v.label} stands for {named[label]} in it"
                yield text, f"`{named[label]}` stands where `{v.label}` belongs", case.douts, _put(case, label, v.array)
    for i, dout in enumerate(case.douts):
        here = "dout" if len(case.douts) == 1 else f"dout[{i}]"
        for cost, text, factor in _factors(search, dout):
            changed = tuple(d * factor if k == i else d for k, d in enumerate(case.douts))
            guess = (
                f"the factor `{text}` is missing where {here} comes in" if cost <= PLAIN or derivative(text) else None
            )
            yield f"{here} is multiplied by {text} first", guess, changed, case.cache
    for label, x in leaves:
        for form, f, _ in OF_CACHE:
            with np.errstate(all="ignore"):
                changed = f(x)
            if np.isfinite(changed).all():
                what = form.format(named[label])
                text = f"{what} stands for {named[label]} in it"
                yield text, f"`{named[label]}` stands where `{what}` belongs", case.douts, _put(case, label, changed)


def _name(evidence, label, x):
    """The best name of an array of the cache: that of the input or output it is."""
    return next((v.label for v in evidence.values if same(v.array, x)), label)


def _turns(x):
    for axes in transposes(x.shape):
        if x.transpose(axes).shape == x.shape and x.ndim > 1:
            yield ".T" if x.ndim == 2 else f".transpose{axes}", x.transpose(axes).copy()
    if x.ndim >= 3:
        for k in (1, 2):
            for axes in combinations(range(x.ndim - 2, x.ndim), k):
                yield f" flipped along {axes}", np.flip(x, axes).copy()


def _factors(search, dout):
    """(cost, text, factor) of what may multiply a dout, the simplest first."""
    found = [
        (value.cost + cost, form.format(label), f, placed)
        for value, functions in search.vocabulary
        for label, placed in placements(value, dout.shape)
        for form, f, cost in functions
        if value.cost + cost <= 3.3
    ]
    for cost, text, f, placed in sorted(found, key=lambda factor: factor[0]):
        with np.errstate(all="ignore"):
            factor = f(placed)
        if np.isfinite(factor).all():
            yield cost, text, factor


def _put(case, label, new):
    """The cache with one array exchanged."""
    return _exchange(case.cache, "cache", label, new)


def _exchange(thing, here, label, new):
    if here == label:
        return new
    if not label.startswith(here):
        return thing
    if hasattr(thing, "_fields"):
        return type(thing)(*(_exchange(p, f"{here}.{n}", label, new) for n, p in zip(thing._fields, thing)))
    if isinstance(thing, (tuple, list)):
        return type(thing)(_exchange(p, f"{here}[{i}]", label, new) for i, p in enumerate(thing))
    if isinstance(thing, dict):
        return {k: _exchange(p, f"{here}[{k!r}]", label, new) for k, p in thing.items()}
    changed = copy.copy(thing)
    for name, part in list(getattr(thing, "__dict__", {}).items()):
        setattr(changed, name, _exchange(part, f"{here}.{name}", label, new))
    return changed
