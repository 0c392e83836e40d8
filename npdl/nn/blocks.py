"""Blocks that networks are built of: one idea of a paper in a few layers. The residual block is in containers.py."""

from .. import ops
from . import init
from .activation import LeakyReLU, ReLU, Sigmoid
from .containers import Sequential
from .conv import Conv2d
from .fusion import batchnorm_then_relu
from .module import Module
from .norm import BatchNorm


class SqueezeExcitation(Module):
    """Every channel times a number in (0, 1) on which all channels together decide. Hu, Shen and Sun 2018 (SENet).

    scale = gate(fc2(activation(fc1(mean of x over the pixels)))): squeeze the image into one number a channel, mix
    these through `squeezed` units, excite. SENet has channels / 16 units. EfficientNet's MBConv has a quarter of the
    channels that enter the *block*, fewer than the expanded ones that are scaled here, and SiLU as activation.
    """

    def __init__(self, channels, squeezed, *, activation=None, gate=None, rng=None):
        self.fc1 = Conv2d(channels, squeezed, 1, rng=rng)  # torchvision's names: on one pixel it is fully connected
        self.fc2 = Conv2d(squeezed, channels, 1, rng=rng)
        self.activation = ReLU() if activation is None else activation
        self.gate = Sigmoid() if gate is None else gate

    def scale(self, x):
        """The numbers by which x's channels are multiplied: (N, C, 1, 1)."""
        mean = ops.mean(x, axis=(2, 3), keepdims=True)
        return self.gate(self.fc2(self.activation(self.fc1(mean))))

    def forward(self, x):
        return ops.mul(x, self.scale(x))


class DenseLayer(Module):
    """H_l of a dense block: batch norm, relu, 3x3 convolution into `growth` channels.

    bottleneck: 4, as in DenseNet-B, puts batch norm, relu and a 1x1 convolution into 4 · growth channels in front.
    Names are torchvision's.
    """

    def __init__(self, channels, growth, *, bottleneck=None, rng=None):
        steps = [(channels, growth, 3)]
        if bottleneck is not None:
            steps = [(channels, bottleneck * growth, 1), (bottleneck * growth, growth, 3)]
        self.bottleneck = bottleneck
        for i, (inputs, outputs, kernel) in enumerate(steps, start=1):
            setattr(self, f"norm{i}", BatchNorm(inputs))
            setattr(self, f"conv{i}", Conv2d(inputs, outputs, kernel, pad=kernel // 2, bias=False, rng=rng))

    def forward(self, x):
        x = self.conv1(batchnorm_then_relu(self.norm1, x))
        return self.conv2(batchnorm_then_relu(self.norm2, x)) if self.bottleneck else x


class DenseBlock(Module):
    """x_(l+1) = H_l([x_0, ..., x_l]): each layer sees all before it. Huang et al. 2017 (DenseNet).

    (N, C, H, W) -> (N, C + layers · growth, H, W): x itself and, behind it, what each layer adds. The gradient reaches
    x directly and through every layer. layer(channels, growth, **options) makes an H.
    """

    def __init__(self, channels, layers, growth, *, layer=DenseLayer, **options):
        for i in range(layers):
            setattr(self, f"denselayer{i + 1}", layer(channels + i * growth, growth, **options))

    def forward(self, x):
        for _, layer in self.children():
            x = ops.concat(x, layer(x), axis=1)
        return x


def _conv_and_leaky_relu(channels, growth, *, rng=None):
    return Sequential(Conv2d(channels, growth, 3, pad=1, rng=rng), LeakyReLU(0.2))


class ResidualDenseBlock(Module):
    """y = x + scale · merge(dense(x)): a dense block of four convolutions without norms, a fifth back to x's channels.

    Weights start at a tenth, and so the block near the identity. Wang et al. 2018 (ESRGAN).
    """

    def __init__(self, channels, growth=32, *, scale=0.2, rng=None):
        self.dense = DenseBlock(channels, 4, growth, layer=_conv_and_leaky_relu, rng=rng)
        self.merge = Conv2d(channels + 4 * growth, channels, 3, pad=1, rng=rng)
        self.residual_scale = scale
        init.shrink(self, 0.1)

    def forward(self, x):
        return ops.add(x, ops.mul(self.merge(self.dense(x)), self.residual_scale))


class ResidualInResidualDenseBlock(Module):
    """y = x + scale · rdb3(rdb2(rdb1(x))): RRDB, of which ESRGAN has 23. Wang et al. 2018.

    It has no batch norm. In super-resolution that costs more than it gives: statistics of the training patches do not
    fit a test image, which shows as artefacts. Scaled residuals keep so deep a network stable in its place, and it does
    the same in training and in test mode.
    """

    def __init__(self, channels, growth=32, *, scale=0.2, rng=None):
        self.rdb1, self.rdb2, self.rdb3 = (ResidualDenseBlock(channels, growth, scale=scale, rng=rng) for _ in range(3))
        self.residual_scale = scale

    def forward(self, x):
        return ops.add(x, ops.mul(self.rdb3(self.rdb2(self.rdb1(x))), self.residual_scale))
