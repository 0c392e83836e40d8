"""A fully connected network of any depth: its parameters are a dict, its loss is a function of them.

Layer i of L, counted from 1, has the parameters w{i} and b{i}:  (affine - relu) x (L - 1) - affine - softmax loss.
"""

from itertools import pairwise

import numpy as np
from layers import (
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    softmax_loss_backward,
    softmax_loss_forward,
)


def init_net(sizes, rng, scale=None):
    """The parameters of a network before training: normal weights with mean 0, biases 0.

    sizes: (D, H1, ..., C), the input, the hidden layers, the classes; rng: a generator, np.random.default_rng(0).
    scale: the standard deviation of all weights; None: He's, sqrt(2 / D) for a matrix of D rows, in each layer.
    Returns {"w1": (D, H1), "b1": (H1,), "w2": ..., ...} in the order of the layers.
    """
    # BEGIN SOLUTION
    params = {}
    for i, (d, m) in enumerate(pairwise(sizes), 1):
        std = np.sqrt(2 / d) if scale is None else scale
        params[f"w{i}"] = std * rng.standard_normal((d, m))
        params[f"b{i}"] = np.zeros(m)
    return params
    # END SOLUTION


def net_scores(params, x):
    """The scores of the classes, and what the way back needs.

    params: as init_net makes them, for L layers; x: (N, ...). Returns (scores, caches): scores: (N, C); caches: a list
    of the L caches, first layer first: those of affine_relu_forward, the last one of affine_forward.
    """
    # BEGIN SOLUTION
    depth = len(params) // 2
    h, caches = x, []
    for i in range(1, depth):
        h, cache = affine_relu_forward(h, params[f"w{i}"], params[f"b{i}"])
        caches.append(cache)
    scores, cache = affine_forward(h, params[f"w{depth}"], params[f"b{depth}"])
    return scores, [*caches, cache]
    # END SOLUTION


def net_loss(params, x, y, reg=0.0):
    """L = softmax loss + reg/2 · (the sum of w², over the weights of all layers; biases are left free).

    params, x: as for net_scores; y: (N,), the right classes. Returns (loss, grads): grads has params' keys, and each
    gradient the shape of its parameter.
    """
    # BEGIN SOLUTION
    depth = len(params) // 2
    scores, caches = net_scores(params, x)
    loss, cache = softmax_loss_forward(scores, y)
    dout = softmax_loss_backward(1.0, cache)
    grads = {}
    for i in range(depth, 0, -1):
        backward = affine_backward if i == depth else affine_relu_backward
        dout, grads[f"w{i}"], grads[f"b{i}"] = backward(dout, caches[i - 1])
        loss = loss + reg / 2 * (params[f"w{i}"] ** 2).sum()
        grads[f"w{i}"] = grads[f"w{i}"] + reg * params[f"w{i}"]
    return loss, grads
    # END SOLUTION


def net_accuracy(params, x, y):
    """The share of samples whose highest score is that of their class: a number from 0 to 1.

    params, x: as for net_scores; y: (N,).
    """
    # BEGIN SOLUTION
    scores, _ = net_scores(params, x)
    return (scores.argmax(axis=1) == y).mean()
    # END SOLUTION


def minibatches(n, batch, rng):
    """One epoch: the numbers 0 ... n - 1 in random order, cut into pieces.

    batch: the length of a piece; the last one holds what is left and may be shorter. rng: the generator that shuffles.
    Returns a list of arrays of whole numbers; each of the n numbers is in one of them, once.
    """
    # BEGIN SOLUTION
    order = rng.permutation(n)
    return [order[i : i + batch] for i in range(0, n, batch)]
    # END SOLUTION


def train_net(params, x, y, *, lr, reg=0.0, epochs, batch, rng):
    """Mini-batch gradient descent: w <- w - lr · dw for all parameters, once for each of minibatches(N, batch, rng).

    params: the start; the dict and its arrays stay as they are. x: (N, ...); y: (N,). In each of the `epochs` the
    batches are drawn anew. Returns (params, losses): the parameters after training, and a list with the loss of each
    step, as it was before that step.
    """
    # BEGIN SOLUTION
    params, losses = dict(params), []
    for _ in range(epochs):
        for chosen in minibatches(len(x), batch, rng):
            loss, grads = net_loss(params, x[chosen], y[chosen], reg)
            params = {k: w - lr * grads[k] for k, w in params.items()}
            losses.append(float(loss))
    return params, losses
    # END SOLUTION
