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
from .detection import box_iou, class_average_precision, mean_average_precision
from .fusion import fusion_scores
from .image import psnr
from .perceptual import fid, lpips
from .quality import dssim, ms_ssim, psnr_colour, ssim
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
    "mean_average_precision",
    "class_average_precision",
    "box_iou",
    "inference_time",
    "psnr",
    "psnr_colour",
    "ssim",
    "ms_ssim",
    "dssim",
    "lpips",
    "fid",
    "fusion_scores",
]
