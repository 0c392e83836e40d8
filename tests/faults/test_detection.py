"""Every known mistake, planted into its op and checked: it is seen and named, or the report says why it cannot show.

The suite takes every eleventh; all of them, with another seed, with ./start test -m slow.
"""

import numpy as np
import pytest

import gradcheck
import npdl.faults  # noqa: F401  (registers)
from gradcheck import faults

ALL = [(op, number) for op, known in faults.registry.items() for number in range(len(known.faults))]


def report_of(op, number, seed=0):
    """The fault, and the report on its mutant."""
    known = faults.registry[op]
    fault = known.faults[number]
    forward, backward = known.mutant(fault)
    inputs, options = faults.sample(op, seed)
    mutable = [name for name in ("running_mean", "running_var") if name in inputs]
    return fault, gradcheck.check(forward, backward, inputs, options=options, mutable=mutable, op=op, seed=seed)


def changes_something(op, number, seed):
    """Whether the mistake moves any gradient of these inputs by more than a millionth."""
    known = faults.registry[op]
    inputs, options = faults.sample(op, seed)
    gradients = []
    for forward, backward in ((known.forward, known.backward), known.mutant(known.faults[number])):
        out, cache = forward(*(x.copy() if isinstance(x, np.ndarray) else x for x in inputs.values()), **options)
        rng = np.random.default_rng(9)
        dout = tuple(np.asarray(rng.standard_normal(np.shape(o))) for o in (out if type(out) is tuple else (out,)))
        try:
            found = backward(dout if type(out) is tuple else dout[0], cache)
        except Exception:
            return True
        gradients.append(found if type(found) is tuple else (found,))
    for right, wrong in zip(*gradients):
        if right is None or wrong is None:
            if right is not wrong:
                return True
        elif np.shape(right) != np.shape(wrong) or np.abs(right - wrong).max() > 1e-6 * np.sqrt(np.mean(right**2)):
            return True
    return False


def judge(op, number, seed=0):
    try:
        fault, report = report_of(op, number, seed)
    except (ValueError, IndexError, TypeError):
        return  # this mistake cannot even run on these inputs: the student sees NumPy's own error
    if changes_something(op, number, seed):
        assert report.verdict == "wrong", f"{op}.{fault.name}\n{report}"
        guesses = " ".join(f.guess or "" for f in report.findings)
        named = any(f.code.startswith(("FAULT", "STATE")) for f in report.findings) and guesses
        assert named, f"{op}.{fault.name}\n{report}"
    else:
        assert any(fault.message in warning for warning in report.warnings), f"{op}.{fault.name}\n{report}"


@pytest.mark.parametrize("op, number", ALL[::11])
def test_a_known_mistake_is_seen_and_named(op, number):
    judge(op, number)


@pytest.mark.slow
def test_all_known_mistakes_are_seen_and_named():
    for op, number in ALL:
        judge(op, number, seed=1)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("op", sorted(faults.registry))
def test_no_right_pair_of_the_dictionary_raises_an_alarm(op, dtype):
    known = faults.registry[op]
    for seed in range(2):
        inputs, options = faults.sample(op, seed)
        mutable = [name for name in ("running_mean", "running_var") if name in inputs]
        for mode in ("full", "directional"):
            how = dict(options=options, mutable=mutable, dtype=dtype, mode=mode, seed=seed)
            report = gradcheck.check(known.forward, known.backward, inputs, **how)
            assert report.ok and not report.findings, str(report)
