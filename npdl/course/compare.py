"""Is this value the right one, and if not, how does it differ? In facts that give no formula away."""

import math

import numpy as np

from .result import Line, texts

RESULT = ("the result", "结果")


def same(yours, right, tolerance):
    """Whether two values agree: structure, shapes, and numbers to a tolerance relative to their root mean square."""
    return difference(yours, right, tolerance) is None


def difference(yours, right, tolerance, names=(), where=None):
    """None, or a Line that says how they differ."""
    where = where or texts(RESULT)
    if isinstance(right, (tuple, list)):
        if not isinstance(yours, (tuple, list)) or len(yours) != len(right):
            expected = f"{len(right)} values" + (f" ({', '.join(names)})" if names else "")
            return Line("structure", {"where": where, "expected": expected, "got": described(yours)})
        for i, (y, r) in enumerate(zip(yours, right)):
            name = names[i] if i < len(names) else f"[{i}]"
            found = difference(y, r, tolerance, where=texts((name, name)))
            if found:
                return found
        return None
    if isinstance(right, dict):
        if not isinstance(yours, dict) or set(yours) != set(right):
            expected = f"a dict with the keys {', '.join(map(repr, right))}"
            return Line("structure", {"where": where, "expected": expected, "got": described(yours)})
        found = (difference(yours[k], r, tolerance, where=texts((f"{k}", f"{k}"))) for k, r in right.items())
        return next((line for line in found if line), None)
    if right is None or isinstance(right, str):
        return None if type(yours) is type(right) and yours == right else _value(yours, right, where)
    return _numbers(yours, right, tolerance, where)


def _value(yours, right, where):
    return Line("value", {"where": where, "got": described(yours), "expected": described(right)})


def _numbers(yours, right, tolerance, where):
    r = np.asarray(right)
    if not isinstance(yours, (bool, int, float, np.ndarray, np.generic)):
        return Line("structure", {"where": where, "expected": described(right), "got": described(yours)})
    y = np.asarray(yours)
    if y.shape != r.shape:
        kind = "transposed" if y.ndim > 1 and y.shape == r.shape[::-1] and near(y.T, r, tolerance) else "shape"
        return Line(kind, {"where": where, "got": y.shape, "expected": r.shape})
    if r.size == 0 or near(y, r, tolerance):
        return None
    if r.ndim == 0:
        return _value(yours, right, where)
    return Line(*reading(y, r, tolerance, where))


def near(y, r, tolerance):
    """Whether all numbers agree. Whole numbers and booleans exactly."""
    if r.dtype.kind in "biu" and y.dtype.kind in "biu":
        return bool(np.array_equal(y, r))
    y, r = y.astype(np.result_type(y, float)), r.astype(np.result_type(r, float))
    with np.errstate(all="ignore"):
        finite = np.isfinite(r)
        if not finite.all() and not np.array_equal(y[~finite], r[~finite], equal_nan=True):
            return False
        y, r = y[finite], r[finite]
        scale = math.sqrt(float(np.mean(np.abs(r) ** 2))) if r.size else 0.0
        return bool((np.abs(y - r) <= tolerance * (np.abs(r) + scale) + 1e-300).all())


def reading(y, r, tolerance, where):
    """(message, fields) of the simplest thing that is true of two arrays that differ."""
    y, r = y.astype(float), r.astype(float)
    fields = {"where": where}
    if not np.isfinite(y).all():
        return "not_finite", fields
    if not y.any():
        return "zero", fields
    if near(-y, r, tolerance):
        return "sign", fields
    square = float((r * r).sum())
    factor = float((y * r).sum()) / square if square else 0.0
    if factor and near(y / factor, r, tolerance):
        return "factor", {**fields, "factor": factor, "of": ""}
    offset = float((y - r).mean())
    if near(y - offset, r, tolerance):
        return "offset", {**fields, "offset": offset}
    if y.ndim == 2 and y.shape[0] == y.shape[1] and near(y.T, r, tolerance):
        return "transposed", fields
    if y.size > 1 and near(np.sort(y, axis=None), np.sort(r, axis=None), tolerance):
        return "permuted", fields
    error = np.abs(y - r)
    scale = math.sqrt(square / r.size)
    if scale and error.max() < 1e-3 * scale:
        return "rough", {**fields, "digits": int(-math.log10(error.max() / scale))}
    at = np.unravel_index(int(np.argmax(error)), r.shape)
    wrong = int((error > tolerance * (np.abs(r) + scale)).sum())
    fields |= {"wrong": wrong, "total": r.size, "index": tuple(map(int, at))}
    return "entries", {**fields, "got": float(y[at]), "expected": float(r[at])}


def described(x):
    """A value in a few words."""
    if isinstance(x, np.ndarray):
        return f"{x.dtype} array {x.shape}"
    if isinstance(x, (tuple, list, dict)):
        return f"a {type(x).__name__} of {len(x)}"
    return f"{x:.8g}" if isinstance(x, float) else repr(x)[:60]
