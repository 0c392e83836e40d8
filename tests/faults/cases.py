"""Cases made by hand, for the tests of the fault dictionary: the right gradients are those of the reference."""

import copy
import inspect

import numpy as np

from gradcheck.case import Case


def tuple_of(thing):
    return thing if isinstance(thing, tuple) else (thing,)


def is_float(x):
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def run(forward, backward, inputs, options, douts=None):
    """(outs, douts, {name: gradient}) of one pass; douts are Gaussian unless given."""
    if any(p.kind is p.VAR_POSITIONAL for p in inspect.signature(forward).parameters.values()):
        out, cache = forward(*copy.deepcopy(list(inputs.values())), **options)
    else:
        out, cache = forward(**copy.deepcopy(inputs), **options)
    outs = tuple_of(out)
    if douts is None:
        rng = np.random.default_rng(5)
        douts = tuple(rng.standard_normal(np.shape(o)) for o in outs)
    gradients = tuple_of(backward(douts if len(outs) > 1 else douts[0], cache))
    return outs, douts, dict(zip(inputs, gradients))


def case_of(op, inputs, options, backward=None, forward=None, op_name=None, scale=1, reference=None):
    """The Case of a check whose backward is `backward` (if None, the reference's); reference: its run, if known."""
    outs, douts, right = reference or run(op.forward, op.backward, inputs, options)
    yours = run(forward or op.forward, backward or op.backward, inputs, options, douts)[2]
    wanted = [name for name, x in inputs.items() if is_float(x) and right.get(name) is not None]
    gradients = {name: None if yours[name] is None else yours[name] * scale for name in wanted}
    return Case(
        inputs=dict(inputs), wanted=wanted, outs=outs, douts=douts, cache=None, options=dict(options),
        gradients=gradients, numeric={name: np.asarray(right[name]) for name in wanted}, op=op_name,
    )  # fmt: skip


def numerical(op, inputs, options, name, douts):
    """The gradient of Σ dout · out for one input, by central differences."""
    gradient = np.zeros_like(inputs[name])
    for index in np.ndindex(gradient.shape):
        sums = []
        for step in (1e-5, -1e-5):
            moved = {**inputs, name: inputs[name].copy()}
            moved[name][index] += step
            sums.append(run(op.forward, lambda dout, cache: None, moved, options, douts)[0])
        gradient[index] = sum(float(((a - b) * d).sum()) for a, b, d in zip(*sums, douts)) / 2e-5
    return gradient
