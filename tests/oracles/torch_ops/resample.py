"""npdl.ops.resample in PyTorch."""

import torch.nn.functional as F


def resize(x, *, size, mode="nearest", align_corners=False):
    return F.interpolate(x, size, mode=mode, align_corners=None if mode == "nearest" else align_corners)


TORCH = {
    "resize": resize,
    "pixel_shuffle": lambda x, *, factor: F.pixel_shuffle(x, factor),
    "pixel_unshuffle": lambda x, *, factor: F.pixel_unshuffle(x, factor),
}
