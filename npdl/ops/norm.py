"""Normalisation: bring activations to mean 0 and variance 1 over some axes, then scale by gamma and shift by beta.

The four differ only in the axes: over the batch (batchnorm), over the features of one sample (layernorm), over the
channels of one group of one sample (groupnorm), over one channel of one sample (instancenorm).

Three more subtract no mean: they divide by the activity of the neighbouring channels, by the length of a vector, or by
the root mean square of its numbers.
"""

from math import inf, prod
from typing import NamedTuple

import numpy as np

from ..errors import InputError, InputTypeError, is_integer, require_positive, require_range, require_shape
from ..tape import op

__all__ = [
    "batchnorm", "batchnorm_forward", "batchnorm_backward",
    "layernorm", "layernorm_forward", "layernorm_backward",
    "groupnorm", "groupnorm_forward", "groupnorm_backward",
    "instancenorm", "instancenorm_forward", "instancenorm_backward",
    "local_response_norm", "local_response_norm_forward", "local_response_norm_backward",
    "l2_normalise", "l2_normalise_forward", "l2_normalise_backward",
    "rmsnorm", "rmsnorm_forward", "rmsnorm_backward",
    "batchnorm_backward_alt",
]  # fmt: skip


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


def require_batchnorm(x, gamma, beta, running_mean, running_var, training, momentum):
    """Raise unless batchnorm can be computed from these."""
    if x.ndim < 2:
        raise InputError("batchnorm", "x", "(N, D) or (N, C, H, W)", x)
    for name, array in dict(gamma=gamma, beta=beta, running_mean=running_mean, running_var=running_var).items():
        if array is not None:
            require_shape("batchnorm", name, array, (x.shape[1],), f"as x has {x.shape[1]} features")
            if array.dtype != x.dtype:  # running statistics of integers would be cut off at every update
                raise InputTypeError("batchnorm", name, f"{x.dtype} like x", array)
    require_range("batchnorm", "momentum", momentum, 0, 1)
    if training and x.size <= x.shape[1]:
        raise InputError("batchnorm", "x", "more than one number for each feature, to have a variance", x)
    if not training and (running_mean is None or running_var is None):
        raise InputError("batchnorm", "running_mean and running_var", "given when training=False", None)


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
    require_batchnorm(x, gamma, beta, running_mean, running_var, training, momentum)
    axes = (0, *range(2, x.ndim))
    per_feature = tuple(1 if axis in axes else n for axis, n in enumerate(x.shape))  # (1, C, 1, 1)
    if training:
        xhat, std, mean, var = _standardise(x, axes, eps)
        for running, batch in ((running_mean, mean), (running_var, var)):
            if running is not None:
                running[...] = momentum * running + (1 - momentum) * batch.reshape(-1)
    else:
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


def groupnorm_forward(x, gamma=None, beta=None, *, groups, eps=1e-5):
    """y = gamma xhat + beta, xhat standardised over each group of C / groups channels of each sample. Wu and He 2018.

    x: (N, C, ...); gamma, beta: (C,), or left out (1 and 0). groups = 1 is layer norm over (C, H, W), groups = C is
    instance norm.
    """
    if x.ndim < 2:
        raise InputError("groupnorm", "x", "(N, C, ...)", x)
    N, C = x.shape[:2]
    if not is_integer(groups, 1) or C % groups:
        raise InputError("groupnorm", "groups", f"an integer that divides C = {C}", groups)
    _require_per_channel("groupnorm", x, gamma, beta)
    per_channel = (C,) + (1,) * (x.ndim - 2)
    gamma, beta = (None if a is None else a.reshape(per_channel) for a in (gamma, beta))
    xhat, std, _, _ = _standardise(x.reshape(N, groups, prod(x.shape[1:]) // groups), (-1,), eps)
    y = xhat.reshape(x.shape)
    y = y if gamma is None else gamma * y
    y = y if beta is None else y + beta
    return y, (xhat, std, gamma, beta)


def groupnorm_backward(dout, cache, needs=(True, True, True)):
    """As layernorm; the standardisation sees (N, groups, everything else)."""
    xhat, std, gamma, beta = cache
    axes = (0, *range(2, dout.ndim))
    dx = dgamma = None
    if needs[0]:
        dxhat = dout if gamma is None else dout * gamma
        dx = _standardise_backward(dxhat.reshape(xhat.shape), xhat, std, (-1,)).reshape(dout.shape)
    if needs[1] and gamma is not None:
        dgamma = _sum(dout * xhat.reshape(dout.shape), axes)
    dbeta = _sum(dout, axes) if needs[2] and beta is not None else None
    return dx, dgamma, dbeta


groupnorm = op(groupnorm_forward, groupnorm_backward)


def _require_per_channel(function, x, gamma, beta):
    for name, array in dict(gamma=gamma, beta=beta).items():
        if array is not None:
            require_shape(function, name, array, (x.shape[1],), f"as x has {x.shape[1]} channels")


def instancenorm_forward(x, gamma=None, beta=None, *, eps=1e-5):
    """y = gamma xhat + beta, xhat standardised over the pixels of each channel of each sample.

    x: (N, C, ...) with two pixels at least; gamma, beta: (C,), or left out (1 and 0). An image loses its brightness and
    contrast, which say more of the photograph than of the thing: style transfer, Ulyanov, Vedaldi and Lempitsky 2016.
    Training and test are the same. It is groupnorm with a group for each channel.
    """
    if x.ndim < 3 or prod(x.shape[2:]) < 2:
        raise InputError("instancenorm", "x", "(N, C, ...) with more than one pixel, to have a variance", x)
    _require_per_channel("instancenorm", x, gamma, beta)
    return groupnorm_forward(x, gamma, beta, groups=x.shape[1], eps=eps)


def instancenorm_backward(dout, cache, needs=(True, True, True)):
    """groupnorm's."""
    return groupnorm_backward(dout, cache, needs)


instancenorm = op(instancenorm_forward, instancenorm_backward)


class LocalResponseNormCache(NamedTuple):
    x: object
    base: object
    size: int
    alpha: float
    beta: float


def _sum_of_neighbours(x, before, after):
    """x[:, c - before] + ... + x[:, c + after] for every channel c; there is nothing beyond the first and the last."""
    C = x.shape[1]
    padded = np.pad(x, ((0, 0), (before, after), *((0, 0),) * (x.ndim - 2)))
    return sum(padded[:, i : i + C] for i in range(before + after + 1))


def local_response_norm_forward(x, *, size=5, alpha=1e-4, beta=0.75, k=1.0):
    """y = x / base^beta, base = k + alpha / size · Σ x² over `size` channels around each, pixel by pixel.

    x: (N, C, ...). Of even sizes one more channel lies before than behind. A strong answer dampens its neighbours.

    alpha is divided by the size, as in PyTorch and Caffe. The paper (AlexNet: Krizhevsky, Sutskever and Hinton 2012)
    does not divide: its k = 2, n = 5, alpha = 1e-4, beta = 0.75 are size=5, alpha=5e-4, beta=0.75, k=2 here.
    """
    if x.ndim < 2:
        raise InputError("local_response_norm", "x", "(N, C, ...)", x)
    if not is_integer(size, 1):
        raise InputError("local_response_norm", "size", "an integer >= 1, a number of channels", size)
    require_range("local_response_norm", "alpha", alpha, 0, inf)
    base = k + alpha / size * _sum_of_neighbours(x * x, size // 2, (size - 1) // 2)
    return x * base**-beta, LocalResponseNormCache(x, base, size, alpha, beta)


def local_response_norm_backward(dout, cache):
    """dx = dout / base^beta - 2 alpha beta / size · x Σ dout x / base^(beta + 1), over the channels that x dampens.

    Those are its neighbours, too, but counted from the other side: sums that reach behind hold the channels before.
    """
    x, base, size, alpha, beta = cache
    own = dout * base**-beta
    dampened = _sum_of_neighbours(own * x / base, (size - 1) // 2, size // 2)
    return own - 2 * alpha * beta / size * x * dampened


local_response_norm = op(local_response_norm_forward, local_response_norm_backward)


def l2_normalise_forward(x, *, axis=-1, eps=1e-12):
    """u = x / max(|x|, eps), |x| = sqrt(Σ x²) over `axis`: vectors of length 1; u · v is the cosine of their angle.

    A vector shorter than eps becomes x / eps, and zero stays zero. x: any shape; axis: an int, or a tuple of them.
    """
    require_positive("l2_normalise", "eps", eps)
    length = np.sqrt((x * x).sum(axis=axis, keepdims=True))
    divisor = np.maximum(length, eps)
    u = x / divisor
    return u, (u, divisor, length > eps, axis)


def l2_normalise_backward(dout, cache):
    """dx = (dout - u Σ u dout) / |x|: nothing along u, as stretching x changes nothing. Below eps, dout / eps."""
    u, divisor, long, axis = cache
    along = (u * dout).sum(axis=axis, keepdims=True) * long
    return (dout - u * along) / divisor


l2_normalise = op(l2_normalise_forward, l2_normalise_backward)


def rmsnorm_forward(x, gamma, *, eps=1e-6):
    """y = gamma n, n = x / s, s = sqrt(mean x² + eps) over the last axis. Zhang and Sennrich 2019.

    x: (..., D); gamma: (D,). layernorm without its mean: what helps is the scale, they found, and one sum is saved.
    LLaMA's norm.
    """
    require_shape("rmsnorm", "gamma", gamma, x.shape[-1:], "as that is x's last axis")
    s = np.sqrt((x * x).mean(axis=-1, keepdims=True) + eps)
    n = x / s
    return gamma * n, (n, s, gamma)


def rmsnorm_backward(dout, cache, needs=(True, True)):
    """dx = (g - n mean(g n)) / s with g = dout gamma; dgamma = Σ dout n."""
    n, s, gamma = cache
    g = dout * gamma
    dx = (g - n * (g * n).mean(axis=-1, keepdims=True)) / s if needs[0] else None
    dgamma = (dout * n).reshape(-1, len(gamma)).sum(axis=0) if needs[1] else None
    return dx, dgamma


rmsnorm = op(rmsnorm_forward, rmsnorm_backward)
