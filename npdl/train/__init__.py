"""Training: the loop, its history, and weights on disk."""

from .checkpoint import load_weights, save_weights
from .trainer import Trainer

__all__ = ["Trainer", "load_weights", "save_weights"]
