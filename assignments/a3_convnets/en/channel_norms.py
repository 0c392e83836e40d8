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
    raise NotImplementedError("spatial_batchnorm_forward")


def spatial_batchnorm_backward(dout, cache):
    """The gradients (dx, dgamma, dbeta) of spatial_batchnorm_forward.

    dout: (N, C, H, W) or (N, C), the gradient with respect to y; cache: (xhat, std, gamma, training), xhat with the
    channels last. dx has dout's shape; dgamma, dbeta: (C,). Where training was False, mean and std were constants.
    """
    raise NotImplementedError("spatial_batchnorm_backward")


def groupnorm_forward(x, gamma, beta, *, groups, eps=1e-5):
    """y = gamma xhat + beta, xhat standardised over each group of C / groups channels of each image. Wu and He 2018.

    x: (N, C, H, W), and groups divides C: group 0 has the first C / groups channels, and so on. Mean and variance (the
    biased one) are over the C / groups · H · W numbers of a group of one image. gamma, beta: (C,), one for each
    channel. There are no running statistics: training and test are the same. Returns (y, cache): the cache is
    (xhat, std, gamma), xhat: (N, C, H, W), std = sqrt(var + eps): (N, groups, 1).
    """
    raise NotImplementedError("groupnorm_forward")


def groupnorm_backward(dout, cache):
    """The gradients (dx, dgamma, dbeta) of groupnorm_forward.

    dout: (N, C, H, W); cache: (xhat, std, gamma), xhat: (N, C, H, W), std: (N, groups, 1). dgamma, dbeta: (C,).
    """
    raise NotImplementedError("groupnorm_backward")
