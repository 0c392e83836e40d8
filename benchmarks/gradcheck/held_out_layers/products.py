"""Products, broadcasting, reductions, distances."""

# ruff: noqa: RUF059  (students unpack the whole cache)

import numpy as np

from .base import layer


def bilinear_forward(x1, x2, w, b):
    out = np.einsum("ni,kij,nj->nk", x1, w, x2) + b
    return out, (x1, x2, w)


def bilinear_backward(dout, cache):
    x1, x2, w = cache
    dx1 = np.einsum("nk,kij,nj->ni", dout, w, x2)
    dx2 = np.einsum("nk,kij,ni->nj", dout, w, x1)
    dw = np.einsum("nk,ni,nj->kij", dout, x1, x2)
    db = dout.sum(axis=0)
    return dx1, dx2, dw, db


layer(
    bilinear_forward,
    bilinear_backward,
    lambda r: dict(x1=r.normal(size=(5, 4)), x2=r.normal(size=(5, 4)), w=r.normal(size=(3, 4, 4)), b=r.normal(size=3)),
    ("dx2 with w not transposed (copied from dx1)", "nk,kij,ni->nj", "nk,kji,ni->nj"),
    ("dw with x1 and x2 exchanged", "dout, x1, x2)", "dout, x2, x1)"),
    ("dx1 multiplied by x1 in place of x2", "dout, w, x2)", "dout, w, x1)"),
)


def factorization_machine_forward(x, w, v):
    s = x @ v
    out = x @ w + 0.5 * np.sum(s**2 - (x**2) @ (v**2), axis=1)
    return out, (x, w, v, s)


def factorization_machine_backward(dout, cache):
    x, w, v, s = cache
    dw = x.T @ dout
    dv = x.T @ (dout[:, None] * s) - (x**2).T @ dout[:, None] * v
    dx = dout[:, None] * (w + s @ v.T - x * np.sum(v**2, axis=1))
    return dx, dw, dv


layer(
    factorization_machine_forward,
    factorization_machine_backward,
    lambda r: dict(x=r.normal(size=(4, 6)), w=r.normal(size=6), v=r.normal(size=(6, 3))),
    ("dv forgets the term of the squares", " - (x**2).T @ dout[:, None] * v", ""),
    ("dx forgets the linear part", "(w + s @ v.T - x", "(s @ v.T - x"),
    ("dx with half of the square term (0.5 kept, the 2 lost)", "- x * np.sum", "- 0.5 * x * np.sum"),
)


def outer_forward(x, y):
    out = x[:, :, None] * y[:, None, :]
    return out, (x, y)


def outer_backward(dout, cache):
    x, y = cache
    dx = (dout * y[:, None, :]).sum(axis=2)
    dy = (dout * x[:, :, None]).sum(axis=1)
    return dx, dy


layer(
    outer_forward,
    outer_backward,
    lambda r: dict(x=r.normal(size=(3, 4)), y=r.normal(size=(3, 4))),
    ("dy sums over the wrong axis", ".sum(axis=1)", ".sum(axis=2)"),
    ("dx and dy are returned in the wrong order", "return dx, dy", "return dy, dx"),
)


def batched_matmul_forward(a, b):
    return a @ b, (a, b)


def batched_matmul_backward(dout, cache):
    a, b = cache
    da = dout @ np.swapaxes(b, -1, -2)
    db = (np.swapaxes(a, -1, -2) @ dout).sum(axis=0, keepdims=True)
    return da, db


layer(
    batched_matmul_forward,
    batched_matmul_backward,
    lambda r: dict(a=r.normal(size=(2, 3, 4, 5)), b=r.normal(size=(1, 3, 5, 6))),
    ("db takes the first of the batch instead of the sum", ".sum(axis=0, keepdims=True)", "[:1]"),
    ("db sums over the heads instead of the batch", ".sum(axis=0, keepdims=True)", ".sum(axis=1, keepdims=True)[:1]"),
)


def divide_rows_forward(x, y):
    return x / y, (x, y)


def divide_rows_backward(dout, cache):
    x, y = cache
    dx = dout / y
    dy = np.sum(-dout * x / y**2, axis=1, keepdims=True)
    return dx, dy


layer(
    divide_rows_forward,
    divide_rows_backward,
    lambda r: dict(x=r.normal(size=(4, 3)), y=r.uniform(0.5, 2.0, size=(4, 1))),
    ("dy without the minus sign", "-dout * x / y**2", "dout * x / y**2"),
    ("dy with y in place of its square", "y**2", "y"),
    ("dy is not summed over the broadcast axis", ", axis=1, keepdims=True)", ", axis=(), keepdims=True)"),
)


def power_forward(x, p):
    out = x**p
    return out, (x, p, out)


def power_backward(dout, cache):
    x, p, out = cache
    dx = dout * p * x ** (p - 1)
    dp = np.sum(dout * out * np.log(x), axis=0)
    return dx, dp


layer(
    power_forward,
    power_backward,
    lambda r: dict(x=r.uniform(0.5, 3.0, size=(4, 3)), p=r.uniform(1.5, 3.5, size=3)),
    ("the exponent is not lowered", "x ** (p - 1)", "x**p"),
    ("dp without the logarithm", "out * np.log(x)", "out"),
)


def cumsum_forward(x):
    return np.cumsum(x, axis=1), x.shape


def cumsum_backward(dout, cache):
    return np.cumsum(dout[:, ::-1], axis=1)[:, ::-1]


layer(
    cumsum_forward,
    cumsum_backward,
    lambda r: dict(x=r.normal(size=(3, 6))),
    (
        "backward sums from the front, as forward does",
        "np.cumsum(dout[:, ::-1], axis=1)[:, ::-1]",
        "np.cumsum(dout, axis=1)",
    ),
    ("the result of the reversed sum is not reversed back", "axis=1)[:, ::-1]", "axis=1)"),
    ("off by one: an entry's own output is left out", "axis=1)[:, ::-1]", "axis=1)[:, ::-1] - dout"),
)


def logsumexp_forward(x):
    m = x.max(axis=1, keepdims=True)
    e = np.exp(x - m)
    out = np.log(e.sum(axis=1)) + m[:, 0]
    return out, (x, e)


def logsumexp_backward(dout, cache):
    x, e = cache
    return dout[:, None] * e / e.sum(axis=1, keepdims=True)


layer(
    logsumexp_forward,
    logsumexp_backward,
    lambda r: dict(x=r.normal(size=(4, 5))),
    ("the exponentials are not normalised", " / e.sum(axis=1, keepdims=True)", ""),
    ("normalised over the batch", "e.sum(axis=1, keepdims=True)", "e.sum(axis=0, keepdims=True)"),
    ("dout is left out", "dout[:, None] * e /", "e /"),
)


def variance_forward(x):
    mu = x.mean(axis=0)
    out = ((x - mu) ** 2).sum(axis=0) / (len(x) - 1)
    return out, (x, mu)


def variance_backward(dout, cache):
    x, mu = cache
    return dout * 2 * (x - mu) / (len(x) - 1)


layer(
    variance_forward,
    variance_backward,
    lambda r: dict(x=r.normal(size=(6, 3))),
    ("divided by N, where forward divides by N - 1", "2 * (x - mu) / (len(x) - 1)", "2 * (x - mu) / len(x)"),
    ("the mean is not subtracted", "2 * (x - mu)", "2 * x"),
    (
        "the mean's own path counted although it is zero: an extra (1 - 1/N)",
        "2 * (x - mu)",
        "2 * (1 - 1 / len(x)) * (x - mu)",
    ),
)


def quadratic_form_forward(x, a):
    out = np.einsum("ni,ij,nj->n", x, a, x)
    return out, (x, a)


def quadratic_form_backward(dout, cache):
    x, a = cache
    dx = dout[:, None] * (x @ a + x @ a.T)
    da = np.einsum("n,ni,nj->ij", dout, x, x)
    return dx, da


layer(
    quadratic_form_forward,
    quadratic_form_backward,
    lambda r: dict(x=r.normal(size=(3, 4)), a=r.normal(size=(4, 4))),
    ("2 a x, as if a were symmetric", "(x @ a + x @ a.T)", "(2 * x @ a)"),
    ("x stands twice in the formula, but only one of the two is derived", "(x @ a + x @ a.T)", "(x @ a.T)"),
)


def pairwise_sq_distance_forward(x, c):
    d = x[:, None, :] - c[None, :, :]
    return (d**2).sum(axis=2), d


def pairwise_sq_distance_backward(dout, cache):
    d = cache
    g = 2 * dout[:, :, None] * d
    return g.sum(axis=1), -g.sum(axis=0)


layer(
    pairwise_sq_distance_forward,
    pairwise_sq_distance_backward,
    lambda r: dict(x=r.normal(size=(4, 3)), c=r.normal(size=(5, 3))),
    ("the minus sign of the centres is lost", "-g.sum(axis=0)", "g.sum(axis=0)"),
    ("the 2 of the square is lost", "2 * dout", "dout"),
)


def graph_conv_forward(adj, x, w):
    h = adj @ x
    return h @ w, (adj, x, w, h)


def graph_conv_backward(dout, cache):
    adj, x, w, h = cache
    dw = h.T @ dout
    dh = dout @ w.T
    dx = adj.T @ dh
    dadj = dh @ x.T
    return dadj, dx, dw


layer(
    graph_conv_forward,
    graph_conv_backward,
    lambda r: dict(adj=r.uniform(size=(5, 5)), x=r.normal(size=(5, 4)), w=r.normal(size=(4, 3))),
    ("dx with the adjacency not transposed", "adj.T @ dh", "adj @ dh"),
    ("dw from x: the neighbours are not gathered", "dw = h.T", "dw = x.T"),
    ("dx stops at h: the adjacency is forgotten", "dx = adj.T @ dh", "dx = dh"),
)
