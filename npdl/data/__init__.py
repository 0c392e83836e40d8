"""Data: the embedded sets, what cuts and changes them, and what turns samples into batches."""

from . import transforms
from .digits import load_digits
from .folders import split_folder
from .loader import DataLoader
from .scenes import Scenes, load_scenes
from .spiral import spiral
from .splits import k_fold, train_val_split, train_val_test_split

__all__ = [
    "load_digits",
    "spiral",
    "DataLoader",
    "transforms",
    "train_val_split",
    "train_val_test_split",
    "k_fold",
    "split_folder",
    "load_scenes",
    "Scenes",
]
