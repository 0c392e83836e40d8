"""Losses as modules: an op together with its options, called as loss(scores, y)."""

from .. import ops
from .module import Module


class _Loss(Module):
    def __init__(self, **options):
        self.options = options

    def forward(self, x, y):
        return self.op(x, y, **self.options)


class SoftmaxCrossEntropy(_Loss):
    """ops.softmax_cross_entropy; options: reduction, ignore_index, label_smoothing."""

    op = ops.softmax_cross_entropy


class SVMLoss(_Loss):
    """ops.svm_loss; option: delta."""

    op = ops.svm_loss


class BCEWithLogits(_Loss):
    """ops.bce_with_logits; option: reduction."""

    op = ops.bce_with_logits


class MSE(_Loss):
    """ops.mse; option: reduction."""

    op = ops.mse
