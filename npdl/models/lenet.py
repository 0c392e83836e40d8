"""LeNet: the first convolutional network that went to work, reading cheques. LeCun, Bottou, Bengio and Haffner 1998."""

from .. import nn


class LeNet5(nn.Module):
    """LeNet-5 for 1×32×32 grey images: 61,706 parameters.

    As in the paper: 6 and 16 maps of 5×5 kernels, 120, 84 and 10 units, tanh, averages for subsampling. Unlike it (and
    like everybody since): every map of the second convolution sees all six of the first, the subsampling has no weights
    of its own, and the last layer gives plain scores in place of distances to stylised digits.
    """

    def __init__(self, classes=10, *, rng=None):
        self.conv1 = nn.Conv2d(1, 6, 5, rng=rng)
        self.conv2 = nn.Conv2d(6, 16, 5, rng=rng)
        self.fc1 = nn.Affine(16 * 5 * 5, 120, rng=rng)
        self.fc2 = nn.Affine(120, 84, rng=rng)
        self.fc3 = nn.Affine(84, classes, rng=rng)
        self.tanh, self.pool, self.flatten = nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()

    def forward(self, x):  # (N, 1, 32, 32)
        x = self.pool(self.tanh(self.conv1(x)))  # (N, 6, 28, 28) -> (N, 6, 14, 14)
        x = self.pool(self.tanh(self.conv2(x)))  # (N, 16, 10, 10) -> (N, 16, 5, 5)
        x = self.flatten(x)  # (N, 400)
        x = self.tanh(self.fc1(x))
        x = self.tanh(self.fc2(x))
        return self.fc3(x)


class LeNet(nn.Module):
    """The LeNet of many tutorials, for 3×32×32 colour images (CIFAR-10): relu, max pooling, 121,182 parameters."""

    def __init__(self, classes=10, *, rng=None):
        self.conv1 = nn.Conv2d(3, 16, 5, rng=rng)
        self.conv2 = nn.Conv2d(16, 32, 5, rng=rng)
        self.fc1 = nn.Affine(32 * 5 * 5, 120, rng=rng)
        self.fc2 = nn.Affine(120, 84, rng=rng)
        self.fc3 = nn.Affine(84, classes, rng=rng)
        self.relu, self.pool, self.flatten = nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()

    def forward(self, x):  # (N, 3, 32, 32)
        x = self.pool(self.relu(self.conv1(x)))  # (N, 16, 28, 28) -> (N, 16, 14, 14)
        x = self.pool(self.relu(self.conv2(x)))  # (N, 32, 10, 10) -> (N, 32, 5, 5)
        x = self.flatten(x)  # (N, 800)
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        return self.fc3(x)
