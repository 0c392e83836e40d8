"""Training: the loop, checkpoints, weights on disk, and recipes."""

from .checkpoint import load_weights, read_arrays, save_weights, write_arrays
from .trainer import Trainer

__all__ = ["Trainer", "load_weights", "read_arrays", "save_weights", "write_arrays"]
