"""Losses of distributions, pairs, triplets and images."""

# ruff: noqa: RUF059  (students unpack the whole cache)

import numpy as np

from .base import layer


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def kl_divergence_forward(p, q):
    return np.sum(p * (np.log(p) - np.log(q))) / p.shape[0], (p, q)


def kl_divergence_backward(dout, cache):
    p, q = cache
    N = p.shape[0]
    dp = dout * (np.log(p) - np.log(q) + 1) / N
    dq = -dout * p / q / N
    return dp, dq


def _rows(r, n, k):
    a = r.uniform(0.2, 1.0, size=(n, k))
    return a / a.sum(axis=1, keepdims=True)


layer(
    kl_divergence_forward,
    kl_divergence_backward,
    lambda r: dict(p=_rows(r, 4, 5), q=_rows(r, 4, 5)),
    ("dp forgets the + 1 of the product rule", "np.log(q) + 1)", "np.log(q))"),
    ("dq is upside down: q / p", "p / q / N", "q / p / N"),
    ("dq forgets p", "dout * p / q", "dout / q"),
)


def triplet_forward(a, p, n, margin=1.0):
    dp = ((a - p) ** 2).sum(axis=1)
    dn = ((a - n) ** 2).sum(axis=1)
    loss = np.maximum(0, dp - dn + margin)
    return loss.mean(), (a, p, n, loss)


def triplet_backward(dout, cache):
    a, p, n, loss = cache
    g = dout * (loss > 0)[:, None] / len(a)
    da = g * 2 * (n - p)
    dp = -2 * g * (a - p)
    dn = 2 * g * (a - n)
    return da, dp, dn


layer(
    triplet_forward,
    triplet_backward,
    lambda r: dict(a=r.normal(size=(6, 3)), p=r.normal(size=(6, 3)), n=r.normal(size=(6, 3))),
    (
        "the hinge is forgotten: satisfied triplets are pushed too",
        "dout * (loss > 0)[:, None]",
        "dout * np.ones((len(a), 1))",
    ),
    ("da forgets the negative", "2 * (n - p)", "2 * (a - p)"),
    ("dp and dn exchanged on return", "return da, dp, dn", "return da, dn, dp"),
    ("dn has the sign of dp", "dn = 2 * g", "dn = -2 * g"),
)


def contrastive_forward(x1, x2, y, margin=2.0):
    diff = x1 - x2
    d = np.sqrt((diff**2).sum(axis=1))
    gap = np.maximum(0, margin - d)
    return np.mean(y * d**2 + (1 - y) * gap**2), (diff, d, gap, y)


def contrastive_backward(dout, cache):
    diff, d, gap, y = cache
    dd = 2 * y * d - 2 * (1 - y) * gap
    dx1 = dout * dd[:, None] * diff / d[:, None] / len(y)
    return dx1, -dx1, None


layer(
    contrastive_forward,
    contrastive_backward,
    lambda r: dict(x1=r.normal(size=(6, 2)), x2=r.normal(size=(6, 2)), y=np.array([1, 0, 0, 1, 0, 1])),
    ("the derivative of the root is forgotten: no 1/d", " * diff / d[:, None]", " * diff"),
    ("dissimilar pairs are pulled together (sign)", "2 * y * d - 2 *", "2 * y * d + 2 *"),
    ("dissimilar pairs get no gradient", " - 2 * (1 - y) * gap", ""),
)


def info_nce_forward(q, k, tau=0.5):
    p = _softmax(q @ k.T / tau)
    N = len(q)
    return -np.log(p[np.arange(N), np.arange(N)]).mean(), (q, k, p, tau)


def info_nce_backward(dout, cache):
    q, k, p, tau = cache
    N = len(q)
    ds = dout * (p - np.eye(N)) / N / tau
    return ds @ k, ds.T @ q


layer(
    info_nce_forward,
    info_nce_backward,
    lambda r: dict(q=r.normal(size=(5, 3)), k=r.normal(size=(5, 3))),
    ("the temperature is forgotten", "/ N / tau", "/ N"),
    ("dk with ds not transposed", "ds.T @ q", "ds @ q"),
    ("the negatives are forgotten: only the diagonal of ds is kept", "(p - np.eye(N))", "(p * np.eye(N) - np.eye(N))"),
    ("the temperature multiplies", "/ N / tau", "/ N * tau"),
)


def cosine_embedding_forward(a, b, y):
    na = np.linalg.norm(a, axis=1)
    nb = np.linalg.norm(b, axis=1)
    c = (a * b).sum(axis=1) / (na * nb)
    loss = np.where(y == 1, 1 - c, np.maximum(0, c - 0.1))
    return loss.mean(), (a, b, na, nb, c, y)


def cosine_embedding_backward(dout, cache):
    a, b, na, nb, c, y = cache
    dc = np.where(y == 1, -1.0, c > 0.1) * dout / len(y)
    da = dc[:, None] * (b / (na * nb)[:, None] - c[:, None] * a / (na**2)[:, None])
    db = dc[:, None] * (a / (na * nb)[:, None] - c[:, None] * b / (nb**2)[:, None])
    return da, db, None


layer(
    cosine_embedding_forward,
    cosine_embedding_backward,
    lambda r: dict(a=r.normal(size=(6, 4)), b=r.normal(size=(6, 4)), y=np.array([1, -1, 1, -1, -1, 1])),
    ("da forgets that the norm depends on a", " - c[:, None] * a / (na**2)[:, None]", ""),
    ("db divides by the square of the other norm", "b / (nb**2)", "b / (na**2)"),
    ("the margin is forgotten in backward", "c > 0.1", "1.0"),
    ("db copied from da: the first term still has b", "(a / (na * nb)", "(b / (na * nb)"),
)


def dice_forward(p, t):
    inter = (p * t).sum()
    total = p.sum() + t.sum()
    return 1 - 2 * inter / total, (p, t, inter, total)


def dice_backward(dout, cache):
    p, t, inter, total = cache
    return -dout * 2 * (t * total - inter) / total**2, None


layer(
    dice_forward,
    dice_backward,
    lambda r: dict(p=r.uniform(size=(4, 6)), t=r.integers(0, 2, size=(4, 6))),
    ("the denominator is taken for a constant", "(t * total - inter) / total**2", "t / total"),
    ("the signs of the quotient rule are exchanged", "(t * total - inter)", "(inter - t * total)"),
)


def gaussian_nll_forward(mu, logvar, t):
    e = t - mu
    return 0.5 * np.mean(logvar + e**2 * np.exp(-logvar)), (e, logvar)


def gaussian_nll_backward(dout, cache):
    e, logvar = cache
    inv = np.exp(-logvar)
    dmu = -dout * e * inv / e.size
    dlogvar = 0.5 * dout * (1 - e**2 * inv) / e.size
    return dmu, dlogvar, -dmu


layer(
    gaussian_nll_forward,
    gaussian_nll_backward,
    lambda r: dict(mu=r.normal(size=(4, 3)), logvar=r.normal(size=(4, 3)), t=r.normal(size=(4, 3))),
    ("dlogvar as for the variance: 1/var in front", "(1 - e**2 * inv)", "inv * (1 - e**2 * inv)"),
    ("the variance is forgotten in dmu (so in dt)", "-dout * e * inv /", "-dout * e /"),
    ("dlogvar forgets the log term", "(1 - e**2 * inv)", "(-(e**2) * inv)"),
)


def vae_forward(mu, logvar, eps, w, t):
    z = mu + np.exp(0.5 * logvar) * eps
    e = z @ w - t
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return 0.5 * np.sum(e**2) + kl, (mu, logvar, eps, w, z, e)


def vae_backward(dout, cache):
    mu, logvar, eps, w, z, e = cache
    dz = e @ w.T
    dw = z.T @ e
    dmu = dz + mu
    dlogvar = dz * eps * 0.5 * np.exp(0.5 * logvar) + 0.5 * (np.exp(logvar) - 1)
    return {
        "mu": dout * dmu,
        "logvar": dout * dlogvar,
        "w": dout * dw,
        "t": -dout * e,
        "eps": dout * dz * np.exp(0.5 * logvar),
    }


layer(
    vae_forward,
    vae_backward,
    lambda r: dict(
        mu=r.normal(size=(3, 4)),
        logvar=r.normal(size=(3, 4)),
        eps=r.normal(size=(3, 4)),
        w=r.normal(size=(4, 5)),
        t=r.normal(size=(3, 5)),
    ),
    ("the reparametrisation forgets the 0.5 of the standard deviation", "eps * 0.5 * np", "eps * np"),
    ("the KL term is missing in dmu", "dmu = dz + mu", "dmu = dz"),
    ("the noise is forgotten in dlogvar", "dz * eps * 0.5", "dz * 0.5"),
    ("the KL term of dlogvar has the wrong sign", "0.5 * (np.exp(logvar) - 1)", "0.5 * (1 - np.exp(logvar))"),
)


def total_variation_forward(x):
    dh = x[1:, :] - x[:-1, :]
    dw = x[:, 1:] - x[:, :-1]
    return np.sum(dh**2) + np.sum(dw**2), (dh, dw, x.shape)


def total_variation_backward(dout, cache):
    dh, dw, shape = cache
    dx = np.zeros(shape)
    dx[1:, :] += 2 * dh
    dx[:-1, :] -= 2 * dh
    dx[:, 1:] += 2 * dw
    dx[:, :-1] -= 2 * dw
    return dout * dx


layer(
    total_variation_forward,
    total_variation_backward,
    lambda r: dict(x=r.normal(size=(5, 6))),
    ("the left neighbours get no gradient", "    dx[:, :-1] -= 2 * dw\n", ""),
    ("the horizontal differences overwrite the vertical ones", "dx[:, 1:] += 2 * dw", "dx[:, 1:] = 2 * dw"),
)


def bpr_forward(user, pos, neg):
    d = (user * (pos - neg)).sum(axis=1)
    return -np.log(_sigmoid(d)).mean(), (user, pos, neg, d)


def bpr_backward(dout, cache):
    user, pos, neg, d = cache
    dd = -dout * _sigmoid(-d)[:, None] / len(d)
    return dd * (pos - neg), dd * user, -dd * user


layer(
    bpr_forward,
    bpr_backward,
    lambda r: dict(user=r.normal(size=(5, 3)), pos=r.normal(size=(5, 3)), neg=r.normal(size=(5, 3))),
    ("sigmoid(d) in place of 1 - sigmoid(d)", "_sigmoid(-d)[", "_sigmoid(d)["),
    ("the user's gradient forgets the negative item", "return dd * (pos - neg)", "return dd * pos"),
)
