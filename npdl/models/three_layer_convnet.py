"""The three-layer convolutional network of CS231n's second assignment."""

from .. import nn, ops
from ..backend import to_device
from ..errors import InputError


class ThreeLayerConvNet(nn.Module):
    """conv - relu - 2×2 max pooling - affine - relu - affine, with the softmax loss and a penalty on the weights.

    shape: (C, H, W) of one image, H and W even; the convolution is kernel×kernel and keeps the size (kernel odd). All
    weights are normal with standard deviation weight_scale, all biases zero.
    loss = cross-entropy + reg/2 · Σ w² over the three weights.
    """

    def __init__(
        self, shape=(3, 32, 32), *, filters=32, kernel=7, hidden=100, classes=10, weight_scale=1e-3, reg=0.0, rng=None
    ):
        channels, height, width = shape
        if height % 2 or width % 2:
            raise InputError("ThreeLayerConvNet", "shape", "(C, H, W) with even H and W, for the pooling", shape)
        if not isinstance(kernel, int) or kernel < 1 or kernel % 2 == 0:
            expected = "odd and >= 1, so that the convolution keeps the size"
            raise InputError("ThreeLayerConvNet", "kernel", expected, kernel)
        for name, value in (("weight_scale", weight_scale), ("reg", reg)):
            if not value >= 0:
                raise InputError("ThreeLayerConvNet", name, ">= 0", value)
        self.conv = nn.Conv2d(channels, filters, kernel, pad=kernel // 2, rng=rng)
        self.fc1 = nn.Affine(filters * (height // 2) * (width // 2), hidden, rng=rng)
        self.fc2 = nn.Affine(hidden, classes, rng=rng)
        self.reg = reg
        for weight in self.weights():
            weight.data = to_device(nn.init.normal(weight.shape, std=weight_scale, rng=rng))

    def weights(self):
        """The three weights, without the biases."""
        return self.conv.weight, self.fc1.weight, self.fc2.weight

    def forward(self, x):
        """Scores (N, classes) of x (N, C, H, W)."""
        x = ops.max_pool2d(ops.relu(self.conv(x)), size=2)  # (N, F, H / 2, W / 2)
        x = ops.relu(self.fc1(ops.reshape(x, shape=(len(x), -1))))  # (N, hidden)
        return self.fc2(x)

    def penalty(self):
        """reg/2 · Σ w²; the Trainer adds it to its loss."""
        return sum((w * w).sum() for w in self.weights()) * (0.5 * self.reg)

    def loss(self, x, y):
        """The penalised loss of x with the labels y."""
        return ops.softmax_cross_entropy(self(x), y) + self.penalty()
