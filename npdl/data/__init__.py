"""Data: the embedded sets, and what turns arrays into batches."""

from .digits import load_digits
from .loader import DataLoader, train_val_split
from .spiral import spiral

__all__ = ["load_digits", "spiral", "DataLoader", "train_val_split"]
