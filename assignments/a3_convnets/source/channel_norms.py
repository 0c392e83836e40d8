"""Normalisation of images: each channel over the batch and its pixels, or groups of channels of each image alone."""

import numpy as np


def spatial_batchnorm_forward(x, gamma, beta, running_mean, running_var, *, training=True, momentum=0.9, eps=1e-5):
    """y = gamma xhat + beta,  xhat = (x - mean) / sqrt(var + eps): each channel over the batch and all pixels.

    x: (N, C, H, W), or (N, C), images of one pixel; gamma, beta, running_mean, running_var: (C,). A pixel is a sample:
    np.moveaxis(x, 1, -1) is (N, H, W, C), then all axes but the last are summed over.
    training=True: mean and var are those of this batch (var: the mean of (x - mean)², over all N H W numbers), and both
    running statistics are updated IN PLACE (running_mean[...] = ...):
        running <- momentum · running + (1 - momentum) · that of the batch.
    training=False: mean and var are the running ones, which stay as they are.
    Returns (y, cache): y has x's shape; the cache is (xhat, std, gamma, training), xhat with the channels last,
    (N, H, W, C) or (N, C), and std = sqrt(var + eps): (C,).
    """
    # BEGIN SOLUTION
    x = np.moveaxis(x, 1, -1)  # (N, H, W, C)
    axes = tuple(range(x.ndim - 1))
    mean, var = running_mean, running_var
    if training:
        mean = x.mean(axis=axes)
        var = ((x - mean) ** 2).mean(axis=axes)
        running_mean[...] = momentum * running_mean + (1 - momentum) * mean
        running_var[...] = momentum * running_var + (1 - momentum) * var
    std = np.sqrt(var + eps)
    xhat = (x - mean) / std
    return np.moveaxis(gamma * xhat + beta, -1, 1), (xhat, std, gamma, training)
    # END SOLUTION


def spatial_batchnorm_backward(dout, cache):
    """The gradients (dx, dgamma, dbeta) of spatial_batchnorm_forward.

    dout: (N, C, H, W) or (N, C), the gradient with respect to y; cache: (xhat, std, gamma, training), xhat with the
    channels last. dx has dout's shape; dgamma, dbeta: (C,). Where training was False, mean and std were constants.
    """
    # BEGIN SOLUTION
    xhat, std, gamma, training = cache
    dout = np.moveaxis(dout, 1, -1)  # (N, H, W, C)
    axes = tuple(range(dout.ndim - 1))
    dgamma = (dout * xhat).sum(axis=axes)
    dbeta = dout.sum(axis=axes)
    g = dout * gamma
    if training:
        g = g - g.mean(axis=axes) - xhat * (g * xhat).mean(axis=axes)
    return np.moveaxis(g / std, -1, 1), dgamma, dbeta
    # END SOLUTION


def groupnorm_forward(x, gamma, beta, *, groups, eps=1e-5):
    """y = gamma xhat + beta, xhat standardised over each group of C / groups channels of each image. Wu and He 2018.

    x: (N, C, H, W), and groups divides C: group 0 has the first C / groups channels, and so on. Mean and variance (the
    biased one) are over the C / groups · H · W numbers of a group of one image. gamma, beta: (C,), one for each
    channel. There are no running statistics: training and test are the same. Returns (y, cache): the cache is
    (xhat, std, gamma), xhat: (N, C, H, W), std = sqrt(var + eps): (N, groups, 1).
    """
    # BEGIN SOLUTION
    grouped = x.reshape(len(x), groups, -1)  # (N, groups, C / groups H W)
    mean = grouped.mean(axis=2, keepdims=True)
    var = ((grouped - mean) ** 2).mean(axis=2, keepdims=True)
    std = np.sqrt(var + eps)
    xhat = ((grouped - mean) / std).reshape(x.shape)
    return gamma[:, None, None] * xhat + beta[:, None, None], (xhat, std, gamma)
    # END SOLUTION


def groupnorm_backward(dout, cache):
    """The gradients (dx, dgamma, dbeta) of groupnorm_forward.

    dout: (N, C, H, W); cache: (xhat, std, gamma), xhat: (N, C, H, W), std: (N, groups, 1). dgamma, dbeta: (C,).
    """
    # BEGIN SOLUTION
    xhat, std, gamma = cache
    dgamma = (dout * xhat).sum(axis=(0, 2, 3))
    dbeta = dout.sum(axis=(0, 2, 3))
    g = (dout * gamma[:, None, None]).reshape(*std.shape[:2], -1)  # (N, groups, C / groups H W)
    h = xhat.reshape(g.shape)
    dx = (g - g.mean(axis=2, keepdims=True) - h * (g * h).mean(axis=2, keepdims=True)) / std
    return dx.reshape(dout.shape), dgamma, dbeta
    # END SOLUTION
