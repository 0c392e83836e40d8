"""npdl.ops.regression in PyTorch."""

import torch.nn.functional as F


def gaussian_nll(x, mu, logvar, *, reduction="mean"):
    """PyTorch takes the variance, and leaves log 2π out unless told otherwise."""
    return F.gaussian_nll_loss(mu, x, logvar.exp(), full=True, eps=1e-30, reduction=reduction)


TORCH = {
    "mse": lambda x, target, *, reduction="mean": F.mse_loss(x, target, reduction=reduction),
    "l1": lambda x, target, *, reduction="mean": F.l1_loss(x, target, reduction=reduction),
    "huber": lambda x, target, **options: F.huber_loss(x, target, **options),
    "smooth_l1": lambda x, target, **options: F.smooth_l1_loss(x, target, **options),
    "gaussian_nll": gaussian_nll,
}
