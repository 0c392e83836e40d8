"""Convolution and self-attention in one kind of block. Li et al. 2022 (UniFormer)."""

from .. import nn, ops
from ..errors import InputError


class LocalBlock(nn.Module):
    """x + positions; + mixing of what is near; + feed-forward network: all by convolutions. x: (N, dim, H, W).

    The affinity of two pixels is a learnt number that depends on the way between them alone, and is 0 beyond 5 x 5
    pixels: a depthwise convolution, between two of one pixel that are the values' and the output's projections. Sect.
    3.2. Early layers, of large images, look at details: that is enough there, and cheap. Names are the authors'.
    """

    def __init__(self, dim, *, mlp_ratio=4, drop_path=0.0, rng=None):
        self.pos_embed = nn.DepthwiseConv2d(dim, 3, pad=1, rng=rng)
        self.norm1, self.norm2 = nn.BatchNorm(dim), nn.BatchNorm(dim)
        self.conv1, self.conv2 = nn.Conv2d(dim, dim, 1, rng=rng), nn.Conv2d(dim, dim, 1, rng=rng)
        self.attn = nn.DepthwiseConv2d(dim, 5, pad=2, rng=rng)
        hidden = int(mlp_ratio * dim)
        self.mlp = nn.Sequential(nn.Conv2d(dim, hidden, 1, rng=rng), nn.GELU(), nn.Conv2d(hidden, dim, 1, rng=rng))
        self.drop_path = nn.DropPath(drop_path, rng=rng)

    def forward(self, x):
        x = ops.add(x, self.pos_embed(x))
        x = ops.add(x, self.drop_path(self.conv2(self.attn(self.conv1(self.norm1(x))))))
        return ops.add(x, self.drop_path(self.mlp(self.norm2(x))))


class GlobalBlock(nn.Module):
    """x + positions; + attention between all pixels; + feed-forward network. x: (N, dim, H, W).

    The affinity is that of content, softmax(q kᵀ / √d), over the whole image. Sect. 3.2: for late layers, of small
    images. The positions are the same depthwise convolution, which serves any size of image.
    """

    def __init__(self, dim, heads, *, mlp_ratio=4, drop_path=0.0, rng=None):
        self.pos_embed = nn.DepthwiseConv2d(dim, 3, pad=1, rng=rng)
        options = dict(activation="gelu", norm_first=True, drop_path=drop_path, rng=rng)
        self.layer = nn.TransformerEncoderLayer(dim, heads, int(mlp_ratio * dim), **options)

    def forward(self, x):
        x = ops.add(x, self.pos_embed(x))
        N, D, H, W = x.shape
        tokens = self.layer(x.reshape(N, D, H * W).transpose(0, 2, 1))  # (N, H W, D)
        return tokens.transpose(0, 2, 1).reshape(N, D, H, W)


class UniFormer(nn.Module):
    """Four stages, local, local, global, global; between them the image is halved by a convolution. Table 1.

    By default UniFormer-S for images of 224²: stages of 3, 4, 8 and 3 blocks, 21,545,256 parameters for 1,000 classes.
    Every head has head_dim numbers.
    """

    def __init__(
        self, classes=1000, *, channels=3, dims=(64, 128, 320, 512), depths=(3, 4, 8, 3), head_dim=64, mlp_ratio=4,
        drop_path=0.0, rng=None,
    ):  # fmt: skip
        if len(dims) != 4 or len(depths) != 4 or any(dim % head_dim for dim in dims[2:]):
            expected = f"of four stages, the last two multiples of head_dim = {head_dim}"
            raise InputError("UniFormer", "dims", expected, dims)
        self.embeds, self.norms, self.stages = [], [], []
        options = dict(mlp_ratio=mlp_ratio, drop_path=drop_path, rng=rng)
        for stage, (dim, depth) in enumerate(zip(dims, depths)):
            patch = 4 if stage == 0 else 2
            self.embeds.append(nn.Conv2d(channels, dim, patch, stride=patch, rng=rng))
            self.norms.append(nn.LayerNorm(dim))
            if stage < 2:
                blocks = [LocalBlock(dim, **options) for _ in range(depth)]
            else:
                blocks = [GlobalBlock(dim, dim // head_dim, **options) for _ in range(depth)]
            self.stages.append(blocks)
            channels = dim
        self.norm = nn.BatchNorm(channels)
        self.head = nn.Linear(channels, classes, rng=rng)

    def forward(self, x):  # (N, C, H, W)
        for embed, norm, blocks in zip(self.embeds, self.norms, self.stages):
            x = embed(x)
            x = norm(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)  # over the channels of each pixel
            for block in blocks:
                x = block(x)
        return self.head(ops.global_avg_pool2d(self.norm(x)))
