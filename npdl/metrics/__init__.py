"""How good the answers are, as numbers."""

from .classification import (
    accuracy,
    classification_report,
    confusion_matrix,
    f1,
    precision,
    recall,
    top_k_accuracy,
)
from .ranking import average_precision, precision_recall_curve, roc_auc, roc_curve
from .text import bits_per_character, bleu, exact_match, perplexity
from .timing import inference_time

__all__ = [
    "accuracy",
    "top_k_accuracy",
    "confusion_matrix",
    "precision",
    "recall",
    "f1",
    "classification_report",
    "roc_curve",
    "roc_auc",
    "precision_recall_curve",
    "average_precision",
    "inference_time",
    "bleu",
    "exact_match",
    "perplexity",
    "bits_per_character",
]
