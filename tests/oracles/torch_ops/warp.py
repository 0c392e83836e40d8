"""npdl.ops.warp in PyTorch."""

import torch.nn.functional as F


def affine_grid(theta, *, size, align_corners=False):
    H, W = (size, size) if isinstance(size, int) else size
    return F.affine_grid(theta, (len(theta), 1, H, W), align_corners=align_corners)


def grid_sample(x, grid, *, padding="zeros", align_corners=False):
    return F.grid_sample(x, grid, "bilinear", padding, align_corners)


TORCH = {
    "affine_grid": affine_grid,
    "grid_sample": grid_sample,
}
