"""Tests that need no derivative: what forward and backward do to their arguments, and whether they are functions.

Each fault is a Finding, found by nothing but calling the two.
"""

import numpy as np

from . import arrays
from .report import Finding


class Run:
    """One forward and one backward as they are judged: the outputs, the cache, dout, the gradients, the faults seen."""

    def __init__(self, pair, dout=None):
        self.pair, self.findings, self.warnings = pair, [], []
        self._forward()
        self._inputs_kept("forward")
        self._deterministic()
        self.douts = _douts(dout, self.outs, self.many, pair.seed)
        self.gradients = {}
        if not self.finite:
            return
        kept = _snapshot(self.cache)
        gradients, given = pair.backward(self.douts, self.cache, self.many)
        self.returned = gradients
        self.gradients = {name: _copy(g) for name, g in gradients.items()}
        if any(_differ(a, b) for a, b in zip(given, self.douts)):
            self._fault(
                "STATE_DOUT_CHANGED",
                "backward changed its dout in place",
                "copy it first (dx = dout.copy()): another branch of the network may still need it",
            )
        if not self.findings:
            self._inputs_kept("backward")
        self.consumed = False
        self._shared(gradients, given)
        self.aliased = self._aliased()
        self._repeated(kept)
        self._linear()

    @property
    def finite(self):
        """Whether no output is nan."""
        return not any(np.isnan(arrays.to_numpy(o)).any() for o in self.outs)

    def _fault(self, code, fact, guess=None):
        self.findings.append(Finding(code, fact, guess, 0.97))

    def _forward(self):
        self.outs, self.cache, self.used, self.many = self.pair.forward(self.pair.given)
        self.pair.outputs_given = sum(int(o.size) for o in self.outs)

    def _inputs_kept(self, who):
        for name, x in self.pair.given.items():
            if arrays.is_array(x) and name not in self.pair.mutable and _differ(self.used[name], x):
                guess = "work on a copy; where it is meant (running statistics), say so: mutable=" + repr((name,))
                what = "its input" if who == "forward" else "the input"
                self._fault("STATE_INPUT_CHANGED", f"{who} changed {what} {name} in place", guess)

    def _deterministic(self):
        """Forward, run twice with the same random numbers, must give the same outputs."""
        if self._repeats():
            return
        for hidden in (False, True):
            self.pair.hold_generators(hidden)
            self._forward()
            if self._repeats():
                return
        self._fault(
            "NOT_DETERMINISTIC",
            "forward gives other outputs every time, with the same inputs and random seeds",
            "it draws from a random generator that cannot be found (pass it as an option: "
            "rng=np.random.default_rng(0)), or it keeps something from call to call",
        )

    def _repeats(self):
        first = self.outs
        self._forward()
        return len(first) == len(self.outs) and not any(map(_differ, first, self.outs))

    def _shared(self, gradients, given):
        """A gradient that shares memory with something else changes when that is changed."""
        for name, gradient in gradients.items():
            if not isinstance(gradient, np.ndarray):
                continue
            others = [("dout", d) for d in given] + list(arrays.walk(self.cache))
            others += [(f"the gradient of {other}", g) for other, g in gradients.items() if other < name]
            for label, other in others:
                if isinstance(other, np.ndarray) and np.shares_memory(gradient, other):
                    self.warnings.append(
                        f"the gradient of {name} shares memory with {label}: who changes one, changes both"
                    )
                    break

    def _backward(self, douts):
        cache = self.pair.forward(self.pair.given)[1] if self.consumed else self.cache
        return self.pair.backward(douts, cache, self.many)[0]

    def _aliased(self):
        """A Finding if the cache holds one array of its own in several places, as steps of a loop leave it; or None."""
        places = {}
        for label, array in arrays.walk(self.cache):
            if isinstance(array, np.ndarray) and array.size and array.flags.writeable:
                places.setdefault((array.__array_interface__["data"][0], array.shape, array.strides), []).append(label)
        given = [x for x in self.used.values() if isinstance(x, np.ndarray)]
        for labels in places.values():
            array = dict(arrays.walk(self.cache))[labels[0]]
            if len(labels) > 2 and not any(np.shares_memory(array, x) for x in given):
                fact = f"{', '.join(labels[:4])}{', ...' if len(labels) > 4 else ''} are one and the same array"
                guess = "forward wrote every step into one array, and the cache holds the last one only: append a copy"
                return Finding("STATE_CACHE_ALIASED", fact, guess, 0.6)
        return None

    def _repeated(self, kept):
        """A second backward on the same cache must give the same gradients."""
        changed = [label for label, a in arrays.walk(self.cache) if label in kept and _differ(a, kept[label])]
        try:
            again, _ = self.pair.backward(self.douts, self.cache, self.many)
        except Exception as error:
            self.consumed = True
            self.warnings.append(f"a second backward on the same cache raises {type(error).__name__}: it was used up")
            return
        for name, first in self.gradients.items():
            second = again.get(name)
            if not _differ(first, second):
                continue
            if changed:
                guess = f"backward changed {', '.join(changed)} in place: work on a copy"
                self._fault("STATE_CACHE_CHANGED", f"a second backward on the same cache gives another d{name}", guess)
            elif self._accumulates(name, first, second):
                guess = "set the gradient to zero first, or assign it with = instead of +="
                self._fault("STATE_ACCUMULATES", f"every backward adds the same to the gradient of {name}", guess)
            else:
                guess = "backward draws random numbers: keep the mask of the forward pass in the cache"
                self._fault(
                    "STATE_RANDOM_BACKWARD", f"a second backward on the same cache gives another d{name}", guess
                )
            return
        if changed:
            self.warnings.append(f"backward changed {', '.join(changed)} in place")

    def _accumulates(self, name, first, second):
        """Whether backward adds the same again: to its own gradient, and to what was there before the check."""
        third = self.pair.backward(self.douts, self.cache, self.many)[0].get(name)
        shapes = {np.shape(g) for g in (first, second, third)}
        return len(shapes) == 1 and np.any(second != first) and _close(arrays.host(third) - second, second - first)

    def _linear(self):
        """B(-2 d) = -2 B(d): a backward pass is a matrix times dout. (Powers of two are exact in any rounding.)"""
        if self.findings:
            return
        doubled = self._backward(tuple(-2 * d for d in self.douts))
        other = self._backward(_douts(None, self.outs, self.many, self.pair.seed + 1))
        for name, one in self.gradients.items():
            if not _numbers(one) or not np.isfinite(one).all() or not (np.any(one) or np.any(arrays.host(other[name]))):
                continue
            if not _differ(one, doubled[name]) and not _differ(one, other[name]):
                self._fault(
                    "STATE_IGNORES_DOUT",
                    f"the gradient of {name} is the same for every dout",
                    "multiply the local derivative by dout (the chain rule)",
                )
            elif not _close(doubled[name], -2 * one):
                self._fault(
                    "STATE_NOT_LINEAR",
                    f"the gradient of {name} is not proportional to dout: for -2 dout it is not -2 times as large",
                )


def _douts(dout, outs, many, seed):
    """The gradients of the outputs: the caller's, or Gaussian ones (with ones, a normalisation's would be zero)."""
    if dout is None:
        rng = np.random.default_rng((seed, 231))  # not the numbers that default_rng(seed) gave the caller for x
        draws = [np.asarray(rng.standard_normal(o.shape)) for o in outs]
        return tuple(arrays.like(d.astype(_float(o)), o) for d, o in zip(draws, outs))
    douts = tuple(dout) if many else (dout,)
    shapes = [tuple(np.shape(d)) for d in douts]
    expected = [tuple(o.shape) for o in outs]
    if shapes != expected:
        wanted = f"dout should have the shape of forward's output, {expected if many else expected[0]}"
        raise ValueError(f"gradcheck.check: {wanted}; got {shapes if many else shapes[0]}")
    host = [arrays.to_numpy(d) if arrays.is_array(d) else np.asarray(d) for d in douts]
    if any(d.dtype.kind not in "fiub" or np.isnan(d).any() for d in host) or not any(np.any(d) for d in host):
        raise ValueError("gradcheck.check: dout should hold real numbers, not all of them 0; got " + repr(dout)[:80])
    return tuple(arrays.like(np.array(d, dtype=_float(o)), o) for d, o in zip(host, outs))


def _float(o):
    return o.dtype if o.dtype.kind == "f" else np.float64


def _snapshot(cache):
    return {label: _copy(a) for label, a in arrays.walk(cache)}


def _copy(x):
    return arrays.to_numpy(x).copy() if arrays.is_array(x) else x


def _numbers(x):
    return isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.size > 0


def _differ(a, b):
    if not (arrays.is_array(a) and arrays.is_array(b)):
        return type(a) is not type(b)
    a, b = arrays.to_numpy(a), arrays.to_numpy(b)
    return not np.array_equal(a, b, equal_nan=a.dtype.kind == "f" and b.dtype.kind == "f")


def _close(a, b):
    """Equal up to some roundings, and up to numbers so small that they have lost digits."""
    if not arrays.is_array(a) or a.shape != b.shape:
        return False
    a, precision = arrays.to_numpy(a), np.finfo(b.dtype)
    scale = np.sqrt(np.mean(np.square(b, dtype=np.float64))) if b.size else 0.0
    allowed = 1e4 * float(precision.eps) * (np.abs(b) + scale) + 4 * float(precision.smallest_normal)
    return bool(np.all(np.abs(a - b) <= allowed))
