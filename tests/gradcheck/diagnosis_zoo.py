"""Reference layers with common mistakes: the test bed of the diagnosis.

Each layer is a forward, a backward with the name of a mistake (None is the right one), inputs, and the mistakes. `case`
makes a Case of one; its numerical gradient is the right backward with noise of 1e-9, as good as a real one.
"""

import numpy as np

from gradcheck.case import Case

LAYERS = {}


def layer(name, bugs, options=None, **inputs):
    """Register a (forward, backward) maker under a name."""

    def add(make):
        LAYERS[name] = (*make(), inputs, options or {}, bugs)
        return make

    return add


def draw(*shape, scale=1.0, shift=0.0):
    return lambda rng: shift + scale * rng.standard_normal(shape)


def ints(high, *shape):
    return lambda rng: rng.integers(0, high, shape)


def case(name, bug, seed=0):
    """The Case of a layer's backward with one of its mistakes."""
    forward, backward, inputs, options, _ = LAYERS[name]
    rng = np.random.default_rng(seed)
    values = {key: np.asarray(make(rng)) for key, make in inputs.items()}
    return case_of(forward, lambda d, c: backward(d, c, bug), lambda d, c: backward(d, c, None), values, options, seed)


def case_of(forward, wrong, right, values, options=None, seed=0):
    """A Case from a wrong and a right backward, both (dout, cache) -> {name: gradient}."""
    rng = np.random.default_rng((seed, 5))
    wanted = [n for n, x in values.items() if x.dtype.kind == "f"]
    single = []

    def run_forward(v):
        out, cache = forward(**v, **(options or {}))
        single[:] = [not isinstance(out, tuple)]
        outs = (out,) if single[0] else out
        return tuple(np.asarray(o, float) for o in outs), cache

    def run(backward, douts, cache):
        return backward(douts[0] if single[0] else douts, cache)

    outs, cache = run_forward(values)
    douts = tuple(np.asarray(rng.standard_normal(o.shape)) for o in outs)
    mine, theirs = run(wrong, douts, run_forward(values)[1]), run(right, douts, run_forward(values)[1])
    found = Case(values, wanted, outs, douts, cache, options or {}, {n: mine.get(n) for n in wanted})
    for n in wanted:
        numeric = theirs[n] * (1 + 1e-9 * rng.standard_normal(theirs[n].shape))
        found.numeric[n] = np.asarray(numeric, float)
        a = np.asarray(found.gradients[n], float)
        size = np.sqrt(np.mean(numeric**2)) if numeric.size else 0.0
        same = a.shape == numeric.shape
        found.wrong[n] = np.abs(a - numeric) > 1e-7 * (np.abs(numeric) + size) if same else np.ones(numeric.shape, bool)
    found.run_forward = run_forward
    found.run_backward = lambda d, c: run(wrong, d, c)
    return found


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


@layer("affine", ["db_mean", "db_wrong_axis", "dw_div_n", "dw_sign", "dx_no_reshape", "db_keepdims", "dw_x_unflat"],
       x=draw(5, 2, 3), w=draw(6, 4), b=draw(4))  # fmt: skip
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
        return y, keep(x, y) + (y,)

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


elementwise("relu", lambda x: np.maximum(x, 0), lambda x, y: x > 0,
            {"mask_missing": lambda d, x, y: d, "ones": lambda d, x, y: (x > 0) * 1.0,
             "inverted": lambda d, x, y: d * (x <= 0), "uses_dout": lambda d, x, y: d * (d > 0)})  # fmt: skip
elementwise("sigmoid", sigmoid, lambda x, y: y * (1 - y),
            {"no_1ms": lambda d, x, y: d * y, "no_dout": lambda d, x, y: y * (1 - y),
             "x_for_s": lambda d, x, y: d * x * (1 - x), "twice": lambda d, x, y: d * sigmoid(y) * (1 - sigmoid(y)),
             "square": lambda d, x, y: d * (1 - y * y)})  # fmt: skip
elementwise("tanh", np.tanh, lambda x, y: 1 - y * y,
            {"no_square": lambda d, x, y: d * (1 - y), "x2": lambda d, x, y: d * (1 - x * x),
             "plus": lambda d, x, y: d * (1 + y * y), "sigmoid": lambda d, x, y: d * y * (1 - y)})  # fmt: skip
elementwise("gelu", lambda x: x * cap_phi(x), lambda x, y: cap_phi(x) + x * phi(x),
            {"no_xphi": lambda d, x, y: d * cap_phi(x), "no_Phi": lambda d, x, y: d * x * phi(x)})  # fmt: skip
elementwise("silu", lambda x: x * sigmoid(x), lambda x, y: sigmoid(x) * (1 + x * (1 - sigmoid(x))),
            {"no_x_term": lambda d, x, y: d * sigmoid(x), "no_first": lambda d, x, y: d * y * (1 - sigmoid(x))})  # fmt: skip
elementwise("softplus", lambda x: np.log1p(np.exp(x)), lambda x, y: sigmoid(x),
            {"sigprime": lambda d, x, y: d * sigmoid(x) * (1 - sigmoid(x)), "exp": lambda d, x, y: d * np.exp(x)})  # fmt: skip
elementwise("elu", lambda x: np.where(x > 0, x, np.exp(x) - 1), lambda x, y: np.where(x > 0, 1, np.exp(x)),
            {"neg_is_out": lambda d, x, y: d * np.where(x > 0, 1, y)})  # fmt: skip
elementwise("sqrt", np.sqrt, lambda x, y: 0.5 / y,
            {"no_half": lambda d, x, y: d / y, "times": lambda d, x, y: d * 0.5 * y}, low=True)  # fmt: skip
elementwise("log", np.log, lambda x, y: 1 / x, {"times_x": lambda d, x, y: d * x, "out": lambda d, x, y: d / y}, low=True)  # fmt: skip
elementwise("exp", np.exp, lambda x, y: y, {"x": lambda d, x, y: d * x, "none": lambda d, x, y: d})
elementwise("cube", lambda x: x**3, lambda x, y: 3 * x * x,
            {"no_3": lambda d, x, y: d * x * x, "3x": lambda d, x, y: 3 * d * x})  # fmt: skip
elementwise("clip", lambda x: np.clip(x, -1, 1), lambda x, y: np.abs(x) < 1, {"no_mask": lambda d, x, y: d})
elementwise("softsign", lambda x: x / (1 + np.abs(x)), lambda x, y: 1 / (1 + np.abs(x)) ** 2,
            {"no_square": lambda d, x, y: d / (1 + np.abs(x)), "minus": lambda d, x, y: d * (1 - np.abs(y))})  # fmt: skip
elementwise("hardsigmoid", lambda x: np.clip(x / 6 + 0.5, 0, 1), lambda x, y: (np.abs(x) < 3) / 6,
            {"no_sixth": lambda d, x, y: d * (np.abs(x) < 3)})  # fmt: skip
elementwise("mish", lambda x: x * np.tanh(np.log1p(np.exp(x))),
            lambda x, y: np.tanh(np.log1p(np.exp(x))) + x * (1 - np.tanh(np.log1p(np.exp(x))) ** 2) * sigmoid(x),
            {"no_sigmoid": lambda d, x, y: d * (np.tanh(np.log1p(np.exp(x))) + x * (1 - np.tanh(np.log1p(np.exp(x))) ** 2)),
             "first": lambda d, x, y: d * np.tanh(np.log1p(np.exp(x)))})  # fmt: skip


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


@layer("softmax", ["diag_only", "no_outer_s", "sum_all", "no_sub", "axis0", "plus"], x=draw(5, 4))
def softmax_layer():
    def forward(x):
        s = softmax(x)
        return s, s

    def backward(dout, s, bug):
        inner = (dout * s).sum(-1, keepdims=True)
        return {"x": {
            "diag_only": dout * s * (1 - s), "no_outer_s": dout - inner, "sum_all": s * (dout - (dout * s).sum()),
            "no_sub": dout * s, "axis0": s * (dout - (dout * s).sum(0)), "plus": s * (dout + inner),
        }.get(bug, s * (dout - inner))}  # fmt: skip

    return forward, backward


@layer("log_softmax", ["no_sum_dout", "no_softmax", "axis0", "mean"], x=draw(5, 4))
def log_softmax():
    def forward(x):
        s = softmax(x)
        return np.log(s), s

    def backward(dout, s, bug):
        total = dout.sum(-1, keepdims=True)
        return {"x": {
            "no_sum_dout": dout - s, "no_softmax": dout - total, "axis0": dout - s * dout.sum(0),
            "mean": dout - s * dout.mean(-1, keepdims=True),
        }.get(bug, dout - s * total)}  # fmt: skip

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


@layer("two_layer_net", ["no_div_n", "reg_bias", "w1_uses_h", "no_relu", "no_reg", "reg_half", "w2_no_T", "w2_uses_x",
       "mask_of_scores"], {"reg": 0.17}, X=draw(6, 5), W1=draw(5, 5), b1=draw(5), W2=draw(5, 5), b2=draw(5), y=ints(5, 6))  # fmt: skip
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
            "X": dh @ W1.T, "W1": (h if bug == "w1_uses_h" else X).T @ dh + 2 * reg * W1,
            "b1": dh.sum(0) + (2 * reg * b1 if bug == "reg_bias" else 0),
            "W2": (X if bug == "w2_uses_x" else h).T @ ds + 2 * reg * W2, "b2": ds.sum(0),
        }  # fmt: skip

    return forward, backward


def norm(axis, has_mean=True):
    """Batch norm (axis 0), layer norm (axis 1); a root mean square norm without the mean."""

    def forward(x, gamma, beta, eps):
        mu = x.mean(axis, keepdims=True) if has_mean else 0.0
        std = np.sqrt(((x - mu) ** 2).mean(axis, keepdims=True) + eps)
        xhat = (x - mu) / std
        return gamma * xhat + beta, (x, xhat, std, gamma, eps)

    def backward(dout, cache, bug):
        x, xhat, std, gamma, eps = cache
        g = dout * (1 if bug in ("no_gamma", "gamma_after") else gamma)
        at = 1 - axis if bug == "other_axis" else axis
        mean = g.mean(at, keepdims=True) * (bug != "no_mean_path") * has_mean
        var = xhat * (g * xhat).mean(at, keepdims=True) * {"no_var_path": 0, "var_twice": 2, "var_sign": -1}.get(bug, 1)
        if bug == "var_x":
            var = x * (g * xhat).mean(at, keepdims=True)
        if bug == "sum_not_mean":
            mean, var = mean * x.shape[at], var * x.shape[at]
        std = {"no_std": 1, "no_eps": np.sqrt(std**2 - eps), "var_for_std": std**2}.get(bug, std)
        dx = (g - mean - var) / std * (gamma if bug == "gamma_after" else 1)
        if bug == "constants":
            dx = g / std
        dgamma = (dout * {"dgamma_no_xhat": 1, "dgamma_uses_x": x}.get(bug, xhat)).sum(
            1 if bug == "dgamma_axis1" else 0
        )
        return {"x": dx, "gamma": dgamma, "beta": dout.mean(0) if bug == "dbeta_mean" else dout.sum(0)}

    return forward, backward


NORM_BUGS = ["no_mean_path", "no_var_path", "var_twice", "var_sign", "var_x", "sum_not_mean", "no_std", "no_eps", "var_for_std",
             "no_gamma", "other_axis", "constants", "dgamma_no_xhat", "dgamma_uses_x", "dbeta_mean"]  # fmt: skip
NORM_INPUTS = dict(x=draw(7, 5, scale=1.5, shift=0.7), gamma=draw(5, shift=1.0), beta=draw(5))
LAYERS["batchnorm"] = (*norm(0), NORM_INPUTS, {"eps": 1e-2}, NORM_BUGS)
LAYERS["layernorm"] = (*norm(1), NORM_INPUTS, {"eps": 1e-2}, [*NORM_BUGS, "gamma_after", "dgamma_axis1"])
LAYERS["rmsnorm"] = (*norm(1, False), NORM_INPUTS, {"eps": 1e-2}, ["no_var_path", "no_std", "no_gamma", "var_x"])


@layer("groupnorm", ["no_mean_path", "per_channel", "wrong_m", "no_var_path"], {"groups": 2, "eps": 1e-3},
       x=draw(2, 4, 3, 2), gamma=draw(4, shift=1), beta=draw(4))  # fmt: skip
def groupnorm():
    def forward(x, gamma, beta, groups, eps):
        v = x.reshape(len(x), groups, -1)
        std = np.sqrt(v.var(-1, keepdims=True) + eps)
        xhat = ((v - v.mean(-1, keepdims=True)) / std).reshape(x.shape)
        return gamma[:, None, None] * xhat + beta[:, None, None], (xhat, std, gamma, groups)

    def backward(dout, cache, bug):
        xhat, std, gamma, groups = cache
        g = dout * gamma[:, None, None]
        shape = g.shape if bug == "per_channel" else (len(g), groups, -1)
        axes = (2, 3) if bug == "per_channel" else (2,)
        gg, hh = g.reshape(shape), xhat.reshape(shape)
        k = gg[0, 0].size / (6 if bug == "wrong_m" else gg[0, 0].size)
        mean = gg.mean(axes, keepdims=True) * (bug != "no_mean_path") * k
        inner = hh * (gg * hh).mean(axes, keepdims=True) * (bug != "no_var_path") * k
        dx = (gg - mean - inner).reshape(len(g), groups, -1) / std
        return {"x": dx.reshape(g.shape), "gamma": (dout * xhat).sum((0, 2, 3)), "beta": dout.sum((0, 2, 3))}

    return forward, backward


@layer("l2_normalize", ["no_jacobian", "no_norm", "squared"], a=draw(5, 4))
def l2_normalize():
    def forward(a):
        n = np.sqrt((a * a).sum(1, keepdims=True))
        return a / n, (a / n, n)

    def backward(dout, cache, bug):
        u, n = cache
        d = dout - u * (u * dout).sum(1, keepdims=True) * (bug != "no_jacobian")
        return {"a": d / {"no_norm": 1, "squared": n * n}.get(bug, n)}

    return forward, backward


@layer("dropout", ["no_mask", "scale_p", "scale_twice", "unscaled"], {"p": 0.3}, x=draw(5, 4))
def dropout():
    def forward(x, p):
        mask = (np.random.default_rng(3).random(x.shape) > p) / (1 - p)
        return x * mask, mask

    def backward(dout, mask, bug):
        p = 0.3
        return {"x": {
            "no_mask": dout, "scale_p": dout * (mask > 0) / p, "scale_twice": dout * mask / (1 - p), "unscaled": dout * (mask > 0),
        }.get(bug, dout * mask)}  # fmt: skip

    return forward, backward


def windows(x, k, s):
    """(rows, columns, i, j) of each window."""
    return [(slice(i * s, i * s + k), slice(j * s, j * s + k), i, j)
            for i in range((x.shape[2] - k) // s + 1) for j in range((x.shape[3] - k) // s + 1)]  # fmt: skip


@layer("conv2d", ["crop_tail", "no_crop", "db_batch_only", "db_unsummed", "dw_flip", "dx_flip", "dw_overwrite_n", "dx_overwrite",
       "db_mean", "dx_overwrite_n", "dw_unpadded", "w_swap"], {"stride": 2, "pad": 1},
       x=draw(3, 2, 5, 5), w=draw(2, 2, 3, 3), b=draw(2))  # fmt: skip
def conv2d():
    def forward(x, w, b, stride, pad):
        xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        side = (xp.shape[2] - 3) // stride + 1
        out = np.zeros((len(x), len(w), side, side))
        for r, c, i, j in windows(xp, 3, stride):
            out[:, :, i, j] = np.einsum("ncrs,fcrs->nf", xp[:, :, r, c], w) + b
        return out, (x, w, xp, stride, pad)

    def backward(dout, cache, bug):
        x, w, xp, stride, p = cache
        dxp, dw = np.zeros_like(xp), np.zeros_like(w)
        ww = w[:, :, ::-1, ::-1] if bug == "dx_flip" else w.swapaxes(0, 1) if bug == "w_swap" else w
        for r, c, i, j in windows(xp, 3, stride):
            d = dout[:, :, i, j]
            one = np.einsum("nf,fcrs->ncrs", d, ww)
            dxp[:, :, r, c] = one if bug == "dx_overwrite" else dxp[:, :, r, c] + one
            src = np.pad(x, ((0, 0), (0, 0), (0, 2), (0, 2))) if bug == "dw_unpadded" else xp
            use = slice(-1, None) if bug == "dw_overwrite_n" else slice(None)
            dw += np.einsum("nf,ncrs->fcrs", d[use], src[use, :, r, c])
        dx = dxp[:, :, p:-p, p:-p]
        dx = {"crop_tail": dxp[:, :, 2 * p :, 2 * p :], "no_crop": dxp}.get(bug, dx)
        if bug == "dx_overwrite_n":
            dx = np.where(np.arange(len(x))[:, None, None, None] == len(x) - 1, dx, 0)
        db = {"db_batch_only": dout.sum(0), "db_unsummed": dout, "db_mean": dout.mean((0, 2, 3))}.get(
            bug, dout.sum((0, 2, 3))
        )
        return {"x": dx, "w": dw[:, :, ::-1, ::-1] if bug == "dw_flip" else dw, "b": db}

    return forward, backward


@layer("conv1d_dilated", ["dx_no_dilation", "first_tap", "reversed"], {"dilation": 2}, x=draw(2, 3, 9), w=draw(4, 3, 3))
def conv1d_dilated():
    def forward(x, w, dilation):
        n = x.shape[2] - 2 * dilation
        out = sum(np.einsum("ncl,fc->nfl", x[:, :, k * dilation : k * dilation + n], w[:, :, k]) for k in range(3))
        return out, (x, w, dilation, n)

    def backward(dout, cache, bug):
        x, w, d, n = cache
        dx, dw = np.zeros_like(x), np.zeros_like(w)
        for k in range(1 if bug == "first_tap" else 3):
            at = k if bug == "dx_no_dilation" else k * d
            dx[:, :, at : at + n] += np.einsum("nfl,fc->ncl", dout, w[:, :, 2 - k if bug == "reversed" else k])
        for k in range(3):
            dw[:, :, k] = np.einsum("nfl,ncl->fc", dout, x[:, :, k * d : k * d + n])
        return {"x": dx, "w": dw}

    return forward, backward


@layer("conv_groups", ["first_group_only"], x=draw(3, 4, 5), w=draw(2, 3, 2))
def conv_groups():  # 1 x 1, two groups
    def forward(x, w):
        return np.einsum("ngcl,gfc->ngfl", x.reshape(3, 2, 2, 5), w).reshape(3, 6, 5), (x, w)

    def backward(dout, cache, bug):
        x, w = cache
        d = dout.reshape(3, 2, 3, 5)
        dx = np.einsum("ngfl,gfc->ngcl", d, w)
        dw = np.einsum("ngfl,ngcl->gfc", d, x.reshape(3, 2, 2, 5))
        if bug:
            dx[:, 1], dw[1] = 0, 0
        return {"x": dx.reshape(x.shape), "w": dw}

    return forward, backward


@layer("avgpool", ["div_k", "overwrite", "no_div"], x=draw(2, 2, 5, 5))
def avgpool():
    def forward(x):
        out = np.zeros((2, 2, 2, 2))
        for r, c, i, j in windows(x, 3, 2):
            out[:, :, i, j] = x[:, :, r, c].mean((2, 3))
        return out, x

    def backward(dout, x, bug):
        dx = np.zeros_like(x)
        for r, c, i, j in windows(x, 3, 2):
            one = dout[:, :, i, j][:, :, None, None] / {"div_k": 3, "no_div": 1}.get(bug, 9)
            dx[:, :, r, c] = one if bug == "overwrite" else dx[:, :, r, c] + one
        return {"x": dx}

    return forward, backward


@layer("maxpool", ["avg", "global_argmax", "hw_swap", "overwrite", "whole_window"], x=draw(2, 2, 5, 5))
def maxpool():
    def forward(x):
        out = np.zeros((2, 2, 2, 2))
        for r, c, i, j in windows(x, 3, 2):
            out[:, :, i, j] = x[:, :, r, c].max((2, 3))
        return out, x

    def backward(dout, x, bug):
        dx = np.zeros_like(x)
        for n in range(2):
            for ch in range(2):
                for r, c, i, j in windows(x, 3, 2):
                    w, d = x[n, ch, r, c], dout[n, ch, i, j]
                    hot = (w == w.max()) * 1.0
                    hot = {"avg": np.ones((3, 3)) / 9, "hw_swap": hot.T, "whole_window": np.ones((3, 3))}.get(bug, hot)
                    if bug == "global_argmax":
                        dx[n, ch] += (x[n, ch] == x[n, ch].max()) * d
                    elif bug == "overwrite":
                        dx[n, ch, r, c] = hot * d
                    else:
                        dx[n, ch, r, c] += hot * d
        return {"x": dx}

    return forward, backward


@layer("global_avg", ["no_div", "div_h"], x=draw(2, 3, 4, 5))
def global_avg():
    def forward(x):
        return x.mean((2, 3)), x.shape

    def backward(dout, shape, bug):
        return {"x": np.broadcast_to(dout[:, :, None, None], shape) / {"no_div": 1, "div_h": 4}.get(bug, 20)}

    return forward, backward


@layer("upsample", ["mean_not_sum", "first_only"], x=draw(2, 3, 3, 2))
def upsample():
    def forward(x):
        return x.repeat(2, 2).repeat(2, 3), None

    def backward(dout, _, bug):
        blocks = dout.reshape(2, 3, 3, 2, 2, 2)
        return {
            "x": blocks.mean((3, 5))
            if bug == "mean_not_sum"
            else blocks[:, :, :, 0, :, 0]
            if bug
            else blocks.sum((3, 5))
        }

    return forward, backward


@layer("embedding", ["overwrite", "mean", "last_token"], W=draw(7, 4), ids=lambda rng: np.array([[1, 3, 1], [5, 3, 0]]))
def embedding():
    def forward(W, ids):
        return W[ids], (W.shape, ids)

    def backward(dout, cache, bug):
        shape, ids = cache
        dW = np.zeros(shape)
        if bug == "overwrite":
            dW[ids] = dout
        elif bug == "last_token":
            np.add.at(dW, ids[:, -1], dout[:, -1])
        else:
            np.add.at(dW, ids, dout / (6 if bug == "mean" else 1))
        return {"W": dW}

    return forward, backward


@layer("pos_enc", ["dP_mean", "dP_unsummed"], x=draw(4, 3, 5), P=draw(3, 5))
def pos_enc():
    def forward(x, P):
        return x + P, None

    def backward(dout, _, bug):
        return {"x": dout, "P": {"dP_mean": dout.mean(0), "dP_unsummed": dout}.get(bug, dout.sum(0))}

    return forward, backward


@layer("mha_split", ["no_transpose"], x=draw(2, 3, 8))
def mha_split():
    def forward(x):
        return x.reshape(2, 3, 4, 2).transpose(0, 2, 1, 3), None

    def backward(dout, _, bug):
        return {"x": (dout if bug else dout.transpose(0, 2, 1, 3)).reshape(2, 3, 8)}

    return forward, backward


@layer("attention", ["dk_no_T", "dv_no_T", "no_scale_bwd", "softmax_diag", "softmax_no_sub", "dq_uses_q", "scale_twice",
       "dv_scores"], q=draw(2, 4, 3), k=draw(2, 4, 3), v=draw(2, 4, 3))  # fmt: skip
def attention():
    def forward(q, k, v):
        s = q @ k.swapaxes(1, 2) / np.sqrt(3)
        A = softmax(s)
        return A @ v, (q, k, v, A, s)

    def backward(dout, cache, bug):
        q, k, v, A, s = cache
        dA = dout @ v.swapaxes(1, 2)
        ds = A * (dA - (dA * A).sum(-1, keepdims=True))
        ds = {"softmax_diag": dA * A * (1 - A), "softmax_no_sub": dA * A}.get(bug, ds)
        ds = ds / {"no_scale_bwd": 1, "scale_twice": 3}.get(bug, np.sqrt(3))
        dst = ds if bug == "dk_no_T" else ds.swapaxes(1, 2)
        left = {"dv_no_T": A, "dv_scores": s.swapaxes(1, 2)}.get(bug, A.swapaxes(1, 2))
        return {"q": ds @ (q if bug == "dq_uses_q" else k), "k": dst @ q, "v": left @ dout}

    return forward, backward


@layer("rnn_step", ["no_tanh", "swap_wx_wh", "wh_T", "db_unsummed", "tanh_x", "dwh_uses_next"],
       x=draw(6, 4), h=draw(6, 4), Wx=draw(4, 4), Wh=draw(4, 4), b=draw(4))  # fmt: skip
def rnn_step():
    def forward(x, h, Wx, Wh, b):
        n = np.tanh(x @ Wx + h @ Wh + b)
        return n, (x, h, Wx, Wh, n)

    def backward(dout, cache, bug):
        x, h, Wx, Wh, n = cache
        dz = dout * {"no_tanh": 1, "tanh_x": 1 - n}.get(bug, 1 - n * n)
        gx, gh = x.T @ dz, (n if bug == "dwh_uses_next" else h).T @ dz
        if bug == "swap_wx_wh":
            gx, gh = gh, gx
        dh = dz @ (Wh if bug == "wh_T" else Wh.T)
        return {"x": dz @ Wx.T, "h": dh, "Wx": gx, "Wh": gh, "b": dz if bug == "db_unsummed" else dz.sum(0)}

    return forward, backward


@layer("rnn_seq", ["no_carry", "carry_only", "last_dW", "no_tanh", "h0_last"], x=draw(3, 4, 3), h0=draw(3, 2), Wx=draw(3, 2),
       Wh=draw(2, 2), b=draw(2))  # fmt: skip
def rnn_seq():
    def forward(x, h0, Wx, Wh, b):
        hs = [h0]
        for t in range(x.shape[1]):
            hs.append(np.tanh(x[:, t] @ Wx + hs[-1] @ Wh + b))
        return np.stack(hs[1:], 1), (x, hs, Wx, Wh)

    def backward(dout, cache, bug):
        x, hs, Wx, Wh = cache
        dx, dWx, dWh, db, dh = np.zeros_like(x), 0, 0, 0, 0
        for t in reversed(range(x.shape[1])):
            carry = 0 if bug == "no_carry" else dh
            total = carry + (dout[:, t] if bug != "carry_only" or t == x.shape[1] - 1 else 0)
            dz = total * (1 if bug == "no_tanh" else 1 - hs[t + 1] ** 2)
            dx[:, t] = dz @ Wx.T
            add = 0 if bug == "last_dW" else 1
            dWx, dWh, db = add * dWx + x[:, t].T @ dz, add * dWh + hs[t].T @ dz, add * db + dz.sum(0)
            dh = dz @ Wh.T
            if bug == "h0_last" and t == x.shape[1] - 1:
                first = dh
        return {"x": dx, "h0": first if bug == "h0_last" else dh, "Wx": dWx, "Wh": dWh, "b": db}

    return forward, backward


@layer("lstm_step", ["dc_not_added", "forget_no_deriv", "gate_swap_fo", "no_tanh_c", "g_sigmoid", "i_uses_c", "dcprev_i"],
       x=draw(5, 3), h=draw(5, 2), c=draw(5, 2), Wx=draw(3, 8), Wh=draw(2, 8), b=draw(8))  # fmt: skip
def lstm_step():
    def forward(x, h, c, Wx, Wh, b):
        a = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
        i, f, o, g = sigmoid(a[0]), sigmoid(a[1]), sigmoid(a[2]), np.tanh(a[3])
        cn = f * c + i * g
        tc = np.tanh(cn)
        return (o * tc, cn), (x, h, c, Wx, Wh, i, f, o, g, tc)

    def backward(douts, cache, bug):
        dh, dcn = douts
        x, h, c, Wx, Wh, i, f, o, g, tc = cache
        dc = dcn * (bug != "dc_not_added") + dh * o * (1 if bug == "no_tanh_c" else 1 - tc * tc)
        di, df, do = dc * g * i * (1 - i), dc * c * f * (1 - f), dh * tc * o * (1 - o)
        dg = dc * i * (g * (1 - g) if bug == "g_sigmoid" else 1 - g * g)
        if bug == "forget_no_deriv":
            df = dc * c * f
        if bug == "i_uses_c":
            di = dc * c * i * (1 - i)
        blocks = [di, do, df, dg] if bug == "gate_swap_fo" else [di, df, do, dg]
        dz = np.concatenate(blocks, axis=1)
        return {"x": dz @ Wx.T, "h": dz @ Wh.T, "c": dc * (i if bug == "dcprev_i" else f), "Wx": x.T @ dz, "Wh": h.T @ dz,
                "b": dz.sum(0)}  # fmt: skip

    return forward, backward


@layer("gru_step", ["dz_sign", "reset_path", "no_direct", "n_no_tanh", "r_no_h"], x=draw(5, 3), h=draw(5, 4), Wx=draw(3, 12),
       Wh=draw(4, 12))  # fmt: skip
def gru_step():
    def forward(x, h, Wx, Wh):
        ax, ah = np.split(x @ Wx, 3, 1), h @ Wh[:, :8]
        z, r = sigmoid(ax[0] + ah[:, :4]), sigmoid(ax[1] + ah[:, 4:])
        n = np.tanh(ax[2] + (r * h) @ Wh[:, 8:])
        return (1 - z) * n + z * h, (x, h, Wx, Wh, z, r, n)

    def backward(dout, cache, bug):
        x, h, Wx, Wh, z, r, n = cache
        dn = dout * (1 - z) * (1 if bug == "n_no_tanh" else 1 - n * n)
        dz = dout * (n - h if bug == "dz_sign" else h - n) * z * (1 - z)
        drh = dn @ Wh[:, 8:].T
        dr = drh * (1 if bug == "r_no_h" else h) * r * (1 - r)
        d = np.concatenate([dz, dr, dn], 1)
        dh = d[:, :8] @ Wh[:, :8].T + (0 if bug == "reset_path" else drh * r) + (0 if bug == "no_direct" else dout * z)
        dWh = np.concatenate([h.T @ d[:, :8], (r * h).T @ dn], 1)
        return {"x": d @ Wx.T, "h": dh, "Wx": x.T @ d, "Wh": dWh}

    return forward, backward


@layer("kl", ["logvar_half_missing", "no_half", "no_mean", "sign", "no_minus1"], mu=draw(5, 3), lv=draw(5, 3))
def kl():
    def forward(mu, lv):
        return -0.5 * (1 + lv - mu**2 - np.exp(lv)).sum() / len(mu), (mu, lv)

    def backward(dout, cache, bug):
        mu, lv = cache
        n = 1 if bug == "no_mean" else len(mu)
        dmu = dout * mu / n * (2 if bug == "no_half" else 1)
        dlv = dout * 0.5 * (np.exp(lv) - (bug != "no_minus1")) / n * (2 if bug == "logvar_half_missing" else 1)
        return {"mu": -dmu if bug == "sign" else dmu, "lv": -dlv if bug == "sign" else dlv}

    return forward, backward


@layer("reparam", ["dlv_zero", "no_eps", "no_half", "no_exp"], mu=draw(5, 3), lv=draw(5, 3), noise=draw(5, 3))
def reparam():
    def forward(mu, lv, noise):
        return mu + noise * np.exp(lv / 2), (noise, np.exp(lv / 2))

    def backward(dout, cache, bug):
        noise, std = cache
        right = 0.5 * dout * noise * std
        dlv = {"dlv_zero": 0 * right, "no_eps": 0.5 * dout * std, "no_half": 2 * right, "no_exp": 0.5 * dout * noise}
        return {"mu": dout, "lv": dlv.get(bug, right), "noise": dout * std}

    return forward, backward


@layer(
    "infonce",
    ["no_div_n", "no_norm_jac", "no_tau", "no_tau2", "no_eye", "one_side"],
    {"tau": 0.2},
    a=draw(5, 3),
    b=draw(5, 3),
)
def infonce():
    def forward(a, b, tau):
        na, nb = np.linalg.norm(a, axis=1, keepdims=True), np.linalg.norm(b, axis=1, keepdims=True)
        A, B = a / na, b / nb
        p = softmax(A @ B.T / tau)
        return -np.log(np.diag(p)).mean(), (A, B, na, nb, p, tau)

    def backward(dout, cache, bug):
        A, B, na, nb, p, tau = cache
        dl = dout * (p - (0 if bug == "no_eye" else np.eye(5))) / (1 if bug == "no_div_n" else 5)
        tau = {"no_tau": 1, "no_tau2": tau * tau}.get(bug, tau)
        dA, dB = dl @ B / tau, dl.T @ A / tau
        back = lambda d, u, n: d if bug == "no_norm_jac" else (d - u * (u * d).sum(1, keepdims=True)) / n  # noqa: E731
        return {"a": back(dA, A, na), "b": 0 * dB if bug == "one_side" else back(dB, B, nb)}

    return forward, backward


@layer("cosine", ["no_norm", "no_self_term"], a=draw(5, 4), b=draw(5, 4))
def cosine():
    def forward(a, b):
        na, nb = np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1)
        out = (a * b).sum(1) / (na * nb)
        return out, (a, b, na, nb, out)

    def backward(dout, cache, bug):
        a, b, na, nb, s = cache
        pair, sa, sb = (na * nb)[:, None], (s / na**2)[:, None], (s / nb**2)[:, None]
        on = bug != "no_self_term"
        pair = 1 if bug == "no_norm" else pair
        return {"a": dout[:, None] * (b / pair - on * a * sa), "b": dout[:, None] * (a / pair - on * b * sb)}

    return forward, backward


@layer("triplet", ["no_mask", "anchor_sign"], a=draw(8, 3), p=draw(8, 3), n=draw(8, 3))
def triplet():
    def forward(a, p, n):
        m = ((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 1
        return np.maximum(m, 0).mean(), (a, p, n, m)

    def backward(dout, cache, bug):
        a, p, n, m = cache
        on = dout * (np.ones_like(m) if bug == "no_mask" else m > 0)[:, None] / len(m)
        da = 2 * (p - n) if bug == "anchor_sign" else 2 * (n - p)
        return {"a": on * da, "p": on * 2 * (p - a), "n": on * 2 * (a - n)}

    return forward, backward


@layer("residual_tanh", ["no_branch", "no_skip", "no_deriv"], x=draw(5, 4), W=draw(4, 4))
def residual_tanh():
    def forward(x, W):
        h = np.tanh(x @ W)
        return x + h, (x, W, h)

    def backward(dout, cache, bug):
        x, W, h = cache
        dz = dout * (1 if bug == "no_deriv" else 1 - h * h)
        branch = dz @ W.T
        return {"x": dout * (bug != "no_skip") + branch * (bug != "no_branch"), "W": x.T @ dz}

    return forward, backward


def all_cases(seed=0):
    """(layer, mistake, Case) for every mistake."""
    for name, entry in LAYERS.items():
        for bug in entry[4]:
            yield name, bug, case(name, bug, seed)
