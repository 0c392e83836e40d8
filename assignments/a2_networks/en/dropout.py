"""Dropout: in training, each activation is lost with probability p; and a network with it."""

import numpy as np
from layers import (
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    softmax_loss_backward,
    softmax_loss_forward,
)


def dropout_forward(x, *, p, training=True, rng=None):
    """Drop each number of x with probability p, and scale up the others, so that the expectation of y is x.

    x: any shape, float64 or float32; y has its shape and dtype. p: from 0 to below 1, the probability of DROPPING.
    training=False: y is x. rng: the generator of the draws; the number at some place is dropped where the draw of
    rng.random(x.shape) at that place is below p. (Other independent draws are right, too.)
    Returns (y, cache): the cache is the mask that x was multiplied by, of x's shape; None with training=False.
    """
    rng = np.random.default_rng() if rng is None else rng
    raise NotImplementedError("dropout_forward")


def dropout_backward(dout, cache):
    """The gradient with respect to x of dropout_forward.

    dout: the shape of x; cache: the mask, or None. Returns dx.
    """
    raise NotImplementedError("dropout_backward")


def dropout_net_scores(params, x, *, p, training, rng):
    """The scores of (affine - relu - dropout) x (L - 1) - affine.

    params: as init_net makes them; x: (N, ...); p, training, rng: of dropout_forward, the same rng for all layers.
    Returns (scores, caches): caches: for each hidden layer (affine_relu's, dropout's); the last one is affine's.
    """
    raise NotImplementedError("dropout_net_scores")


def dropout_net_loss(params, x, y, *, p, rng, reg=0.0):
    """The softmax loss in training + reg/2 · (the sum of w² over all layers), and its gradients.

    params, x, p, rng: as for dropout_net_scores; y: (N,). Returns (loss, grads): grads has params' keys.
    """
    raise NotImplementedError("dropout_net_loss")
