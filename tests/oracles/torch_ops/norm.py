"""npdl.ops.norm in PyTorch."""

import torch.nn.functional as F


def batchnorm(x, gamma, beta, running_mean=None, running_var=None, *, training=True, momentum=0.9, eps=1e-5):
    if training:
        running_mean = running_var = None  # the output does not depend on them
    return F.batch_norm(x, running_mean, running_var, gamma, beta, training, 1 - momentum, eps)


def layernorm(x, gamma, beta, *, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], gamma, beta, eps)


def groupnorm(x, gamma, beta, *, groups, eps=1e-5):
    return F.group_norm(x, groups, gamma, beta, eps)


TORCH = {
    "batchnorm": batchnorm,
    "layernorm": layernorm,
    "groupnorm": groupnorm,
}
