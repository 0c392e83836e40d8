"""Identities of matrix calculus, as pairs of functions that can be checked: f, and what its gradient is.

The gradient of a number f(A) by a matrix A (m, n) is the matrix (m, n) of ∂f/∂A_ij: it has the shape of A, down to its
last row, ∂f/∂A_m1 ... ∂f/∂A_mn. A vector is a matrix of one column.
"""

from typing import NamedTuple

import numpy as np

from ..arguments import integer, takes
from ..errors import InputError, is_one_of


class Identity(NamedTuple):
    """f(x, **constants) is a number, gradient(x, **constants) like x; shapes: of x and the constants."""

    text: str
    f: object
    gradient: object
    shapes: dict


IDENTITIES = {
    "linear": Identity("∂ bᵀx / ∂x = b", lambda x, b: b @ x, lambda x, b: b, {"x": "n", "b": "n"}),
    "bilinear": Identity(
        "∂ aᵀXb / ∂X = a bᵀ",
        lambda x, a, b: a @ x @ b,
        lambda x, a, b: np.outer(a, b),
        {"x": "mn", "a": "m", "b": "n"},
    ),
    "bilinear_transposed": Identity(
        "∂ aᵀXᵀb / ∂X = b aᵀ",
        lambda x, a, b: a @ x.T @ b,
        lambda x, a, b: np.outer(b, a),
        {"x": "mn", "a": "n", "b": "m"},
    ),
    "quadratic": Identity(
        "∂ xᵀBx / ∂x = (B + Bᵀ) x, 2 B x only of a symmetric B",
        lambda x, b: x @ b @ x,
        lambda x, b: (b + b.T) @ x,
        {"x": "n", "b": "nn"},
    ),
    "trace": Identity("∂ tr(BA) / ∂A = Bᵀ", lambda x, b: np.trace(b @ x), lambda x, b: b.T, {"x": "mn", "b": "nm"}),
    "squares": Identity("∂ ‖A‖²_F / ∂A = 2 A", lambda x: (x * x).sum(), lambda x: 2 * x, {"x": "mn"}),
    "determinant": Identity(
        "∂ det A / ∂A = det A · A⁻ᵀ", np.linalg.det, lambda x: np.linalg.det(x) * np.linalg.inv(x).T, {"x": "nn"}
    ),
    "length_by_weights": Identity(
        "∂ ‖Wx‖² / ∂W = 2 (Wx) xᵀ",
        lambda x, v: ((x @ v) ** 2).sum(),
        lambda x, v: 2 * np.outer(x @ v, v),
        {"x": "mn", "v": "n"},
    ),
    "length_by_inputs": Identity(
        "∂ ‖Wx‖² / ∂x = 2 Wᵀ q with q = Wx",
        lambda x, w: ((w @ x) ** 2).sum(),
        lambda x, w: 2 * w.T @ (w @ x),
        {"x": "n", "w": "mn"},
    ),
}


@takes(m=integer(1), n=integer(1))
def example(name, rng, m=3, n=5):
    """(x, constants): random arrays of the shapes that the identity of this name takes."""
    if not is_one_of(name, IDENTITIES):
        raise InputError("example", "name", f"one of {', '.join(IDENTITIES)}", name)
    size = {"m": m, "n": n}
    arrays = {key: rng.standard_normal([size[s] for s in shape]) for key, shape in IDENTITIES[name].shapes.items()}
    return arrays.pop("x"), arrays
