"""Affine layers, small nets, products, broadcasting, reductions."""

import numpy as np

from .base import layer


def affine_forward(x, w, b):
    N = x.shape[0]
    out = x.reshape(N, -1) @ w + b
    return out, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    N = x.shape[0]
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(N, -1).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


layer(
    affine_forward,
    affine_backward,
    lambda r: dict(x=r.normal(size=(4, 2, 3)), w=r.normal(size=(6, 5)), b=r.normal(size=5)),
    ("db averages over the batch where it should sum", "dout.sum(axis=0)", "dout.mean(axis=0)"),
    (
        "dx is reshaped with the two feature axes exchanged",
        ".reshape(x.shape)",
        ".reshape(N, x.shape[2], x.shape[1]).transpose(0, 2, 1)",
    ),
    ("db sums over the features instead of the batch", "dout.sum(axis=0)", "dout.sum(axis=1)"),
    ("dw divided by the batch size, though the loss already averages", ".T @ dout", ".T @ dout / N"),
)


def two_layer_relu_forward(x, w1, b1, w2, b2):
    z = x @ w1 + b1
    h = np.maximum(0, z)
    out = h @ w2 + b2
    return out, (x, w1, z, h, w2)


def two_layer_relu_backward(dout, cache):
    x, w1, z, h, w2 = cache
    dw2 = h.T @ dout
    db2 = dout.sum(axis=0)
    dh = dout @ w2.T
    dz = dh * (z > 0)
    dw1 = x.T @ dz
    db1 = dz.sum(axis=0)
    dx = dz @ w1.T
    return dx, dw1, db1, dw2, db2


layer(
    two_layer_relu_forward,
    two_layer_relu_backward,
    lambda r: dict(
        x=r.normal(size=(5, 4)),
        w1=r.normal(size=(4, 6)),
        b1=r.normal(size=6),
        w2=r.normal(size=(6, 3)),
        b2=r.normal(size=3),
    ),
    ("the ReLU masks by the sign of the gradient, not of its input", "dh * (z > 0)", "dh * (dh > 0)"),
    ("dw2 from the values before the ReLU", "dw2 = h.T @ dout", "dw2 = z.T @ dout"),
    ("db1 from dh: taken before the ReLU mask", "db1 = dz.sum", "db1 = dh.sum"),
    ("the ReLU is forgotten in backward", "dz = dh * (z > 0)", "dz = dh"),
    ("dx from dh: the mask is used for the weights only", "dx = dz @", "dx = dh @"),
)


def three_layer_forward(x, w1, w2, w3):
    h1 = np.tanh(x @ w1)
    h2 = 1 / (1 + np.exp(-(h1 @ w2)))
    out = h2 @ w3
    return out, (x, w1, w2, w3, h1, h2)


def three_layer_backward(dout, cache):
    x, w1, w2, w3, h1, h2 = cache
    dw3 = h2.T @ dout
    dh2 = dout @ w3.T
    dz2 = dh2 * h2 * (1 - h2)
    dw2 = h1.T @ dz2
    dh1 = dz2 @ w2.T
    dz1 = dh1 * (1 - h1**2)
    dw1 = x.T @ dz1
    dx = dz1 @ w1.T
    return dx, dw1, dw2, dw3


layer(
    three_layer_forward,
    three_layer_backward,
    lambda r: dict(
        x=r.normal(size=(3, 4)), w1=r.normal(size=(4, 5)), w2=r.normal(size=(5, 7)), w3=r.normal(size=(7, 2))
    ),
    ("layer 1 is tanh, but gets the sigmoid's derivative", "(1 - h1**2)", "h1 * (1 - h1)"),
    ("layer 2 is a sigmoid, but gets tanh's derivative", "h2 * (1 - h2)", "(1 - h2**2)"),
    ("dh1 from dh2: the sigmoid's derivative is left out on the way down", "dh1 = dz2 @", "dh1 = dh2 @"),
    ("tanh's derivative without the square", "(1 - h1**2)", "(1 - h1)"),
)


def residual_forward(x, w1, w2):
    a = x @ w1
    r = np.maximum(a, 0)
    out = np.maximum(r @ w2 + x, 0)
    return out, (x, w1, w2, a, r, out)


def residual_backward(dout, cache):
    x, w1, w2, a, r, out = cache
    ds = dout * (out > 0)
    dw2 = r.T @ ds
    da = (ds @ w2.T) * (a > 0)
    dw1 = x.T @ da
    dx = da @ w1.T + ds
    return dx, dw1, dw2


layer(
    residual_forward,
    residual_backward,
    lambda r: dict(x=r.normal(size=(4, 5)), w1=r.normal(size=(5, 6)), w2=r.normal(size=(6, 5))),
    ("the skip connection is missing from dx", "da @ w1.T + ds", "da @ w1.T"),
    ("the skip connection gets dout: the last ReLU does not mask it", "w1.T + ds", "w1.T + dout"),
    ("only the skip path reaches dx", "dx = da @ w1.T + ds", "dx = ds"),
    (
        "the mask of the last ReLU is used for the inner one too",
        "* (a > 0)",
        "* (r @ w2 + x > 0).sum(1, keepdims=True)",
    ),
)


def tied_autoencoder_forward(x, w, b):
    h = np.tanh(x @ w)
    out = h @ w.T + b
    return out, (x, w, h)


def tied_autoencoder_backward(dout, cache):
    x, w, h = cache
    db = dout.sum(0)
    dh = dout @ w
    dz = dh * (1 - h * h)
    dw = x.T @ dz + dout.T @ h
    dx = dz @ w.T
    return dx, dw, db


layer(
    tied_autoencoder_forward,
    tied_autoencoder_backward,
    lambda r: dict(x=r.normal(size=(3, 6)), w=r.normal(size=(6, 4)), b=r.normal(size=6)),
    ("the decoder's share of the tied weight's gradient is missing", "x.T @ dz + dout.T @ h", "x.T @ dz"),
    ("the encoder's share of the tied weight's gradient is missing", "x.T @ dz + dout.T @ h", "dout.T @ h"),
    ("the two shares of the tied weight are subtracted", "x.T @ dz + dout.T", "x.T @ dz - dout.T"),
)


def ridge_loss_forward(x, w, y, lam=0.3):
    e = x @ w - y
    loss = 0.5 * np.mean(e**2) + 0.5 * lam * np.sum(w**2)
    return loss, (x, w, e, lam)


def ridge_loss_backward(dout, cache):
    x, w, e, lam = cache
    N = x.shape[0]
    de = dout * e / N
    dw = x.T @ de + dout * lam * w
    dx = de[:, None] * w
    return dx, dw, -de


layer(
    ridge_loss_forward,
    ridge_loss_backward,
    lambda r: dict(x=r.normal(size=(7, 3)), w=r.normal(size=3), y=r.normal(size=7)),
    ("the penalty is forgotten", "x.T @ de + dout * lam * w", "x.T @ de"),
    ("the penalty's gradient is twice too large", "dout * lam * w", "2 * dout * lam * w"),
    ("the mean's 1/N is missing", "dout * e / N", "dout * e"),
    ("the penalty's gradient is divided by N as well", "dout * lam * w", "dout * lam * w / N"),
)


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
