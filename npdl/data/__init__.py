"""Data: the embedded sets, readers of real sets from your own files, and what turns samples into batches."""

from . import readers, transforms
from .copying import selective_copying
from .digits import load_digits
from .download import fetch
from .folders import split_folder
from .loader import DataLoader
from .readers import *
from .rotated_digits import load_rotated_digits
from .scenes import Scenes, load_scenes
from .spiral import spiral
from .splits import k_fold, train_val_split, train_val_test_split
from .windows import windows_of

__all__ = [
    "load_digits",
    "load_rotated_digits",
    "load_scenes",
    "Scenes",
    "selective_copying",
    "spiral",
    "fetch",
    *readers.__all__,
    "DataLoader",
    "transforms",
    "train_val_split",
    "train_val_test_split",
    "k_fold",
    "split_folder",
    "windows_of",
]
