"""Normalisation layers: weight is gamma, bias is beta, by PyTorch's names."""

import numpy as np

from .. import ops
from ..backend import to_device
from ..errors import InputError, is_integer
from .module import Module, Parameter


class _Scaled(Module):
    """Holds gamma = 1 and beta = 0 for each feature; with affine=False nothing is scaled and nothing learnt."""

    def __init__(self, features, affine=True):
        self.weight = Parameter(to_device(np.ones(features, np.float32))) if affine else None
        self.bias = Parameter(to_device(np.zeros(features, np.float32))) if affine else None


class BatchNorm(_Scaled):
    """ops.batchnorm for (N, D) and (N, C, H, W); keeps the running mean and variance that test mode uses."""

    buffers = ("running_mean", "running_var")

    def __init__(self, features, *, momentum=0.9, eps=1e-5):
        super().__init__(features)
        self.running_mean = to_device(np.zeros(features, np.float32))
        self.running_var = to_device(np.ones(features, np.float32))
        self.options = dict(momentum=momentum, eps=eps)

    def forward(self, x):
        running = self.running_mean, self.running_var
        return ops.batchnorm(x, self.weight, self.bias, *running, training=self.training, **self.options)


class LayerNorm(_Scaled):
    """ops.layernorm over the last axis; with bias=False beta is 0 and not learnt."""

    def __init__(self, features, *, eps=1e-5, bias=True):
        super().__init__(features)
        self.bias = self.bias if bias else None
        self.eps = eps

    def forward(self, x):
        beta = np.zeros_like(self.weight.data) if self.bias is None else self.bias
        return ops.layernorm(x, self.weight, beta, eps=self.eps)


class RMSNorm(Module):
    """ops.rmsnorm over the last axis: weight (features,), no bias."""

    def __init__(self, features, *, eps=1e-6):
        self.weight = Parameter(to_device(np.ones(features, np.float32)))
        self.eps = eps

    def forward(self, x):
        return ops.rmsnorm(x, self.weight, eps=self.eps)


class GroupNorm(_Scaled):
    """ops.groupnorm."""

    def __init__(self, groups, channels, *, eps=1e-5, affine=True):
        if not is_integer(groups, 1) or channels % groups:
            raise InputError("GroupNorm", "groups", f"a divisor of channels = {channels}", groups)
        super().__init__(channels, affine)
        self.options = dict(groups=groups, eps=eps)

    def forward(self, x):
        return ops.groupnorm(x, self.weight, self.bias, **self.options)


class InstanceNorm(_Scaled):
    """ops.instancenorm. Without weights unless asked for, as in PyTorch: where it is used, a style brings its own."""

    def __init__(self, channels, *, eps=1e-5, affine=False):
        super().__init__(channels, affine)
        self.eps = eps

    def forward(self, x):
        return ops.instancenorm(x, self.weight, self.bias, eps=self.eps)


class LocalResponseNorm(Module):
    """ops.local_response_norm, with AlexNet's numbers for `LocalResponseNorm(5, alpha=5e-4, k=2)`."""

    def __init__(self, size=5, *, alpha=1e-4, beta=0.75, k=1.0):
        self.options = dict(size=size, alpha=alpha, beta=beta, k=k)

    def forward(self, x):
        return ops.local_response_norm(x, **self.options)


class L2Normalise(Module):
    """ops.l2_normalise."""

    def __init__(self, *, axis=-1, eps=1e-12):
        self.options = dict(axis=axis, eps=eps)

    def forward(self, x):
        return ops.l2_normalise(x, **self.options)
