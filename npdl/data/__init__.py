"""Data: the embedded sets, what turns arrays into batches, and readers of real sets from your own files."""

from . import readers
from .digits import load_digits
from .download import fetch
from .loader import DataLoader, train_val_split
from .readers import *
from .spiral import spiral

__all__ = ["load_digits", "spiral", "DataLoader", "train_val_split", "fetch", *readers.__all__]
