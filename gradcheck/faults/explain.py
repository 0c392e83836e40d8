"""The mistakes that give the gradients of a check (`findings`), and those that its inputs cannot show (`blind`).

Yours match a mutant if all of them are its gradients. Where none does: two mistakes at once, one and a factor on all
gradients, or one that explains some inputs.
"""

import itertools
import math
import time

import numpy as np

from ..report import Finding
from .recognise import recognise

EXACT = 1e-5  # of the rms: how near the gradients must be
EXACT_FLOAT32 = 1e-3
FEWEST = 2  # entries that say something, if all gradients match
FEWEST_PARTIAL = 4  # if some do, or up to a factor
PATIENCE = 2.0  # seconds for the mistakes of one op, which only large inputs need
QUICK = 0.01  # seconds: two mistakes at once are tried only if one backward takes less


def findings(case):
    """The known mistakes that give this check's gradients: a list of Findings, empty if there are none.

    If there are several, the check's inputs cannot tell them apart.
    """
    found = {}
    for known in recognise(case):
        with np.errstate(all="ignore"):  # a mutant may overflow
            for finding in Explanation(case, known).findings():
                found.setdefault(finding.guess, finding)
    best = max((finding.confidence for finding in found.values()), default=0)
    return [finding for finding in found.values() if finding.confidence == best]  # no two mistakes where one will do


def blind(case, op=None):
    """The known mistakes that these inputs cannot show, a sentence for each reason; op: the op's name, where known."""
    hidden = {}
    for known in recognise(case, op):
        for fault in known.op.faults:
            wrong = known.gradients(fault)
            if wrong is not None and all(distance(wrong[n], known.right[n]) < EXACT * 1e-2 for n in known.wanted):
                hidden.setdefault(fault.hidden, []).append(fault.message)
    return [
        f"these inputs cannot show{reason and f' ({reason})'}: {'; '.join(dict.fromkeys(messages))}"
        for reason, messages in hidden.items()
    ]


class Explanation:
    """Looks for the gradients of one check among the mutants of one op."""

    def __init__(self, case, known):
        self.known, self.right, self.wanted = known, known.right, known.wanted
        self.yours = {name: _float64(case.gradients.get(name)) for name in known.wanted}
        float32 = any(getattr(case.gradients.get(name), "dtype", None) == np.float32 for name in known.wanted)
        self.close = EXACT_FLOAT32 if float32 else EXACT
        self.failed = [n for n in self.wanted if not distance(self.yours[n], self.right[n]) <= self.close * 1e-2]

    def findings(self):
        """The simplest explanations only."""
        if not self.failed or self._informative(self.failed) < FEWEST:
            return []
        singles = self._mutants((fault,) for fault in self.known.op.faults)
        found = self._exact(singles, 0.98)
        if not found and self.known.seconds < QUICK:
            found = self._exact(self._mutants(itertools.combinations(self.known.op.faults, 2)), 0.93)
        return found or self._scaled(singles) or self._partial(singles)

    def _mutants(self, combinations):
        start, mutants = time.perf_counter(), {}
        for faults in combinations:
            gradients = self.known.gradients(*faults)
            if gradients is not None:
                mutants[faults] = gradients
            if time.perf_counter() - start > PATIENCE:
                break
        return mutants

    def _exact(self, mutants, confidence):
        found = []
        for faults, gradients in mutants.items():
            off = self._match(gradients, self.wanted)
            if off is not None:
                found.append(self._finding(faults, self.failed, off, confidence))
        return found

    def _scaled(self, mutants):
        """One factor on all gradients: all of them must then be wrong, and not just the right ones times a number."""
        informative = self._informative(self.failed) > FEWEST_PARTIAL
        if self.failed != self.wanted or not informative or self._factor(self.right):
            return []
        found = []
        for faults, gradients in mutants.items():
            fitted = self._factor(gradients)
            if fitted:
                found.append(self._finding(faults, self.failed, fitted[1], 0.9, f"all times {fitted[0]:.6g}"))
        return found

    def _partial(self, mutants):
        """Mistakes that explain some of the wrong gradients, as many as possible."""
        explained = {}
        for faults, gradients in mutants.items():
            names = [n for n in self.failed if self._match(gradients, [n]) is not None]
            if names and self._informative(names) >= FEWEST_PARTIAL:
                explained[faults] = names
        best = {f: names for f, names in explained.items() if not any(set(names) < set(o) for o in explained.values())}
        return [self._finding(f, names, self._match(mutants[f], names), 0.8) for f, names in best.items()]

    def _match(self, gradients, names):
        """The largest distance from these gradients if it is small, also beside that from the right ones; else None."""
        worst = 0.0
        for name in names:
            off = distance(self.yours[name], gradients[name])
            wrong = distance(self.yours[name], self.right[name])
            if not off <= self.close or (name in self.failed and off > 0.01 * wrong):
                return None
            worst = max(worst, off)
        return worst

    def _factor(self, gradients):
        """(c, distance) if yours are c times these gradients, and c is not 1; else None."""
        pairs = [(self.yours[n], gradients[n]) for n in self.wanted]
        if any(y is None or g is None or y.shape != g.shape for y, g in pairs):
            return None
        square = sum(float((g * g).sum()) for _, g in pairs)
        c = sum(float((y * g).sum()) for y, g in pairs) / square if square else 0.0
        if not math.isfinite(c) or c == 0 or abs(c - 1) < self.close:
            return None
        off = max(distance(y, c * g) for y, g in pairs)
        return (c, off) if off <= self.close else None

    def _informative(self, names):
        """How many entries say something: zeros that are right prove nothing."""
        pairs = [(self.yours[n], self.right[n]) for n in names if self.yours[n] is not None]
        return sum(np.count_nonzero(y if y.shape != r.shape else (y != 0) | (r != 0)) for y, r in pairs)

    def _finding(self, faults, names, off, confidence, factor=""):
        several = len(names) > 1
        subject = f"your gradients of {', '.join(names)} are those" if several else "yours is that"
        patches = " and ".join(map(str, faults))
        how_near = f"(to {max(off, 1e-16):.0e} of the rms)"
        fact = f"{subject} of {self.known.op.name} with {patches}{factor and f', {factor}'} {how_near}"
        guess = "; and also ".join(fault.message for fault in faults) + (factor and f"; and {factor}")
        return Finding("FAULT", fact, guess, confidence, None if several else names[0])


def distance(a, b):
    """The largest difference in units of the rms of b (of a, where b is zero); infinite if the shapes differ."""
    if a is None or b is None or a.shape != b.shape:
        return 0.0 if a is None and b is None else math.inf
    if a.size == 0:
        return 0.0
    rms = max(_rms(b), 1e-13 * _rms(a)) or 1.0
    off = float(np.max(np.abs(a - b))) / rms
    return math.inf if math.isnan(off) else off


def _rms(a):
    return float(np.sqrt(np.mean(np.square(a))))


def _float64(gradient):
    try:
        return None if gradient is None else np.asarray(gradient, dtype=np.float64)
    except (TypeError, ValueError):  # not an array of numbers
        return None
