"""Normalisations and dropout."""

import numpy as np

from .base import LAYERS, draw, layer


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


NORM_BUGS = [
    "no_mean_path",
    "no_var_path",
    "var_twice",
    "var_sign",
    "var_x",
    "sum_not_mean",
    "no_std",
    "no_eps",
    "var_for_std",
    "no_gamma",
    "other_axis",
    "constants",
    "dgamma_no_xhat",
    "dgamma_uses_x",
    "dbeta_mean",
]
NORM_INPUTS = dict(x=draw(7, 5, scale=1.5, shift=0.7), gamma=draw(5, shift=1.0), beta=draw(5))
LAYERS["batchnorm"] = (*norm(0), NORM_INPUTS, {"eps": 1e-2}, NORM_BUGS)
LAYERS["layernorm"] = (*norm(1), NORM_INPUTS, {"eps": 1e-2}, [*NORM_BUGS, "gamma_after", "dgamma_axis1"])
LAYERS["rmsnorm"] = (*norm(1, False), NORM_INPUTS, {"eps": 1e-2}, ["no_var_path", "no_std", "no_gamma", "var_x"])


@layer(
    "groupnorm",
    ["no_mean_path", "per_channel", "wrong_m", "no_var_path"],
    {"groups": 2, "eps": 1e-3},
    x=draw(2, 4, 3, 2),
    gamma=draw(4, shift=1),
    beta=draw(4),
)
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
        return {
            "x": {
                "no_mask": dout,
                "scale_p": dout * (mask > 0) / p,
                "scale_twice": dout * mask / (1 - p),
                "unscaled": dout * (mask > 0),
            }.get(bug, dout * mask)
        }

    return forward, backward
