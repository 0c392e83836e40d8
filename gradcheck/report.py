"""What a check found: Report, one InputReport for each gradient, and Findings that say what may be wrong."""

import html
import json
from dataclasses import dataclass, field

import numpy as np

from .case import Case

BAD = ("wrong", "not finite", "not deterministic")
WORDS = {"ok": "ok", "wrong": "FAIL", "inconclusive": "INCONCLUSIVE"}
MOST = 6  # findings that are printed
COLUMNS = ("input", "shape", "verdict", "wrong", "worst", "at", "yours", "numerical", "ratio")


@dataclass
class Finding:
    """One thing that is known about a mistake.

    fact: true by construction, for it was computed ("yours = h.T @ dout, the right one = h.T @ (dout * (1 - out**2))").
    guess: what the programmer probably did ("the derivative of tanh is missing"), or None where no guess is safe.
    confidence: from 0 to 1, how often a finding of this kind points at the mistake itself.
    """

    code: str
    fact: str
    guess: str | None = None
    confidence: float = 0.5
    input: str | None = None  # whose gradient; None for all of them together

    def __str__(self):
        text = f"{self.input}: {self.fact}" if self.input else self.fact
        return f"{text}\n    likely: {self.guess}" if self.guess else text


@dataclass
class InputReport:
    """The verdict on one input's gradient, and the entry where it is worst."""

    verdict: str  # ok, wrong, not finite, not deterministic, inconclusive, below rounding
    wrong: int  # entries that are wrong
    total: int  # entries judged (all of the array in full mode)
    worst: float  # |yours - numerical| / (max(|yours|, |numerical|) + rms of yours), at its largest
    index: tuple = ()
    analytic: float = np.nan  # yours, there
    numeric: float = np.nan  # the numerical one, there
    error: float = 0.0  # how far the numerical one may be off, there
    nondifferentiable: int = 0  # entries where forward has no derivative, and yours is one of the possible ones
    inconclusive: int = 0  # entries that rounding hides
    problem: str = ""  # a gradient of the wrong shape, or none at all
    dtype: str = ""
    shape: tuple = ()

    @property
    def ok(self):
        """Right, as far as anybody can see. (Zero to rounding: both are, so that a factor could not show.)"""
        return self.verdict in ("ok", "below rounding")

    @property
    def ratio(self):
        """Yours / numerical at the worst entry."""
        return self.analytic / self.numeric if self.numeric else np.nan


@dataclass(repr=False)
class Report:
    """The outcome of a check. ok: every gradient is right, nothing else is amiss, and there was something to judge."""

    inputs: dict
    findings: list = field(default_factory=list)  # best first
    warnings: list = field(default_factory=list)  # what these inputs cannot show
    problems: tuple = ()  # faults that belong to no gradient: an input changed in place, ...
    name: str = ""
    mode: str = "full"
    seed: int = 0
    forwards: int = 0  # how often forward ran
    seconds: float = 0.0
    case: Case | None = field(default=None, repr=False)

    @property
    def verdict(self):
        """ok, wrong or inconclusive."""
        reports = [r for r in self.inputs.values() if r.total]
        if self.problems or any(r.verdict in BAD for r in self.inputs.values()):
            return "wrong"
        nothing = bool(reports) and all(r.verdict == "below rounding" for r in reports)
        return "inconclusive" if nothing or any(r.verdict == "inconclusive" for r in reports) else "ok"

    @property
    def ok(self):
        """Nothing is wrong, and there was something to see."""
        return self.verdict == "ok"

    @property
    def worst(self):
        """The largest error of all inputs."""
        return max(r.worst for r in self.inputs.values())

    @property
    def nondifferentiable(self):
        """{input: entries where forward has no derivative}; those of yours are accepted, if the verdict is ok."""
        return {name: r.nondifferentiable for name, r in self.inputs.items() if r.nondifferentiable}

    @property
    def inconclusive(self):
        """{input: entries that could not be judged, since rounding is larger than they are}."""
        return {name: r.inconclusive for name, r in self.inputs.items() if r.inconclusive}

    def __str__(self):
        lines = [f"{WORDS[self.verdict]} {self.name}   ({self._how()})", *_table(self._rows())]
        lines += [f"  {problem}" for problem in self.problems]
        for name, r in self.inputs.items():
            lines += [f"  {name}: {r.problem}"] if r.problem else []
        for number, finding in enumerate(self.findings[:MOST], start=1):
            text = str(finding).replace(", the right one = ", ",\n  the right one = ")  # below each other
            lines += [f"  {number}. {text}".replace("\n", "\n   ")]
        if len(self.findings) > MOST:
            lines.append(f"  ... and {len(self.findings) - MOST} more in report.findings")
        if self.nondifferentiable:
            lines.append(f"  no derivative exists here (accepted): {_counts(self.nondifferentiable)}")
        if self.inconclusive:
            lines.append(f"  could not be judged (rounding is larger): {_counts(self.inconclusive)}")
        return "\n".join([*lines, *(f"  note: {warning}" for warning in self.warnings)])

    __repr__ = __str__

    def _how(self):
        entries = sum(r.total for r in self.inputs.values())
        cost = f", {self.forwards / entries:.1f} forwards an entry" if entries and self.mode == "full" else ""
        return f"{self.mode} mode, seed {self.seed}{cost}, {self.seconds:.2g} s"

    def _rows(self):
        for name, r in self.inputs.items():
            yours, numeric = f"{r.analytic:.6g}", f"{r.numeric:.6g}" + (f" ± {r.error:.0e}" if r.error else "")
            known = np.isfinite(r.numeric)
            numbers = (yours, numeric, f"{r.ratio:.4g}") if known or np.isfinite(r.analytic) else ("", "", "")
            at = str(r.index) if numbers[0] else ""
            yield name, str(r.shape), r.verdict, f"{r.wrong}/{r.total}", f"{r.worst:.1e}", at, *numbers

    def _repr_html_(self):
        """A table with a heat map of each wrong gradient, for notebooks."""
        cells = ["".join(f"<th>{column}</th>" for column in COLUMNS)]
        cells += ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in self._rows()]
        colour = "#2a7" if self.ok else "#c33"
        parts = [
            f'<b style="color:{colour}">{WORDS[self.verdict]}</b>',
            f"<code>{html.escape(self.name)}</code> ({self._how()})",
            "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>",
        ]
        parts += [f"<p>{html.escape(problem)}</p>" for problem in self.problems]
        parts += [_heat_map(name, *self._errors(name)) for name, r in self.inputs.items() if self._errors(name)]
        if self.findings:
            items = [
                f"<li>{html.escape(f'{f.input}: ' if f.input else '')}<code>{html.escape(f.fact)}</code>"
                + (f"<br>likely: {html.escape(f.guess)}" if f.guess else "")
                for f in self.findings
            ]
            parts.append("<ol>" + "</li>".join(items) + "</li></ol>")
        parts += [f"<p><i>note: {html.escape(warning)}</i></p>" for warning in self.warnings]
        return "\n".join(parts)

    def _errors(self, name):
        """(|yours - numerical|, which are wrong) as arrays for a heat map; None where there is nothing to show."""
        if self.case is None or self.inputs[name].ok or self.inputs[name].problem:
            return None
        gradient, numeric = self.case.gradients[name], self.case.numeric.get(name)
        if numeric is None or numeric.size < 2 or numeric.shape != gradient.shape:
            return None
        return np.abs(gradient.astype(float) - numeric), self.case.wrong[name]

    def to_json(self):
        """The report as a JSON text; numbers that JSON lacks (nan, inf) as null."""
        inputs = {
            name: {key: _plain(value) for key, value in vars(r).items()} | {"ok": r.ok, "ratio": _plain(r.ratio)}
            for name, r in self.inputs.items()
        }
        body = {
            "ok": self.ok,
            "verdict": self.verdict,
            "name": self.name,
            "mode": self.mode,
            "seed": self.seed,
            "forwards": self.forwards,
            "seconds": self.seconds,
            "inputs": inputs,
            "findings": [vars(f) for f in self.findings],
            "problems": list(self.problems),
            "warnings": self.warnings,
        }
        return json.dumps(body, indent=1, ensure_ascii=False)

    def shrink(self, budget=2.0):
        """The smallest readable case that fails in the same way, with the calculation by hand beside it.

        budget: seconds. Raises ValueError if nothing failed.
        """
        from .shrink import smallest  # it checks in its turn

        return smallest(self, budget)

    def error(self):
        """An AssertionError that says all this: `raise report.error()`."""
        return AssertionError(str(self))


def _table(rows):
    """Lines with aligned columns."""
    rows = [COLUMNS, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def _counts(numbers):
    return ", ".join(f"{count} of {name}" for name, count in numbers.items())


def _plain(value):
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return list(value) if isinstance(value, tuple) else value


def _heat_map(name, error, wrong):
    """An SVG of the errors, as a matrix whose columns are the last axis; wrong entries are red, the worst darkest."""
    columns = error.shape[-1] if error.ndim else 1
    error, wrong = error.reshape(-1, columns)[:64, :64], wrong.reshape(-1, columns)[:64, :64]
    top = np.nanmax(np.where(np.isfinite(error), error, 0), initial=0) or 1.0
    squares = []
    for (row, column), bad in np.ndenumerate(wrong):
        depth = error[row, column] / top if np.isfinite(error[row, column]) else 1.0
        colour = f"rgb(255,{int(200 - 200 * depth)},{int(190 - 190 * depth)})" if bad else "#dfeee4"
        squares.append(f'<rect x="{9 * column}" y="{9 * row}" width="8" height="8" fill="{colour}"/>')
    size = f'width="{9 * wrong.shape[1]}" height="{9 * wrong.shape[0]}"'
    return f"<p>{html.escape(name)}, |yours - numerical|:<br><svg {size}>{''.join(squares)}</svg></p>"
