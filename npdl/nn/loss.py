"""Losses as modules: an op together with its options, called as loss(scores, y)."""

from inspect import signature

from .. import ops
from ..errors import InputError, InputTypeError
from .module import Module


class Loss(Module):
    """A loss without parameters: a subclass names its op, `options` are the op's."""

    def __init__(self, **options):
        known = [p.name for p in signature(self.op).parameters.values() if p.kind is p.KEYWORD_ONLY]
        for name in options:
            if name not in known:
                expected = f"one of its options, which are: {', '.join(known) or 'none'}"
                raise InputTypeError(type(self).__name__, "an option", expected, name)
        self.options = options

    def forward(self, *arrays):
        return self.op(*arrays, **self.options)


class SoftmaxCrossEntropy(Loss):
    """ops.softmax_cross_entropy; options: reduction, ignore_index, label_smoothing, weight."""

    op = ops.softmax_cross_entropy


class SoftCrossEntropy(Loss):
    """ops.soft_cross_entropy; option: reduction."""

    op = ops.soft_cross_entropy


class NLL(Loss):
    """ops.nll; options: reduction, ignore_index."""

    op = ops.nll


class SVMLoss(Loss):
    """ops.svm_loss; options: delta, reduction."""

    op = ops.svm_loss


class TemporalSoftmaxLoss(Loss):
    """ops.temporal_softmax_loss: loss(scores, y, mask)."""

    op = ops.temporal_softmax_loss


class BCEWithLogits(Loss):
    """ops.bce_with_logits; option: reduction."""

    op = ops.bce_with_logits


class BCE(Loss):
    """ops.bce; option: reduction."""

    op = ops.bce


class Auxiliary(Module):
    """L(main) + weight · Σ_i L(auxiliary_i): the loss of a network with classifiers half-way, for their extra gradient.

    out: a tuple (main, auxiliary_1, ...) of scores, as such a network gives in training; or main alone, as in test
    mode. Szegedy et al. 2015 (GoogLeNet, section 5), with weight 0.3 and two of them.
    """

    def __init__(self, loss=None, weight=0.3):
        if isinstance(loss, type) or not (loss is None or callable(loss)):
            raise InputTypeError("Auxiliary", "loss", "an instance, such as nn.SVMLoss()", loss)
        self.loss, self.weight = SoftmaxCrossEntropy() if loss is None else loss, weight

    def forward(self, out, y):
        if isinstance(out, tuple) and not out:
            raise InputError("Auxiliary", "out", "scores, or a tuple (main, auxiliary_1, ...) of them", out)
        main, *auxiliary = out if isinstance(out, tuple) else (out,)
        total = self.loss(main, y)
        for scores in auxiliary:
            total = total + self.loss(scores, y) * self.weight
        return total
