"""Which number is it? A measured factor, read as a batch size, a side, a hyper-parameter or one of their kin."""

from fractions import Fraction
from itertools import combinations
from math import isclose, prod, sqrt

import numpy as np

from ..arrays import is_array, to_numpy

SIMPLE = [Fraction(n, d) for n in (1, 2, 3, 4, 6, 8) for d in (1, 2, 3, 4, 6, 8) if n == 1 or d == 1]
TOLERANCE = 1e-6
MOST_HYPER = 5


class Numbers:
    """The numbers at hand in a Case, and the readings of a measured one."""

    def __init__(self, case):
        shaped = [(name, x) for name, x in case.inputs.items() if is_array(x)]
        outs = [(out_label(case, i), out) for i, out in enumerate(case.outs)]
        self.hyper = {}  # value: label
        for name, x in [*case.options.items(), *case.inputs.items()]:
            self._scalars(x, name)
        self._scalars(case.cache, "cache")
        for i, dout in enumerate(case.douts):
            if np.size(dout) == 1:
                self.hyper.setdefault(float(np.ravel(dout)[0]), "dout" if len(case.douts) == 1 else f"dout[{i}]")
        self.sides, self.products = {}, {}
        for name, x in shaped + outs:
            shape = np.shape(x)
            for axis, n in enumerate(shape):
                self._add(self.sides, n, f"{name}.shape[{axis}]")
            self._add(self.products, prod(shape), f"{name}.size")
            for axes in (a for k in (2, 3) for a in combinations(range(len(shape)), k) if k < len(shape)):
                text = " * ".join(f"{name}.shape[{a}]" for a in axes)
                self._add(self.products, prod(shape[a] for a in axes), text)
        for value, label in self.hyper.items():
            if value > 1 and value == int(value):
                self._add(self.sides, int(value), label)
                self._add(self.products, int(value) ** 2, f"{label}**2")
        self.named = sorted(self._kin(), key=lambda pair: pair[2])

    def _scalars(self, thing, label, depth=0):
        if isinstance(thing, bool) or depth > 3:
            return
        if isinstance(thing, (int, float)) or (is_array(thing) and thing.ndim == 0 and thing.dtype.kind in "fiu"):
            value = float(to_numpy(thing) if is_array(thing) else thing)
            whole = value == int(value) if np.isfinite(value) else True
            if np.isfinite(value) and abs(value) not in (0.0, 1.0) and not (whole and label.startswith("cache")):
                self.hyper.setdefault(value, label)
        elif isinstance(thing, dict):
            for key, part in thing.items():
                self._scalars(part, str(key), depth + 1)
        elif isinstance(thing, (tuple, list)) and len(thing) <= 16:
            for i, part in enumerate(thing):
                self._scalars(part, f"{label}[{i}]", depth + 1)

    @staticmethod
    def _add(table, n, label):
        if n > 1 and label not in table.setdefault(n, []) and len(table[n]) < 3:
            table[n].append(label)

    def _kin(self):
        """(text, value, cost) for each number that a factor may be."""
        for q in SIMPLE[1:]:
            yield str(q), float(q), 0.5
        yield from (("sqrt(2)", sqrt(2), 1.5), ("1 / sqrt(2)", 1 / sqrt(2), 1.5))
        for n, labels in self.sides.items():
            text = labels
            for form, value in (("{}", n), ("1 / {}", 1 / n)):
                yield self._of(form, n, text), value, 1
            for form, value in (("sqrt({})", sqrt(n)), ("1 / sqrt({})", 1 / sqrt(n))):
                yield self._of(form, n, text), value, 2
            for form, value in (("2 * {}", 2 * n), ("2 / {}", 2 / n), ("0.5 / {}", 0.5 / n), ("{}**2", n * n)):
                yield self._of(form, n, text), value, 2
            yield self._of("({0} - 1) / {0}", n, text), (n - 1) / n, 2
            if n > 1:
                yield self._of("{0} / ({0} - 1)", n, text), n / (n - 1), 2
            yield self._of("1 / {}**2", n, text), 1 / (n * n), 2
        for a, b in combinations(self.sides, 2):
            yield f"{self.sides[a][0]} / {self.sides[b][0]}", a / b, 3
            yield f"{self.sides[b][0]} / {self.sides[a][0]}", b / a, 3
        for n, labels in self.products.items():
            text = labels
            for form, value in (("{}", n), ("1 / {}", 1 / n)):
                yield self._of(form, n, text), value, 2
            for form, value in (("2 / {}", 2 / n), ("sqrt({})", sqrt(n)), ("1 / sqrt({})", 1 / sqrt(n))):
                yield self._of(form, n, text), value, 3
        for h, label in self.hyper.items():
            yield from ((form.format(label), value, cost) for form, value, cost in _hyper_forms(h))
        fractions = [(h, label) for h, label in self.hyper.items() if h != int(h)][:MOST_HYPER]
        for h, label in fractions:
            for n, labels in [*self.sides.items(), *self.products.items()]:
                for form, value in (("{0} / {1}", h / n), ("{0} * {1}", h * n), ("2 * {0} / {1}", 2 * h / n)):
                    yield form.format(label, labels[0]), value, 3
                yield f"{label} / (2 * {labels[0]})", h / (2 * n), 3
        for a, b in combinations(fractions, 2):
            for q in (0.5, 1, 2):
                yield f"{'' if q == 1 else f'{q:g} * '}{a[1]} * {b[1]}", q * a[0] * b[0], 3
            yield f"{a[1]} / {b[1]}", a[0] / b[0], 3
            yield f"{b[1]} / {a[1]}", b[0] / a[0], 3

    @staticmethod
    def _of(form, n, labels):
        first = f"({labels[0]})" if " * " in labels[0] and form != "{}" else labels[0]
        others = f" (= {' = '.join(labels[1:])})" if labels[1:] else ""
        return form.format(first) + others

    def readings(self, c, most=3):
        """What the number c may be: up to `most` texts, the simplest first; "-" before one that is negative."""
        if isclose(abs(c), 1, rel_tol=TOLERANCE):
            return ["1" if c > 0 else "-1"]
        near = [(v, text, cost) for text, v, cost in self.named if isclose(abs(v), abs(c), rel_tol=TOLERANCE)]
        texts = [
            f"-({text})" if v * c < 0 and " " in text else f"-{text}" if v * c < 0 else text for v, text, _ in near
        ]
        texts = list(dict.fromkeys(t for t, (_, _, cost) in zip(texts, near) if cost <= near[0][2] + 1.5))
        return list(dict.fromkeys([*_plain(c), *texts]))[:most]

    def show(self, c):
        """The number c for people, with its readings: `0.25 (1 / 4, 4 = x.shape[0])`."""
        readings = self.readings(c)
        number = f"{c:.7g}"
        readings = [text for text in readings if text != number]
        return f"{number} ({'; or '.join(readings)})" if readings else number


def _plain(c):
    """The number itself, if it is whole or one over a whole one: a side of that length may be chance."""
    if isclose(abs(c), round(abs(c)), rel_tol=TOLERANCE) and abs(c) < 1000:
        return [str(round(c))]
    if isclose(1 / abs(c), round(1 / abs(c)), rel_tol=TOLERANCE) and abs(c) > 1e-3:
        return [f"{'-' if c < 0 else ''}1/{round(1 / abs(c))}"]
    return []


def _hyper_forms(h):
    yield from (("{}", h, 1), ("1 / {}", 1 / h, 1), ("{}**2", h * h, 2), ("1 / {}**2", 1 / (h * h), 2))
    yield from (("2 * {}", 2 * h, 2), ("{} / 2", h / 2, 2), ("1 / (2 * {})", 0.5 / h, 3), ("2 / {}", 2 / h, 3))
    if h > 0:
        yield from (("sqrt({})", sqrt(h), 2), ("1 / sqrt({})", 1 / sqrt(h), 2))
    if 0 < h < 1:
        yield from (("1 - {}", 1 - h, 1), ("1 / (1 - {})", 1 / (1 - h), 1))
        yield from (("{0} / (1 - {0})", h / (1 - h), 2), ("(1 - {0}) / {0}", (1 - h) / h, 2))
        yield from (("(1 - {})**2", (1 - h) ** 2, 3), ("1 / (1 - {})**2", (1 - h) ** -2, 3))
        yield from (("1 + {}", 1 + h, 3), ("1 / (1 + {})", 1 / (1 + h), 3))


def out_label(case, i):
    """The name of output i: `out`, or `out[i]` where there are several."""
    return "out" if len(case.outs) == 1 else f"out[{i}]"
