"""Data: the embedded sets, and what turns arrays into batches."""

from .digits import load_digits
from .loader import DataLoader, train_val_split
from .scenes import Scenes, load_scenes
from .spiral import spiral

__all__ = ["load_digits", "load_scenes", "Scenes", "spiral", "DataLoader", "train_val_split"]
