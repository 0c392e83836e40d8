"""Penalties on weights: terms of the loss that know no data."""

from ..errors import InputError
from ..tape import op

__all__ = [
    "l2_penalty", "l2_penalty_forward", "l2_penalty_backward",
]  # fmt: skip


def l2_penalty_forward(*ws):
    """½ Σ w² over all the arrays given, so that the gradient is w: loss + decay * l2_penalty(*model.parameters()).

    Under plain gradient descent this is weight decay, w ← (1 - lr decay) w - lr g (Krogh and Hertz 1992). Under Adam it
    is not: there the penalty's gradient is divided by √v like all else (Loshchilov and Hutter 2019).
    """
    if not ws:
        raise InputError("l2_penalty", "ws", "one array or more", ws)
    return sum((w * w).sum() for w in ws) / 2, ws


def l2_penalty_backward(dout, ws, needs=None):
    """dw = w."""
    return tuple(dout * w if needs is None or needs[i] else None for i, w in enumerate(ws))


l2_penalty = op(l2_penalty_forward, l2_penalty_backward)
