"""What is wrong with a gradient? diagnose(case) -> Findings, best first.

First the dictionary of known faults, then rules that know no layer. A rule says nothing unless the fit is exact to the
accuracy of the numerical gradient and meets more numbers than it may choose; its fact is true as computed, its guess is
a reading of the fact, and None where no reading is safe.

    evidence.py, numbers.py, refine.py         the arrays and numbers at hand; when a fit proves something
    structure.py, places.py                    shape, sign, scale, order, masks; where it is wrong
    expressions.py, vocabulary.py,             yours and the right gradient as products of the arrays at hand
    upstream.py, matmuls.py, readings.py
    sums.py, differences.py                    as sums with means; what lies between the two
    jacobian.py, contributions.py, whatif.py   forward and backward run again: what each output gives, what mends it
    across.py                                  all inputs together
"""

import numpy as np

from .. import faults
from ..arrays import to_numpy
from ..report import Finding
from .across import across_findings
from .contributions import block_factor, jacobian_findings
from .differences import (
    close_finding,
    curve_finding,
    levels_finding,
    path_finding,
    slice_factor_finding,
    term_finding,
)
from .evidence import ENOUGH, Evidence, Value, distinct
from .expressions import Expression, Search
from .jacobian import measure
from .places import gate_blocks, place_finding, unknown_finding, wrong_slices
from .readings import closest, compare
from .refine import refined
from .structure import (
    mask_finding,
    order_finding,
    scale_finding,
    shape_findings,
    shift_finding,
    swapped_finding,
    zero_finding,
)
from .sums import compare_sums, find_sums
from .texts import slice_text
from .whatif import whatif_findings

__all__ = ["diagnose"]


EXPLAINED = 0.9  # the confidence of a finding that leaves nothing to ask


def diagnose(case):
    """All Findings about a Case's wrong gradients, best first."""
    with np.errstate(all="ignore"):
        return _diagnose(case)


def _diagnose(case):
    found = [*case.state, *faults.findings(case)]
    pairs = _pairs(case)
    if not pairs:
        return found
    evidence = Evidence(case)
    search = Search(evidence)
    shaped = {n: p for n, p in pairs.items() if p[0].shape == p[1].shape and p[1].size}
    jacobians = measure(case, list(shaped))
    rules = across_findings(evidence, shaped)
    for name, (yours, right) in pairs.items():
        if yours.shape != right.shape:
            rules += _of_wrong_shape(evidence, search, name, yours, right)
        elif right.size:
            wrong = _wrong(case, name, yours, right)
            rules += _of_input(evidence, search, name, yours, right, wrong, jacobians.get(name))
    named = {f.input for f in rules if f.confidence >= EXPLAINED}
    open_ = {name: pair for name, pair in shaped.items() if name not in named}
    if not any(f.input is None and f.confidence >= EXPLAINED for f in rules):
        rules += whatif_findings(evidence, search, open_)
    return found + sorted(rules, key=lambda f: -f.confidence)


def _pairs(case):
    """{name: (yours, right)} in float64 of the inputs whose gradient is wrong, and known in every entry."""
    pairs = {}
    for name in case.wanted:
        yours, right = case.gradients.get(name), case.numeric.get(name)
        if right is None or getattr(getattr(yours, "dtype", None), "kind", "O") not in "fiub":
            continue
        if np.any(case.wrong.get(name, False)) or np.shape(yours) != right.shape:
            right = refined(case, name)
            if np.isfinite(right).all():
                pairs[name] = np.asarray(to_numpy(yours), np.float64), right
    return pairs


def _wrong(case, name, yours, right):
    """All entries that differ: a check may have confirmed the worst of them only."""
    error = np.nan_to_num(case.error.get(name, 0.0))
    size = np.abs(right) + np.sqrt(np.mean(right * right))
    return ~(np.abs(yours - right) <= 1e-7 * size + 2 * error) | np.broadcast_to(case.wrong[name], right.shape)


def _of_wrong_shape(evidence, search, name, yours, right):
    found = shape_findings(evidence, name, yours, right)
    if found:
        return found
    mine = search.find({"yours": yours}).get("yours")
    theirs = search.find({"right": right}).get("right")
    fact = f"yours has shape {yours.shape}, the input {right.shape}"
    fact += f"; yours = {mine[0].text(evidence.numbers)}" if mine else ""
    fact += f"; the right one = {theirs[0].text(evidence.numbers)}" if theirs else ""
    return [Finding("SHAPE", fact, None, 0.9 if mine or theirs else 0.5, name)]


def _of_input(evidence, search, name, yours, right, wrong, jacobians):
    """All rules on one gradient of the right shape."""
    zero = zero_finding(name, yours, right)
    if zero:
        return [zero]
    place = place_finding(evidence, name, yours, right, wrong)
    if place and place.code == "ENTRY":
        return [place]
    noisy = np.abs(right) <= 1e-9 * np.abs(right).max(initial=0)
    right = np.where(noisy, 0.0, right)
    found = [
        scale_finding(evidence, name, yours, right),
        order_finding(name, yours, right) or shift_finding(name, yours, right),
        swapped_finding(evidence, name, yours),
        mask_finding(evidence, name, yours, right),
        place,
    ]
    if place and place.code == "SLICE":
        found.append(_of_block(evidence, search, name, yours, right, wrong, jacobians))
    if not found[0]:
        found += _expressions(evidence, search, name, yours, right)
        found += [
            path_finding(evidence, search, name, yours, right),
            slice_factor_finding(evidence, search, name, yours, right),
            levels_finding(evidence, name, yours, right),
            curve_finding(evidence, name, yours, right),
            close_finding(name, yours, right),
        ]
        if jacobians is not None:
            found += jacobian_findings(evidence, search, name, jacobians)
    found = sorted((f for f in found if f), key=lambda f: -f.confidence)
    if not any(f.confidence > 0.5 for f in found):
        found.append(unknown_finding(name, yours, right, wrong))
    return _sifted(found)


def _sifted(found):
    """The best findings of one input: what explains it whole makes weaker hints superfluous."""
    codes = {f.code for f in found}
    if "LEVELS" in codes and found[0].code == "LEVELS":
        found = [f for f in found if f.code not in ("FACTOR", "CURVE", "SLICE_FACTOR")]
    if found[0].confidence >= 0.9:
        found = [f for f in found if f.confidence >= 0.85 or f.code in ("SLICE", "REGION", "LABELS")]
    return found[:3]


def _of_block(evidence, search, name, yours, right, wrong, jacobians):
    """Of a gradient that is wrong in some slices only: what is wrong with them."""
    block = wrong_slices(right, wrong)
    if block is None:
        return None
    axis, bad = block
    for part in gate_blocks(bad):
        a, b = np.compress(part, yours, axis), np.compress(part, right, axis)
        where = f"only {slice_text(name, right.ndim, axis, bad)} is wrong"
        where += "" if part.sum() == bad.sum() else f"; take {slice_text(name, right.ndim, axis, part)}"
        both = search.find({"yours": a, "right": b})
        if both.get("yours") and both.get("right"):
            fact, guess = compare(*closest(both["yours"], both["right"]), evidence.numbers)
            return Finding("BLOCK", f"{where}; there {fact}", guess, 0.95, name)
        if jacobians is not None:
            rows = np.zeros(right.shape, bool)
            rows[(slice(None),) * axis + (part,)] = True
            factor = block_factor(evidence, search, name, jacobians, rows.ravel())
            if factor:
                return Finding("BLOCK", f"{where}; there {factor.fact}", factor.guess, 0.93, name)
    return None


def _expressions(evidence, search, name, yours, right):
    """What yours is, what the right one is, and how they differ."""
    both = search.find({"yours": yours, "right": right})
    mine, theirs = both.get("yours"), both.get("right")
    if mine and theirs:
        fact, guess = compare(*closest(mine, theirs), evidence.numbers)
        return [Finding("EXPRESSION", fact, guess, 0.96, name)]
    decayed = _decayed(evidence, search, name, yours, right)
    if decayed:
        return [decayed]
    found = []
    factor = _factor(evidence, search, name, yours, right)
    if factor:
        return [factor]
    sums = find_sums(evidence, {"yours": yours, "right": right})
    if sums["yours"] and sums["right"]:
        fact, guess = compare_sums(sums["yours"], sums["right"], evidence.numbers)
        return [Finding("SUM", fact, guess, 0.95, name)]
    found.append(term_finding(evidence, search, name, yours, right, mine, theirs))
    if mine:
        fact = f"yours = {mine[0].text(evidence.numbers)}, which is not the right one"
        found.append(Finding("YOURS", fact, None, 0.72, name))
    elif theirs:
        fact = f"the right one = {theirs[0].text(evidence.numbers)}"
        found.append(Finding("UNKNOWN", fact, None, 0.3, name))
    return found


def _decayed(evidence, search, name, yours, right):
    """Expressions of yours and the right one when a weight decay c * parameter is taken away from both."""
    x = evidence.case.inputs.get(name)
    hyper = [(h, label) for h, label in evidence.numbers.hyper.items() if label != "dout" and h > 0][:4]
    if np.shape(x) != right.shape or x.ndim < 2 or not hyper:
        return None
    dout = evidence.douts[0].array if len(evidence.douts) == 1 else None
    times, up = (float(np.ravel(dout)[0]), "dout * ") if dout is not None and dout.size == 1 else (1.0, "")
    targets = {}
    for h, label in hyper:
        for q in (2, 1):
            text = f"{up}{'2 * ' * (q == 2)}{label} * {name}"
            targets[f"yours {text}"] = yours - q * h * times * x
            targets[f"right {text}"] = right - q * h * times * x
    found = search.find(targets)
    for key in [key for key in targets if key.startswith("right ") and found.get(key)]:
        mine = found.get(f"yours {key[6:]}")
        if mine:
            fact, guess = compare(*closest(mine, found[key]), evidence.numbers)
            return Finding("EXPRESSION", f"besides {key[6:]} in both, {fact}", guess, 0.95, name)
    return None


def _factor(evidence, search, name, yours, right):
    """yours = right * g, or right = yours * g."""
    for target, source, who, whose in ((right, yours, "right", "yours"), (yours, right, "yours", "right")):
        if distinct(target, source) < 2 * ENOUGH or ((source == 0) & (target != 0)).any():
            continue
        name_of = "yours" if whose == "yours" else "right"
        matches = search.find({"difference": target}, chain=[Value(name_of, source, 0)]).get("difference", [])
        matches = [e for e in matches if e.form == "{}" and len(e.factors) > 1]
        if matches:
            e: Expression = matches[0]
            guess = _factor_guess(e.factors[1:], who == "right")
            return Finding("FACTOR", f"{who} = {e.text(evidence.numbers)}", guess, 0.94, name)
    return None


def _factor_guess(factors, missing):
    """The words for right = yours * factors (missing) or yours = right * factors (too much)."""
    over = [f[4:] for f in factors if f.startswith("1 / ")]
    times = [f for f in factors if not f.startswith("1 / ")]
    if len(factors) == 1:
        factor = factors[0]
        inverse = over[0] if over else f"1 / ({factor})" if " " in factor else f"1 / {factor}"
        words = ("is missing in yours", "is too much") if missing else ("is too much in yours", "is missing")
        return f"the factor `{factor}` {words[0]}, or `{inverse}` {words[1]}"
    if len(over) == len(times) == 1:
        used, wanted = (over[0], times[0]) if missing else (times[0], over[0])
        return f"`{used}` stands where `{wanted}` belongs"
    return None
