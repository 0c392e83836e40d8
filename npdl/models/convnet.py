"""The plain convolutional network: the pattern that most of the classics follow."""

from .. import nn
from ..errors import InputError


class ConvNet(nn.Sequential):
    """((conv - relu) × convs - pool) × blocks - (affine - relu) × len(hidden) - affine.

    Every convolution is 3×3 with padding 1 (it keeps the size), every pooling 2×2 (it halves each side), every block
    has twice the filters of the one before. shape: (C, H, W) of one image.
    """

    def __init__(self, shape, classes=10, *, convs=1, blocks=2, filters=16, hidden=(64,), dropout=0.0, rng=None):
        channels, height, width = shape
        if min(height, width) < 2**blocks:
            raise InputError("ConvNet", "blocks", f"few enough to halve a {height}×{width} image so often", blocks)
        parts = []
        for block in range(blocks):
            for _ in range(convs):
                parts += [nn.Conv2d(channels, filters * 2**block, 3, pad=1, rng=rng), nn.ReLU()]
                channels = filters * 2**block
            parts.append(nn.MaxPool2d(2))
            height, width = height // 2, width // 2
        parts.append(nn.Flatten())
        features = channels * height * width
        for size in hidden:
            parts += [nn.Affine(features, size, rng=rng), nn.ReLU()]
            if dropout:
                parts.append(nn.Dropout(dropout, rng=rng))
            features = size
        super().__init__(*parts, nn.Affine(features, classes, rng=rng))
