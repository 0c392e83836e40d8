"""Random wrong gradients: the diagnosis may say where they are wrong, and must not name a mistake.

    python -m tests.gradcheck.random_errors [how many, 10000]

prints each label that was given, and how many of each kind of error got one.
"""

import sys
from collections import Counter

import numpy as np

from gradcheck.case import Case
from gradcheck.diagnosis import diagnose

KINDS = ("additive", "factor 30 %", "factor 0.1 %", "10 % of the entries", "one entry")
SHAPES = (
    (),
    (1,),
    (2,),
    (3,),
    (5,),
    (3, 4),
    (2, 3),
    (5, 1),
    (1, 4),
    (7, 5),
    (3, 2, 4),
    (12,),
    (40,),
    (2, 3, 4, 5),
    (14, 14),
)
PLACES = ("UNKNOWN", "ENTRY")  # what may be said: how much is wrong, and where


def functions(rng):
    """One of several layers y = f(x), and its gradient."""
    a = rng.integers(4)
    if a == 0:
        return lambda x: np.tanh(x), lambda x, d: d * (1 - np.tanh(x) ** 2)
    if a == 1:
        return lambda x: np.maximum(x, 0), lambda x, d: d * (x > 0)
    if a == 2:
        return lambda x: x * x, lambda x, d: 2 * d * x
    return lambda x: np.exp(x) / 3, lambda x, d: d * np.exp(x) / 3


def spoil(right, kind, rng):
    """The right gradient with a random error of a kind."""
    noise = rng.standard_normal(right.shape)
    if kind == "additive":
        return right + noise
    if kind == "factor 30 %":
        return right * (1 + 0.3 * noise)
    if kind == "factor 0.1 %":
        return right * (1 + 1e-3 * noise)
    hit = rng.random(right.shape) < 0.1
    if kind == "one entry" or not hit.any():
        hit = np.zeros(right.shape, bool)
        hit.ravel()[rng.integers(right.size)] = True
    return right + np.where(hit, noise, 0)


def random_case(seed):
    """(kind, Case) of a random error on a random small layer, with two inputs in half of the cases."""
    rng = np.random.default_rng((seed, 77))
    kind, shape = KINDS[seed % len(KINDS)], SHAPES[int(rng.integers(len(SHAPES)))]
    f, df = functions(rng)
    x = rng.standard_normal(shape)
    values, wanted = {"x": x}, ["x"]
    if rng.random() < 0.5:
        values["b"], wanted = rng.standard_normal(shape[-1:]), ["x", "b"]
    if rng.random() < 0.3 and shape:
        values["ids"] = rng.integers(0, max(shape[0], 2), shape[:-1] or (4,))

    def run_forward(v):
        out = f(v["x"]) + v.get("b", 0.0)
        return (np.asarray(out),), (v["x"], out, (v["x"] > 0) * 1.5, v.get("ids"))

    outs, cache = run_forward(values)
    douts = (rng.standard_normal(shape),)
    error_seed = int(rng.integers(1 << 30))

    def run_backward(douts, cache):
        (dout,) = douts
        db = dout.sum(axis=tuple(range(dout.ndim - 1))) if dout.ndim > 1 else dout
        wrong = spoil(np.asarray(df(cache[0], dout)), kind, np.random.default_rng(error_seed))
        return {"x": wrong, **({"b": db} if "b" in values else {})}

    case = Case(
        values, wanted, outs, douts, cache, {"p": 0.3} if rng.random() < 0.5 else {}, run_backward(douts, cache)
    )
    right = {"x": np.asarray(df(x, douts[0])), "b": case.gradients.get("b")}
    for name in wanted:
        n = np.asarray(right[name], float)
        case.numeric[name] = n * (1 + 1e-9 * rng.standard_normal(n.shape))
        size = np.sqrt(np.mean(n * n))
        case.wrong[name] = np.abs(case.gradients[name] - case.numeric[name]) > 1e-7 * (np.abs(n) + size)
    case.run_forward, case.run_backward = run_forward, run_backward
    return kind, case


def labels(case):
    """The findings that say more than where it is wrong."""
    return [f for f in diagnose(case) if f.guess is not None or f.code not in PLACES]


def count(seeds, show=False):
    """{kind: labelled}, and how many cases there were."""
    named, cases = Counter(), 0
    for seed in seeds:
        kind, case = random_case(seed)
        if not case.failed:
            continue
        cases += 1
        found = labels(case)
        if found:
            named[kind] += 1
            if show:
                print(f"seed {seed}, {kind}, shape {case.inputs['x'].shape}: [{found[0].code}] {found[0]}")
    return named, cases


if __name__ == "__main__":
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    named, cases = count(range(total), show=True)
    print(f"{sum(named.values())} of {cases} random wrong gradients were given a label: {dict(named)}")
