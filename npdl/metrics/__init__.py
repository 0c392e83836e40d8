"""How good the answers are, as numbers."""

from .classification import accuracy, confusion_matrix

__all__ = ["accuracy", "confusion_matrix"]
