"""Affine layers and small nets of them."""

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
