"""Losses of scores and targets: a scalar out, so that dout is a number."""

# ruff: noqa: RUF059  (students unpack the whole cache)

import numpy as np

from .base import layer


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def smoothed_cross_entropy_forward(x, y, eps=0.15):
    N, C = x.shape
    p = _softmax(x)
    q = np.full((N, C), eps / C)
    q[np.arange(N), y] += 1 - eps
    loss = -np.sum(q * np.log(p)) / N
    return loss, (p, q, y)


def smoothed_cross_entropy_backward(dout, cache):
    p, q, y = cache
    N = p.shape[0]
    dx = (p - q) / N
    return dout * dx, None


layer(
    smoothed_cross_entropy_forward,
    smoothed_cross_entropy_backward,
    lambda r: dict(x=r.normal(size=(6, 4)), y=r.integers(0, 4, size=6)),
    (
        "the smoothing is forgotten: 1 is subtracted at the label",
        "dx = (p - q) / N",
        "dx = p.copy()\n    dx[np.arange(N), y] -= 1\n    dx /= N",
    ),
    ("not divided by the batch size", "(p - q) / N", "p - q"),
    ("divided by the number of classes in place of the batch", "(p - q) / N", "(p - q) / p.shape[1]"),
    ("dout is not multiplied in", "return dout * dx", "return dx"),
)


def cross_entropy_forward(x, y):
    p = _softmax(x)
    N = len(y)
    return -np.log(p[np.arange(N), y]).mean(), (p, y)


def cross_entropy_backward(dout, cache):
    p, y = cache
    N = len(y)
    dx = p.copy()
    dx[np.arange(N), y] -= 1
    return dout * dx / N, None


layer(
    cross_entropy_forward,
    cross_entropy_backward,
    lambda r: dict(x=r.normal(size=(5, 3)), y=np.array([2, 0, 1, 1, 2])),
    ("1 is subtracted from the whole columns of the labels", "dx[np.arange(N), y] -= 1", "dx[:, y] -= 1"),
    ("1 is not subtracted at the labels", "    dx[np.arange(N), y] -= 1\n", ""),
    (
        "-1/p at the label: the gradient at the probabilities, not at the scores",
        "dx = p.copy()\n    dx[np.arange(N), y] -= 1",
        "dx = np.zeros_like(p)\n    dx[np.arange(N), y] = -1 / p[np.arange(N), y]",
    ),
)


def weighted_cross_entropy_forward(x, y, weight):
    p = _softmax(x)
    w = weight[y]
    loss = -np.sum(w * np.log(p[np.arange(len(y)), y])) / w.sum()
    return loss, (p, y, w)


def weighted_cross_entropy_backward(dout, cache):
    p, y, w = cache
    dx = p.copy()
    dx[np.arange(len(y)), y] -= 1
    dx *= w[:, None] / w.sum()
    return {"x": dout * dx}


layer(
    weighted_cross_entropy_forward,
    weighted_cross_entropy_backward,
    lambda r: dict(x=r.normal(size=(6, 3)), y=np.array([0, 2, 1, 1, 2, 0]), weight=np.array([1, 3, 2])),
    ("divided by the batch size, not by the sum of the weights", "w[:, None] / w.sum()", "w[:, None] / len(y)"),
    ("the weights are forgotten in the numerator", "w[:, None] / w.sum()", "1 / w.sum()"),
    ("the weights are used at the label only", "-= 1\n    dx *= w[:, None] / w.sum()", "-= w\n    dx /= w.sum()"),
)


def hinge_forward(s, y, delta=1.0):
    N = len(y)
    right = s[np.arange(N), y][:, None]
    margins = np.maximum(0, s - right + delta)
    margins[np.arange(N), y] = 0
    return margins.sum() / N, (margins, y)


def hinge_backward(dout, cache):
    margins, y = cache
    N = len(y)
    ds = (margins > 0).astype(float)
    ds[np.arange(N), y] = -ds.sum(axis=1)
    return dout * ds / N, None


layer(
    hinge_forward,
    hinge_backward,
    lambda r: dict(s=r.normal(size=(5, 4)), y=np.array([3, 0, 1, 2, 1])),
    ("the label's column gets -1, not minus the number of violations", "= -ds.sum(axis=1)", "= -1"),
    ("the label's column gets nothing", "    ds[np.arange(N), y] = -ds.sum(axis=1)\n", ""),
    ("violations are counted over the batch, not the classes", "-ds.sum(axis=1)", "-ds.sum(axis=0)[y]"),
)


def squared_hinge_forward(x, w, y):
    m = np.maximum(0, 1 - y * (x @ w))
    return np.mean(m**2), (x, w, y, m)


def squared_hinge_backward(dout, cache):
    x, w, y, m = cache
    ds = -2 * m * y / len(y) * dout
    return ds[:, None] * w, x.T @ ds, None


layer(
    squared_hinge_forward,
    squared_hinge_backward,
    lambda r: dict(x=r.normal(size=(6, 3)), w=r.normal(size=3), y=np.array([1, -1, -1, 1, 1, -1])),
    ("the plain hinge's derivative: 1 in place of 2 m", "-2 * m * y", "-1.0 * (m > 0) * y"),
    ("the sign y is forgotten", "-2 * m * y", "-2 * m"),
)


def focal_forward(x, t, gamma=2.0):
    p = _sigmoid(x)
    pt = np.where(t == 1, p, 1 - p)
    loss = -np.mean((1 - pt) ** gamma * np.log(pt))
    return loss, (p, pt, t, gamma)


def focal_backward(dout, cache):
    p, pt, t, gamma = cache
    dpt = gamma * (1 - pt) ** (gamma - 1) * np.log(pt) - (1 - pt) ** gamma / pt
    sign = np.where(t == 1, 1, -1)
    return dout * dpt * sign * p * (1 - p) / p.size, None


layer(
    focal_forward,
    focal_backward,
    lambda r: dict(x=r.normal(size=(4, 3)), t=r.integers(0, 2, size=(4, 3))),
    ("the modulating factor is taken for a constant", "gamma * (1 - pt) ** (gamma - 1) * np.log(pt) - ", "-"),
    ("the sign of the negative class is forgotten", "sign = np.where(t == 1, 1, -1)", "sign = 1"),
    ("the sigmoid's derivative is missing: the gradient at p", "sign * p * (1 - p) /", "sign /"),
    ("gamma is forgotten in front", "gamma * (1 - pt) ** (gamma - 1)", "(1 - pt) ** (gamma - 1)"),
)


def bce_forward(p, t):
    loss = -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))
    return loss, (p, t)


def bce_backward(dout, cache):
    p, t = cache
    return dout * (-t / p + (1 - t) / (1 - p)) / p.size, None


layer(
    bce_forward,
    bce_backward,
    lambda r: dict(p=r.uniform(0.1, 0.9, size=(5, 2)), t=r.integers(0, 2, size=(5, 2))),
    ("p - t: the gradient at the logits", "(-t / p + (1 - t) / (1 - p))", "(p - t)"),
    ("the second term has the wrong sign", "-t / p + (1 - t)", "-t / p - (1 - t)"),
    ("divided by the number of rows, not of entries", "/ p.size", "/ p.shape[0]"),
)


def huber_forward(x, t, delta=0.8):
    e = x - t
    a = np.abs(e)
    loss = np.where(a < delta, 0.5 * e**2, delta * (a - 0.5 * delta)).mean()
    return loss, (e, delta)


def huber_backward(dout, cache):
    e, delta = cache
    de = np.where(np.abs(e) < delta, e, delta * np.sign(e)) / e.size
    return dout * de, -dout * de


layer(
    huber_forward,
    huber_backward,
    lambda r: dict(x=r.normal(size=(4, 5)), t=r.normal(size=(4, 5))),
    ("delta is missing in the linear part", "delta * np.sign(e)", "np.sign(e)"),
    ("the sign is missing in the linear part", "delta * np.sign(e)", "delta"),
    ("both gradients have the same sign", "return dout * de, -dout * de", "return dout * de, dout * de"),
)


def masked_mse_forward(x, t, mask):
    e = (x - t) * mask
    return np.sum(e**2) / mask.sum(), (e, mask)


def masked_mse_backward(dout, cache):
    e, mask = cache
    dx = dout * 2 * e / mask.sum()
    return {"x": dx, "t": -dx}


layer(
    masked_mse_forward,
    masked_mse_backward,
    lambda r: dict(x=r.normal(size=(4, 5)), t=r.normal(size=(4, 5)), mask=r.integers(0, 2, size=(4, 5))),
    ("divided by all entries, not by those that the mask keeps", "mask.sum()\n    return {", "mask.size\n    return {"),
    (
        "the residual is kept before masking",
        "    e = (x - t) * mask\n    return np.sum(e**2)",
        "    e = x - t\n    return np.sum((e * mask) ** 2)",
    ),
)
