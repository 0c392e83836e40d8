"""check_optimizer: does an update rule go the way of the reference, step by step?

    report = gradcheck.check_optimizer(my_adam, "adam")           # my_adam(w, dw, config) -> (next_w, config)
    report = gradcheck.check_optimizer(Adam(parameters), "adam")  # or an object with parameters and step()

One step shows little: momentum without its velocity, Adam without t and Adam that stores corrected moments are right at
the first. So several steps are compared, with gradients from 1e-6 to 1e3: eps shows only where they are small.
"""

import copy
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from .rules import RATE_OUTSIDE, RULES, mistakes, patched

CONFIG = dict(
    learning_rate=0.013, momentum=0.83, decay_rate=0.93, epsilon=3e-8, beta1=0.87, beta2=0.991, weight_decay=0.07
)
ATTRIBUTES = {  # what optimiser objects call the entries of CONFIG
    "learning_rate": ("lr", "learning_rate"),
    "momentum": ("momentum", "mu"),
    "decay_rate": ("decay_rate", "decay", "alpha", "rho"),
    "epsilon": ("eps", "epsilon"),
    "beta1": ("beta1",),
    "beta2": ("beta2",),
    "weight_decay": ("weight_decay",),
}
SHAPES = ((2, 3), (5,), (3, 1, 2), (1,))
SCALES = (0, 1e-6, 1e-4, 1e-2, 1.0, 30.0, 1e3)  # of the gradients, an entry each
CLOSE = 1e-9  # of a step; other orders of the same operations differ by far less
SLOWER = 0.3  # the learning rate of the second trajectory falls by this factor,
FALL = 2  # after as many steps


@dataclass
class OptimizerReport:
    """The outcome: `ok`, the first step that differs (from 1; 0: none), what is known of it, and what it may be."""

    ok: bool
    step: int = 0
    fact: str = ""
    guesses: list = field(default_factory=list)  # known mistakes that give exactly this trajectory
    problems: list = field(default_factory=list)  # w or dw changed in place, state outside config
    notes: list = field(default_factory=list)  # conventions that are not the reference's, and no mistake

    def __str__(self):
        lines = ["ok" if self.ok else "FAIL", self.fact, *(f"likely: {guess}" for guess in self.guesses)]
        return "\n  ".join(line for line in [*lines, *self.problems, *self.notes] if line)


def check_optimizer(update, reference, *, steps=5, seed=0, config=None):
    """Compare the trajectory of `update` with the reference's; returns an OptimizerReport.

    update: a function (w, dw, config) -> (next_w, config) that keeps its state in config, one for each array; or an
    object with `parameters` (each with data and grad) and step(), which is copied.
    reference: "sgd", "sgd_momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", or a function like update.
    config: hyper-parameters, by CS231n's names, in place of this module's (or of the object's attributes).
    Raises ValueError for an unknown name or fewer than 3 steps, TypeError for an update that is neither.
    """
    _require(update, reference, steps)
    by_object = not callable(update)
    settings = CONFIG | (_attributes(update) if by_object else {}) | (config or {})
    shapes = [np.shape(p.data) for p in _trained(update)] if by_object else SHAPES
    tracks = [_Track(shape, steps, np.random.default_rng((seed, i))) for i, shape in enumerate(shapes)]
    problems = []
    yours = _of_object(update, problems) if by_object else _of_update(update, problems)
    right = _of_rule(RULES[reference]) if isinstance(reference, str) else _of_update(reference, [])
    before = yours(tracks[:1], settings)
    try:
        paths = yours(tracks, settings)
    except (ValueError, IndexError) as error:
        paths, problems = None, [*problems, f"stepping several arrays in turn raises {error!r}"]
    if not _same(before, yours(tracks[:1], settings)):
        problems.append("a second run from the start goes another way: update keeps state outside config")
    if paths is None:
        return OptimizerReport(False, problems=problems)
    report = _compare(paths, right(tracks, settings), tracks)
    report.problems = problems
    if report.step:
        report.guesses = _readings(paths, reference, tracks, settings)
    else:
        _under_a_schedule(report, yours, right, reference, tracks, settings)
    report.ok = report.ok and not problems
    return report


class _Track:
    """Where one array starts, and its gradients: every entry has a scale of its own."""

    def __init__(self, shape, steps, rng):
        size = int(np.prod(shape))
        scales = rng.permutation(np.resize(SCALES, size)).reshape(shape)
        self.start = rng.standard_normal(shape)
        self.gradients = [scales * rng.standard_normal(shape) for _ in range(steps)]


def _of_update(update, problems):
    """tracks, config, fall -> the path of each track: a list of arrays, the start first. Arrays are stepped in turn."""

    def run(tracks, config, fall=None):
        states = [dict(config) for _ in tracks]
        paths = [[track.start] for track in tracks]
        for step in range(len(tracks[0].gradients)):
            for i, track in enumerate(tracks):
                states[i]["learning_rate"] = config["learning_rate"] * (SLOWER if step == fall else 1)
                w, dw = paths[i][-1].copy(), track.gradients[step].copy()
                with np.errstate(all="ignore"):  # a nan is found in the path
                    result = update(w, dw, states[i])
                if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[1], dict):
                    expected = "argument update should return (next_w, config)"
                    raise TypeError(f"gradcheck.check_optimizer: {expected}; got {type(result).__name__}")
                _note(problems, "w", w, paths[i][-1])
                _note(problems, "dw", dw, track.gradients[step])
                if np.shape(result[0]) != w.shape:
                    expected = f"argument update should return a next_w of w's shape {w.shape}"
                    raise ValueError(f"gradcheck.check_optimizer: {expected}; got {np.shape(result[0])}")
                paths[i].append(np.array(result[0], dtype=float))
                states[i] = result[1]
        return paths

    return run


def _of_rule(rule):
    return _of_update(lambda w, dw, config: (rule(w, dw, config), config), [])


def _of_object(optimizer, problems):
    """As _of_update, for a copy of an optimiser object; its parameters are the tracks."""

    def run(tracks, config, fall=None):
        fresh = copy.deepcopy(optimizer)
        rate = next(name for name in ATTRIBUTES["learning_rate"] if hasattr(fresh, name))
        parameters = _trained(fresh)[: len(tracks)]
        for p, track in zip(parameters, tracks):
            p.data = track.start.copy()
        for p in _trained(fresh)[len(tracks) :]:
            p.grad = None
        paths = [[track.start] for track in tracks]
        for step in range(len(tracks[0].gradients)):
            setattr(fresh, rate, config["learning_rate"] * (SLOWER if step == fall else 1))
            for p, track in zip(parameters, tracks):
                p.grad = track.gradients[step].copy()
            with np.errstate(all="ignore"):
                fresh.step()
            for p, track, path in zip(parameters, tracks, paths):
                _note(problems, "dw", p.grad, track.gradients[step])
                path.append(np.array(p.data, dtype=float))
        return paths

    return run


def _compare(paths, right, tracks):
    """A report of the first step that differs, with the entry where it does most."""
    for step in range(1, len(paths[0])):
        worst, fact = 0.0, ""
        for path, reference, track in zip(paths, right, tracks):
            error = np.where(_close(path, reference, step), 0.0, _share(path, reference, step))
            if error.max(initial=0.0) > worst:
                index = np.unravel_index(np.argmax(error), error.shape)
                worst, fact = error[index], _fact(path, reference, track, step, index)
        if fact:
            return OptimizerReport(False, step, fact)
    return OptimizerReport(True)


def _fact(path, reference, track, step, index):
    yours, right = (float(p[step][index] - p[step - 1][index]) for p in (path, reference))
    text = f"step {step}, where dw = {track.gradients[step - 1][index]:.3g}: yours moves w by {yours:.6g}, "
    text += f"the reference by {right:.6g}"
    if right and np.isfinite(yours):
        text += f" ({yours / right:.6g} times as far)"
    return text if step == 1 else f"the first {step - 1} agree; {text}"


def _share(path, reference, step):
    """The difference as a share of the longest step so far; infinite for nan."""
    difference = np.abs(path[step] - reference[step])
    share = difference / np.maximum(_longest(reference, step), np.finfo(float).tiny)
    return np.where(np.isfinite(share), share, np.inf)


def _close(path, reference, step):
    a, b = path[step], reference[step]
    rounding = 64 * np.finfo(float).eps * np.maximum(np.abs(b), np.abs(reference[0]))
    with np.errstate(invalid="ignore"):
        near = np.abs(a - b) <= CLOSE * _longest(reference, step) + rounding
    return near | (a == b) | (np.isnan(a) & np.isnan(b))


def _longest(path, step):
    """The longest step of each entry so far."""
    with np.errstate(invalid="ignore"):
        return np.max([np.abs(b - a) for a, b in pairwise(path[: step + 1])], axis=0)


def _same(paths, others):
    """Whether two sets of paths agree everywhere; a nan agrees with a nan."""
    return all(_close(p, q, step).all() for p, q in zip(paths, others) for step in range(1, len(p)))


def _readings(paths, reference, tracks, config):
    """The known mistakes whose trajectory is this one: those in the reference first, then those in other rules."""
    named = isinstance(reference, str)
    found = [words for rule, words in (mistakes(reference) if named else ()) if _goes(rule, paths, tracks, config)]
    if found:
        return found
    others = [name for name in RULES if name != reference]
    found = [f"this is the rule {name!r}" for name in others if _goes(RULES[name], paths, tracks, config)]
    if found or named:
        return found
    every = ((name, rule, words) for name in RULES for rule, words in mistakes(name))
    return [f"as in {name!r}: {words}" for name, rule, words in every if _goes(rule, paths, tracks, config)]


def _goes(rule, paths, tracks, config):
    return _same(paths, _of_rule(rule)(tracks, config))


def _under_a_schedule(report, yours, right, reference, tracks, config):
    """The learning rate falls for one step: where it is kept inside the velocity, later steps remember it."""
    paths = yours(tracks, config, FALL)
    fallen = _compare(paths, right(tracks, config, FALL), tracks)
    if not fallen.step:
        return
    outside = RATE_OUTSIDE.get(reference) if isinstance(reference, str) else None
    if outside and _same(paths, _of_rule(patched(reference, outside))(tracks, config, FALL)):
        report.notes.append("the learning rate stands outside the velocity (PyTorch's convention; CS231n's is inside)")
        return
    report.ok, report.step = False, fallen.step
    report.fact = f"right with a constant learning rate; with one that changes at step {FALL + 1}: {fallen.fact}"


def _note(problems, name, array, before):
    problem = f"update changed {name} in place"
    if not np.array_equal(array, before, equal_nan=True) and problem not in problems:
        problems.append(problem)


def _trained(optimizer):
    """The parameters that are not frozen."""
    return [p for p in optimizer.parameters if getattr(p, "requires_grad", True)]


def _attributes(optimizer):
    """The hyper-parameters that an optimiser object has as attributes, by the names of CONFIG."""
    found = {
        key: getattr(optimizer, name)
        for key, names in ATTRIBUTES.items()
        for name in names
        if isinstance(getattr(optimizer, name, None), (int, float))
    }
    betas = getattr(optimizer, "betas", None)
    return found if betas is None else found | dict(beta1=betas[0], beta2=betas[1])


def _require(update, reference, steps):
    is_object = hasattr(update, "step") and hasattr(update, "parameters")
    if not is_object and not callable(update):
        expected = "argument update should be a function (w, dw, config), or an object with parameters and step()"
        raise TypeError(f"gradcheck.check_optimizer: {expected}; got {type(update).__name__}")
    if isinstance(reference, str) and reference not in RULES:
        expected = f"argument reference should be one of {', '.join(RULES)}, or a function"
        raise ValueError(f"gradcheck.check_optimizer: {expected}; got {reference!r}")
    if not isinstance(reference, str) and not callable(reference):
        expected = "argument reference should be a rule's name or a function (w, dw, config)"
        raise TypeError(f"gradcheck.check_optimizer: {expected}; got {type(reference).__name__}")
    if steps < 3:
        expected = "argument steps should be at least 3, as some mistakes show only then"
        raise ValueError(f"gradcheck.check_optimizer: {expected}; got {steps}")
