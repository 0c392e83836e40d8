"""Yours and the right Jacobian, entry by entry: what each output gives to each input.

Yours is read by running backward on one unit dout after the other, the right one by central differences of forward. One
gradient mixes all outputs; here contributions that are missing, doubled, or scaled per output lie open.
"""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

MOST_RUNS = 700
MOST_ENTRIES = 250_000
MOST_SECONDS = 0.7
EQUAL = 1e-5  # of the largest entry: the right Jacobian is good to about 1e-9 of it


@dataclass
class Jacobians:
    """Of one input: rows are its entries, columns those of the outputs, one block of columns an output."""

    yours: np.ndarray
    right: np.ndarray
    in_shape: tuple
    out_shapes: list
    constant: np.ndarray  # what backward gives for dout = 0

    @property
    def scale(self):
        return np.abs(self.right).max(initial=0)

    def __post_init__(self):
        self.zero_yours = np.abs(self.yours) <= EQUAL * self.scale
        self.zero_right = np.abs(self.right) <= EQUAL * self.scale
        self.equal = np.abs(self.yours - self.right) <= EQUAL * self.scale


def measure(case, names):
    """{name: Jacobians} of the inputs that are small enough; empty where forward or backward cannot be run again."""
    n_out = sum(int(np.size(o)) for o in case.outs)
    if case.run_forward is None or case.run_backward is None or n_out > MOST_RUNS or n_out < 2:
        return {}
    stop = perf_counter() + MOST_SECONDS
    names = [n for n in names if np.size(case.inputs[n]) * n_out <= MOST_ENTRIES]
    columns = _yours(case, n_out, names, stop)
    found, dout = {}, np.concatenate([np.ravel(d) for d in case.douts])
    for name in names if columns else ():
        x = np.asarray(case.inputs[name], np.float64)
        if np.shape(columns[0][name]) != x.shape or 2 * x.size > MOST_RUNS:
            continue
        right = _right(case, name, x, stop)
        if right is None:
            break
        constant = np.ravel(columns[-1][name])
        yours = np.stack([np.ravel(c[name]) for c in columns[:-1]], axis=1) - constant[:, None]
        linear = np.abs(yours @ dout + constant - np.ravel(case.gradients[name])).max() <= 1e-6 * np.abs(yours).max()
        if linear and np.isfinite(yours).all() and np.isfinite(right).all() and right.any():
            found[name] = Jacobians(yours, right, x.shape, [np.shape(o) for o in case.outs], constant)
    return found


def _yours(case, n_out, names, stop):
    """backward's gradients for each unit dout, and for zero at the end."""
    columns = []
    for k in range(n_out + 1):
        flat = np.zeros(n_out)
        if k < n_out:
            flat[k] = 1.0
        douts, at = [], 0
        for out in case.outs:
            douts.append(flat[at : at + np.size(out)].reshape(np.shape(out)))
            at += np.size(out)
        try:
            cache = case.run_forward(dict(case.inputs))[1]
            gradients = case.run_backward(tuple(douts), cache)
        except Exception:  # a backward that fails on a unit dout has told us nothing, whatever it raised
            return []
        if any(gradients.get(n) is None for n in names) or perf_counter() > stop:
            return []
        columns.append({n: np.array(gradients[n], np.float64) for n in names})
    return columns


def _right(case, name, x, stop):
    h = 6e-6 * (float(np.median(np.abs(x))) or 1.0)
    rows = []
    for index in np.ndindex(x.shape):
        ends = []
        for step in (h, -h):
            moved = x.copy()
            moved[index] += step
            ends.append(
                (moved[index], np.concatenate([np.ravel(o) for o in case.run_forward({**case.inputs, name: moved})[0]]))
            )
        rows.append((ends[0][1] - ends[1][1]) / (ends[0][0] - ends[1][0]))
        if perf_counter() > stop:
            return None
    return np.array(rows)
