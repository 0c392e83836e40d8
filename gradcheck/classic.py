"""The classics of CS231n's gradient_check.py, by the same names and signatures, without their traps.

What is guarded: 0/0 in the relative error, shapes that only fit by broadcasting, integer arrays (x[i] += h does nothing
there), steps that rounding swallows, and an x that stays changed when f raises. `gradcheck.check` does far more; these
three are for notebooks that were written for them.
"""

import numpy as np

FLOOR = 1e-8  # the floor of the denominator in the course's rel_error


def relative_error(a, b, floor=FLOOR):
    """max |a - b| / max(floor, |a| + |b|), over all entries; 0 for empty arrays and where both are zero.

    floor: below it, errors count as if the numbers had that size. Raises ValueError if the shapes differ: (1, M) and
    (M,) would broadcast to (M, M) or hide a wrong shape.
    """
    a, b = np.asarray(a), np.asarray(b)
    _require_same_shape("relative_error", "b", b, a)
    size = np.maximum(floor, np.abs(a) + np.abs(b))
    with np.errstate(invalid="ignore"):  # inf - inf: the error is nan, and no warning makes it clearer
        error = np.divide(np.abs(a - b), size, out=np.zeros(a.shape), where=a != b)
    return float(error.max(initial=0.0))


def eval_numerical_gradient(f, x, verbose=True, h=1e-5):
    """df/dx at x by central differences (f(x + h) - f(x - h)) / 2h, an entry at a time; f(x) is one number.

    verbose: print each index and its derivative. x is changed entry by entry, as f may close over it, and restored even
    if f raises. Raises TypeError unless x is a floating-point array.
    """
    _require_float("eval_numerical_gradient", x)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down, step = _both_sides("eval_numerical_gradient", f, x, index, h)
        gradient[index] = _number("eval_numerical_gradient", up - down) / step
        if verbose:
            print(index, gradient[index])
    return gradient


def eval_numerical_gradient_array(f, x, df, h=1e-5):
    """d/dx Σ f(x) · df by central differences, an entry at a time; f(x) is an array of df's shape.

    Raises TypeError unless x is a floating-point array, ValueError if f(x) and df differ in shape.
    """
    _require_float("eval_numerical_gradient_array", x)
    df, gradient = np.asarray(df), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down, step = _both_sides("eval_numerical_gradient_array", f, x, index, h)
        _require_same_shape("eval_numerical_gradient_array", "df", df, up)
        gradient[index] = np.sum((up - down) * df) / step
    return gradient


def grad_check_sparse(f, x, analytic_grad, num_checks=10, h=1e-5, *, seed=None):
    """Compare analytic_grad with central differences at num_checks random entries of x; print each, return the worst.

    f(x) is one number. seed: None draws other entries every time. The error printed is
    |numerical - analytic| / (|numerical| + |analytic|), 0 where both are zero. Returns the largest.
    """
    _require_float("grad_check_sparse", x)
    analytic_grad = np.asarray(analytic_grad)
    _require_same_shape("grad_check_sparse", "analytic_grad", analytic_grad, x)
    rng, worst = np.random.default_rng(seed), 0.0
    for _ in range(num_checks if x.size else 0):
        index = tuple(int(rng.integers(n)) for n in x.shape)
        up, down, step = _both_sides("grad_check_sparse", f, x, index, h)
        numerical, analytic = _number("grad_check_sparse", up - down) / step, float(analytic_grad[index])
        error = relative_error(numerical, analytic, floor=0)
        print(f"numerical: {numerical:f} analytic: {analytic:f}, relative error: {error:e}")
        worst = float(np.maximum(worst, error))  # a nan stays
    return worst


def _both_sides(function, f, x, index, h):
    """f(x) with x[index] a step up, and a step down, and the distance between the two after rounding."""
    old = x[index]
    try:
        x[index] = high = x.dtype.type(old + h)
        up = np.array(f(x), dtype=np.float64)
        x[index] = low = x.dtype.type(old - h)
        down = np.array(f(x), dtype=np.float64)  # a copy: f may return a view of x
    finally:
        x[index] = old
    step = float(high) - float(low)
    if step == 0:
        raise ValueError(
            f"gradcheck.{function}: argument h should be large enough to change x{list(index)} = {old}; got {h}"
        )
    return up, down, step


def _number(function, value):
    if value.size != 1:
        raise ValueError(
            f"gradcheck.{function}: argument f should return one number; got an array of shape {value.shape}"
        )
    return float(value.reshape(()))


def _require_float(function, x):
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        got = f"{x.dtype} array" if isinstance(x, np.ndarray) else type(x).__name__
        why = ", for x[i] += h does nothing to integers" if got.startswith(("int", "uint", "bool")) else ""
        raise TypeError(f"gradcheck.{function}: argument x should be a floating-point array{why}; got {got}")


def _require_same_shape(function, argument, array, other):
    if array.shape != other.shape:
        raise ValueError(
            f"gradcheck.{function}: argument {argument} should be of shape {other.shape}; got {array.shape}"
        )
