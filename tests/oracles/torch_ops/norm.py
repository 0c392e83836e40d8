"""npdl.ops.norm in PyTorch."""

import torch.nn.functional as F


def batchnorm(x, gamma, beta, running_mean=None, running_var=None, *, training=True, momentum=0.9, eps=1e-5):
    if training:
        running_mean = running_var = None  # the output does not depend on them
    return F.batch_norm(x, running_mean, running_var, gamma, beta, training, 1 - momentum, eps)


def layernorm(x, gamma, beta, *, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], gamma, beta, eps)


def groupnorm(x, gamma=None, beta=None, *, groups, eps=1e-5):
    return F.group_norm(x, groups, gamma, beta, eps)


def instancenorm(x, gamma=None, beta=None, *, eps=1e-5):
    return F.instance_norm(x, weight=gamma, bias=beta, eps=eps)


def local_response_norm(x, *, size=5, alpha=1e-4, beta=0.75, k=1.0):
    return F.local_response_norm(x, size, alpha, beta, k)


def l2_normalise(x, *, axis=-1, eps=1e-12):
    return F.normalize(x, dim=axis, eps=eps)


def rmsnorm(x, gamma, *, eps=1e-6):
    return F.rms_norm(x, x.shape[-1:], gamma, eps)


TORCH = {
    "batchnorm": batchnorm,
    "layernorm": layernorm,
    "groupnorm": groupnorm,
    "instancenorm": instancenorm,
    "local_response_norm": local_response_norm,
    "l2_normalise": l2_normalise,
    "rmsnorm": rmsnorm,
}
