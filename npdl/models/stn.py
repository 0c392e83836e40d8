"""STN: a network that looks at its image from where it likes. Jaderberg, Simonyan, Zisserman and Kavukcuoglu 2015."""

import numpy as np

from .. import nn, ops
from ..backend import to_device
from .convnet import ConvNet

IDENTITY = (1, 0, 0, 0, 1, 0)  # θ, row by row


class SpatialTransformerNetwork(nn.Module):
    """Reads a map θ off each image and shows the image as seen through it: (N, C, H, W) -> (N, C, *size).

        localise   θ = fc(localisation(x))      (N, 2, 3)        see `maps`
        grid       places = θ (x, y, 1)         (N, H, W, 2)     see `grid`
        sample     y = x at these places        (N, C, H, W)

    Nobody tells it which map is right: the gradient of whatever loss comes behind reaches θ through the sampler. At the
    start every θ is the identity. It is a layer, to be put before a classifier or within one; the localisation net is
    two convolutions of 3×3 with max pooling, and `hidden` units. shape: (C, H, W) of an image; size: of the output,
    (H', W') or an int, by default that of the images; padding: as in ops.grid_sample.

    The paper calls the layer a spatial transformer. nn's SpatialTransformer of latent diffusion is another thing: a
    transformer block that lets the pixels of a map attend to a text.
    """

    def __init__(self, shape, *, size=None, filters=8, hidden=32, padding="zeros", rng=None):
        self.size, self.padding = size, padding
        self.localisation = nn.Sequential(ConvNet(shape, hidden, filters=filters, hidden=(), rng=rng), nn.ReLU())
        self.fc = nn.Affine(hidden, 6, rng=rng)
        self.fc.weight.data = np.zeros_like(self.fc.weight.data)
        self.fc.bias.data = to_device(np.array(IDENTITY, np.float32))

    def maps(self, x):
        """θ of each image, (N, 2, 3)."""
        return self.fc(self.localisation(x)).reshape(-1, 2, 3)

    def grid(self, x):
        """Where each pixel of the output looks in the image, (N, H', W', 2)."""
        return ops.affine_grid(self.maps(x), size=self.size or x.shape[2:])

    def forward(self, x):
        return ops.grid_sample(x, self.grid(x), padding=self.padding)


def angles(theta):
    """The angle of the rotation that is nearest to each map (N, 2, 3), in degrees from -180 to 180.

    It is the angle by which what is seen through the map is turned anticlockwise: atan2(θ_yx - θ_xy, θ_xx + θ_yy).
    """
    (xx, xy), (yx, yy) = theta[:, :, :2].transpose(1, 2, 0)
    return np.degrees(np.arctan2(yx - xy, xx + yy))
