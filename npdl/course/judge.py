"""Judge one answer: run it in a child on fresh inputs, compare what comes back, and say what is wrong.

Right values, known mistakes and laws are all evaluated on this side of the line.
"""

import functools
from dataclasses import dataclass

import numpy as np

from gradcheck import faults

from . import compare
from .result import Line, Result

FAILURES = ("timeout", "crash", "garbage")


@dataclass
class Prepared:
    """The cases of an exercise for a seed with the right results; made once for a whole class."""

    cases: list
    right: list


_prepared = {}  # (exercise, seed): Prepared
_mistaken = {}  # (exercise, seed): [(mistake, its outcomes)]


def prepared(exercise, seed):
    """The cases and the right results."""
    key = (exercise.assignment, exercise.name, seed)
    if key not in _prepared:
        cases, right = exercise.draw(seed), exercise.reference
        results = [exercise.part(c.call(right, exercise.updates)) if exercise.compare else None for c in cases]
        _prepared[key] = Prepared(cases, results)
    return _prepared[key]


def mistaken(exercise, seed):
    """[(mistake, outcomes)] of the known mistakes on the same cases."""
    key = (exercise.assignment, exercise.name, seed)
    if key not in _mistaken:
        cases = prepared(exercise, seed).cases
        wrong = [(m, exercise.wrong(m)) for m in exercise.mistakes]
        _mistaken[key] = [(m, [_trusted(exercise, function, case) for case in cases]) for m, function in wrong]
    return _mistaken[key]


def _trusted(exercise, function, case):
    """What a function of ours gives on a case: ("value", the part that counts) or ("raised", the type of the error)."""
    try:
        with np.errstate(all="ignore"):
            return "value", exercise.part(case.call(function, exercise.updates))
    except Exception as error:
        return "raised", type(error).__name__


def judge(exercise, modules, child, served, seed=0, own_below=()):
    """The Result for an answer.

    modules: {name: chunks} of the student. served: {"module.name": function} for what the exercise uses. own_below:
    names of the student's own functions below it, to try it on as well.
    """
    known = prepared(exercise, seed)
    library = {name: f for name, f in served.items() if name.startswith("npdl.")}

    def tried(served):
        with child.exercise(modules, served) as run:
            call = functools.partial(run.call, exercise.module, exercise.name)
            return [call(c.args, c.options, exercise.seconds, exercise.updates) for c in known.cases]

    def wrong_at(outcomes):
        """(number of the first case that is wrong, Line), or None."""
        for number, (outcome, case, right) in enumerate(zip(outcomes, known.cases, known.right)):
            line = _fault(exercise, outcome, case, right)
            if line:
                return number, line
        return None

    outcomes = tried(served)
    found = wrong_at(outcomes)
    result = Result(exercise.name, exercise.assignment, "right", exercise.points, exercise.points, seed=seed)
    result.seconds = sum(o.seconds for o in outcomes)
    result.printed = next((o.printed for o in outcomes if o.printed), "")
    has_pair = exercise.name.endswith("_backward") and all(case.forward for case in known.cases)
    if found is None:
        if has_pair:
            result.own = _own_pair(exercise, modules, child, library, known)
        elif own_below:
            result.own = wrong_at(tried(library)) is None
        if result.own is False:
            names = ", ".join(own_below) or exercise.name.replace("_backward", "_forward")
            result.lines.append(Line("own_wrong", {"names": names}))
        return result
    if has_pair and outcomes[0].kind not in FAILURES and not _is_open(outcomes[0]):
        if _own_pair(exercise, modules, child, library, known):
            result.own = True
            result.lines.append(Line("own_cache"))
            return result
    number, line = found
    result.status, result.points = "wrong", 0.0
    _explain(exercise, result, outcomes, number, line, known)
    return result


def _is_open(outcome):
    return outcome.kind == "raised" and outcome.value["open"]


def _fault(exercise, outcome, case, right):
    """A Line that says how an outcome is wrong, or None."""
    if outcome.kind in FAILURES:
        return Line(outcome.kind, {"seconds": exercise.seconds} if outcome.kind == "timeout" else {})
    if outcome.kind == "raised":
        return Line("raised", {"type": outcome.value["type"], "text": outcome.value["text"]})
    try:
        value = exercise.part(outcome.value)
    except Exception:
        expected = f"{len(exercise.returns)} values" if exercise.returns else "a result"
        fields = {"where": compare.texts(compare.RESULT), "expected": expected, "got": compare.described(outcome.value)}
        return Line("structure", fields)
    if exercise.compare:
        line = compare.difference(value, right, exercise.tolerance, exercise.returns)
        if line:
            return line
    law = broken_law(exercise, case, outcome.value)
    if law is not None:
        return Line("law", {"text": law.text})
    return Line("changed") if outcome.changed else None


def broken_law(exercise, case, value):
    """The first law that a value breaks, or None. A law that cannot be evaluated on it is broken."""
    for law in exercise.laws:
        try:
            with np.errstate(all="ignore"):
                holds = bool(law.holds(case, value))
        except Exception:
            holds = False
        if not holds:
            return law
    return None


def _own_pair(exercise, modules, child, served, known):
    """Whether the student's backward is right on the cache of the student's own forward."""
    name = exercise.name.removesuffix("_backward")
    with child.exercise(modules, served) as run:
        for case, right in zip(known.cases, known.right):
            args, options = case.forward
            outcome = run.pair(exercise.module, name, args, options, case.dout, exercise.seconds)
            right_here = outcome.kind == "value" and compare.same(outcome.value, right, exercise.tolerance)
            if not right_here or outcome.changed:
                return False
    return True


def _explain(exercise, result, outcomes, number, line, known):
    """Fill in what is wrong: a failure, the known mistake, the law, gradcheck's diagnosis, or the plain difference."""
    outcome = outcomes[number]
    if outcome.kind == "raised":
        if _is_open(outcome):
            result.status, result.kind = "open", "open"
            return
        if outcome.value["type"] == "NameError" and "has no function" in outcome.value["text"]:
            result.kind = "missing"
            result.lines.append(Line("missing", {"name": exercise.name, "file": f"{exercise.module}.py"}))
            return
    result.kind = line.key if line.key in (*FAILURES, "raised", "law", "changed") else "value"
    mistake = None
    if result.kind not in (*FAILURES, "changed"):
        mistake = _recognised(exercise, outcomes, result.seed)
    if mistake is not None:
        result.kind, result.code = "mistake", mistake.code
        result.lines.append(Line("mistake", {"text": mistake.text}))
    if result.kind in ("raised", "law") or mistake is None:
        result.lines.append(line)
    if outcome.kind == "raised" and outcome.value["line"]:
        result.lines.append(Line("at", {"file": outcome.value["file"], "line": outcome.value["line"]}))
    laws = [broken_law(exercise, c, o.value) for o, c in zip(outcomes, known.cases) if o.kind == "value"]
    broken = [law for law in laws if law is not None]
    if broken:
        if mistake is None:
            result.kind, result.code = "law", broken[0].code
        if line.key != "law":
            result.lines.append(Line("law", {"text": broken[0].text}))
    if mistake is None and not broken and exercise.op and outcome.kind == "value":
        said = diagnosis(exercise, known.cases[number], outcome.value)
        result.lines += [Line("diagnosis", {"text": said})] if said else []
    if result.printed:
        result.lines.append(Line("printed", {"text": result.printed.strip()[:200]}))
    result.lines.append(Line("case", {"number": number + 1, "total": len(outcomes), "seed": result.seed}))


def _recognised(exercise, outcomes, seed):
    """The known mistake whose outcomes these are, on all cases."""
    for mistake, theirs in mistaken(exercise, seed):
        if all(_equal(exercise, o, t) for o, t in zip(outcomes, theirs)):
            return mistake
    return None


def _equal(exercise, outcome, theirs):
    kind, value = theirs
    if outcome.kind != kind:
        return False
    if kind == "raised":
        return outcome.value["type"] == value
    try:
        return compare.same(exercise.part(outcome.value), value, exercise.tolerance)
    except Exception:
        return False


def diagnosis(exercise, case, value):
    """What gradcheck's dictionary says about these gradients; "" where it has nothing to say but a formula."""
    if not (exercise.name.endswith("_backward") and case.forward):
        return ""
    args, options = case.forward
    try:
        for fault, forward, backward in faults.mutants(exercise.op):
            _, cache = forward(*args, **options)
            if compare.same(value, backward(case.dout, cache), exercise.tolerance):
                done = fault.message.partition(";")[0]
                return "" if "=" in done else done
    except Exception:  # the dictionary's pair has another signature
        return ""
    return ""
