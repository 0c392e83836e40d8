"""npdl.ops.divergence in PyTorch."""

import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

from tests.oracles.torch_ops.base import reduced


def discrete_kl(log_p, log_q, reduction):
    """PyTorch's kl_div has the two the other way round, and a mean over classes too."""
    return reduced(F.kl_div(log_q, log_p, reduction="none", log_target=True).sum(1), reduction)


def normal_kl(mu1, logvar1, mu2, logvar2, *, reduction="mean"):
    first, second = Normal(mu1, (logvar1 / 2).exp()), Normal(mu2, (logvar2 / 2).exp())
    return reduced(kl_divergence(first, second).reshape(len(mu1), -1).sum(1), reduction)


def gaussian_kl(mu, logvar, *, reduction="mean"):
    return normal_kl(mu, logvar, torch.zeros_like(mu), torch.zeros_like(mu), reduction=reduction)


TORCH = {
    "kl_divergence": lambda p, q, *, reduction="mean": discrete_kl(p.log(), q.log(), reduction),
    "kl_with_logits": lambda a, b, *, reduction="mean": discrete_kl(
        F.log_softmax(a, 1), F.log_softmax(b, 1), reduction
    ),
    "gaussian_kl": gaussian_kl,
    "normal_kl": normal_kl,
}
