"""A network with one hidden layer, its gradient worked out by hand, and the loop that trains it.

The network's parameters are a dict: w1 (D, H), b1 (H,), w2 (H, C), b2 (C,).
"""

import numpy as np


def init_two_layer(d, h, c, scale, rng):
    """Parameters to start from: the weights are small random numbers, the biases are 0.

    d, h, c: how many inputs, hidden units and classes; scale: the standard deviation of the weights; rng: a
    np.random.Generator, from which w1 is drawn first, then w2, both normally distributed with mean 0.
    Returns the dict with w1 (d, h), b1 (h,), w2 (h, c), b2 (c,).
    """
    raise NotImplementedError("init_two_layer")


def two_layer_scores(params, x):
    """The scores of the classes: affine, ReLU, affine.

    a = x W₁ + b₁,  h = max(0, a),  s = h W₂ + b₂

    params: the dict; x: (N, D). Returns s, (N, C).
    """
    raise NotImplementedError("two_layer_scores")


def two_layer_loss(params, x, y, reg):
    """The loss of the network on labelled samples, and its gradient.

    L = -1/N Σ_n log p_n[y_n] + reg/2 (Σ W₁² + Σ W₂²),  p_n = softmax(s_n)

    The biases are not regularised. Scores in the thousands must not overflow. params: the dict; x: (N, D); y: (N,),
    the right classes, integers; reg: a number. Returns (L, grads): L a number, grads a dict with the keys and shapes
    of params.
    """
    raise NotImplementedError("two_layer_loss")


def two_layer_step(params, grads, lr):
    """One step of gradient descent on all parameters.

    params, grads: dicts with the same keys and shapes; lr: the learning rate. Returns a new dict; those given stay as
    they are.
    """
    raise NotImplementedError("two_layer_step")


def train_two_layer(params, x, y, *, lr, lr_decay, reg, epochs, batch, rng):
    """Minibatch gradient descent.

    An epoch goes once through all samples in an order that is drawn anew, rng.permutation(N), in batches of `batch`
    (the last one may be smaller). For each batch: the loss and its gradient, then a step. After each epoch the
    learning rate is multiplied by lr_decay.

    params: the dict to start from; x: (N, D); y: (N,). Returns (params, losses): the trained dict, and a list with the
    loss of each batch before its step.
    """
    raise NotImplementedError("train_two_layer")


def predict_two_layer(params, x):
    """The class with the highest score for each sample.

    params: the dict; x: (N, D). Returns integers, (N,).
    """
    raise NotImplementedError("predict_two_layer")
