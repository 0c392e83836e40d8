"""Expression search: which product of the arrays at hand is this gradient?

Thousands of candidates are compared at once: each is projected on three random vectors, which costs one matrix product
for all pairs of factors, and only those whose projections have the target's proportions are computed in full.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from time import perf_counter

import numpy as np

from .evidence import ENOUGH, EXACT, LARGE, distinct, fit, same_up_to_scale
from .upstream import upstream
from .vocabulary import FUNCTIONS, OF_DIFFERENCES, hyper_functions, placements

PROJECTIONS = 3
MOST_FACTORS = 320
MOST_POSITIONS = 6000
MOST_MATCHES = 60
MOST_SECONDS = 1.0  # for all searches of one diagnosis together


@dataclass(frozen=True)
class Expression:
    """scale * form(factors): a product that was found to be a gradient."""

    scale: float
    factors: tuple  # the labels of what is multiplied; for matrix products (of the left side, of the right side)
    kind: str  # "product" or "matmul"
    form: str  # how to write it around the product: "{}", "({}).sum(axis=0)", "{}.T @ {}"
    cost: float
    summed: int = 1  # how many entries a sum in it runs over

    def text(self, numbers=None):
        """It in Python, with its scale and what that may be."""
        body, scale = self.form, self.scale
        if self.kind == "product":
            if ".sum(" in body and np.isclose(scale * self.summed, 1, rtol=EXACT):
                body, scale = body.replace(".sum(", ".mean("), 1.0
            text = product_text(self.factors)
            body = body.replace("({})", "{}").format(text) if text.isidentifier() else body.format(text)
        else:
            sides = [product_text(side) for side in self.factors]
            body = body.format(*(f"({s})" if len(side) > 1 else s for s, side in zip(sides, self.factors)))
        return scaled_text(scale, body, numbers)


def product_text(labels):
    """dout, 1 / x, y -> dout / x * y."""
    first = next((k for k, label in enumerate(labels) if not label.startswith("1 / ")), None)
    if first is None:
        return " * ".join(labels)
    order = [labels[first], *labels[:first], *labels[first + 1 :]]
    text = order[0]
    for label in order[1:]:
        text += f" / {label[4:]}" if label.startswith("1 / ") else f" * {label}"
    return text


def scaled_text(scale, body, numbers=None):
    """c * body: `-body`, `body / 4`, `0.3 * body`, and in brackets what c may be."""
    if np.isclose(scale, 1, rtol=EXACT):
        return body
    if np.isclose(scale, -1, rtol=EXACT):
        return f"-({body})" if " " in body else f"-{body}"
    readings = [text for text in numbers.readings(scale) if text != f"{scale:.7g}"] if numbers else []
    note = f"   [{scale:.7g} = {'; or '.join(readings)}]" if readings else ""
    return f"{scale:.7g} * {body}{note}"


class Space:
    """Products of a full shape, summed over axes down to the shape of a target; all factors as columns of one table."""

    def __init__(self, vocabulary, shape, axes, keep, target_shape, entries):
        self.shape, self.axes, self.keep = shape, axes, keep
        self.kept = tuple(1 if a in axes else n for a, n in enumerate(shape))
        flat = np.arange(int(np.prod(target_shape, dtype=int))).reshape(self.kept)
        owner = np.broadcast_to(flat, shape).ravel()
        count = int(np.prod([shape[a] for a in axes], dtype=int))
        chosen = entries[: max(PROJECTIONS, MOST_POSITIONS // max(count, 1))]
        self.positions = np.flatnonzero(np.isin(owner, chosen))
        self.owner, self.entries = owner[self.positions], np.unique(owner[self.positions])
        self.count = count
        self.labels, self.costs, self.makers = ["1"], [0.0], [lambda: np.ones(())]
        rows = [np.ones(len(self.positions))]
        seen = {same_up_to_scale(rows[0])}
        for cost, label, f, placed in self._factors(vocabulary, shape):
            with np.errstate(all="ignore"):
                row = f(np.broadcast_to(placed, shape).ravel()[self.positions])
            if (
                len(rows) < MOST_FACTORS
                and np.isfinite(row).all()
                and np.abs(row).max() < 1e9
                and same_up_to_scale(row) not in seen
            ):
                seen.add(same_up_to_scale(row))
                rows.append(row)
                self.labels.append(label)
                self.costs.append(cost)
                self.makers.append(lambda f=f, placed=placed: f(placed))
        self.rows, self.costs = np.array(rows), np.array(self.costs)
        self.rows /= np.maximum(np.linalg.norm(self.rows, axis=1, keepdims=True), 1e-300)

    @staticmethod
    def _factors(vocabulary, shape):
        """(cost, label, function, array) of all factors, the simplest first: of two that are equal it stays."""
        found = [
            (value.cost + cost + (label != value.label) * 0.3, form.format(label), f, placed)
            for value, functions in vocabulary
            for label, placed in placements(value, shape)
            for form, f, cost in functions
        ]
        return sorted(found, key=lambda factor: factor[0])

    def reduce(self, full):
        """The sum over the space's axes."""
        full = np.broadcast_to(full, self.shape)
        return full.sum(axis=self.axes, keepdims=self.keep) if self.axes else full

    @property
    def form(self):
        """How the sum is written around a product."""
        if not self.axes:
            return "{}"
        axes = self.axes[0] if len(self.axes) == 1 else self.axes
        inside = "" if len(self.axes) == len(self.shape) and not self.keep else f"axis={axes}"
        return "({}).sum(" + (f"{inside}, keepdims=True)" if self.keep else f"{inside})")


def spaces_of(target_shape, shapes):
    """(shape, axes, keepdims) with which a sum over axes of a full array gives the target's shape."""
    yield target_shape, (), False
    for shape in dict.fromkeys(shapes):
        for k in range(1, len(shape) + 1):
            for axes in combinations(range(len(shape)), k):
                left = tuple(n for a, n in enumerate(shape) if a not in axes)
                kept = tuple(1 if a in axes else n for a, n in enumerate(shape))
                if left == target_shape and any(shape[a] > 1 for a in axes):
                    yield shape, axes, False
                elif kept == target_shape and any(shape[a] > 1 for a in axes):
                    yield shape, axes, True


class Search:
    """The expression search over the arrays of one Evidence."""

    def __init__(self, evidence):
        self.evidence = evidence
        self.rng = np.random.default_rng(231)
        self.stop = perf_counter() + MOST_SECONDS
        self.spaces, self.sides = {}, {}  # what several searches share

    @cached_property
    def vocabulary(self):
        """(value, functions) for all that may be a factor."""
        functions = FUNCTIONS + hyper_functions(self.evidence.numbers.hyper)
        words = [(v, functions) for v in self.evidence.values if v.array.ndim]
        return words + [(v, OF_DIFFERENCES) for v in self.evidence.differences()]

    @cached_property
    def upstream(self):
        """The gradients on their way back, 1 and dout before all others."""
        return upstream(self.evidence)

    @property
    def late(self):
        """Whether the time for the search is over."""
        return perf_counter() > self.stop

    def find(self, targets, chain=None):
        """{name: expressions that equal the target up to a factor, the simplest first}. Targets are of one shape."""
        shape = next(iter(targets.values())).shape
        targets = {name: t for name, t in targets.items() if distinct(t) >= ENOUGH}
        found = {name: [] for name in targets}
        if not targets:
            return found
        self._products(targets, shape, self.upstream if chain is None else chain, chain is not None, found)
        if chain is None and not self.late:
            from .matmuls import find_matmuls

            find_matmuls(self, targets, found)
        return {name: sorted(e, key=lambda e: e.cost) for name, e in found.items()}

    def _products(self, targets, shape, chain, plain, found):
        size = int(np.prod(shape, dtype=int))
        informative = np.flatnonzero(np.any([np.ravel(t) != 0 for t in targets.values()], axis=0))
        entries = np.random.default_rng(0).permutation(informative)[:400] if size > 400 else informative
        shapes = [] if plain else [v.array.shape for v in (*self.evidence.douts, *self.evidence.values)]
        for full, axes, keep in spaces_of(shape, shapes):
            ups = [u for u in chain if u.array.ndim <= len(full) and any(True for _ in placements(u, full))]
            if ups and np.prod(full, dtype=int) <= PROJECTIONS * LARGE and not self.late:
                space = self._space(full, axes, keep, shape, entries)
                for u in ups:
                    self._scan(space, u, targets, found)

    def _space(self, full, axes, keep, shape, entries):
        key = (full, axes, keep, entries.tobytes())
        if key not in self.spaces:
            self.spaces[key] = Space(self.vocabulary, full, axes, keep, shape, entries)
        return self.spaces[key]

    def _scan(self, space, u, targets, found):
        label, placed = next(iter(placements(u, space.shape)))
        at = np.broadcast_to(placed, space.shape).ravel()[space.positions]
        weights = self.rng.standard_normal((PROJECTIONS, space.entries.max() + 1))[:, space.owner]
        table = np.stack([(space.rows * (at * w)) @ space.rows.T for w in weights])  # (3, factors, factors)
        norm = np.sqrt((table**2).sum(axis=0))
        floor = 1e-9 * norm.max()
        for name, target in targets.items():
            flat = np.ravel(target)
            rows = np.zeros(space.entries.max() + 1)
            rows[space.entries] = flat[space.entries]
            # the weights of an entry are the same for all positions that are summed into it
            first = np.unique(space.owner, return_index=True)[1]
            sight = (weights[:, first] * rows[space.entries]).sum(axis=1)
            size = np.linalg.norm(sight)
            if size == 0:
                continue
            aligned = np.abs(np.tensordot(sight / size, table, axes=1))
            match = np.triu((norm > floor) & (norm - aligned <= 1e-9 * norm))
            pairs = np.argwhere(match)
            order = np.argsort([space.costs[i] + space.costs[j] for i, j in pairs], kind="stable")[:MOST_MATCHES]
            for i, j in pairs[order]:
                with np.errstate(all="ignore"):
                    model = space.reduce(placed * space.makers[i]() * space.makers[j]())
                if not np.isfinite(model).all():
                    continue
                c, error = fit(target, model)
                if error <= self.tolerance(name):
                    factors = tuple(s for s in (label, space.labels[i], space.labels[j]) if s != "1") or ("1",)
                    cost = u.cost + space.costs[i] + space.costs[j] + 0.2 * len(space.axes) + scale_cost(c)
                    found[name].append(Expression(c, factors, "product", space.form, cost, space.count))

    @staticmethod
    def tolerance(name):
        """How well an expression must fit: the difference of yours and right is known less well than they are."""
        return 1e-5 if name == "difference" else EXACT


def scale_cost(c):
    """Plain factors before odd ones."""
    if np.isclose(abs(c), 1, rtol=EXACT):
        return 0.0 if c > 0 else 0.1
    return 0.5
