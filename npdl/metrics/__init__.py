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
from .segmentation import (
    adjusted_rand,
    boundary_f,
    class_iou,
    dice,
    iou,
    mean_class_accuracy,
    mean_iou,
    pixel_accuracy,
)
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
    "pixel_accuracy",
    "mean_class_accuracy",
    "class_iou",
    "mean_iou",
    "iou",
    "dice",
    "boundary_f",
    "adjusted_rand",
    "inference_time",
]
