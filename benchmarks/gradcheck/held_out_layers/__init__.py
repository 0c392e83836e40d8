"""Layers as students write them, and mistakes in their backward passes, by somebody who had not read the rules.

None of them was changed after gradcheck had seen it. Each file holds right layers; below a layer stand its mistakes,
as words and as changes of its text. held_out.py runs them all.
"""

from . import activations, attention, conv, dense, gates, losses, norms, pooling, recurrent, tables
from .base import LAYERS

__all__ = [
    "LAYERS",
    "activations",
    "attention",
    "conv",
    "dense",
    "gates",
    "losses",
    "norms",
    "pooling",
    "recurrent",
    "tables",
]
