"""Gates, mixtures, squeezes."""

import numpy as np

from .base import layer


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def highway_forward(x, wt, bt, wh, bh):
    t = _sigmoid(x @ wt + bt)
    h = np.tanh(x @ wh + bh)
    return t * h + (1 - t) * x, (x, wt, wh, t, h)


def highway_backward(dout, cache):
    x, wt, wh, t, h = cache
    dat = dout * (h - x) * t * (1 - t)
    dah = dout * t * (1 - h**2)
    dx = dat @ wt.T + dah @ wh.T + dout * (1 - t)
    return dx, x.T @ dat, dat.sum(axis=0), x.T @ dah, dah.sum(axis=0)


layer(
    highway_forward,
    highway_backward,
    lambda r: dict(
        x=r.normal(size=(3, 5)),
        wt=r.normal(size=(5, 5)),
        bt=r.normal(size=5),
        wh=r.normal(size=(5, 5)),
        bh=r.normal(size=5),
    ),
    ("the gate's gradient forgets the carried x", "dout * (h - x)", "dout * h"),
    ("the carried x gets t in place of 1 - t", "dout * (1 - t)\n", "dout * t\n"),
    ("the carry path is missing in dx", " + dout * (1 - t)", ""),
    ("the gate is forgotten on the way to h", "dah = dout * t * (1", "dah = dout * (1"),
)


def glu_forward(x):
    a, b = np.split(x, 2, axis=1)
    s = _sigmoid(b)
    return a * s, (a, s)


def glu_backward(dout, cache):
    a, s = cache
    da = dout * s
    db = dout * a * s * (1 - s)
    return np.concatenate([da, db], axis=1)


layer(
    glu_forward,
    glu_backward,
    lambda r: dict(x=r.normal(size=(4, 6))),
    ("the two halves are put together in the wrong order", "[da, db]", "[db, da]"),
    ("the gate's half forgets a", "dout * a * s * (1 - s)", "dout * s * (1 - s)"),
    ("the gate's half forgets the sigmoid's derivative", "dout * a * s * (1 - s)", "dout * a"),
    (
        "interleaved in place of concatenated",
        "np.concatenate([da, db], axis=1)",
        "np.stack([da, db], axis=2).reshape(len(a), -1)",
    ),
)


def swiglu_forward(x, w, v):
    a, b = x @ w, x @ v
    s = _sigmoid(a)
    return a * s * b, (x, w, v, a, b, s)


def swiglu_backward(dout, cache):
    x, w, v, a, b, s = cache
    da = dout * b * (s + a * s * (1 - s))
    db = dout * a * s
    return da @ w.T + db @ v.T, x.T @ da, x.T @ db


layer(
    swiglu_forward,
    swiglu_backward,
    lambda r: dict(x=r.normal(size=(3, 4)), w=r.normal(size=(4, 6)), v=r.normal(size=(4, 6))),
    ("dx through w only", "da @ w.T + db @ v.T", "da @ w.T"),
    ("db with the gate a in place of SiLU(a)", "db = dout * a * s", "db = dout * a"),
    ("w and v exchanged in dx", "da @ w.T + db @ v.T", "da @ v.T + db @ w.T"),
)


def film_forward(x, cond, wg, wb):
    gamma, beta = cond @ wg, cond @ wb
    return x * (1 + gamma[:, None]) + beta[:, None], (x, cond, wg, wb, gamma)


def film_backward(dout, cache):
    x, cond, wg, wb, gamma = cache
    dx = dout * (1 + gamma[:, None])
    dgamma = (dout * x).sum(axis=1)
    dbeta = dout.sum(axis=1)
    dcond = dgamma @ wg.T + dbeta @ wb.T
    return dx, dcond, cond.T @ dgamma, cond.T @ dbeta


layer(
    film_forward,
    film_backward,
    lambda r: dict(
        x=r.normal(size=(3, 4, 5)), cond=r.normal(size=(3, 2)), wg=r.normal(size=(2, 5)), wb=r.normal(size=(2, 5))
    ),
    ("dx forgets the 1 +", "dout * (1 + gamma[:, None])", "dout * gamma[:, None]"),
    ("the weights' gradients exchanged", "cond.T @ dgamma, cond.T @ dbeta", "cond.T @ dbeta, cond.T @ dgamma"),
    ("dgamma averages over the positions", "(dout * x).sum(axis=1)", "(dout * x).mean(axis=1)"),
)


def squeeze_excite_forward(x, w1, w2):
    s = x.mean(axis=(2, 3))
    h = np.maximum(0, s @ w1)
    e = _sigmoid(h @ w2)
    return x * e[:, :, None, None], (x, w1, w2, s, h, e)


def squeeze_excite_backward(dout, cache):
    x, w1, w2, s, h, e = cache
    H, W = x.shape[2:]
    de = (dout * x).sum(axis=(2, 3))
    da = de * e * (1 - e)
    dw2 = h.T @ da
    dh = (da @ w2.T) * (h > 0)
    dw1 = s.T @ dh
    ds = dh @ w1.T
    dx = dout * e[:, :, None, None] + ds[:, :, None, None] / (H * W)
    return dx, dw1, dw2


layer(
    squeeze_excite_forward,
    squeeze_excite_backward,
    lambda r: dict(x=r.normal(size=(3, 4, 3, 2)) + 0.3, w1=r.normal(size=(4, 5)), w2=r.normal(size=(5, 4))),
    ("dx forgets the path through the squeeze", " + ds[:, :, None, None] / (H * W)", ""),
    ("the squeeze's 1/(HW) is missing", "ds[:, :, None, None] / (H * W)", "ds[:, :, None, None]"),
    ("the sigmoid's derivative is missing", "da = de * e * (1 - e)", "da = de"),
    ("de averages where it should sum", "(dout * x).sum(axis=(2, 3))", "(dout * x).mean(axis=(2, 3))"),
)


def mixture_forward(x, wg, we):
    z = x @ wg
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    y = np.einsum("nd,kdo->nko", x, we)
    return np.einsum("nk,nko->no", p, y), (x, wg, we, p, y)


def mixture_backward(dout, cache):
    x, wg, we, p, y = cache
    dp = np.einsum("no,nko->nk", dout, y)
    dz = p * (dp - (dp * p).sum(axis=1, keepdims=True))
    dy = p[:, :, None] * dout[:, None]
    dwe = np.einsum("nd,nko->kdo", x, dy)
    dx = dz @ wg.T + np.einsum("nko,kdo->nd", dy, we)
    return dx, x.T @ dz, dwe


layer(
    mixture_forward,
    mixture_backward,
    lambda r: dict(x=r.normal(size=(4, 5)), wg=r.normal(size=(5, 3)), we=r.normal(size=(3, 5, 2))),
    ("dx forgets the gate's path", "dz @ wg.T + np.einsum", "np.einsum"),
    (
        "the experts are not weighted by the gate",
        "dy = p[:, :, None] * dout[:, None]",
        "dy = np.ones_like(p)[:, :, None] * dout[:, None]",
    ),
    ("the gate's softmax is skipped", "dz = p * (dp - (dp * p).sum(axis=1, keepdims=True))", "dz = dp"),
)


def squash_forward(s):
    n2 = (s**2).sum(axis=1, keepdims=True)
    n = np.sqrt(n2)
    return n / (1 + n2) * s, (s, n2, n)


def squash_backward(dout, cache):
    s, n2, n = cache
    f = n / (1 + n2)
    df = (1 - n2) / (1 + n2) ** 2
    return f * dout + df * s / n * (dout * s).sum(axis=1, keepdims=True)


layer(
    squash_forward,
    squash_backward,
    lambda r: dict(s=r.normal(size=(4, 3))),
    ("the factor is taken for a constant", " + df * s / n * (dout * s).sum(axis=1, keepdims=True)", ""),
    ("the derivative of the norm is forgotten: no 1/n", "df * s / n *", "df * s *"),
    ("1 + n2 in place of 1 - n2 in the quotient rule", "(1 - n2) / (1", "(1 + n2) / (1"),
)
