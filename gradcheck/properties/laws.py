"""Laws of the output at a glance, and of what changes it: each function returns a law(probe) -> PropertyReport.

`input` is a name or a position, by default the first floating-point input; `axis` counts in that input, `out_axis` in
the output (the same by default).
"""

import numpy as np

from .probe import CLOSE, along, difference, law, redrawn, together

# What the output looks like.


@law
def rows_sum_to_one(probe, axis=-1):
    """Σ out = 1 along the axis: probabilities."""
    return difference("sum", probe.run().sum(axis=axis), 1.0)


@law
def nonnegative(probe):
    """No output is below zero: probabilities, losses that are logarithms of probabilities."""
    out = probe.run()
    bad = ~(out >= 0)
    return (
        (f"{int(bad.sum())} of {out.size} are negative, such as {out[bad][0]:.6g}", _first(bad)) if bad.any() else None
    )


@law
def zero_mean_unit_variance(probe, axes=None, input=None, gamma=None, beta=None):
    """With gamma = 1 and beta = 0, the output has mean 0 and variance 1 over the axes (None: all but axis 1).

    gamma, beta: by default the second and the third input, where they are floating-point. The input is made large, so
    that eps has no part in it.
    """
    name = probe.name(input)
    others = [other for other in probe.floats if other != name]
    gamma, beta = (others[i] if given is None and len(others) > i else given for i, given in enumerate((gamma, beta)))
    changed = {name: probe.inputs[name] * 1e4}
    changed |= {} if gamma is None else {probe.name(gamma): np.ones_like(probe.inputs[probe.name(gamma)])}
    changed |= {} if beta is None else {probe.name(beta): np.zeros_like(probe.inputs[probe.name(beta)])}
    out = probe.run(changed)
    axes = tuple(i for i in range(out.ndim) if i != 1) if axes is None else axes
    found = difference("mean", out.mean(axis=axes), 0.0, 1e-6)
    return found or difference("variance", out.var(axis=axes), 1.0, 1e-6)


@law
def equals(probe, reference, tolerance=CLOSE):
    """The output is that of the reference: an array, or a function of the same inputs (and options)."""
    if callable(reference):
        reference = probe.__class__(reference, probe.inputs, probe.options, probe.seed).run()
    out, reference = probe.run(), np.asarray(reference)
    if out.shape != reference.shape:
        return f"the shape is {out.shape}; it should be {reference.shape}", ()
    return difference("out", out, reference, tolerance)


@law
def identity(probe, input=None):
    """The output is the input."""
    out, x = probe.run(), probe.inputs[probe.name(input)]
    if out.shape != x.shape:
        return f"the shape is {out.shape}; the input's is {x.shape}", ()
    return difference("out", out, x)


@law
def looks_up_rows(probe):
    """out[...] = table[ids[...]], for the integer input (ids) and the floating-point one (table)."""
    table = probe.inputs[probe.name()]
    ids = next((x for x in probe.inputs.values() if isinstance(x, np.ndarray) and x.dtype.kind in "iu"), None)
    if ids is None:
        raise ValueError("gradcheck.properties: looks_up_rows should have an input of integers")
    out = probe.run()
    return difference("out", out, table[ids]) if out.shape == table[ids].shape else (f"the shape is {out.shape}", ())


@law
def finite_for_large(probe, size=1000, input=None):
    """The output stays finite for inputs of this size, of either sign."""
    name = probe.name(input)
    x = probe.inputs[name]
    x = x / (np.abs(x).max(initial=0) or 1.0) * size
    for sign in (1, -1):
        bad = ~np.isfinite(probe.run({name: sign * x}))
        if bad.any():
            value = probe.run({name: sign * x})[bad][0]
            return f"for numbers up to {size} {int(bad.sum())} of {bad.size} outputs are not finite ({value})", _first(
                bad
            )
    return None


# What changes the output, and what does not.


@law
def shift_invariant(probe, input=None, axis=-1):
    """A number added to all of the input along the axis changes nothing."""
    name = probe.name(input)
    x = probe.inputs[name]
    shift = probe.rng().standard_normal(np.mean(x, axis=axis, keepdims=True).shape)
    return difference("after a shift, out", probe.run({name: x + shift}), probe.run())


@law
def scale_invariant(probe, input=None):
    """a x + b gives the same for every a > 0 and b: a normalisation. Large a are compared, where eps has no part."""
    name = probe.name(input)
    x = probe.inputs[name]
    near, far = probe.run({name: 1e4 * x}), probe.run({name: 3e6 * x + 1e6})
    return difference("for 3e6 x + 1e6, out", far, near, 1e-7)


@law
def causal(probe, input=None, axis=1, out_axis=None):
    """out[..t] does not see input[t+1..]. With input=None, all inputs that have the first one's shape move together."""
    names, length = together(probe, input, axis)
    before, rng = probe.run(), probe.rng()
    out_axis = axis if out_axis is None else out_axis
    for t in range(length - 1):
        after = probe.run({name: redrawn(probe.inputs[name], axis, slice(t + 1, None), rng) for name in names})
        cut = along(before.ndim, out_axis, slice(None, t + 1))
        found = difference(f"with other inputs from {t + 1} on, out", after[cut], before[cut])
        if found:
            return found
    return None


@law
def independent(probe, input=None, axis=0, out_axis=None):
    """out[i] sees input[i] alone: no sample (or token) looks at another. input=None: as in `causal`."""
    names, length = together(probe, input, axis)
    before, rng = probe.run(), probe.rng()
    out_axis = axis if out_axis is None else out_axis
    for i in range(length):
        others = [j for j in range(length) if j != i]
        after = probe.run({name: redrawn(probe.inputs[name], axis, others, rng) for name in names})
        cut = along(before.ndim, out_axis, slice(i, i + 1))
        found = difference(f"with other inputs beside {i}, out[{i}]", after[cut], before[cut])
        if found:
            return found[0], (*found[1][: out_axis % before.ndim], i, *found[1][out_axis % before.ndim + 1 :])
    return None


@law
def permutation_equivariant(probe, input=None, axis=0, out_axis=None):
    """The input in another order along the axis gives the output in that order. input=None: as in `causal`."""
    names, length = together(probe, input, axis)
    order = np.roll(np.arange(length), 1)
    before = probe.run()
    after = probe.run({name: np.take(probe.inputs[name], order, axis) for name in names})
    return difference("in another order, out", after, np.take(before, order, axis if out_axis is None else out_axis))


@law
def depends_on(probe, input=None):
    """The output changes when the input does."""
    name = probe.name(input)
    after = probe.run({name: redrawn(probe.inputs[name], 0, slice(None), probe.rng())})
    return (f"the output is the same for every {name}", name) if np.array_equal(after, probe.run()) else None


@law
def batch_mean(probe):
    """A batch that holds every sample twice has the same loss: a mean, no sum.

    The batch axis is the first of the first floating-point input, and of all inputs after it with as many rows.
    """
    names = list(probe.inputs)
    names = names[names.index(probe.name()) :]
    rows = len(probe.inputs[names[0]])
    batched = [n for n in names if np.ndim(probe.inputs[n]) and len(probe.inputs[n]) == rows]
    doubled = {n: np.concatenate([probe.inputs[n]] * 2) for n in batched}
    return difference("for every sample twice, the loss", probe.run(doubled), probe.run())


@law
def chance_level(probe, expected=None, input=None):
    """With scores of zero the loss is log C, C the length of the scores' axis 1 (or `expected`, such as C - 1)."""
    name = probe.name(input)
    scores = probe.inputs[name]
    expected = np.log(scores.shape[1]) if expected is None else expected
    return difference("the loss of scores 0", probe.run({name: np.zeros_like(scores)}), expected)


def _first(bad):
    return tuple(int(i) for i in np.argwhere(bad)[0])
