"""What a check costs: forwards an entry and seconds, in full mode on layers and in directional mode on a ResNet-20.

env -u OPENBLAS_CORETYPE python benchmarks/gradcheck/cost.py
"""

import numpy as np

import gradcheck
from npdl import Tensor, nn, ops


def conv2d(N, C, H, F, k):
    """One convolution of ordinary size."""
    rng = np.random.default_rng(0)
    inputs = {"x": rng.standard_normal((N, C, H, H)), "w": rng.standard_normal((F, C, k, k)), "b": rng.random(F)}
    return ops.conv2d_forward, ops.conv2d_backward, inputs, {"stride": 2, "pad": 1}


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut: y = relu(F(x) + x). He et al. 2016."""

    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(channels, out, 3, stride=stride, pad=1, bias=False), nn.BatchNorm(out)
        self.conv2, self.norm2 = nn.Conv2d(out, out, 3, pad=1, bias=False), nn.BatchNorm(out)
        self.stride, self.more = stride, out - channels

    def forward(self, x):
        y = self.norm2(self.conv2(ops.relu(self.norm1(self.conv1(x)))))
        if self.more:  # the shortcut without parameters (option A): every second pixel, new channels zero
            x = x[:, :, :: self.stride, :: self.stride]
            x = ops.concat(x, Tensor(np.zeros((x.shape[0], self.more, *x.shape[2:]), x.dtype)), axis=1)
        return ops.relu(y + x)


class ResNet20(nn.Module):
    """ResNet-20 for 32x32 images: 16, 32 and 64 channels, three blocks each."""

    def __init__(self, classes=10):
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, 16, 3, pad=1, bias=False), nn.BatchNorm(16)
        sizes = [(16, 16, 1)] * 3 + [(16, 32, 2), (32, 32, 1), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 64, 1)]
        self.blocks = [Block(*size) for size in sizes]
        self.head = nn.Affine(64, classes)

    def forward(self, x):
        x = ops.relu(self.norm(self.stem(x)))
        for block in self.blocks:
            x = block(x)
        return self.head(ops.global_avg_pool2d(x))


def main():
    """A line a check."""
    print(f"{'check':44}{'entries':>9}{'forwards/entry':>16}{'seconds':>9}  verdict")
    layers = {
        "conv2d x (2, 3, 16, 16), w (8, 3, 3, 3)": conv2d(2, 3, 16, 8, 3),
        "conv2d x (4, 8, 16, 16), w (16, 8, 3, 3)": conv2d(4, 8, 16, 16, 3),
    }
    for name, (forward, backward, inputs, options) in layers.items():
        show(name, gradcheck.check(forward, backward, inputs, mode="full", **options))
        show(f"{name[:35]}..., auto", gradcheck.check(forward, backward, inputs, **options))
    model, rng = ResNet20(), np.random.default_rng(0)
    x, y = rng.standard_normal((2, 3, 32, 32)), rng.integers(0, 10, 2)
    show("ResNet-20, 2 images", gradcheck.check_model(model, x, y, ops.softmax_cross_entropy, budget=2.0).report)


def show(name, report):
    """One line of the table."""
    entries = sum(r.total for r in report.inputs.values())
    row = f"{name:44}{entries:9,}{report.forwards / entries:16.3f}{report.seconds:9.2f}"
    print(f"{row}  {report.verdict} ({report.mode})")
    if not report.ok:
        print(report)


if __name__ == "__main__":
    main()
