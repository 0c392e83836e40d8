"""npdl.ops.loss in PyTorch."""

import torch.nn.functional as F


def softmax_cross_entropy(scores, y, *, reduction="mean", ignore_index=None, label_smoothing=0.0):
    """PyTorch ignores the label -100 unless told otherwise; here there is none (and no label is ever -1)."""
    ignored = -1 if ignore_index is None else ignore_index
    return F.cross_entropy(scores, y, ignore_index=ignored, reduction=reduction, label_smoothing=label_smoothing)


def svm_loss(scores, y, *, delta=1.0):
    """PyTorch divides by the number of classes too."""
    return F.multi_margin_loss(scores, y, margin=delta) * scores.shape[1]


TORCH = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "svm_loss": svm_loss,
    "bce_with_logits": lambda x, z, *, reduction="mean": F.binary_cross_entropy_with_logits(
        x, z.to(x.dtype), reduction=reduction
    ),
    "mse": lambda x, target, *, reduction="mean": F.mse_loss(x, target, reduction=reduction),
}
