"""Normalisations."""

# ruff: noqa: RUF059  (students unpack the whole cache)

import numpy as np

from .base import layer


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0)
    xc = x - mu
    var = (xc**2).mean(axis=0)
    std = np.sqrt(var + eps)
    xhat = xc / std
    return gamma * xhat + beta, (xc, std, xhat, gamma)


def batchnorm_backward(dout, cache):
    xc, std, xhat, gamma = cache
    N = xc.shape[0]
    dgamma = (dout * xhat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dxhat = dout * gamma
    dvar = (dxhat * xc).sum(axis=0) * -0.5 / std**3
    dxc = dxhat / std + dvar * 2 * xc / N
    dx = dxc - dxc.mean(axis=0)
    return dx, dgamma, dbeta


layer(
    batchnorm_forward,
    batchnorm_backward,
    lambda r: dict(x=r.normal(size=(6, 4)), gamma=r.uniform(0.5, 1.5, size=4), beta=r.normal(size=4)),
    ("the path through the mean is missing", "dx = dxc - dxc.mean(axis=0)", "dx = dxc"),
    ("the variance's path without its 1/N", "dvar * 2 * xc / N", "dvar * 2 * xc"),
    ("dvar over std squared, not cubed", "std**3", "std**2"),
    ("gamma is forgotten in dx", "dxhat = dout * gamma", "dxhat = dout"),
    ("dgamma from the centred, not the normalised values", "dgamma = (dout * xhat)", "dgamma = (dout * xc)"),
    ("the sum in place of the mean in the last step", "dxc - dxc.mean(axis=0)", "dxc - dxc.sum(axis=0)"),
)


def batchnorm2d_forward(x, gamma, beta):
    mu = x.mean(axis=(0, 2, 3), keepdims=True)
    inv = 1 / np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + 1e-5)
    xhat = (x - mu) * inv
    return gamma[:, None, None] * xhat + beta[:, None, None], (xhat, inv, gamma)


def batchnorm2d_backward(dout, cache):
    xhat, inv, gamma = cache
    N, C, H, W = dout.shape
    M = N * H * W
    dgamma = (dout * xhat).sum(axis=(0, 2, 3))
    dbeta = dout.sum(axis=(0, 2, 3))
    dxhat = dout * gamma[:, None, None]
    s1 = dxhat.sum(axis=(0, 2, 3), keepdims=True)
    s2 = (dxhat * xhat).sum(axis=(0, 2, 3), keepdims=True)
    dx = inv / M * (M * dxhat - s1 - xhat * s2)
    return dx, dgamma, dbeta


layer(
    batchnorm2d_forward,
    batchnorm2d_backward,
    lambda r: dict(x=r.normal(size=(3, 2, 4, 5)), gamma=r.uniform(0.5, 1.5, size=2), beta=r.normal(size=2)),
    ("M counts the images only, not their pixels", "M = N * H * W", "M = N"),
    ("the second sum is taken with dout in place of dxhat", "s2 = (dxhat * xhat)", "s2 = (dout * xhat)"),
    ("the variance's path is missing", " - xhat * s2)", ")"),
)


def layernorm_forward(x, gamma, beta):
    mu = x.mean(axis=-1, keepdims=True)
    std = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    xhat = (x - mu) / std
    return gamma * xhat + beta, (xhat, std, gamma)


def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    g = dout * gamma
    m1 = g.mean(axis=-1, keepdims=True)
    m2 = (g * xhat).mean(axis=-1, keepdims=True)
    dx = (g - m1 - xhat * m2) / std
    axes = tuple(range(dout.ndim - 1))
    return dx, (dout * xhat).sum(axis=axes), dout.sum(axis=axes)


layer(
    layernorm_forward,
    layernorm_backward,
    lambda r: dict(x=r.normal(size=(2, 3, 5)), gamma=r.uniform(0.5, 1.5, size=5), beta=r.normal(size=5)),
    (
        "batch norm's axis: the means run over the batch",
        ("m1 = g.mean(axis=-1", "m2 = (g * xhat).mean(axis=-1"),
        ("m1 = g.mean(axis=0", "m2 = (g * xhat).mean(axis=0"),
    ),
    ("xhat is missing in front of the second mean", "- xhat * m2)", "- m2)"),
    (
        "gamma is multiplied after the means, not before",
        ("g = dout * gamma", ") / std\n    axes"),
        ("g = dout", ") / std * gamma\n    axes"),
    ),
    ("multiplied by std", "xhat * m2) / std", "xhat * m2) * std"),
)


def groupnorm_forward(x, gamma, beta, G=2):
    N, C, H, W = x.shape
    xg = x.reshape(N, G, -1)
    mu = xg.mean(axis=2, keepdims=True)
    std = np.sqrt(xg.var(axis=2, keepdims=True) + 1e-5)
    xhat = ((xg - mu) / std).reshape(N, C, H, W)
    return xhat * gamma[:, None, None] + beta[:, None, None], (xhat, std, gamma, G)


def groupnorm_backward(dout, cache):
    xhat, std, gamma, G = cache
    N, C, H, W = dout.shape
    dgamma = (dout * xhat).sum(axis=(0, 2, 3))
    dbeta = dout.sum(axis=(0, 2, 3))
    g = (dout * gamma[:, None, None]).reshape(N, G, -1)
    h = xhat.reshape(N, G, -1)
    dx = (g - g.mean(axis=2, keepdims=True) - h * (g * h).mean(axis=2, keepdims=True)) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta


layer(
    groupnorm_forward,
    groupnorm_backward,
    lambda r: dict(x=r.normal(size=(3, 6, 2, 3)), gamma=r.uniform(0.5, 1.5, size=6), beta=r.normal(size=6)),
    (
        "instance norm's means: one for each channel, not for each group",
        "dx = (g - g.mean(axis=2, keepdims=True) - h * (g * h).mean(axis=2, keepdims=True)) / std",
        "g, h = g.reshape(N, C, -1), h.reshape(N, C, -1)\n"
        "    dx = g - g.mean(axis=2, keepdims=True) - h * (g * h).mean(axis=2, keepdims=True)\n"
        "    dx = dx.reshape(N, G, -1) / std",
    ),
    ("dgamma forgets xhat", "(dout * xhat).sum", "dout.sum"),
    (
        "the groups are interleaved: channels reshaped as (C/G, G)",
        "gamma[:, None, None]).reshape(N, G, -1)",
        "gamma[:, None, None]).reshape(N, C // G, G, H * W).swapaxes(1, 2).reshape(N, G, -1)",
    ),
)


def instancenorm_forward(x):
    mu = x.mean(axis=(2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(2, 3), keepdims=True) + 1e-5)
    xhat = (x - mu) / std
    return xhat, (xhat, std)


def instancenorm_backward(dout, cache):
    xhat, std = cache
    axes = (2, 3)
    m1 = dout.mean(axis=axes, keepdims=True)
    m2 = (dout * xhat).mean(axis=axes, keepdims=True)
    return (dout - m1 - xhat * m2) / std


layer(
    instancenorm_forward,
    instancenorm_backward,
    lambda r: dict(x=r.normal(size=(2, 3, 4, 5))),
    ("the statistics are taken for constants", "(dout - m1 - xhat * m2) / std", "dout / std"),
    ("the axes of batch norm", "axes = (2, 3)", "axes = (0, 2, 3)"),
)


def rmsnorm_forward(x, g):
    rms = np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-6)
    return x / rms * g, (x, g, rms)


def rmsnorm_backward(dout, cache):
    x, g, rms = cache
    D = x.shape[-1]
    dn = dout * g
    dx = dn / rms - x * (dn * x).sum(axis=-1, keepdims=True) / (D * rms**3)
    dg = (dout * x / rms).sum(axis=0)
    return dx, dg


layer(
    rmsnorm_forward,
    rmsnorm_backward,
    lambda r: dict(x=r.normal(size=(4, 6)), g=r.uniform(0.5, 1.5, size=6)),
    ("the correction is not divided by D", "/ (D * rms**3)", "/ rms**3"),
    (
        "LayerNorm's mean is subtracted as well",
        "dn = dout * g\n",
        "dn = dout * g\n    dn = dn - dn.mean(axis=-1, keepdims=True)\n",
    ),
    ("the root is forgotten: no correction term", " - x * (dn * x).sum(axis=-1, keepdims=True) / (D * rms**3)", ""),
    ("dg from x itself, not from x / rms", "dout * x / rms", "dout * x"),
)


def weight_norm_forward(x, v, g):
    norm = np.linalg.norm(v, axis=0)
    w = g * v / norm
    return x @ w, (x, v, g, norm, w)


def weight_norm_backward(dout, cache):
    x, v, g, norm, w = cache
    dx = dout @ w.T
    dw = x.T @ dout
    dg = (dw * v / norm).sum(axis=0)
    dv = g / norm * dw - g * dg / norm**2 * v
    return dx, dv, dg


layer(
    weight_norm_forward,
    weight_norm_backward,
    lambda r: dict(x=r.normal(size=(5, 4)), v=r.normal(size=(4, 3)), g=r.uniform(0.5, 2.0, size=3)),
    ("dv forgets that the norm depends on v", " - g * dg / norm**2 * v", ""),
    ("dx with v in place of the normalised weight", "dout @ w.T", "dout @ v.T"),
    ("dg is not divided by the norm (dv follows)", "(dw * v / norm).sum", "(dw * v).sum"),
)


def l2_normalise_forward(x):
    n = np.sqrt((x**2).sum(axis=1, keepdims=True))
    out = x / n
    return out, (x, n, out)


def l2_normalise_backward(dout, cache):
    x, n, out = cache
    return (dout - out * (out * dout).sum(axis=1, keepdims=True)) / n


layer(
    l2_normalise_forward,
    l2_normalise_backward,
    lambda r: dict(x=r.normal(size=(4, 5))),
    ("x in place of the normalised x in the projection", "dout - out * (out", "dout - x * (x"),
    ("the projection has the wrong sign", "(dout - out *", "(dout + out *"),
    ("the norm is taken for a constant", "(dout - out * (out * dout).sum(axis=1, keepdims=True)) / n", "dout / n"),
)


def local_response_norm_forward(x, k=2.0, alpha=0.3, beta=0.75):
    sq = np.zeros_like(x)
    C = x.shape[1]
    for c in range(C):
        sq[:, c] = (x[:, max(0, c - 1) : min(C, c + 2)] ** 2).sum(axis=1)
    s = k + alpha * sq
    return x * s**-beta, (x, s, alpha, beta)


def local_response_norm_backward(dout, cache):
    x, s, alpha, beta = cache
    C = x.shape[1]
    dx = dout * s**-beta
    g = dout * x * s ** (-beta - 1)
    for c in range(C):
        dx[:, c] -= 2 * alpha * beta * x[:, c] * g[:, max(0, c - 1) : min(C, c + 2)].sum(axis=1)
    return dx


layer(
    local_response_norm_forward,
    local_response_norm_backward,
    lambda r: dict(x=r.normal(size=(2, 5, 3))),
    (
        "each channel's own share only: neighbours are forgotten",
        "g[:, max(0, c - 1) : min(C, c + 2)].sum(axis=1)",
        "g[:, c]",
    ),
    ("beta is forgotten in the second term", "2 * alpha * beta *", "2 * alpha *"),
)
