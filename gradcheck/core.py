"""The comparison of a backward pass with central differences, in float64."""

import copy
from typing import NamedTuple

import numpy as np

EPS = np.finfo(np.float64).eps


class InputReport(NamedTuple):
    """What was found for one input array."""

    ok: bool
    worst: float  # |analytic - numeric| / (max(|analytic|, |numeric|) + rms of the analytic gradient), at its largest
    index: tuple  # where that is
    analytic: float  # the two numbers there
    numeric: float
    wrong: int  # entries above the tolerance
    total: int
    problem: str = ""  # a gradient of the wrong shape, or none at all


class Report(NamedTuple):
    """The verdict: `ok`, and an InputReport for each differentiable input by name."""

    ok: bool
    inputs: dict

    @property
    def worst(self):
        """The largest error of all inputs."""
        return max((r.worst for r in self.inputs.values()), default=0.0)

    def __str__(self):
        lines = ["ok" if self.ok else "FAIL"]
        for name, r in self.inputs.items():
            verdict = "ok  " if r.ok else "FAIL"
            detail = r.problem or f"yours {r.analytic:.6g}, numerical {r.numeric:.6g} at {r.index}"
            lines.append(f"  {name}: {verdict} {r.wrong}/{r.total} wrong, worst error {r.worst:.1e} ({detail})")
        return "\n".join(lines)


def check(forward, backward, inputs, *, options=None, dout=None, mutable=(), seed=0, tolerance=1e-7):
    """Compare backward's gradients with numerical ones; returns a Report.

    inputs: a sequence or a dict of arrays. Integer, boolean and None inputs are held fixed, and so are those named in
    `mutable`, which forward may change (running statistics): every call works on fresh copies of everything, `options`
    (with its random generators) included.
    dout: the gradient of the outputs; by default Gaussian (with ones, a normalisation's gradient would be zero).
    Differences below what rounding of the outputs makes of a central difference do not count.
    """
    named = dict(inputs) if isinstance(inputs, dict) else {f"input {i}": x for i, x in enumerate(inputs)}
    named = {name: _as_float64(x) for name, x in named.items()}

    def run(values):
        arrays = [x.copy() if isinstance(x, np.ndarray) else x for x in values.values()]
        out, cache = forward(*arrays, **copy.deepcopy(options or {}))
        return (out if isinstance(out, tuple) else (out,)), isinstance(out, tuple), cache

    outs, many, cache = run(named)
    if dout is None:
        rng = np.random.default_rng((seed, 231))  # not the numbers that default_rng(seed) gave the caller for x
        dout = tuple(np.asarray(rng.standard_normal(np.shape(out))) for out in outs)
    douts = dout if isinstance(dout, tuple) else (dout,)

    gradients = backward(tuple(d.copy() for d in douts) if many else douts[0].copy(), cache)
    gradients = tuple(gradients) if isinstance(gradients, (tuple, list)) else (gradients,)
    gradients += (None,) * (len(named) - len(gradients))
    gradients = gradients[: len(named)]

    size = np.sqrt(sum(np.sum(np.square(out * d)) for out, d in zip(outs, douts)))  # rounded to eps times this
    reports = {}
    for (name, x), gradient in zip(named.items(), gradients, strict=True):
        if name in mutable or not isinstance(x, np.ndarray) or x.dtype.kind != "f":
            continue
        numeric = numerical_gradient(lambda v, name=name: run({**named, name: v})[0], x, douts)
        reports[name] = _compare(gradient, numeric, x, tolerance, 10 * EPS ** (2 / 3) * size / _size(x))
    return Report(all(r.ok for r in reports.values()), reports)


def numerical_gradient(f, x, dout=None):
    """d/dx Σ f(x) · dout by central differences: (f(x + h) - f(x - h)) / 2h for each entry, whose error falls as h².

    f(x) -> an array, or a tuple of arrays with a tuple of douts; dout defaults to 1, for f that returns a number.
    h = cbrt(machine epsilon) times the size of x balances that error against round-off. The outputs are subtracted
    before they are multiplied by dout, so that nothing large cancels.
    """
    douts = dout if isinstance(dout, tuple) else (np.asarray(1.0) if dout is None else dout,)
    h = EPS ** (1 / 3) * _size(x)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        step = up[index] - down[index]  # what really lies between the two, after rounding
        ups, downs = _tuple(f(up)), _tuple(f(down))
        gradient[index] = sum(((u - d) * g).sum() for u, d, g in zip(ups, downs, douts, strict=True)) / step
    return gradient


def _size(x):
    """The typical size of x's entries: what a step is measured by."""
    return (float(np.median(np.abs(x))) if x.size else 1.0) or 1.0


def _tuple(out):
    return out if isinstance(out, tuple) else (out,)


def _as_float64(x):
    return np.array(x, dtype=np.float64) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x


def _compare(gradient, numeric, x, tolerance, noise):
    if getattr(gradient, "shape", None) != x.shape:
        found = "no gradient" if gradient is None else f"a gradient of shape {np.shape(gradient)}"
        problem = f"{found} for an input of shape {x.shape}"
        return InputReport(False, np.inf, (), np.nan, np.nan, x.size, x.size, problem)
    if x.size == 0:
        return InputReport(True, 0.0, (), np.nan, np.nan, 0, 0)
    finite = np.isfinite(gradient) & np.isfinite(numeric)
    known = np.where(finite, gradient, 0)
    scale = np.maximum(np.abs(known), np.abs(numeric)) + np.sqrt(np.mean(known * known))
    difference = np.maximum(np.abs(known - numeric) - noise, 0)
    error = np.divide(difference, scale, out=np.zeros_like(scale), where=difference != 0)
    error = np.where(finite, error, np.inf)
    index = tuple(int(i) for i in np.unravel_index(np.argmax(error), x.shape))
    wrong = int((error > tolerance).sum())
    return InputReport(
        wrong == 0, float(error[index]), index, float(gradient[index]), float(numeric[index]), wrong, x.size
    )
