"""A hierarchical vision transformer with shifted windows. Liu et al. 2021 (Swin)."""

from .. import nn, ops
from ..errors import InputError


class SwinBlock(nn.Module):
    """x + attention within windows of x, then x + feed-forward network of x, each after a layer norm: Eq. 3.

    x: (N, H, W, dim). shift: 0 for W-MSA; window // 2 for SW-MSA, whose windows connect what the block before kept
    apart. Two such blocks in a row are one round of the paper. Names are the authors'.
    """

    def __init__(self, dim, heads, window, *, shift=0, mlp_ratio=4, drop_path=0.0, rng=None):
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = nn.WindowAttention(dim, heads, window, shift=shift, rng=rng)
        self.mlp = nn.FeedForward(dim, int(mlp_ratio * dim), rng=rng)
        self.drop_path = nn.DropPath(drop_path, rng=rng)

    def forward(self, x):  # (N, H, W, D)
        x = ops.add(x, self.drop_path(self.attn(self.norm1(x))))
        return ops.add(x, self.drop_path(self.mlp(self.norm2(x))))


def swin_blocks(depth, dim, heads, window, **options):
    """So many SwinBlocks, every second one shifted by half a window."""
    return [SwinBlock(dim, heads, window, shift=(window // 2) * (i % 2), **options) for i in range(depth)]


class PatchMerging(nn.Module):
    """(N, H, W, dim) -> (N, H / 2, W / 2, 2 dim): each 2 x 2 pixels one behind the other, normed, and one Linear."""

    def __init__(self, dim, *, rng=None):
        self.norm = nn.LayerNorm(4 * dim)
        self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False, rng=rng)

    def forward(self, x):
        if x.shape[1] % 2 or x.shape[2] % 2:
            raise InputError("PatchMerging", "x", "(N, H, W, dim) with an even height and width", tuple(x.shape))
        corners = [x[:, i::2, j::2] for j in (0, 1) for i in (0, 1)]  # the authors' order
        return self.reduction(self.norm(ops.concat(*corners, axis=-1)))


class SwinTransformer(nn.Module):
    """Patches of 4 x 4 pixels, stages of SwinBlocks, each stage of half the image and twice the width; a mean; a head.

    By default Swin-T: 28,288,354 parameters for 1,000 classes, images of 224². The sides of each stage must be
    multiples of the window, or no longer than it.
    """

    def __init__(
        self, classes=1000, *, channels=3, patch=4, dim=96, depths=(2, 2, 6, 2), heads=(3, 6, 12, 24), window=7,
        drop_path=0.0, rng=None,
    ):  # fmt: skip
        self.patch_embed = nn.PatchEmbedding(channels, dim, patch, rng=rng)
        self.patch_norm = nn.LayerNorm(dim)
        self.stages, self.merges = [], []
        for stage, (depth, h) in enumerate(zip(depths, heads, strict=True)):
            if stage:
                self.merges.append(PatchMerging(dim, rng=rng))
                dim = 2 * dim
            self.stages.append(swin_blocks(depth, dim, h, window, drop_path=drop_path, rng=rng))
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, classes, rng=rng)

    def forward(self, x):
        N, P = len(x), self.patch_embed.patch
        grid = x.shape[2] // P, x.shape[3] // P
        x = self.patch_norm(self.patch_embed(x)).reshape(N, *grid, -1)  # (N, H / 4, W / 4, D)
        for stage, blocks in enumerate(self.stages):
            if stage:
                x = self.merges[stage - 1](x)
            for block in blocks:
                x = block(x)
        return self.head(ops.mean(self.norm(x), axis=(1, 2)))
