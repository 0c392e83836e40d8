"""Losses of regression as modules, called as loss(x, target)."""

from .. import ops
from .loss import Loss


class MSE(Loss):
    """ops.mse; option: reduction."""

    op = ops.mse


class L1(Loss):
    """ops.l1; option: reduction."""

    op = ops.l1


class Huber(Loss):
    """ops.huber; options: delta, reduction."""

    op = ops.huber


class SmoothL1(Loss):
    """ops.smooth_l1; options: beta, reduction."""

    op = ops.smooth_l1


class GaussianNLL(Loss):
    """ops.gaussian_nll, called as loss(x, mu, logvar); option: reduction."""

    op = ops.gaussian_nll
