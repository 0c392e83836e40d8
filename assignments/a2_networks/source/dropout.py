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
    # BEGIN SOLUTION
    if not training:
        return x, None
    kept = rng.random(x.shape) >= p
    mask = kept.astype(x.dtype) / (1 - p)
    return x * mask, mask
    # END SOLUTION


def dropout_backward(dout, cache):
    """The gradient with respect to x of dropout_forward.

    dout: the shape of x; cache: the mask, or None. Returns dx.
    """
    # BEGIN SOLUTION
    mask = cache
    return dout if mask is None else dout * mask
    # END SOLUTION


def dropout_net_scores(params, x, *, p, training, rng):
    """The scores of (affine - relu - dropout) x (L - 1) - affine.

    params: as init_net makes them; x: (N, ...); p, training, rng: of dropout_forward, the same rng for all layers.
    Returns (scores, caches): caches: for each hidden layer (affine_relu's, dropout's); the last one is affine's.
    """
    # BEGIN SOLUTION
    depth = len(params) // 2
    h, caches = x, []
    for i in range(1, depth):
        h, cache = affine_relu_forward(h, params[f"w{i}"], params[f"b{i}"])
        h, mask = dropout_forward(h, p=p, training=training, rng=rng)
        caches.append((cache, mask))
    scores, cache = affine_forward(h, params[f"w{depth}"], params[f"b{depth}"])
    return scores, [*caches, cache]
    # END SOLUTION


def dropout_net_loss(params, x, y, *, p, rng, reg=0.0):
    """The softmax loss in training + reg/2 · (the sum of w² over all layers), and its gradients.

    params, x, p, rng: as for dropout_net_scores; y: (N,). Returns (loss, grads): grads has params' keys.
    """
    # BEGIN SOLUTION
    depth = len(params) // 2
    scores, caches = dropout_net_scores(params, x, p=p, training=True, rng=rng)
    loss, cache = softmax_loss_forward(scores, y)
    grads = {}
    dout = softmax_loss_backward(1.0, cache)
    dout, grads[f"w{depth}"], grads[f"b{depth}"] = affine_backward(dout, caches[-1])
    for i in range(depth - 1, 0, -1):
        cache, mask = caches[i - 1]
        dout = dropout_backward(dout, mask)
        dout, grads[f"w{i}"], grads[f"b{i}"] = affine_relu_backward(dout, cache)
    for i in range(1, depth + 1):
        loss = loss + reg / 2 * (params[f"w{i}"] ** 2).sum()
        grads[f"w{i}"] = grads[f"w{i}"] + reg * params[f"w{i}"]
    return loss, grads
    # END SOLUTION
