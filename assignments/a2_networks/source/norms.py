"""Normalisation: each feature over the batch, or each sample over its features; and a network with either."""

import numpy as np
from layers import affine_backward, affine_forward, relu_backward, relu_forward


def batchnorm_forward(x, gamma, beta, running_mean, running_var, *, training=True, momentum=0.9, eps=1e-5):
    """y = gamma xhat + beta,  xhat = (x - mean) / sqrt(var + eps): each feature over the batch. Ioffe and Szegedy 2015.

    x: (N, D); gamma, beta, running_mean, running_var: (D,). eps is inside the root.
    training=True: mean and var are those of this batch (var: the mean of (x - mean)², divided by N), and both running
    statistics are updated IN PLACE (running_mean[...] = ...):
        running <- momentum · running + (1 - momentum) · that of the batch.
    training=False: mean and var are the running ones, which stay as they are.
    Returns (y, cache): the cache is (xhat, std, gamma, training), std = sqrt(var + eps): (D,).
    """
    # BEGIN SOLUTION
    mean, var = running_mean, running_var
    if training:
        mean = x.mean(axis=0)
        var = ((x - mean) ** 2).mean(axis=0)
        running_mean[...] = momentum * running_mean + (1 - momentum) * mean
        running_var[...] = momentum * running_var + (1 - momentum) * var
    std = np.sqrt(var + eps)
    xhat = (x - mean) / std
    return gamma * xhat + beta, (xhat, std, gamma, training)
    # END SOLUTION


def batchnorm_backward(dout, cache):
    """The gradients of batchnorm_forward, backwards along its graph, one arrow at a time.

        x ─┬───────────────(−)── centred ─┬────────────(÷)── xhat ──(× gamma)──(+ beta)── y
           └── mean ────────┘             └─ var ─ std ─┘

    dout: (N, D); cache: (xhat, std, gamma, training). Returns (dx, dgamma, dbeta). Where training was False, mean and
    std were constants.
    """
    # BEGIN SOLUTION
    xhat, std, gamma, training = cache
    n = len(dout)
    dgamma = (dout * xhat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dxhat = dout * gamma
    dcentred = dxhat / std
    if not training:
        return dcentred, dgamma, dbeta
    dstd = -(dxhat * xhat).sum(axis=0) / std
    dvar = dstd / (2 * std)
    dcentred = dcentred + dvar * 2 / n * (xhat * std)
    dmean = -dcentred.sum(axis=0)
    dx = dcentred + dmean / n
    return dx, dgamma, dbeta
    # END SOLUTION


def batchnorm_backward_alt(dout, cache):
    """The same gradients as batchnorm_backward (training=True) by one formula, derived on paper.

    Put the arrows together, and see what cancels: with g = dout gamma, dx needs g, xhat, std and two means over the
    batch. dout: (N, D); cache: (xhat, std, gamma, True). Returns (dx, dgamma, dbeta).
    """
    # BEGIN SOLUTION
    xhat, std, gamma, _ = cache
    g = dout * gamma
    dx = (g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)) / std
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)
    # END SOLUTION


def layernorm_forward(x, gamma, beta, *, eps=1e-5):
    """y = gamma xhat + beta, xhat as in batch norm, but each sample over its own features. Ba, Kiros and Hinton 2016.

    x: (N, D) or (N, T, D), over the last axis; gamma, beta: (D,), one for each feature. Training and test are the same.
    Returns (y, cache): the cache is (xhat, std, gamma), std: (N, 1) or (N, T, 1).
    """
    # BEGIN SOLUTION
    mean = x.mean(axis=-1, keepdims=True)
    var = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    std = np.sqrt(var + eps)
    xhat = (x - mean) / std
    return gamma * xhat + beta, (xhat, std, gamma)
    # END SOLUTION


def layernorm_backward(dout, cache):
    """The gradients (dx, dgamma, dbeta) of layernorm_forward.

    dout: the shape of x; cache: (xhat, std, gamma). dgamma and dbeta: (D,), over all other axes.
    """
    # BEGIN SOLUTION
    xhat, std, gamma = cache
    others = tuple(range(dout.ndim - 1))
    g = dout * gamma
    dx = (g - g.mean(axis=-1, keepdims=True) - xhat * (g * xhat).mean(axis=-1, keepdims=True)) / std
    return dx, (dout * xhat).sum(axis=others), dout.sum(axis=others)
    # END SOLUTION


def init_norm_net(params, norm=None):
    """Given: to parameters of init_net, gamma{i} = 1 and beta{i} = 0 for each hidden layer; (params, running).

    norm: "batch", "layer" or None. running: for "batch" {"mean1": 0, "var1": 1, ...}, arrays of zeros and ones.
    """
    params, running = dict(params), {}
    for i in range(1, len(params) // 2 if norm else 0):
        width = params[f"b{i}"].shape
        params[f"gamma{i}"], params[f"beta{i}"] = np.ones(width), np.zeros(width)
        if norm == "batch":
            running[f"mean{i}"], running[f"var{i}"] = np.zeros(width), np.ones(width)
    return params, running


def norm_net_scores(params, running, x, *, norm, training=True):
    """The scores of (affine - norm - relu) x (L - 1) - affine.

    params, running: as init_norm_net makes them; x: (N, ...); norm: "batch" or "layer". training: as in
    batchnorm_forward, which updates the arrays of `running` in place; layer norm has no use for it.
    Returns (scores, caches): caches: for each hidden layer (affine's, norm's, relu's); the last one is affine's.
    """
    depth = sum(k.startswith("w") for k in params)
    # BEGIN SOLUTION
    h, caches = x, []
    for i in range(1, depth):
        a, affine_cache = affine_forward(h, params[f"w{i}"], params[f"b{i}"])
        scale = params[f"gamma{i}"], params[f"beta{i}"]
        if norm == "batch":
            a, norm_cache = batchnorm_forward(a, *scale, running[f"mean{i}"], running[f"var{i}"], training=training)
        else:
            a, norm_cache = layernorm_forward(a, *scale)
        h, relu_cache = relu_forward(a)
        caches.append((affine_cache, norm_cache, relu_cache))
    scores, cache = affine_forward(h, params[f"w{depth}"], params[f"b{depth}"])
    return scores, [*caches, cache]
    # END SOLUTION


def norm_net_backward(dscores, caches, *, norm):
    """The gradients of all parameters of norm_net_scores.

    dscores: (N, C); caches: of norm_net_scores, for L layers; norm: "batch" or "layer". Returns grads, a dict with
    w{i} and b{i} for i = 1 ... L, and gamma{i} and beta{i} for i = 1 ... L - 1.
    """
    # BEGIN SOLUTION
    depth = len(caches)
    norm_backward = batchnorm_backward if norm == "batch" else layernorm_backward
    grads = {}
    dout, grads[f"w{depth}"], grads[f"b{depth}"] = affine_backward(dscores, caches[-1])
    for i in range(depth - 1, 0, -1):
        affine_cache, norm_cache, relu_cache = caches[i - 1]
        dout = relu_backward(dout, relu_cache)
        dout, grads[f"gamma{i}"], grads[f"beta{i}"] = norm_backward(dout, norm_cache)
        dout, grads[f"w{i}"], grads[f"b{i}"] = affine_backward(dout, affine_cache)
    return grads
    # END SOLUTION
