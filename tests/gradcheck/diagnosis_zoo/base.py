"""How the zoo's layers are registered, and how a Case is made of one."""

import numpy as np

from gradcheck.case import Case

LAYERS = {}


def layer(name, bugs, options=None, **inputs):
    """Register a (forward, backward) maker under a name."""

    def add(make):
        LAYERS[name] = (*make(), inputs, options or {}, bugs)
        return make

    return add


def draw(*shape, scale=1.0, shift=0.0):
    return lambda rng: shift + scale * rng.standard_normal(shape)


def ints(high, *shape):
    return lambda rng: rng.integers(0, high, shape)


def case(name, bug, seed=0):
    """The Case of a layer's backward with one of its mistakes."""
    forward, backward, inputs, options, _ = LAYERS[name]
    rng = np.random.default_rng(seed)
    values = {key: np.asarray(make(rng)) for key, make in inputs.items()}
    return case_of(forward, lambda d, c: backward(d, c, bug), lambda d, c: backward(d, c, None), values, options, seed)


def case_of(forward, wrong, right, values, options=None, seed=0):
    """A Case from a wrong and a right backward, both (dout, cache) -> {name: gradient}."""
    rng = np.random.default_rng((seed, 5))
    wanted = [n for n, x in values.items() if x.dtype.kind == "f"]
    single = []

    def run_forward(v):
        out, cache = forward(**v, **(options or {}))
        single[:] = [not isinstance(out, tuple)]
        outs = (out,) if single[0] else out
        return tuple(np.asarray(o, float) for o in outs), cache

    def run(backward, douts, cache):
        return backward(douts[0] if single[0] else douts, cache)

    outs, cache = run_forward(values)
    douts = tuple(np.asarray(rng.standard_normal(o.shape)) for o in outs)
    mine, theirs = run(wrong, douts, run_forward(values)[1]), run(right, douts, run_forward(values)[1])
    found = Case(values, wanted, outs, douts, cache, options or {}, {n: mine.get(n) for n in wanted})
    for n in wanted:
        numeric = theirs[n] * (1 + 1e-9 * rng.standard_normal(theirs[n].shape))
        found.numeric[n] = np.asarray(numeric, float)
        a = np.asarray(found.gradients[n], float)
        size = np.sqrt(np.mean(numeric**2)) if numeric.size else 0.0
        same = a.shape == numeric.shape
        found.wrong[n] = np.abs(a - numeric) > 1e-7 * (np.abs(numeric) + size) if same else np.ones(numeric.shape, bool)
    found.run_forward = run_forward
    found.run_backward = lambda d, c: run(wrong, d, c)
    return found


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
