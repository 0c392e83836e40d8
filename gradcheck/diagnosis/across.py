"""What the gradients of all inputs say together: which are right, and whether all are off by one number."""

import numpy as np

from ..report import Finding
from .evidence import ENOUGH, EXACT, distinct, fit


def across_findings(evidence, pairs):
    """Findings about several inputs at once; pairs: {name: (yours, right)} of the failed ones."""
    case = evidence.case
    failed = list(pairs)
    right = [n for n in case.wanted if n not in case.failed and case.gradients.get(n) is not None]
    found = []
    factors = {n: fit(a, b) for n, (a, b) in pairs.items() if distinct(a, b) >= ENOUGH or np.size(a) == 1}
    exact = [c for c, error in factors.values() if error <= EXACT]
    if len(failed) > 1 and len(exact) == len(case.failed) and np.ptp(exact) <= 1e-6 * np.abs(exact[0]) and not right:
        if any(distinct(a, b) >= ENOUGH for a, b in pairs.values()):
            fact = (
                f"all {len(failed)} gradients = c * right with one and the same c = {evidence.numbers.show(exact[0])}"
            )
            guess = "the mistake is where backward starts: all gradients inherit it"
            found.append(Finding("ALL_SCALED", fact, guess, 0.97))
    if failed and right:
        fact = f"right: {', '.join(right)}; wrong: {', '.join(case.failed)}"
        found.append(Finding("UNKNOWN", fact, None, 0.2))
    return found
