"""Residual networks for 32×32 images. He, Zhang, Ren and Sun 2016."""

from .. import nn, ops
from ..errors import InputError


class BasicBlock(nn.Module):
    """relu(bn(conv(relu(bn(conv(x))))) + shortcut(x)), both convolutions 3×3: figure 5 of the paper, left.

    The shortcut is x itself, or a 1×1 convolution (`downsample`) where the block changes size or width. Without it
    (residual=False) this is two layers of a plain network. Parts are named as in torchvision.
    """

    def __init__(self, channels, filters, *, stride=1, residual=True, rng=None):
        self.conv1 = nn.Conv2d(channels, filters, 3, stride=stride, pad=1, bias=False, rng=rng)
        self.bn1 = nn.BatchNorm(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, pad=1, bias=False, rng=rng)
        self.bn2 = nn.BatchNorm(filters)
        self.residual, self.downsample = residual, None
        if residual and (stride != 1 or channels != filters):
            project = nn.Conv2d(channels, filters, 1, stride=stride, bias=False, rng=rng)
            self.downsample = nn.Sequential(project, nn.BatchNorm(filters))

    def forward(self, x):  # (N, C, H, W)
        y = nn.batchnorm_then_relu(self.bn1, self.conv1(x))  # (N, F, H / stride, W / stride)
        shortcut = None if not self.residual else x if self.downsample is None else self.downsample(x)
        return nn.batchnorm_then_relu(self.bn2, self.conv2(y), shortcut)


class ResNet(nn.Module):
    """A 3×3 convolution, stages of BasicBlocks, a global average, and one affine layer.

    blocks, widths: the number of blocks and of filters of each stage; every stage but the first halves the image.
    residual=False leaves out the shortcuts: the plain network of the same depth, which the paper compares with.
    """

    def __init__(self, blocks, widths, classes=10, *, channels=3, residual=True, rng=None):
        if not blocks or len(blocks) != len(widths):
            expected = f"one for each of the {len(blocks)} stages in blocks, and these not none"
            raise InputError("ResNet", "widths", expected, widths)
        self.conv1 = nn.Conv2d(channels, widths[0], 3, pad=1, bias=False, rng=rng)
        self.bn1 = nn.BatchNorm(widths[0])
        self.stages = len(blocks)
        inputs = widths[0]
        for stage, (count, filters) in enumerate(zip(blocks, widths), start=1):
            parts = []
            for block in range(count):
                stride = 2 if stage > 1 and block == 0 else 1
                parts.append(BasicBlock(inputs, filters, stride=stride, residual=residual, rng=rng))
                inputs = filters
            setattr(self, f"layer{stage}", nn.Sequential(*parts))
        self.fc = nn.Affine(inputs, classes, rng=rng)

    def forward(self, x):  # (N, 3, 32, 32)
        x = nn.batchnorm_then_relu(self.bn1, self.conv1(x))
        for stage in range(1, self.stages + 1):
            x = getattr(self, f"layer{stage}")(x)
        return self.fc(ops.global_avg_pool2d(x))


class ResNet18(ResNet):
    """Stages of 2 blocks of 64, 128, 256 and 512 filters: 11,173,962 parameters for 10 classes.

    The 18-layer network of the paper's table 1 with a stem for small images: 3×3, stride 1, no pooling.
    """

    def __init__(self, classes=10, *, channels=3, rng=None):
        super().__init__((2, 2, 2, 2), (64, 128, 256, 512), classes, channels=channels, rng=rng)


class ResNet20(ResNet):
    """The network of the paper's section 4.2 with 6n + 2 = 20 layers: stages of n = 3 blocks of 16, 32 and 64 filters.

    272,474 parameters for 10 classes; 2,752 of them are the two projections where the paper pads with zeros. depth:
    6n + 2 for another n (56, 110 in the paper).
    """

    def __init__(self, classes=10, *, depth=20, channels=3, residual=True, rng=None):
        n, rest = divmod(depth - 2, 6)
        if not isinstance(depth, int) or n < 1 or rest:
            raise InputError("ResNet20", "depth", "6n + 2 for an integer n >= 1 (8, 14, 20, ...)", depth)
        super().__init__((n, n, n), (16, 32, 64), classes, channels=channels, residual=residual, rng=rng)
