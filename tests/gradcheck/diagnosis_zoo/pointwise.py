"""Affine and elementwise layers."""

import numpy as np

from .base import LAYERS, draw, layer, sigmoid


@layer(
    "affine",
    ["db_mean", "db_wrong_axis", "dw_div_n", "dw_sign", "dx_no_reshape", "db_keepdims", "dw_x_unflat"],
    x=draw(5, 2, 3),
    w=draw(6, 4),
    b=draw(4),
)
def affine():
    def forward(x, w, b):
        return x.reshape(len(x), -1) @ w + b, (x, w)

    def backward(dout, cache, bug):
        x, w = cache
        dx = (dout @ w.T).reshape(x.shape)
        dw = x.reshape(len(x), -1).T @ dout
        db = dout.sum(0)
        db = {"db_mean": dout.mean(0), "db_wrong_axis": dout.sum(1), "db_keepdims": dout.sum(0, keepdims=True)}.get(
            bug, db
        )
        dw = {"dw_div_n": dw / len(x), "dw_sign": -dw, "dw_x_unflat": x.reshape(-1, len(x)) @ dout}.get(bug, dw)
        return {"x": dout @ w.T if bug == "dx_no_reshape" else dx, "w": dw, "b": db}

    return forward, backward


def elementwise(name, f, derivative, wrong, keep=lambda x, y: (x,), low=None):
    """A layer y = f(x) with dx = dout * derivative(x, y)."""

    def forward(x):
        y = f(x)
        return y, (*keep(x, y), y)

    def backward(dout, cache, bug):
        x, y = cache[0], cache[-1]
        return {"x": wrong[bug](dout, x, y) if bug else dout * derivative(x, y)}

    make = (lambda rng: 0.5 + rng.random((5, 4))) if low else draw(5, 4)
    LAYERS[name] = forward, backward, {"x": make}, {}, list(wrong)


def phi(x):
    return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


def cap_phi(x):
    from math import erf

    return 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2)))


elementwise(
    "relu",
    lambda x: np.maximum(x, 0),
    lambda x, y: x > 0,
    {
        "mask_missing": lambda d, x, y: d,
        "ones": lambda d, x, y: (x > 0) * 1.0,
        "inverted": lambda d, x, y: d * (x <= 0),
        "uses_dout": lambda d, x, y: d * (d > 0),
    },
)
elementwise(
    "sigmoid",
    sigmoid,
    lambda x, y: y * (1 - y),
    {
        "no_1ms": lambda d, x, y: d * y,
        "no_dout": lambda d, x, y: y * (1 - y),
        "x_for_s": lambda d, x, y: d * x * (1 - x),
        "twice": lambda d, x, y: d * sigmoid(y) * (1 - sigmoid(y)),
        "square": lambda d, x, y: d * (1 - y * y),
    },
)
elementwise(
    "tanh",
    np.tanh,
    lambda x, y: 1 - y * y,
    {
        "no_square": lambda d, x, y: d * (1 - y),
        "x2": lambda d, x, y: d * (1 - x * x),
        "plus": lambda d, x, y: d * (1 + y * y),
        "sigmoid": lambda d, x, y: d * y * (1 - y),
    },
)
elementwise(
    "gelu",
    lambda x: x * cap_phi(x),
    lambda x, y: cap_phi(x) + x * phi(x),
    {"no_xphi": lambda d, x, y: d * cap_phi(x), "no_Phi": lambda d, x, y: d * x * phi(x)},
)
elementwise(
    "silu",
    lambda x: x * sigmoid(x),
    lambda x, y: sigmoid(x) * (1 + x * (1 - sigmoid(x))),
    {"no_x_term": lambda d, x, y: d * sigmoid(x), "no_first": lambda d, x, y: d * y * (1 - sigmoid(x))},
)
elementwise(
    "softplus",
    lambda x: np.log1p(np.exp(x)),
    lambda x, y: sigmoid(x),
    {"sigprime": lambda d, x, y: d * sigmoid(x) * (1 - sigmoid(x)), "exp": lambda d, x, y: d * np.exp(x)},
)
elementwise(
    "elu",
    lambda x: np.where(x > 0, x, np.exp(x) - 1),
    lambda x, y: np.where(x > 0, 1, np.exp(x)),
    {"neg_is_out": lambda d, x, y: d * np.where(x > 0, 1, y)},
)
elementwise(
    "sqrt",
    np.sqrt,
    lambda x, y: 0.5 / y,
    {"no_half": lambda d, x, y: d / y, "times": lambda d, x, y: d * 0.5 * y},
    low=True,
)
elementwise(
    "log", np.log, lambda x, y: 1 / x, {"times_x": lambda d, x, y: d * x, "out": lambda d, x, y: d / y}, low=True
)
elementwise("exp", np.exp, lambda x, y: y, {"x": lambda d, x, y: d * x, "none": lambda d, x, y: d})
elementwise(
    "cube", lambda x: x**3, lambda x, y: 3 * x * x, {"no_3": lambda d, x, y: d * x * x, "3x": lambda d, x, y: 3 * d * x}
)
elementwise("clip", lambda x: np.clip(x, -1, 1), lambda x, y: np.abs(x) < 1, {"no_mask": lambda d, x, y: d})
elementwise(
    "softsign",
    lambda x: x / (1 + np.abs(x)),
    lambda x, y: 1 / (1 + np.abs(x)) ** 2,
    {"no_square": lambda d, x, y: d / (1 + np.abs(x)), "minus": lambda d, x, y: d * (1 - np.abs(y))},
)
elementwise(
    "hardsigmoid",
    lambda x: np.clip(x / 6 + 0.5, 0, 1),
    lambda x, y: (np.abs(x) < 3) / 6,
    {"no_sixth": lambda d, x, y: d * (np.abs(x) < 3)},
)
elementwise(
    "mish",
    lambda x: x * np.tanh(np.log1p(np.exp(x))),
    lambda x, y: np.tanh(np.log1p(np.exp(x))) + x * (1 - np.tanh(np.log1p(np.exp(x))) ** 2) * sigmoid(x),
    {
        "no_sigmoid": lambda d, x, y: d * (np.tanh(np.log1p(np.exp(x))) + x * (1 - np.tanh(np.log1p(np.exp(x))) ** 2)),
        "first": lambda d, x, y: d * np.tanh(np.log1p(np.exp(x))),
    },
)


@layer("leaky_relu", ["alpha_on_pos", "slope_missing", "zero_neg"], {"alpha": 0.13}, x=draw(5, 4))
def leaky_relu():
    def forward(x, alpha):
        return np.where(x > 0, x, alpha * x), (x, alpha)

    def backward(dout, cache, bug):
        x, a = cache
        pos, neg = {"alpha_on_pos": (a, 1), "slope_missing": (1, 1), "zero_neg": (1, 0)}.get(bug, (1, a))
        return {"x": dout * np.where(x > 0, pos, neg)}

    return forward, backward


@layer("prelu", ["da_unsummed", "no_mask", "wrong_side", "no_x"], x=draw(5, 4), a=draw(4))
def prelu():
    def forward(x, a):
        return np.where(x > 0, x, a * x), (x, a)

    def backward(dout, cache, bug):
        x, a = cache
        each = dout * x * (x <= 0)
        da = each.sum(0)
        if bug == "da_unsummed":
            da = each
        elif bug == "no_mask":
            da = (dout * x).sum(0)
        elif bug == "wrong_side":
            da = (dout * x * (x > 0)).sum(0)
        elif bug == "no_x":
            da = (dout * (x <= 0)).sum(0)
        return {"x": dout * np.where(x > 0, 1, a), "a": da}

    return forward, backward


@layer("glu", ["gate_no_deriv", "swapped", "gate_no_u"], x=draw(5, 6))
def glu():
    def forward(x):
        u, g = np.split(x, 2, axis=1)
        return u * sigmoid(g), (u, g, sigmoid(g))

    def backward(dout, cache, bug):
        u, _, s = cache
        du, dg = dout * s, dout * u * s * (1 - s)
        if bug == "gate_no_deriv":
            dg = dout * u
        if bug == "gate_no_u":
            dg = dout * s * (1 - s)
        return {"x": np.concatenate([dg, du] if bug == "swapped" else [du, dg], axis=1)}

    return forward, backward


@layer(
    "mul_div",
    ["db_no_square", "da_times_b", "db_sign", "no_unbroadcast"],
    a=draw(5, 4),
    b=draw(4, shift=3.0, scale=0.5),
)
def mul_div():
    def forward(a, b):
        return a / b, (a, b)

    def backward(dout, cache, bug):
        a, b = cache
        each = -dout * a / b**2
        each = {"db_no_square": -dout * a / b, "db_sign": -each}.get(bug, each)
        return {
            "a": dout * b if bug == "da_times_b" else dout / b,
            "b": each if bug == "no_unbroadcast" else each.sum(0),
        }

    return forward, backward


@layer("bilinear", ["dx_swapped", "dw_T", "dx_no_y"], x=draw(4, 5), w=draw(5, 5), y=draw(4, 5))
def bilinear():
    def forward(x, w, y):
        return (x @ w * y).sum(1), (x, w, y)

    def backward(dout, cache, bug):
        x, w, y = cache
        d = dout[:, None]
        dx = {"dx_swapped": d * (y @ w), "dx_no_y": d * (x @ w.T)}.get(bug, d * (y @ w.T))
        dw = (d * y).T @ x if bug == "dw_T" else x.T @ (d * y)
        return {"x": dx, "w": dw, "y": d * (x @ w)}

    return forward, backward
