"""Penalties as modules, called as penalty(*model.parameters())."""

from .. import ops
from .loss import Loss


class L2Penalty(Loss):
    """ops.l2_penalty."""

    op = ops.l2_penalty
