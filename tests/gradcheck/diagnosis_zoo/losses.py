"""Softmax, losses, and a network of two layers."""

import numpy as np

from .base import draw, ints, layer, sigmoid, softmax


@layer("softmax", ["diag_only", "no_outer_s", "sum_all", "no_sub", "axis0", "plus"], x=draw(5, 4))
def softmax_layer():
    def forward(x):
        s = softmax(x)
        return s, s

    def backward(dout, s, bug):
        inner = (dout * s).sum(-1, keepdims=True)
        return {
            "x": {
                "diag_only": dout * s * (1 - s),
                "no_outer_s": dout - inner,
                "sum_all": s * (dout - (dout * s).sum()),
                "no_sub": dout * s,
                "axis0": s * (dout - (dout * s).sum(0)),
                "plus": s * (dout + inner),
            }.get(bug, s * (dout - inner))
        }

    return forward, backward


@layer("log_softmax", ["no_sum_dout", "no_softmax", "axis0", "mean"], x=draw(5, 4))
def log_softmax():
    def forward(x):
        s = softmax(x)
        return np.log(s), s

    def backward(dout, s, bug):
        total = dout.sum(-1, keepdims=True)
        return {
            "x": {
                "no_sum_dout": dout - s,
                "no_softmax": dout - total,
                "axis0": dout - s * dout.sum(0),
                "mean": dout - s * dout.mean(-1, keepdims=True),
            }.get(bug, dout - s * total)
        }

    return forward, backward


@layer("logsumexp", ["argmax_only", "no_dout", "no_norm"], x=draw(5, 4))
def logsumexp():
    def forward(x):
        return np.log(np.exp(x).sum(1)), x

    def backward(dout, x, bug):
        d = dout[:, None]
        hot = (x == x.max(1, keepdims=True)) * 1.0
        return {"x": {"argmax_only": d * hot, "no_dout": softmax(x), "no_norm": d * np.exp(x)}.get(bug, d * softmax(x))}

    return forward, backward


@layer(
    "softmax_loss", ["no_div_n", "no_dout", "sign", "no_onehot", "div_nc", "onehot_twice"], x=draw(6, 5), y=ints(5, 6)
)
def softmax_loss():
    def forward(x, y):
        p = softmax(x)
        return -np.log(p[np.arange(len(y)), y]).mean(), (p, y)

    def backward(dout, cache, bug):
        p, y = cache
        dx = p - np.eye(p.shape[1])[y] * {"no_onehot": 0, "onehot_twice": 2}.get(bug, 1)
        dx = dx * (1 if bug == "no_dout" else dout) * (-1 if bug == "sign" else 1)
        return {"x": dx / {"no_div_n": 1, "div_nc": p.size}.get(bug, len(p))}

    return forward, backward


@layer(
    "svm_loss", ["correct_minus1", "count_self", "no_correct", "use_margin_value", "no_div"], x=draw(6, 5), y=ints(5, 6)
)
def svm_loss():
    def forward(x, y):
        at = np.arange(len(y))
        margins = np.maximum(0, x - x[at, y][:, None] + 1)
        margins[at, y] = 0
        return margins.sum() / len(y), (margins, y)

    def backward(dout, cache, bug):
        margins, y = cache
        at = np.arange(len(y))
        dx = margins.copy() if bug == "use_margin_value" else (margins > 0) * 1.0
        count = dx.sum(1)
        if bug == "count_self":
            dx[at, y] = 1
            count = count + 0
            dx[at, y] -= count + 1 - 1
        elif bug == "correct_minus1":
            dx[at, y] = -1
        elif bug != "no_correct":
            dx[at, y] -= count
        return {"x": dout * dx / (1 if bug == "no_div" else len(y))}

    return forward, backward


@layer(
    "bce_logits",
    ["no_minus_y", "sign", "extra_sigmoid", "no_div"],
    x=draw(7),
    y=lambda rng: (rng.random(7) > 0.4) * 1.0,
)
def bce_logits():
    def forward(x, y):
        s = sigmoid(x)
        return (np.logaddexp(0, x) - x * y).mean(), (s, y)

    def backward(dout, cache, bug):
        s, y = cache
        d = {"no_minus_y": s, "sign": y - s, "extra_sigmoid": (s - y) * s * (1 - s)}.get(bug, s - y)
        return {"x": dout * d / (1 if bug == "no_div" else len(s)), "y": dout * -np.log(s / (1 - s)) / len(s)}

    return forward, backward


@layer("mse", ["div_n_not_nd", "no_2", "sign_t", "no_dout"], p=draw(5, 3), t=draw(5, 3))
def mse():
    def forward(p, t):
        return ((p - t) ** 2).mean(), (p, t)

    def backward(dout, cache, bug):
        p, t = cache
        d = 2 * (p - t) / p.size * (1 if bug == "no_dout" else dout)
        d = {"div_n_not_nd": d * p.shape[1], "no_2": d / 2}.get(bug, d)
        return {"p": d, "t": d if bug == "sign_t" else -d}

    return forward, backward


@layer("huber", ["no_clip", "no_sign"], {"delta": 0.7}, p=draw(5, 4), t=draw(5, 4))
def huber():
    def forward(p, t, delta):
        r = p - t
        return np.where(np.abs(r) < delta, r * r / 2, delta * (np.abs(r) - delta / 2)).mean(), (r, delta)

    def backward(dout, cache, bug):
        r, delta = cache
        outside = {"no_clip": r, "no_sign": delta}.get(bug, delta * np.sign(r))
        d = dout * np.where(np.abs(r) < delta, r, outside) / r.size
        return {"p": d, "t": -d}

    return forward, backward


@layer("focal", ["no_gamma"], {"gamma": 1.7}, x=draw(6, 4), y=ints(4, 6))
def focal():
    def forward(x, y, gamma):
        p = softmax(x)
        q = p[np.arange(len(y)), y]
        return (-((1 - q) ** gamma) * np.log(q)).mean(), (p, q, y, gamma)

    def backward(dout, cache, bug):
        p, q, y, gamma = cache
        dq = -((1 - q) ** gamma) / q + (0 if bug == "no_gamma" else gamma * (1 - q) ** (gamma - 1) * np.log(q))
        hot = np.eye(p.shape[1])[y]
        return {"x": dout / len(y) * (dq * q)[:, None] * (hot - p)}

    return forward, backward


@layer(
    "two_layer_net",
    ["no_div_n", "reg_bias", "w1_uses_h", "no_relu", "no_reg", "reg_half", "w2_no_T", "w2_uses_x", "mask_of_scores"],
    {"reg": 0.17},
    X=draw(6, 5),
    W1=draw(5, 5),
    b1=draw(5),
    W2=draw(5, 5),
    b2=draw(5),
    y=ints(5, 6),
)
def two_layer_net():
    def forward(X, W1, b1, W2, b2, y, reg):
        h = np.maximum(0, X @ W1 + b1)
        p = softmax(h @ W2 + b2)
        loss = -np.log(p[np.arange(len(y)), y]).mean() + reg * ((W1 * W1).sum() + (W2 * W2).sum())
        return loss, (X, h, p, W1, b1, W2, y, reg)

    def backward(dout, cache, bug):
        X, h, p, W1, b1, W2, y, reg = cache
        reg = {"no_reg": 0, "reg_half": reg / 2}.get(bug, reg) * dout
        ds = dout * (p - np.eye(5)[y]) / (1 if bug == "no_div_n" else len(y))
        dh = ds @ (W2 if bug == "w2_no_T" else W2.T)
        dh = dh * {"no_relu": 1, "mask_of_scores": ds > 0}.get(bug, h > 0)
        return {
            "X": dh @ W1.T,
            "W1": (h if bug == "w1_uses_h" else X).T @ dh + 2 * reg * W1,
            "b1": dh.sum(0) + (2 * reg * b1 if bug == "reg_bias" else 0),
            "W2": (X if bug == "w2_uses_x" else h).T @ ds + 2 * reg * W2,
            "b2": ds.sum(0),
        }

    return forward, backward
