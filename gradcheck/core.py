"""The comparison of a backward pass with central differences, in float64."""

import copy
from typing import NamedTuple

import numpy as np

EPS = np.finfo(np.float64).eps
ROUNDINGS = 8  # an output is the result of several operations, each of which may round by EPS / 2


class InputReport(NamedTuple):
    """What was found for one input array."""

    ok: bool
    worst: float  # |analytic - numeric| / (max(|analytic|, |numeric|) + rms of the analytic gradient), at its largest;
    # an entry whose difference rounding explains counts no more than the tolerance
    index: tuple  # where that is
    analytic: float  # the two numbers there
    numeric: float
    wrong: int  # entries above the tolerance
    total: int
    problem: str = ""  # a gradient of the wrong shape, or none at all


class Report(NamedTuple):
    """The verdict: `ok`, an InputReport for each differentiable input by name, and what else is wrong."""

    ok: bool
    inputs: dict
    problems: tuple = ()

    @property
    def worst(self):
        """The largest error of all inputs."""
        return max(r.worst for r in self.inputs.values())

    def __str__(self):
        lines = ["ok" if self.ok else "FAIL"]
        for name, r in self.inputs.items():
            verdict = "ok  " if r.ok else "FAIL"
            detail = r.problem or f"yours {r.analytic:.6g}, numerical {r.numeric:.6g} at {r.index}"
            lines.append(f"  {name}: {verdict} {r.wrong}/{r.total} wrong, worst error {r.worst:.1e} ({detail})")
        return "\n".join([*lines, *(f"  {problem}" for problem in self.problems)])


def check(forward, backward, inputs, *, options=None, dout=None, mutable=(), seed=0, tolerance=1e-7):
    """Compare backward's gradients with numerical ones; returns a Report.

    inputs: a sequence or a dict of arrays. Integer, boolean and None inputs are held fixed, and so are those named in
    `mutable`, which forward may change (running statistics): every call works on fresh copies of everything, `options`
    (with its random generators) included. Any other input that forward changes, and a dout that backward changes, is a
    fault by itself: somebody else may hold that array.
    dout: the gradient of the outputs; by default Gaussian (with ones, a normalisation's gradient would be zero).
    An entry is wrong if its error is above the tolerance and above what rounding makes of the numerical gradient.
    Raises ValueError if there is no floating-point array to check.
    """
    named = dict(inputs) if isinstance(inputs, dict) else {f"input {i}": x for i, x in enumerate(inputs)}
    named = {name: _as_float64(x) for name, x in named.items()}
    wanted = [name for name, x in named.items() if _is_float(x) and name not in mutable]
    if not wanted:
        given = ", ".join(f"{name}: {getattr(x, 'dtype', type(x).__name__)}" for name, x in named.items())
        expected = "inputs should hold a floating-point array that is not `mutable` (use np.asarray(x, float))"
        raise ValueError(f"gradcheck.check: {expected}; got {given}")

    def run(values):
        arrays = {name: x.copy() if isinstance(x, np.ndarray) else x for name, x in values.items()}
        out, cache = forward(*arrays.values(), **copy.deepcopy(options or {}))
        return out, cache, arrays

    out, cache, used = run(named)
    outs, many = _tuple(out), isinstance(out, tuple)
    kept = [name for name, x in named.items() if isinstance(x, np.ndarray) and name not in mutable]
    problems = [f"forward changed its input {name} in place" for name in kept if _differ(used[name], named[name])]
    if dout is None:
        rng = np.random.default_rng((seed, 231))  # not the numbers that default_rng(seed) gave the caller for x
        dout = tuple(np.asarray(rng.standard_normal(np.shape(o))) for o in outs)
    douts = _tuple(dout)

    given = tuple(d.copy() for d in douts)
    gradients = backward(given if many else given[0], cache)
    if any(map(_differ, given, douts)):
        problems.append("backward changed its dout in place")
    if not problems:
        problems += [f"backward changed the input {name} in place" for name in kept if _differ(used[name], named[name])]
    gradients = tuple(gradients) if isinstance(gradients, (tuple, list)) else (gradients,)
    gradients += (None,) * (len(named) - len(gradients))

    reports = {}
    for name, gradient in zip(named, gradients):
        if name in wanted:
            numeric, noise = _central(lambda v, name=name: run({**named, name: v})[0], named[name], douts)
            reports[name] = _compare(gradient, numeric, noise, named[name], tolerance)
    return Report(all(r.ok for r in reports.values()) and not problems, reports, tuple(problems))


def numerical_gradient(f, x, dout=None):
    """d/dx Σ f(x) · dout by central differences: (f(x + h) - f(x - h)) / 2h for each entry, whose error falls as h².

    f(x) -> an array, or a tuple of arrays with a tuple of douts; dout defaults to 1, for f that returns a number.
    h = cbrt(machine epsilon) times the size of x balances that error against round-off. The outputs are subtracted
    before they are multiplied by dout, so that nothing large cancels.
    """
    return _central(f, x, _tuple(np.asarray(1.0) if dout is None else dout))[0]


def _central(f, x, douts):
    """The numerical gradient, and how far rounding (of the outputs, and of backward's terms) may move each entry."""
    h = EPS ** (1 / 3) * _size(x)
    gradient, noise = np.zeros(x.shape), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        step = up[index] - down[index]  # what really lies between the two, after rounding
        for u, d, g in zip(_tuple(f(up)), _tuple(f(down)), douts, strict=True):
            gradient[index] += ((u - d) * g).sum() / step
            terms = np.abs(u * g)
            noise[index] += ROUNDINGS * EPS * (terms[u != d].sum() / step + terms.sum() / _size(x))
    return gradient, noise


def _size(x):
    """The typical size of x's entries: what a step is measured by."""
    return (float(np.median(np.abs(x))) if x.size else 1.0) or 1.0


def _tuple(out):
    return out if isinstance(out, tuple) else (out,)


def _is_float(x):
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def _as_float64(x):
    return np.array(x, dtype=np.float64) if _is_float(x) else x


def _differ(a, b):
    return not np.array_equal(a, b, equal_nan=True)


def _compare(gradient, numeric, noise, x, tolerance):
    if getattr(gradient, "shape", None) != x.shape:
        found = "no gradient" if gradient is None else f"a gradient of shape {np.shape(gradient)}"
        problem = f"{found} for an input of shape {x.shape}"
        return InputReport(False, np.inf, (), np.nan, np.nan, x.size, x.size, problem)
    if x.size == 0:
        return InputReport(True, 0.0, (), np.nan, np.nan, 0, 0)
    finite = np.isfinite(gradient) & np.isfinite(numeric)
    known, numeric_known = np.where(finite, gradient, 0), np.where(finite, numeric, 0)
    difference = np.abs(known - numeric_known)
    scale = np.maximum(np.abs(known), np.abs(numeric_known)) + np.sqrt(np.mean(known * known))
    error = np.divide(difference, scale, out=np.zeros_like(scale), where=difference != 0)
    within = finite & ((error <= tolerance) | (difference <= noise))
    error = np.where(finite, np.where(within, np.minimum(error, tolerance), error), np.inf)
    index = tuple(int(i) for i in np.unravel_index(np.argmax(error), x.shape))
    wrong = int((~within).sum())
    return InputReport(
        wrong == 0, float(error[index]), index, float(gradient[index]), float(numeric[index]), wrong, x.size
    )
