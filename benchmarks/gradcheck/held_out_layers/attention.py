"""Attention: scaled, masked, with heads, additive; a transformer's other half."""

import numpy as np

from .base import layer


def _softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention_forward(q, k, v):
    scale = 1 / np.sqrt(q.shape[-1])
    a = _softmax(q @ k.swapaxes(1, 2) * scale)
    return a @ v, (q, k, v, a, scale)


def attention_backward(dout, cache):
    q, k, v, a, scale = cache
    dv = a.swapaxes(1, 2) @ dout
    da = dout @ v.swapaxes(1, 2)
    ds = a * (da - (da * a).sum(axis=-1, keepdims=True)) * scale
    dq = ds @ k
    dk = ds.swapaxes(1, 2) @ q
    return dq, dk, dv


layer(
    attention_forward,
    attention_backward,
    lambda r: dict(q=r.normal(size=(2, 5, 3)), k=r.normal(size=(2, 5, 3)), v=r.normal(size=(2, 5, 4))),
    ("the scale 1/sqrt(d) is forgotten", "keepdims=True)) * scale\n    dq", "keepdims=True))\n    dq"),
    ("dv with the weights not transposed", "dv = a.swapaxes(1, 2) @ dout", "dv = a @ dout"),
    ("the softmax's sum runs over the queries", "(da * a).sum(axis=-1,", "(da * a).sum(axis=-2,"),
    ("softmax's backward is skipped", "a * (da - (da * a).sum(axis=-1, keepdims=True))", "da"),
    ("dk with ds not transposed", "ds.swapaxes(1, 2) @ q", "ds @ q"),
    ("dk with k in place of q", "ds.swapaxes(1, 2) @ q", "ds.swapaxes(1, 2) @ k"),
)


def causal_self_attention_forward(x, wq, wk, wv):
    q, k, v = x @ wq, x @ wk, x @ wv
    T, D = q.shape[1:]
    s = q @ k.swapaxes(1, 2) / np.sqrt(D)
    s = np.where(np.tril(np.ones((T, T))) == 1, s, -1e9)
    a = _softmax(s)
    return a @ v, (x, wq, wk, wv, q, k, v, a)


def causal_self_attention_backward(dout, cache):
    x, wq, wk, wv, q, k, v, a = cache
    dv = a.swapaxes(1, 2) @ dout
    da = dout @ v.swapaxes(1, 2)
    ds = a * (da - (da * a).sum(axis=-1, keepdims=True)) / np.sqrt(q.shape[2])
    dq, dk = ds @ k, ds.swapaxes(1, 2) @ q
    dwq = np.einsum("ntd,nth->dh", x, dq)
    dwk = np.einsum("ntd,nth->dh", x, dk)
    dwv = np.einsum("ntd,nth->dh", x, dv)
    dx = dq @ wq.T + dk @ wk.T + dv @ wv.T
    return dx, dwq, dwk, dwv


layer(
    causal_self_attention_forward,
    causal_self_attention_backward,
    lambda r: dict(
        x=r.normal(size=(2, 4, 5)), wq=r.normal(size=(5, 3)), wk=r.normal(size=(5, 3)), wv=r.normal(size=(5, 3))
    ),
    ("dx through the values only", "dx = dq @ wq.T + dk @ wk.T + dv @ wv.T", "dx = dv @ wv.T"),
    ("dx forgets the keys", "dq @ wq.T + dk @ wk.T +", "dq @ wq.T +"),
    ("the mask is turned round: the upper triangle is kept", "a * (da -", "np.triu(np.ones(a.shape[1:])) * a * (da -"),
    ("dwk copied from dwq", 'dwk = np.einsum("ntd,nth->dh", x, dk)', 'dwk = np.einsum("ntd,nth->dh", x, dq)'),
    ("divided by the sequence length's root, not the head size's", "/ np.sqrt(q.shape[2])", "/ np.sqrt(q.shape[1])"),
)


def multi_head_forward(x, wqkv, wo, heads=2):
    N, T, D = x.shape
    qkv = (x @ wqkv).reshape(N, T, 3, heads, D // heads).transpose(2, 0, 3, 1, 4)
    q, k, v = qkv
    a = _softmax(q @ k.swapaxes(-1, -2) / np.sqrt(D // heads))
    y = (a @ v).transpose(0, 2, 1, 3).reshape(N, T, D)
    return y @ wo, (x, wqkv, wo, q, k, v, a, y)


def multi_head_backward(dout, cache):
    x, wqkv, wo, q, k, v, a, y = cache
    N, T, D = x.shape
    heads, d = q.shape[1], q.shape[3]
    dwo = np.einsum("nti,ntj->ij", y, dout)
    dy = dout @ wo.T
    dy = dy.reshape(N, T, heads, d).transpose(0, 2, 1, 3)
    dv = a.swapaxes(-1, -2) @ dy
    da = dy @ v.swapaxes(-1, -2)
    ds = a * (da - (da * a).sum(axis=-1, keepdims=True)) / np.sqrt(d)
    dqkv = np.stack([ds @ k, ds.swapaxes(-1, -2) @ q, dv])
    dqkv = dqkv.transpose(1, 3, 0, 2, 4).reshape(N, T, 3 * D)
    return dqkv @ wqkv.T, np.einsum("nti,ntj->ij", x, dqkv), dwo


layer(
    multi_head_forward,
    multi_head_backward,
    lambda r: dict(x=r.normal(size=(2, 3, 4)), wqkv=r.normal(size=(4, 12)), wo=r.normal(size=(4, 4))),
    (
        "the heads are split without transposing",
        "dy.reshape(N, T, heads, d).transpose(0, 2, 1, 3)",
        "dy.reshape(N, heads, T, d)",
    ),
    (
        "queries and keys stacked in the wrong order",
        "[ds @ k, ds.swapaxes(-1, -2) @ q, dv]",
        "[ds.swapaxes(-1, -2) @ q, ds @ k, dv]",
    ),
    ("wo is not transposed", "dy = dout @ wo.T", "dy = dout @ wo"),
    ("the scale of the whole width in place of the head's", "/ np.sqrt(d)", "/ np.sqrt(D)"),
    ("heads and parts exchanged when q, k, v are put together", "transpose(1, 3, 0, 2, 4)", "transpose(1, 3, 2, 0, 4)"),
)


def additive_attention_forward(q, k, wq, wk, v):
    u = np.tanh((q @ wq)[:, None] + k @ wk)
    a = _softmax(u @ v)
    return np.einsum("nt,ntd->nd", a, k), (q, k, wq, wk, v, u, a)


def additive_attention_backward(dout, cache):
    q, k, wq, wk, v, u, a = cache
    da = np.einsum("nd,ntd->nt", dout, k)
    ds = a * (da - (da * a).sum(axis=1, keepdims=True))
    dv = np.einsum("nt,nth->h", ds, u)
    dz = ds[:, :, None] * v * (1 - u**2)
    dzq = dz.sum(axis=1)
    dk = a[:, :, None] * dout[:, None] + dz @ wk.T
    return dzq @ wq.T, dk, q.T @ dzq, np.einsum("ntd,nth->dh", k, dz), dv


layer(
    additive_attention_forward,
    additive_attention_backward,
    lambda r: dict(
        q=r.normal(size=(3, 2)),
        k=r.normal(size=(3, 5, 4)),
        wq=r.normal(size=(2, 6)),
        wk=r.normal(size=(4, 6)),
        v=r.normal(size=6),
    ),
    ("tanh's derivative is forgotten", "ds[:, :, None] * v * (1 - u**2)", "ds[:, :, None] * v"),
    ("dk forgets its path through the scores", " + dz @ wk.T", ""),
    ("the query's gradient from the last step only", "dz.sum(axis=1)", "dz[:, -1]"),
)


def feed_forward_forward(x, g, w1, w2):
    rms = np.sqrt((x**2).mean(axis=-1, keepdims=True))
    n = x / rms * g
    a = n @ w1
    s = 1 / (1 + np.exp(-a))
    return x + (a * s) @ w2, (x, g, w1, w2, rms, n, a, s)


def feed_forward_backward(dout, cache):
    x, g, w1, w2, rms, n, a, s = cache
    dw2 = (a * s).T @ dout
    da = (dout @ w2.T) * (s + a * s * (1 - s))
    dw1 = n.T @ da
    dn = da @ w1.T
    dg = (dn * x / rms).sum(axis=0)
    h = dn * g
    dx = dout + h / rms - x * (h * x).mean(axis=-1, keepdims=True) / rms**3
    return dx, dg, dw1, dw2


layer(
    feed_forward_forward,
    feed_forward_backward,
    lambda r: dict(
        x=r.normal(size=(4, 5)), g=r.uniform(0.5, 1.5, size=5), w1=r.normal(size=(5, 6)), w2=r.normal(size=(6, 5))
    ),
    ("the residual path is missing", "dx = dout + h / rms", "dx = h / rms"),
    ("dw1 from x: before the norm", "n.T @ da", "x.T @ da"),
    ("SiLU's derivative as the sigmoid alone", "(s + a * s * (1 - s))", "s"),
    ("dw2 from the values before the activation", "(a * s).T @ dout", "a.T @ dout"),
)
