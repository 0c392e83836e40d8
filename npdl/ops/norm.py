"""Normalisation: bring activations to mean 0 and variance 1 over some axes, then scale by gamma and shift by beta.

The three differ only in the axes: over the batch (batchnorm), over the features of one sample (layernorm), over the
channels of one group of one sample (groupnorm).
"""

from math import prod
from typing import NamedTuple

import numpy as np

from ..errors import InputError, InputTypeError, require_range, require_shape
from ..tape import op


def _sum(x, axes, keepdims=False):
    """Σ over some axes, over the first one last: inside each image, then over the batch.

    The sum is the same, but float32 keeps more digits in many short sums than in a long one, and NumPy adds arrays with
    the channels last, as fast convolutions make them, number after number.
    """
    inner = x.sum(axis=axes[1:], keepdims=True) if axes[1:] else x
    return inner.sum(axis=axes, keepdims=keepdims)


def _mean(x, axes):
    """The mean over some axes, which stay with length 1."""
    return _sum(x, axes, keepdims=True) / prod(x.shape[axis] for axis in axes)


def _standardise(x, axes, eps):
    """xhat = (x - mean) / std, std = sqrt(var + eps), var = Σ(x - mean)² / m (biased). Returns xhat, std, mean, var."""
    mean = _mean(x, axes)
    centred = x - mean
    var = _mean(centred * centred, axes)
    std = np.sqrt(var + eps)
    return centred / std, std, mean, var


def _standardise_backward(dxhat, xhat, std, axes):
    """dx = (dxhat - mean(dxhat) - xhat mean(dxhat xhat)) / std.

    Standardising ignores a shift of x and a stretch of x, so the gradient has no part along the constants (second term)
    nor along xhat (third term).
    """
    return (dxhat - _mean(dxhat, axes) - xhat * _mean(dxhat * xhat, axes)) / std


class BatchNormCache(NamedTuple):
    xhat: object
    std: object
    gamma: object
    axes: tuple
    training: bool


def batchnorm_forward(x, gamma, beta, running_mean=None, running_var=None, *, training=True, momentum=0.9, eps=1e-5):
    """y = gamma xhat + beta, xhat = (x - mean) / sqrt(var + eps), each feature over the batch. Ioffe and Szegedy 2015.

    x: (N, D) or (N, C, H, W), then over the batch and all pixels; gamma, beta, running_mean, running_var: (D,) or (C,).
    training: mean and variance of this batch; the running ones are updated in place,
        running = momentum · running + (1 - momentum) · batch
    (CS231n's momentum; PyTorch's is 1 - momentum, and its running variance the unbiased one). Else: the running ones.
    """
    if x.ndim < 2:
        raise InputError("batchnorm", "x", "(N, D) or (N, C, H, W)", x)
    axes = (0, *range(2, x.ndim))
    per_feature = tuple(1 if axis in axes else n for axis, n in enumerate(x.shape))  # (1, C, 1, 1)
    for name, array in dict(gamma=gamma, beta=beta, running_mean=running_mean, running_var=running_var).items():
        if array is not None:
            require_shape("batchnorm", name, array, (x.shape[1],), f"as x has {x.shape[1]} features")
            if array.dtype != x.dtype:  # running statistics of integers would be cut off at every update
                raise InputTypeError("batchnorm", name, f"{x.dtype} like x", array)
    require_range("batchnorm", "momentum", momentum, 0, 1)
    if training:
        if x.size <= x.shape[1]:
            raise InputError("batchnorm", "x", "more than one number for each feature, to have a variance", x)
        xhat, std, mean, var = _standardise(x, axes, eps)
        for running, batch in ((running_mean, mean), (running_var, var)):
            if running is not None:
                running[...] = momentum * running + (1 - momentum) * batch.reshape(-1)
    else:
        if running_mean is None or running_var is None:
            raise InputError("batchnorm", "running_mean and running_var", "given when training=False", None)
        std = np.sqrt(running_var.reshape(per_feature) + eps)
        xhat = (x - running_mean.reshape(per_feature)) / std
    gamma, beta = gamma.reshape(per_feature), beta.reshape(per_feature)
    return gamma * xhat + beta, BatchNormCache(xhat, std, gamma, axes, training)


def batchnorm_backward(dout, cache, needs=(True, True, True, False, False)):
    """Backward through the graph of the forward pass, one arrow at a time.

    x ─┬───────────────(−)── centred ─┬────────────(÷)── xhat ──(× gamma)──(+ beta)── y
       └── mean ────────┘             └─ var ─ std ─┘
    """
    xhat, std, gamma, axes, training = cache
    dgamma = _sum(dout * xhat, axes) if needs[1] else None
    dbeta = _sum(dout, axes) if needs[2] else None
    if not needs[0]:
        return None, dgamma, dbeta, None, None
    dxhat = dout * gamma
    dcentred = dxhat / std
    if not training:  # mean and variance were constants
        return dcentred, dgamma, dbeta, None, None
    m = xhat.size // std.size
    dstd = -_sum(dxhat * xhat, axes, keepdims=True) / std  # xhat = centred / std
    dvar = dstd / (2 * std)  # std = sqrt(var + eps)
    dcentred += dvar * 2 / m * (xhat * std)  # var = Σ centred² / m; here centred has its second gradient
    dmean = -_sum(dcentred, axes, keepdims=True)  # centred = x - mean
    dx = dcentred + dmean / m  # mean = Σ x / m; here x has its second gradient
    return dx, dgamma, dbeta, None, None


def batchnorm_backward_alt(dout, cache, needs=(True, True, True, False, False)):
    """The same gradients by the formula of _standardise_backward, where all that cancels on paper is gone."""
    xhat, std, gamma, axes, training = cache
    dgamma = _sum(dout * xhat, axes) if needs[1] else None
    dbeta = _sum(dout, axes) if needs[2] else None
    dx = None
    if needs[0]:
        dx = _standardise_backward(dout * gamma, xhat, std, axes) if training else dout * gamma / std
    return dx, dgamma, dbeta, None, None


batchnorm = op(batchnorm_forward, batchnorm_backward, constant=("running_mean", "running_var"))


def layernorm_forward(x, gamma, beta, *, eps=1e-5):
    """y = gamma xhat + beta, xhat standardised over the last axis: each sample by itself. Ba, Kiros and Hinton 2016.

    x: (..., D); gamma, beta: (D,), one for each feature. Training and test are the same.
    """
    for name, array in dict(gamma=gamma, beta=beta).items():
        require_shape("layernorm", name, array, x.shape[-1:], "as that is x's last axis")
    xhat, std, _, _ = _standardise(x, (-1,), eps)
    return gamma * xhat + beta, (xhat, std, gamma)


def layernorm_backward(dout, cache, needs=(True, True, True)):
    """dgamma = Σ dout xhat, dbeta = Σ dout, dx through the standardisation."""
    xhat, std, gamma = cache
    axes = tuple(range(dout.ndim - 1))
    dx = _standardise_backward(dout * gamma, xhat, std, (-1,)) if needs[0] else None
    dgamma = (dout * xhat).sum(axis=axes) if needs[1] else None
    dbeta = dout.sum(axis=axes) if needs[2] else None
    return dx, dgamma, dbeta


layernorm = op(layernorm_forward, layernorm_backward)


def groupnorm_forward(x, gamma, beta, *, groups, eps=1e-5):
    """y = gamma xhat + beta, xhat standardised over each group of C / groups channels of each sample. Wu and He 2018.

    x: (N, C, ...); gamma, beta: (C,). groups = 1 is layer norm over (C, H, W), groups = C is instance norm.
    """
    if x.ndim < 2:
        raise InputError("groupnorm", "x", "(N, C, ...)", x)
    N, C = x.shape[:2]
    if not isinstance(groups, int) or groups < 1 or C % groups:
        raise InputError("groupnorm", "groups", f"an integer that divides C = {C}", groups)
    for name, array in dict(gamma=gamma, beta=beta).items():
        require_shape("groupnorm", name, array, (C,), f"as x has {C} channels")
    per_channel = (C,) + (1,) * (x.ndim - 2)
    gamma, beta = gamma.reshape(per_channel), beta.reshape(per_channel)
    xhat, std, _, _ = _standardise(x.reshape(N, groups, prod(x.shape[1:]) // groups), (-1,), eps)
    return gamma * xhat.reshape(x.shape) + beta, (xhat, std, gamma)


def groupnorm_backward(dout, cache, needs=(True, True, True)):
    """As layernorm; the standardisation sees (N, groups, everything else)."""
    xhat, std, gamma = cache
    axes = (0, *range(2, dout.ndim))
    dx = dgamma = None
    if needs[0]:
        dx = _standardise_backward((dout * gamma).reshape(xhat.shape), xhat, std, (-1,)).reshape(dout.shape)
    if needs[1]:
        dgamma = (dout * xhat.reshape(dout.shape)).sum(axis=axes)
    dbeta = dout.sum(axis=axes) if needs[2] else None
    return dx, dgamma, dbeta


groupnorm = op(groupnorm_forward, groupnorm_backward)
