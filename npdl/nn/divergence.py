"""Divergences as modules, called as loss(p, q), loss(mu, logvar) or loss(mu1, logvar1, mu2, logvar2)."""

from .. import ops
from .loss import Loss


class KLDivergence(Loss):
    """ops.kl_divergence; option: reduction."""

    op = ops.kl_divergence


class KLWithLogits(Loss):
    """ops.kl_with_logits; option: reduction."""

    op = ops.kl_with_logits


class GaussianKL(Loss):
    """ops.gaussian_kl; option: reduction."""

    op = ops.gaussian_kl


class NormalKL(Loss):
    """ops.normal_kl; option: reduction."""

    op = ops.normal_kl
