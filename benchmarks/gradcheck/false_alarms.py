"""Does a right backward pass ever fail? Every op of npdl and every reference layer of the dictionary, seed by seed.

python benchmarks/gradcheck/false_alarms.py --seeds 1000        (some five hours on one core; the tests run a slice)

Then the places where checkers raise false alarms: inputs of size 1e-6 to 1e6, tied images, ReLU at zero, saturation.
"""

import argparse
import sys
import time
from collections import Counter

import numpy as np

import gradcheck
import npdl.faults  # noqa: F401  (its ops and reference layers)
from gradcheck import faults
from npdl import op, ops
from npdl.ops.samples import may_be_scaled, samples

DTYPES = ("float64", "float32")


def of_npdl(seed, scale=1.0):
    """(name, forward, backward, inputs, options, mutable) of every sample call of every op."""
    for name, one in op.registry.items():
        if one.__module__.startswith("npdl.") and may_be_scaled(name, scale):
            for args, options in samples(name, seed=seed):
                scaled = [a * scale if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in args]
                inputs = dict(zip(one.argument_names(len(args)), scaled))
                yield name, one.forward, one.backward, inputs, options, [n for n in one.constant if n in inputs]


def of_the_dictionary(seed):
    """The same of every op that the fault dictionary knows: layers that npdl does not have yet are among them."""
    faults.load()
    for name, known in faults.registry.items():
        inputs, options = faults.sample(name, seed)
        mutable = [n for n in ("running_mean", "running_var") if n in inputs]
        yield f"{name} (reference)", known.forward, known.backward, inputs, options, mutable


def of_ties(seed):
    """Max pooling of images with few grey levels."""
    for levels in (2, 3, 9, 65):
        x = np.random.default_rng((levels, seed)).integers(0, levels, (2, 2, 8, 9)) / (levels - 1)
        for options in ({"size": 2}, {"size": 3, "stride": 2}):
            yield f"{levels} grey levels", ops.max_pool2d_forward, ops.max_pool2d_backward, {"x": x}, options, []


def of_corners(seed):
    """ReLU at and next to zero, sigmoid and tanh where they are flat, division and logarithm next to their pole."""
    rng = np.random.default_rng(seed)
    near = rng.standard_normal(20)
    near[:12] = rng.choice([0, 1e-14, -1e-14, 1e-12, -1e-12, 1e-9, -1e-9, 1e-7, -1e-7], 12)
    flat = rng.choice([-1, 1], 20) * rng.uniform(5, 60, 20)
    pole = rng.standard_normal(20) * 10.0 ** rng.uniform(-6, 0, 20)
    yield "relu near 0", ops.relu_forward, ops.relu_backward, {"x": near}, {}, []
    yield "sigmoid, flat", ops.sigmoid_forward, ops.sigmoid_backward, {"x": flat}, {}, []
    yield "tanh, flat", ops.tanh_forward, ops.tanh_backward, {"x": flat}, {}, []
    yield "log near 0", ops.log_forward, ops.log_backward, {"x": np.abs(pole)}, {}, []
    yield "div near 0", ops.div_forward, ops.div_backward, {"a": near, "b": pole}, {}, []


def main():
    """One line a group: checks, alarms, checks that were inconclusive, forwards an entry. Exit status 1 on an alarm."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--groups", type=int, default=8, help="how many of the groups, in their order")
    parser.add_argument("--mode", default="full", choices=("full", "directional"))
    arguments = parser.parse_args()
    scaled = {f"ops of npdl, inputs x {s:g}": (lambda seed, s=s: of_npdl(seed, s)) for s in (1e-6, 1e-3, 1e3, 1e6)}
    groups = {
        "ops of npdl": of_npdl,
        "dictionary": of_the_dictionary,
        "tied images": of_ties,
        "corners": of_corners,
    } | scaled
    print(f"{'group':32}{'checks':>8}{'alarms':>8}{'inconclusive':>14}{'forwards/entry':>16}{'seconds':>9}")
    alarms = 0
    for group, calls in list(groups.items())[: arguments.groups]:
        start, count, forwards = time.perf_counter(), Counter(), [0, 0]
        for seed in range(arguments.first, arguments.first + arguments.seeds):
            for name, forward, backward, inputs, options, mutable in calls(seed):
                for dtype in DTYPES:
                    how = dict(options=options, mutable=mutable, dtype=dtype, mode=arguments.mode, seed=seed)
                    report = gradcheck.check(forward, backward, inputs, **how)
                    count[report.verdict] += 1
                    forwards[0] += report.forwards
                    forwards[1] += sum(r.total for r in report.inputs.values())
                    if report.verdict == "wrong":
                        print(f"ALARM {name}, seed {seed}, {dtype}, {options}\n{report}")
        alarms += count["wrong"]
        row = f"{group:32}{count.total():8}{count['wrong']:8}{count['inconclusive']:14}"
        print(f"{row}{forwards[0] / forwards[1]:16.2f}{time.perf_counter() - start:9.1f}")
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
