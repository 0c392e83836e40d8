"""From judged entries to the verdict on one input."""

import numpy as np

from .report import Finding, InputReport


def entry_report(yours, judged, about, total):
    """The InputReport of what was found entry by entry."""
    n = judged.numeric
    difference = np.abs(yours - n)
    known = n[np.isfinite(n)]
    rms = np.sqrt(np.mean(known * known)) if known.size else 0.0
    scale = np.maximum(np.abs(yours), np.abs(n)) + rms
    error = np.divide(difference, scale, out=np.zeros(yours.shape), where=difference > 0)
    bad = ~np.isfinite(yours) & ~judged.unknown
    small = judged.error[judged.hidden].max(initial=0)  # what rounding hides at some entries is zero at all
    at_zero = np.maximum(np.abs(yours), np.abs(n)) <= 10 * small
    error[bad], error[judged.hidden | at_zero] = np.inf, 0.0
    error[judged.unknown] = 0.0
    worst = np.where(judged.wrong | bad, error + 1e-300, error if not judged.wrong.any() else -1)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(worst)), yours.shape))
    wrong, hidden, unknown = (int(a.sum()) for a in (judged.wrong | bad, judged.hidden, judged.unknown))
    if bad.any():
        verdict = "not finite"
    elif wrong:
        verdict = "wrong"
    elif unknown * 2 > total:
        verdict = "inconclusive"
    elif hidden and bool(np.all(judged.hidden | at_zero | judged.unknown)):
        verdict = "below rounding"
    else:
        verdict = "ok"
    return InputReport(
        verdict,
        wrong,
        total,
        float(error[index]),
        index,
        float(yours[index]),
        float(n[index]),
        float(judged.error[index]),
        nondifferentiable=int((judged.kinks & ~judged.wrong).sum()),
        inconclusive=hidden + unknown,
        **about,
    )


def tied_finding(name, yours, right):
    fact = f"moved together, the entries of {name} at a kink have the slope {right:.6g}; yours add up to {yours:.6g}"
    guess = "where several entries share the maximum, each gets the whole gradient: pay one of them, or split it"
    return Finding("TIES", fact, guess if abs(yours) > abs(right) else None, 0.99, name)
