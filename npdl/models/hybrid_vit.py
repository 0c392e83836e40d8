"""A transformer over the features of a ResNet. Dosovitskiy et al. 2021 (ViT), Sect. 3.1, "Hybrid Architecture"."""

from .. import nn, ops
from .vit import ViT


class Bottleneck(nn.Module):
    """relu(norm(1x1) of relu(norm(3x3) of relu(norm(1x1))) + shortcut): narrow inside, four times as wide outside.

    With weight standardisation and group norm in the place of batch norm (Kolesnikov et al. 2020, BiT). The 3x3
    convolution has the stride. Names are torchvision's.
    """

    def __init__(self, channels, width, *, stride=1, rng=None):
        self.conv1, self.norm1 = _conv(channels, width, 1, rng=rng), _norm(width)
        self.conv2, self.norm2 = _conv(width, width, 3, stride=stride, rng=rng), _norm(width)
        self.conv3, self.norm3 = _conv(width, 4 * width, 1, rng=rng), _norm(4 * width)
        self.downsample = None
        if stride != 1 or channels != 4 * width:
            project = _conv(channels, 4 * width, 1, stride=stride, rng=rng)
            self.downsample = nn.Sequential(project, _norm(4 * width))

    def forward(self, x):
        y = ops.relu(self.norm1(self.conv1(x)))
        y = ops.relu(self.norm2(self.conv2(y)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return ops.relu(ops.add(self.norm3(self.conv3(y)), shortcut))


def _conv(channels, filters, kernel, *, stride=1, rng=None):
    return nn.StdConv2d(channels, filters, kernel, stride=stride, pad=kernel // 2, bias=False, rng=rng)


def _norm(channels):
    return nn.GroupNorm(min(32, channels), channels)


class ResNetBackbone(nn.Module):
    """(N, 3, H, W) -> (N, 4 · widths[-1], H / 16, W / 16): a ResNet-50 without its fourth stage, nor its head.

    ResNet-50 has stages of 3, 4, 6 and 3 blocks; the last three are moved to the third stage, which does not halve the
    image, so 3, 4 and 9: 224² becomes 14 x 14 places of 1,024 channels.
    """

    def __init__(self, blocks=(3, 4, 9), widths=(64, 128, 256), *, channels=3, rng=None):
        self.conv1, self.norm1 = _conv(channels, widths[0], 7, stride=2, rng=rng), _norm(widths[0])
        self.pool = nn.MaxPool2d(3, stride=2, pad=1)
        self.stages, inputs = [], widths[0]
        for stage, (count, width) in enumerate(zip(blocks, widths, strict=True)):
            strides = [1 if stage == 0 else 2] + [1] * (count - 1)
            parts = []
            for stride in strides:
                parts.append(Bottleneck(inputs, width, stride=stride, rng=rng))
                inputs = 4 * width
            self.stages.append(nn.Sequential(*parts))

    def forward(self, x):
        x = self.pool(ops.relu(self.norm1(self.conv1(x))))
        for stage in self.stages:
            x = stage(x)
        return x


class HybridViT(nn.Module):
    """A ViT whose patches are the places (1 x 1) of a ResNet's last feature map, each the sight of a large field.

    image: height and width, multiples of 16. R50+ViT-B/16 by default: 14 x 14 = 196 tokens for 224², 98,659,112
    parameters for 1,000 classes. blocks, widths: the backbone's; all other options: ViT's.
    """

    def __init__(self, image=224, classes=1000, *, channels=3, blocks=(3, 4, 9), widths=(64, 128, 256), rng=None,
                 **options):  # fmt: skip
        sides = (image, image) if isinstance(image, int) else image
        self.backbone = ResNetBackbone(blocks, widths, channels=channels, rng=rng)
        grid = tuple(side // 16 for side in sides)
        self.vit = ViT(grid, 1, classes, channels=4 * widths[-1], rng=rng, **options)

    def forward(self, x):
        return self.vit(self.backbone(x))
