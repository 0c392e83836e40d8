"""An image is worth 16x16 words. Dosovitskiy et al. 2021 (ViT)."""

from .. import nn, ops
from ..errors import InputError


class ViT(nn.Module):
    """A transformer encoder over the patches of an image, and a class token in front whose last state is classified.

    image: height and width, or one number for both, multiples of the patch; every patch of P x P pixels becomes one
    vector of dim numbers, plus one that is learnt for its place. hidden: of the feed-forward networks, by default
    4 dim. pre_logits: the head is Linear, tanh, Linear with so many units between, as in the paper's pre-training; else
    one Linear, as in its fine-tuning. dropout: after the positions and in every layer; drop_path: stochastic depth.
    std: of the positions and the class token as they are drawn; where training is short they are found much sooner if
    they start as large as the patches' vectors.
    """

    def __init__(
        self, image, patch, classes=1000, *, channels=3, dim=768, depth=12, heads=12, hidden=None, dropout=0.0,
        drop_path=0.0, pre_logits=None, std=0.02, rng=None,
    ):  # fmt: skip
        self.image = (image, image) if isinstance(image, int) else tuple(image)
        if not isinstance(patch, int) or patch < 1 or any(side % patch or side < 1 for side in self.image):
            raise InputError("ViT", "patch", f"a divisor of the image's sides {self.image}", patch)
        self.grid = tuple(side // patch for side in self.image)
        self.patches = nn.PatchEmbedding(channels, dim, patch, rng=rng)
        self.class_token = nn.ClassToken(dim, std=std, rng=rng)
        self.positions = nn.LearnedPositions(1 + self.grid[0] * self.grid[1], dim, std=std, rng=rng)
        self.dropout = nn.Dropout(dropout, rng=rng)
        options = dict(dropout=dropout, activation="gelu", norm_first=True, drop_path=drop_path, eps=1e-6, rng=rng)
        hidden = hidden or 4 * dim
        self.layers = [nn.TransformerEncoderLayer(dim, heads, hidden, **options) for _ in range(depth)]
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.pre_logits = nn.Linear(dim, pre_logits, rng=rng) if pre_logits else None
        self.head = nn.Linear(pre_logits or dim, classes, rng=rng)

    def tokens(self, x):
        """The last states of the class token and of all patches: (N, 1 + T, dim)."""
        if tuple(x.shape[2:]) != self.image:
            raise InputError("ViT", "x", f"(N, C, {self.image[0]}, {self.image[1]})", tuple(x.shape))
        x = self.class_token(self.patches(x))  # (N, 1 + T, D)
        x = self.dropout(self.positions(x))
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)

    def forward(self, x):
        y = self.tokens(x)[:, 0]  # (N, D): the class token's
        if self.pre_logits is not None:
            y = ops.tanh(self.pre_logits(y))
        return self.head(y)

    def read(self, image):
        """Read images of another size from now on: the positions are interpolated to its grid of patches. Sect. 3.2."""
        patch = self.patches.patch
        image = (image, image) if isinstance(image, int) else tuple(image)
        if any(side % patch or side < 1 for side in image):
            raise InputError("ViT.read", "image", f"of sides that are multiples of the patch {patch}", image)
        grid = tuple(side // patch for side in image)
        rows = nn.interpolate_positions(self.positions.weight.data, self.grid, grid, prefix=1)
        self.positions.weight = nn.Parameter(rows)
        self.image, self.grid = image, grid
        return self


def vit_b16(classes=1000, *, image=224, **options):
    """ViT-B/16: 12 layers of width 768, 12 heads; 86,567,656 parameters for 1,000 classes. Table 1 of the paper."""
    return ViT(image, 16, classes, dim=768, depth=12, heads=12, **options)


def vit_l16(classes=1000, *, image=224, **options):
    """ViT-L/16: 24 layers of width 1024, 16 heads; 304,326,632 parameters for 1,000 classes."""
    return ViT(image, 16, classes, dim=1024, depth=24, heads=16, **options)


def vit_h14(classes=1000, *, image=224, **options):
    """ViT-H/14: 32 layers of width 1280, 16 heads; 632,045,800 parameters for 1,000 classes."""
    return ViT(image, 14, classes, dim=1280, depth=32, heads=16, **options)
