"""Variational and contrastive losses, and sums of branches."""

import numpy as np

from .base import draw, layer, softmax


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
