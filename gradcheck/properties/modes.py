"""Laws of randomness, of test mode and of what forward keeps: each function returns a law(probe) -> PropertyReport."""

import numpy as np

from .probe import CLOSE, difference, law

SIGMAS = 5  # a mean over seeds may be off by chance once in a million runs


@law
def deterministic(probe):
    """Other seeds give the same output."""
    return difference("with another seed, out", probe.run(seed=probe.seed + 1), probe.run(seed=probe.seed + 2), 0.0)


@law
def mean_over_seeds(probe, expected=None, draws=400):
    """The mean of the output over seeds is `expected`: a function of the inputs, an array, or None (the input itself).

    Tested along a few directions, that of the expected array and random ones: sums of many numbers are nearly normal.
    """
    expected = _expected(probe, expected)
    outs = np.stack([probe.run(seed=probe.seed * draws + k) for k in range(draws)])
    if outs[0].shape != expected.shape:
        return f"the shape is {outs[0].shape}; it should be {expected.shape}", ()
    return _by_chance("the mean", outs, expected, [expected, *probe.rng().standard_normal((3, *expected.shape))])


@law
def variance_over_seeds(probe, expected, draws=400):
    """The variance of the output over seeds is `expected`: a function of the inputs, or an array."""
    expected = _expected(probe, expected)
    outs = np.stack([probe.run(seed=probe.seed * draws + k) for k in range(draws)])
    squares = (outs - outs.mean(axis=0)) ** 2 * draws / (draws - 1)
    return _by_chance("the variance", squares, expected, probe.rng().standard_normal((4, *expected.shape)) / expected)


@law
def running_statistics(probe, momentum=None, input=None, mean="running_mean", var="running_var"):
    """After one call running = momentum · running + (1 - momentum) · batch, for mean and variance.

    They are looked for among the inputs, the options, and dicts in these; so is the momentum, which is 0.9 elsewhere.
    """
    x = probe.inputs[probe.name(input)]
    axes = tuple(i for i in range(x.ndim) if i != 1)
    _, used, options = probe.run_and_see()
    momentum = momentum if momentum is not None else _find("momentum", probe.inputs, probe.options)
    momentum = 0.9 if momentum is None else momentum
    for name, batch in ((mean, [x.mean(axis=axes)]), (var, [x.var(axis=axes), x.var(axis=axes, ddof=1)])):
        old, new = _find(name, probe.inputs, probe.options), _find(name, used, options)
        if new is None:
            raise ValueError(f"gradcheck.properties: running_statistics should find an array named {name!r}")
        old = np.zeros_like(new) if old is None else old
        if not any(np.allclose(new, momentum * old + (1 - momentum) * b, rtol=1e-7, atol=1e-12) for b in batch):
            return _mixture(name, old, new, batch[0], momentum), name
    return None


@law
def inputs_unchanged(probe):
    """Forward leaves its inputs as they are."""
    _, used, _ = probe.run_and_see()
    for name, x in probe.inputs.items():
        if isinstance(x, np.ndarray) and not np.array_equal(used[name], x, equal_nan=x.dtype.kind == "f"):
            return "forward changed its input in place", str(name)
    return None


@law
def no_shared_memory(probe):
    """The output is an array of its own: who changes it does not change an input."""
    out, used, _ = probe.run_and_see()
    for name, x in used.items():
        if isinstance(x, np.ndarray) and np.shares_memory(out, x):
            return "the output shares memory with an input", str(name)
    return None


def in_test_mode(inner, **options):
    """The law in test mode: with these options in place of the given ones, training=False by default."""
    options = options or dict(training=False)

    def judge(probe):
        report = inner(probe.with_options(**options))
        report.law += " in test mode"
        return report

    return judge


def _by_chance(what, draws, expected, directions):
    """Whether the mean of the draws, along some direction, is too far from what is expected to be chance."""
    for direction in directions:
        numbers = (draws * direction).reshape(len(draws), -1).sum(axis=1)
        wanted, error = float((expected * direction).sum()), numbers.std() / np.sqrt(len(draws))
        off = np.abs(numbers.mean() - wanted)
        if not off <= SIGMAS * error + CLOSE * np.abs(expected * direction).sum():
            sigmas = f"{off / error:.0f} standard errors off" if error else "the same in every draw"
            factor = f"{numbers.mean() / wanted:.4g} times" if wanted else "not"
            return f"{what} over {len(draws)} seeds is {factor} what it should be ({sigmas})", ()
    return None


def _mixture(name, old, new, batch, momentum):
    """How new is made of old and batch, by least squares."""
    (a, b), *_ = np.linalg.lstsq(np.stack([old, batch], 1), new, rcond=None)
    fits = np.allclose(a * old + b * batch, new, rtol=1e-6, atol=1e-12)
    should = f"it should be {momentum:.4g} · old + {1 - momentum:.4g} · batch"
    return (
        f"{name} = {a:.4g} · old + {b:.4g} · batch; {should}" if fits else f"{name} is neither old nor batch; {should}"
    )


def _expected(probe, expected):
    if expected is None:
        return probe.inputs[probe.name()]
    return np.asarray(expected(*probe.inputs.values()) if callable(expected) else expected)


def _find(name, *places):
    """The value of this name in some dicts, and in dicts inside them."""
    for place in places:
        if name in place:
            return place[name]
        found = _find(name, *(value for value in place.values() if isinstance(value, dict)))
        if found is not None:
            return found
    return None
