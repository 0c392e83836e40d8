"""The fully connected network of CS231n's second assignment."""

from .. import nn
from ..errors import InputError


class FullyConnectedNet(nn.Sequential):
    """(affine - [normalisation] - relu - [dropout]) × L - affine, for any list of hidden sizes.

    norm: None, "batch" or "layer"; dropout: probability of dropping, 0 for none.
    """

    def __init__(self, inputs, hidden, classes=10, *, norm=None, dropout=0.0, rng=None):
        norms = {None: None, "batch": nn.BatchNorm, "layer": nn.LayerNorm}
        if norm not in norms:
            raise InputError("FullyConnectedNet", "norm", 'None, "batch" or "layer"', norm)
        parts = [nn.Flatten()]
        for size in hidden:
            parts.append(nn.Affine(inputs, size, rng=rng))
            if norm:
                parts.append(norms[norm](size))
            parts.append(nn.ReLU())
            if dropout:
                parts.append(nn.Dropout(dropout, rng=rng))
            inputs = size
        super().__init__(*parts, nn.Affine(inputs, classes, rng=rng))
