"""check: the verdict on a hand-written backward pass, and what is wrong with it."""

from time import perf_counter

import numpy as np

from . import arrays, blindspots, diagnosis, faults
from .case import Case
from .directional import FOUND, judge_directions, judge_together
from .entries import judge
from .pair import Pair
from .point import Point
from .report import Finding, InputReport, Report
from .state import Run
from .verdict import entry_report, tied_finding

MODES = ("auto", "full", "directional")
DTYPES = ("float64", "float32", "float16", None)
LARGE = 10_000  # entries: from here on `auto` takes directions


def check(
    forward,
    backward,
    inputs,
    *,
    dout=None,
    seed=0,
    dtype="float64",
    mode="auto",
    op=None,
    budget=2.0,
    mutable=(),
    needs=None,
    options=None,
    **more_options,
):
    """Compare backward's gradients with numerical ones, and say what is wrong with them; returns a Report.

    forward(*inputs, **options) -> (out, cache); backward(dout, cache) -> a gradient, a tuple with one for each input
    (None where there is none), or a dict by name. With several outputs, out and dout are tuples.

    inputs: a list, or a dict whose arrays are given in its order. Arrays of integers or booleans, None and other values
        are held fixed. Every run works on copies, also of the options and of the random generators in them.
    dout: the gradient of the outputs; by default Gaussian (with ones, a normalisation's gradient would be zero).
    seed: of dout, of the random numbers that forward draws, and of the directions; None draws a fresh one.
    dtype: in which the code is judged (None: as the inputs are). The numerical side is always in float64.
    mode: "full" nudges every entry; "directional" takes random directions, at a cost that does not grow with the input,
        and looks for the wrong entries by bisection; "auto" is full where that fits the budget.
    op: the name of a registered op (gradcheck.faults): its known mistakes are looked for, and those that these inputs
        cannot show are named.
    budget: seconds that the numerical gradient may take.
    mutable: inputs that forward updates by contract (running statistics): held fixed, and allowed to change.
    needs: if given, passed to backward as needs=...
    options: keyword options of forward, for names that `check` has itself; all others may be given directly.

    An entry is wrong if yours differs from the numerical one by more than the sum of 1e-7 of the larger of the two, a
    tenth of that of the gradient's root mean square, the error of the numerical one, and what rounding does to yours.
    (1e-3 in place of 1e-7 if the code is in float32.) Where forward has a kink, every slope between the one-sided ones
    is accepted, output by output.

    Raises TypeError or ValueError if there is nothing to check, or if the pair breaks the contract above.

    Sources: Ridders 1982 (extrapolated differences with an error estimate), Moré and Wild 2011 (the noise of a
    function), Clarke 1975 (the slopes that a kink may have).
    """
    if mode not in MODES:
        raise ValueError(f"gradcheck.check: mode should be one of {', '.join(MODES)}; got {mode!r}")
    if getattr(dtype, "__name__", dtype) in DTYPES:
        dtype = getattr(dtype, "__name__", dtype)  # np.float32
    elif isinstance(dtype, np.dtype):
        dtype = dtype.name
    if dtype not in DTYPES:
        raise ValueError(f"gradcheck.check: dtype should be float64, float32, float16 or None; got {dtype!r}")
    if op is not None:
        faults.find(op)
    if seed is None:
        seed = int(np.random.SeedSequence().entropy % 2**32)
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"gradcheck.check: seed should be an integer, 0 or more, or None; got {seed!r}")
    if not isinstance(budget, (int, float)) or not budget >= 0:
        raise ValueError(f"gradcheck.check: budget should be a number of seconds; got {budget!r}")
    if options is not None and not isinstance(options, dict):
        raise TypeError(f"gradcheck.check: options should be a dict; got {options!r}")
    if not isinstance(mutable, (str, tuple, list, set, frozenset)):
        raise TypeError(f"gradcheck.check: mutable should be names of inputs; got {mutable!r}")
    start = perf_counter()
    pair = Pair(
        forward,
        backward,
        inputs,
        options={**(options or {}), **more_options},
        needs=needs,
        mutable=(mutable,) if isinstance(mutable, str) else tuple(mutable),
        seed=seed,
        dtype=dtype,
    )
    try:
        with np.errstate(all="ignore"):
            return _Check(pair, dout, mode, op, budget, start).report()
    finally:
        pair.restore_generators()


class _Check:
    def __init__(self, pair, dout, mode, op, budget, start):
        self.pair, self.op, self.budget, self.start = pair, op, budget, start
        self.run = Run(pair, dout)
        self.warnings = list(self.run.warnings)
        self.judgements = {}
        self.mode = mode

    def report(self):
        pair, run = self.pair, self.run
        findings = list(run.findings)
        if not run.finite:
            return self._not_finite()
        self.point = Point(pair, run)
        if self.point.overflow:
            self.warnings.append("forward gives infinite outputs here: what depends on them cannot be judged")
        self.mode = self._mode()
        deadline = perf_counter() + 5 * self.budget
        unsteady = any(f.code == "NOT_DETERMINISTIC" for f in findings)
        self.together = self._all_at_once() if self.mode == "directional" and not unsteady else None
        reports = {name: self._input(name, deadline, unsteady) for name in pair.wanted}
        failing = any(not r.ok for r in reports.values())
        case = self._case(failing)
        if self.op is not None:
            self.warnings += faults.blind(case, self.op)
        self.warnings += blindspots.warnings(case)
        if failing and not unsteady:
            self.warnings += faults.problems
            findings += [f for f in self._diagnosis(case) if str(f) not in set(map(str, findings))]
            findings += [run.aliased] if run.aliased else []
        for name, (judged, _) in self.judgements.items():
            if judged is not None and judged.together:
                findings.append(tied_finding(name, *judged.together))
        self.warnings += [pair.refused] if pair.refused else []
        findings.sort(key=lambda finding: -finding.confidence)
        return self._finish(reports, findings, case)

    def _diagnosis(self, case):
        """What may be wrong. A rule that fails must not cost the verdict."""
        try:
            return diagnosis.diagnose(case)
        except Exception as error:
            self.warnings.append(f"the diagnosis failed, with {type(error).__name__}: {error}")
            return []

    def _finish(self, reports, findings, case):
        return Report(
            reports,
            findings,
            list(dict.fromkeys(self.warnings)),
            tuple(f.fact for f in self.run.findings),
            name=getattr(self.pair._backward, "__name__", "backward"),
            mode=self.mode,
            seed=self.pair.seed,
            forwards=self.pair.forwards,
            seconds=perf_counter() - self.start,
            case=case,
        )

    def _not_finite(self):
        """Forward itself gives nan: there is no gradient to compare."""
        inputs = [n for n, x in self.pair.given.items() if arrays.is_float(x) and np.isnan(arrays.to_numpy(x)).any()]
        where = next(i for i, o in enumerate(self.run.outs) if np.isnan(arrays.to_numpy(o)).any())
        index = tuple(int(i) for i in np.argwhere(np.isnan(arrays.to_numpy(self.run.outs[where])))[0])
        output = f"output {where}" if self.run.many else "the output"
        guess = f"the input {inputs[0]} holds nan" if inputs else None
        finding = Finding("NOT_FINITE", f"forward gives nan in {output} at {index}", guess, 0.9)
        self.run.findings.append(finding)
        reports = {}
        for name in self.pair.wanted:
            x = self.pair.given[name]
            nothing = dict(problem="forward gives nan", dtype=str(x.dtype), shape=tuple(x.shape))
            reports[name] = InputReport("not finite", 0, int(x.size), np.nan, **nothing)
        return self._finish(reports, list(self.run.findings), None)

    def _mode(self):
        """Full if two forwards for each entry fit into the budget, else directional."""
        if self.mode != "auto":
            return self.mode
        entries = sum(int(self.pair.given[name].size) for name in self.pair.wanted)
        if any(arrays.module_of(self.pair.given[name]) is not np for name in self.pair.wanted) or entries > LARGE:
            return "directional"
        return "full" if 2.1 * entries * self.pair.quickest <= self.budget else "directional"

    def _input(self, name, deadline, unsteady):
        x, gradient = self.pair.given[name], self.run.gradients.get(name)
        about = dict(dtype=str(x.dtype), shape=tuple(x.shape))
        if gradient is None and self._needs_none(name, deadline):
            return InputReport("ok", 0, int(x.size), 0.0, **about)
        shape = getattr(gradient, "shape", None)
        if shape != tuple(x.shape):
            if not _numbers(gradient):
                found = "no gradient" if gradient is None else f"no array of floats but {type(gradient).__name__}"
            else:
                found = f"a gradient of shape {shape}"
            problem = f"{found} for an input of shape {tuple(x.shape)}"
            self.judgements[name] = (self._numeric_alone(name, deadline), gradient)
            return InputReport("wrong", int(x.size), int(x.size), np.inf, problem=problem, **about)
        if gradient.dtype != x.dtype:
            self.warnings.append(f"the gradient of {name} is {gradient.dtype}, and {name} is {x.dtype}")
        if x.size == 0:
            return InputReport("ok", 0, 0, 0.0, **about)
        yours = gradient.astype(np.float64)
        if unsteady:
            return InputReport(
                "not deterministic", 0, int(x.size), np.nan, problem="forward is not a function", **about
            )
        if self.mode == "directional":
            return self._by_directions(name, yours, deadline, about)
        return self._by_entries(name, yours, deadline, about)

    def _by_entries(self, name, yours, deadline, about):
        judged = judge(self.point, name, yours, deadline)
        self.judgements[name] = (judged, self.run.gradients[name])
        return entry_report(yours, judged, about, yours.size)

    def _needs_none(self, name, deadline):
        """Whether no gradient is right, for the outputs do not depend on this input."""
        zero = np.zeros(self.pair.given[name].shape)
        if self.mode == "directional":
            return not judge_directions(self.point, name, zero, deadline).wrong
        judged = judge(self.point, name, zero, deadline)
        return not judged.wrong.any() and not judged.hidden.any()

    def _numeric_alone(self, name, deadline):
        x = self.pair.given[name]
        if self.mode == "directional" or not x.size:
            return None
        return judge(self.point, name, np.full(x.shape, np.nan), min(deadline, perf_counter()))

    def _all_at_once(self):
        """How far all gradients together are off along directions through all inputs; None if one must be looked at."""
        gradients = {name: self.run.gradients.get(name) for name in self.pair.wanted}
        for name, g in gradients.items():
            if getattr(g, "shape", None) != tuple(self.pair.given[name].shape) or not np.isfinite(g).all():
                return None
        if len(gradients) < 2:
            return None
        return judge_together(self.point, {name: g.astype(np.float64) for name, g in gradients.items()})

    def _by_directions(self, name, yours, deadline, about):
        if self.together is not None:
            return InputReport("ok", 0, yours.size, self.together, **about)
        if not np.isfinite(yours).all() and not self.point.overflow:
            bad = tuple(int(i) for i in np.argwhere(~np.isfinite(yours))[0])
            count = int((~np.isfinite(yours)).sum())
            return InputReport("not finite", count, yours.size, np.inf, bad, float(yours[bad]), np.nan, **about)
        found = judge_directions(self.point, name, yours, deadline)
        if found.hidden and found.kinks and not found.wrong and yours.size <= LARGE:
            self.warnings.append(f"forward has a kink along every direction of {name}: it was judged entry by entry")
            return self._by_entries(name, yours, deadline, about)
        self.judgements[name] = (found.entries, self.run.gradients[name])
        if not found.wrong:
            verdict = "below rounding" if found.zero else "inconclusive" if found.hidden else "ok"
            hidden = yours.size if found.hidden else 0
            if found.hidden and found.kinks:
                self.warnings.append(f"forward has a kink along every direction of {name}: untie the inputs")
            return InputReport(verdict, 0, yours.size, found.worst, inconclusive=hidden, **about)
        report = entry_report(yours, found.entries, about, yours.size)
        if not report.wrong:  # a kink in the direction, and none that matters in the entries
            if yours.size <= LARGE:
                return self._by_entries(name, yours, deadline, about)
            self.warnings.append(f"forward has a kink along every direction of {name}: untie the inputs")
            return InputReport("inconclusive", 0, yours.size, found.worst, inconclusive=yours.size, **about)
        report.verdict = "wrong"
        looked = len(found.indices)
        report.problem = (
            f"{report.wrong} of {looked} entries looked at are wrong"
            if found.dense
            else f"{report.wrong} found by bisection" + (", and there may be more" if report.wrong >= FOUND else "")
        )
        if found.dense:
            report.wrong = max(1, round(yours.size * report.wrong / looked))
        return report

    def _case(self, failing):
        pair, run = self.pair, self.run
        cache = pair.forward(pair.exact)[1] if failing or self.op else None  # a fresh one: backward may have used it up
        case = Case(
            inputs={n: arrays.host(x) for n, x in pair.exact.items()},
            wanted=pair.wanted,
            outs=tuple(arrays.host(o) for o in self.point.outs),
            douts=tuple(arrays.host(d) for d in run.douts),
            cache=cache,
            options=pair.options,
            gradients=dict(run.gradients),
            state=list(run.findings),
            op=self.op,
            mutable=pair.mutable,
        )
        for name, (judged, _) in self.judgements.items():
            if judged is not None:
                case.numeric[name], case.error[name] = judged.numeric, judged.error
                case.wrong[name], case.kinks[name] = judged.wrong, judged.kinks
            else:
                case.wrong[name] = np.ones(pair.given[name].shape, bool)
        case.run_forward = lambda values: pair.forward(values)[:2]
        case.run_backward = lambda douts, cache: pair.backward(douts, cache, run.many)[0]
        return case


def _numbers(x):
    return arrays.is_array(x) and x.dtype.kind in "fiub"
