"""check_loss: a function that gives the loss and the gradients of all parameters at once, as CS231n's networks do.

    report = gradcheck.check_loss(lambda p: two_layer(p, X, y, reg), params)      # works on what it is given
    report = gradcheck.check_loss(lambda: net.loss(X, y), net.params)             # works on these very arrays

Besides what `check` finds, it says where in the network a mistake lies: a factor that all gradients share is the
loss's; right gradients behind wrong ones leave only the code between.
"""

import inspect
import re

import numpy as np

from ..arrays import is_float
from ..core import check
from ..report import Finding, Report

CLOSE = 1e-5  # two gradients are the same up to a factor if they fit within this
SLOPE = 1e-4  # a slope taken from the loss alone agrees with the gradients within this
STEP = 1e-5


def check_loss(f, params, *, seed=0, dtype="float64", **more):
    """Check the gradients that f returns with its loss; gives check's Report, its inputs named like params.

    f(params) -> (loss, grads), both dicts of arrays, or f() -> (loss, grads), which works on the very arrays in
    `params`: those are changed in place and restored. grads may lie in a dict only; a key that is missing is a problem,
    one too many a warning. more: the keywords of `check` (mode, budget, options).
    Raises TypeError if params is no dict of arrays or f returns no pair, ValueError if the loss is not one number.
    """
    _require_params(params)
    in_place = not _takes_params(f)
    if in_place:
        _require_float64(params)
    before = {name: np.array(x) for name, x in params.items() if isinstance(x, np.ndarray)}

    def run(values):
        if in_place:
            for name in before:
                params[name][...] = values[name]
        return _loss_and_grads(f() if in_place else f(values))

    randomness = np.random.get_state()  # noqa: NPY002
    try:
        return _check(run, params, seed, dtype, more)
    finally:
        np.random.set_state(randomness)  # noqa: NPY002
        for name in before if in_place else ():
            params[name][...] = before[name]


def _check(run, params, seed, dtype, more):
    values = {name: x.astype(dtype) if is_float(x) and dtype else x for name, x in params.items()}
    loss, grads, problems = run({name: _copy(x) for name, x in values.items()})
    if not np.isfinite(loss):
        return Report({}, problems=(*problems, f"the loss is {loss:g}: nothing can be said about its gradients"))
    wanted = [name for name, x in params.items() if is_float(x)]
    problems += [f"grads has no {name!r}" for name in wanted if name not in grads]
    stale = _stale(run, values, wanted, seed)

    def forward(*arrays, **options):
        if any(map(np.iscomplexobj, arrays)):
            raise TypeError("gradcheck.check_loss: the loss is a function of real numbers; got complex ones")
        loss, grads, _ = run(dict(zip(params, arrays)))
        return np.asarray(loss), {name: _copy(g) for name, g in grads.items() if name in wanted}

    def backward(dout, grads):
        return {name: g * dout for name, g in grads.items()}

    report = check(forward, backward, values, seed=seed, dtype=dtype, dout=np.ones((), loss.dtype), **more)
    report.problems = (*problems, *report.problems)
    report.warnings += [f"grads has {name!r}, which is no parameter" for name in grads if name not in params]
    if stale:
        report.problems = (*report.problems, stale.fact)
    add_findings(report, [*([stale] if stale else []), *localise(report)])
    return report


def add_findings(report, findings):
    """Put findings into a report, best first; what is right and what is wrong is said once."""
    known = [f for f in report.findings if not findings or f.code != "UNKNOWN" or f.input]
    report.findings = sorted([*findings, *known], key=lambda f: -f.confidence)


def localise(report):
    """Findings that say where in a network the mistake lies, from which parameters' gradients are right."""
    bad = [name for name, r in report.inputs.items() if r.verdict in ("wrong", "not finite")]
    if not bad:
        return []
    factor = _common_factor(report)
    if factor is not None:
        fact = f"every gradient is {factor:.6g} times the right one"
        return [Finding("ALL_ONE_FACTOR", fact, "the gradient of the loss, where they all begin, has this factor", 0.9)]
    layers = _by_layer(report)
    last = max(i for i, names in enumerate(layers) if set(names) & set(bad))
    behind = [name for names in layers[last + 1 :] for name in names]
    if len(layers) == 1 or not all(report.inputs[name].ok for name in behind):
        return []
    fact = f"right: {', '.join(behind)}; wrong: {', '.join(bad)}" if behind else f"wrong: {', '.join(bad)}"
    return [Finding("WHERE", fact, _begin(layers, last, bad), 0.6 if behind else 0.4)]


def _begin(layers, last, bad):
    """Where to look first, if layer `last` is the first to be wrong on the way back."""
    here = ", ".join(layers[last])
    if len(bad) == 1:
        return f"the formula of {bad[0]}'s gradient itself: what flows further back is right"
    if last == len(layers) - 1:
        return f"begin at the end: with the gradients of {here}, or of the loss"
    if set(layers[last]) <= set(bad):
        return f"the code between {', '.join(layers[last + 1])} and {here}, on the way back"
    return f"going backwards, {here} is the first to be wrong: begin there"


def _common_factor(report):
    """The one number c with gradients = c · numerical for every parameter, or None."""
    case = report.case
    names = [name for name, r in report.inputs.items() if r.total]
    if case is None or len(names) < 2 or not all(_comparable(case, name) for name in names):
        return None
    yours = np.concatenate([np.ravel(case.gradients[name]) for name in names]).astype(float)
    right = np.concatenate([np.ravel(case.numeric[name]) for name in names])
    if not right.any():
        return None
    factor = yours @ right / (right @ right)
    fits = np.abs(yours - factor * right).max() <= CLOSE * np.abs(factor * right).max() and factor != 0
    return float(factor) if fits and abs(factor - 1) > CLOSE else None


def _comparable(case, name):
    yours, right = case.gradients.get(name), case.numeric.get(name)
    return yours is not None and right is not None and np.shape(yours) == np.shape(right) and np.isfinite(right).all()


def _by_layer(report):
    """The names layer by layer, the first layer first: by prefix (fc1.weight) or number (W1), else one by one."""
    groups = {}
    for name in report.inputs:
        prefix, dot, _ = name.rpartition(".")
        number = re.search(r"(\d+)$", name)
        groups.setdefault(prefix if dot else int(number[1]) if number else name, []).append(name)
    if all(isinstance(key, int) for key in groups):
        return [groups[key] for key in sorted(groups)]
    return list(groups.values())


def _stale(run, values, wanted, seed):
    """A Finding if grads are not those of the parameters that the loss was just computed for."""
    rng = np.random.default_rng((seed, 3))
    draws = {name: rng.standard_normal(values[name].shape) for name in wanted}

    def at(t):
        moved = {
            name: values[name] + (t * _size(values[name]) * d).astype(values[name].dtype) for name, d in draws.items()
        }
        return run({**values, **moved})

    at(0)
    first, second = at(0.1), at(0.1)
    common = [name for name in wanted if all(_is_gradient(g[1].get(name), values[name]) for g in (first, second))]
    if first[0] != second[0] or not common:
        return None  # random, or nothing to look at: check says so
    if any(not np.array_equal(first[1][name], second[1][name]) for name in common):
        fact = "the same parameters give other grads the second time: they are those of an earlier call"
        return Finding("STALE_GRADS", fact, "compute grads after the forward pass of this call, into new arrays", 0.95)
    here = at(0)
    if any(not np.array_equal(here[1][name], first[1][name]) for name in common) or len(common) < len(wanted):
        return None
    slope = (float(at(0.1 + STEP)[0]) - float(at(0.1 - STEP)[0])) / (2 * STEP)
    told = sum(float(np.sum(first[1][name] * draws[name])) * _size(values[name]) for name in common)
    if values[common[0]].dtype != np.float64 or abs(slope - told) <= SLOPE * (abs(slope) + abs(told)):
        return None
    fact = "the grads do not change when the parameters do, though the slope of the loss changes"
    return Finding("STALE_GRADS", fact, "grads are kept from the first call: compute them again in every call", 0.95)


def _loss_and_grads(result):
    """(loss as a NumPy scalar, grads, problems with the two) from what f returned."""
    if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[1], dict):
        got = f"a tuple of {len(result)}" if isinstance(result, tuple) else type(result).__name__
        raise TypeError(f"gradcheck.check_loss: argument f should return (loss, a dict of gradients); got {got}")
    loss, grads = np.asarray(result[0]), result[1]
    if loss.size != 1 or loss.dtype.kind not in "fiu":
        got = f"{loss.dtype} array of shape {loss.shape}"
        raise ValueError(f"gradcheck.check_loss: argument f should return a loss that is one number; got {got}")
    problems = [f"the loss is an array of shape {loss.shape}; it should be a number"] if loss.ndim else []
    return loss.reshape(())[()], grads, problems


def _takes_params(f):
    """Whether f wants the parameters; False if it can only be called without."""
    try:
        return any(p.default is p.empty or p.kind == p.VAR_POSITIONAL for p in inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # a builtin, without a signature
        return True


def _require_params(params):
    if not isinstance(params, dict) or not any(is_float(x) for x in params.values()):
        got = type(params).__name__ if not isinstance(params, dict) else ", ".join(map(str, params)) or "an empty dict"
        raise TypeError(f"gradcheck.check_loss: argument params should be a dict of floating-point arrays; got {got}")


def _require_float64(params):
    for name, x in params.items():
        if is_float(x) and x.dtype != np.float64:
            expected = "in float64, for f() works in place and rounding would swallow the steps"
            raise ValueError(f"gradcheck.check_loss: argument params[{name!r}] should be {expected}; got {x.dtype}")


def _is_gradient(g, x):
    return isinstance(g, (np.ndarray, np.generic)) and g.shape == x.shape and np.isfinite(g).all()


def _size(x):
    return float(np.sqrt(np.mean(x * x, dtype=np.float64))) or 1.0 if x.size else 1.0


def _copy(x):
    return x.copy() if isinstance(x, np.ndarray) else x
