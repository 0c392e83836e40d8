"""Layers as students write them, and mistakes in their backward passes, by somebody who had not read the rules.

None of them was changed after gradcheck had seen it. Each file holds right layers; below a layer stand its mistakes,
as words and as changes of its text. held_out.py runs them all.
"""

from . import (  # noqa: F401  (each file writes its layers into LAYERS)
    activations,
    attention,
    conv,
    dense,
    dropout,
    gates,
    losses,
    norms,
    pair_losses,
    pooling,
    products,
    recurrent,
    resize,
    softmaxes,
    tables,
)
from .base import LAYERS

__all__ = ["LAYERS"]
