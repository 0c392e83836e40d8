"""Kullback-Leibler divergences: KL(p ‖ q) = E_p[log p - log q], how many nats more it costs to take q for p.

In the order of mathematics: the distribution that is averaged over comes first. (PyTorch's kl_div(input, target) is
KL(target ‖ e^input), the other way round.) Never negative (of probabilities, but for rounding), 0 only for p = q, and
not symmetric. "mean" is over samples.
"""

from typing import NamedTuple

import numpy as np

from ..errors import InputError, require_shape
from ..tape import op
from ._losses import reduce_losses, require_distributions, scaled
from .activation import log_softmax_forward

__all__ = [
    "kl_divergence", "kl_divergence_forward", "kl_divergence_backward",
    "kl_with_logits", "kl_with_logits_forward", "kl_with_logits_backward",
    "gaussian_kl", "gaussian_kl_forward", "gaussian_kl_backward",
    "normal_kl", "normal_kl_forward", "normal_kl_backward",
]  # fmt: skip


def kl_divergence_forward(p, q, *, reduction="mean"):
    """KL(p ‖ q) = Σ_c p_c log(p_c / q_c) of probabilities, with 0 log 0 = 0; infinite where q_c = 0 < p_c.

    p, q: (N, C) or (N, C, ...), not negative, with sum 1 over axis 1; losses: (N,) or (N, ...).
    """
    if p.ndim < 2:
        raise InputError("kl_divergence", "p", "(N, C) or (N, C, ...)", p)
    require_shape("kl_divergence", "q", q, p.shape, "like p")
    for name, array in dict(p=p, q=q).items():
        require_distributions("kl_divergence", name, array)
    with np.errstate(divide="ignore"):  # log 0
        log_ratio = np.log(np.where(p > 0, p, 1)) - np.log(np.where(p > 0, q, 1))
    value, scale = reduce_losses("kl_divergence", (p * log_ratio).sum(axis=1), reduction)
    return value, (p, q, log_ratio, scale)


def kl_divergence_backward(dout, cache, needs=(True, True)):
    """dp = log(p / q) + 1, dq = -p / q. Where p = 0 both are 0: dp is -∞, but no p of a softmax can go further down."""
    p, q, log_ratio, scale = cache
    dout = scaled(dout, scale, 1) * (p > 0)
    dp = dout * (log_ratio + 1) if needs[0] else None
    with np.errstate(divide="ignore"):  # infinite, as the loss is
        dq = -dout * p / np.where(p > 0, q, 1) if needs[1] else None
    return dp, dq


kl_divergence = op(kl_divergence_forward, kl_divergence_backward)


def kl_with_logits_forward(a, b, *, reduction="mean"):
    """KL(softmax(a) ‖ softmax(b)), from the logits: finite for any, also where probabilities are rounded to 0.

    a, b: (N, C) or (N, C, ...), classes on axis 1; losses: (N,) or (N, ...).
    """
    if a.ndim < 2:
        raise InputError("kl_with_logits", "a", "(N, C) or (N, C, ...)", a)
    require_shape("kl_with_logits", "b", b, a.shape, "like a")
    log_p, _ = log_softmax_forward(a, axis=1)
    log_q, _ = log_softmax_forward(b, axis=1)
    p, q = np.exp(log_p), np.exp(log_q)
    log_ratio = np.where(p > 0, log_p, 0) - np.where(p > 0, log_q, 0)  # logits of -inf: a class that neither has
    value, scale = reduce_losses("kl_with_logits", (p * log_ratio).sum(axis=1), reduction)
    return value, (p, q, log_ratio, scale)


def kl_with_logits_backward(dout, cache, needs=(True, True)):
    """da = p (log(p / q) - KL), db = q - p: b has the gradient of a cross-entropy with soft targets p."""
    p, q, log_ratio, scale = cache
    dout = scaled(dout, scale, 1)
    da = dout * p * (log_ratio - (p * log_ratio).sum(axis=1, keepdims=True)) if needs[0] else None
    db = dout * (q - p) if needs[1] else None
    return da, db


kl_with_logits = op(kl_with_logits_forward, kl_with_logits_backward)


def _features(x):
    """All axes but the batch's."""
    return tuple(range(1, x.ndim))


def _spread_term(x):
    """e^x - 1 - x >= 0, what the variances cost; e^x - 1 in one piece, as near 0 little else would be left."""
    return np.maximum(np.expm1(x) - x, 0)


def gaussian_kl_forward(mu, logvar, *, reduction="mean"):
    """KL(N(mu, e^logvar) ‖ N(0, 1)) = ½ Σ (mu² + e^logvar - 1 - logvar), over the features of each sample.

    The price of a variational autoencoder's code: Kingma and Welling 2014, appendix B. mu, logvar: (N, ...);
    losses: (N,).
    """
    require_shape("gaussian_kl", "logvar", logvar, mu.shape, "like mu")
    losses = 0.5 * (mu * mu + _spread_term(logvar)).sum(axis=_features(mu))
    value, scale = reduce_losses("gaussian_kl", losses, reduction)
    return value, (mu, logvar, scale)


def gaussian_kl_backward(dout, cache, needs=(True, True)):
    """dmu = mu, dlogvar = (e^logvar - 1) / 2."""
    mu, logvar, scale = cache
    dout = scaled(dout, scale, _features(mu))
    dmu = dout * mu if needs[0] else None
    dlogvar = dout * 0.5 * np.expm1(logvar) if needs[1] else None
    return dmu, dlogvar


gaussian_kl = op(gaussian_kl_forward, gaussian_kl_backward)


class NormalKLCache(NamedTuple):
    difference: object
    excess: object  # var1 / var2 - 1
    precision: object
    axes: tuple
    scale: object


def normal_kl_forward(mu1, logvar1, mu2, logvar2, *, reduction="mean"):
    """KL(N₁ ‖ N₂) = ½ Σ [logvar2 - logvar1 - 1 + e^{logvar1 - logvar2} + (mu1 - mu2)² / e^logvar2], over the features.

    Two Gaussians with independent features: a term of diffusion's variational bound (Ho et al. 2020, eq. 5).
    All: (N, ...); losses: (N,). With mu2 = logvar2 = 0 it is gaussian_kl.
    """
    for name, array in dict(logvar1=logvar1, mu2=mu2, logvar2=logvar2).items():
        require_shape("normal_kl", name, array, mu1.shape, "like mu1")
    axes = _features(mu1)
    difference, log_ratio, precision = mu1 - mu2, logvar1 - logvar2, np.exp(-logvar2)
    losses = 0.5 * (_spread_term(log_ratio) + difference * difference * precision).sum(axis=axes)
    value, scale = reduce_losses("normal_kl", losses, reduction)
    return value, NormalKLCache(difference, np.expm1(log_ratio), precision, axes, scale)


def normal_kl_backward(dout, cache, needs=(True, True, True, True)):
    """dmu1 = (mu1 - mu2) / var2, dlogvar1 = (var1/var2 - 1) / 2, dmu2 = -dmu1; dlogvar2 also has the distance."""
    difference, excess, precision, axes, scale = cache
    dout = scaled(dout, scale, axes)
    pull = difference * precision
    dmu1 = dout * pull if needs[0] else None
    dlogvar1 = dout * 0.5 * excess if needs[1] else None
    dmu2 = -dout * pull if needs[2] else None
    dlogvar2 = dout * -0.5 * (excess + difference * pull) if needs[3] else None
    return dmu1, dlogvar1, dmu2, dlogvar2


normal_kl = op(normal_kl_forward, normal_kl_backward)
