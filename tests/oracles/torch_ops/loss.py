"""npdl.ops.loss in PyTorch."""

import torch
import torch.nn.functional as F


def softmax_cross_entropy(scores, y, *, reduction="mean", ignore_index=None, label_smoothing=0.0, weight=None):
    """PyTorch ignores the label -100 unless told otherwise; here there is none (and no label is ever -1)."""
    return F.cross_entropy(
        scores,
        y,
        None if weight is None else torch.tensor(weight),
        ignore_index=-1 if ignore_index is None else ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )


def nll(log_p, y, *, reduction="mean", ignore_index=None):
    return F.nll_loss(log_p, y, ignore_index=-1 if ignore_index is None else ignore_index, reduction=reduction)


def svm_loss(scores, y, *, delta=1.0, reduction="mean"):
    """PyTorch divides by the number of classes too."""
    return F.multi_margin_loss(scores, y, margin=delta, reduction=reduction) * scores.shape[1]


def temporal_softmax_loss(scores, y, mask=None):
    y = y if mask is None else torch.where(mask, y, -1)
    return F.cross_entropy(scores.transpose(1, 2), y, ignore_index=-1, reduction="sum") / len(scores)


TORCH = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "soft_cross_entropy": lambda scores, q, *, reduction="mean": F.cross_entropy(scores, q, reduction=reduction),
    "nll": nll,
    "svm_loss": svm_loss,
    "temporal_softmax_loss": temporal_softmax_loss,
    "bce_with_logits": lambda x, z, *, reduction="mean": F.binary_cross_entropy_with_logits(
        x, z.to(x.dtype), reduction=reduction
    ),
    "bce": lambda p, z, *, reduction="mean": F.binary_cross_entropy(p, z.to(p.dtype), reduction=reduction),
}
