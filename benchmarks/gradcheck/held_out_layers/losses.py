"""Losses: a scalar out, so that dout is a number."""

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
    ("the plain hinge's derivative: 1 in place of 2 m", "-2 * m * y", "-(m > 0) * y"),
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
