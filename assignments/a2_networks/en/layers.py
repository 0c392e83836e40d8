"""The layers of a fully connected network: each is a pair, forward and backward, with a cache between them."""

import numpy as np


def affine_forward(x, w, b):
    """y = x w + b, for each sample.

    x: (N, d1, ..., dk), taken as rows of D = d1 ... dk numbers; w: (D, M); b: (M,). Returns (y, cache): y is (N, M),
    the cache is (x, w, b) as they came.
    """
    raise NotImplementedError("affine_forward")


def affine_backward(dout, cache):
    """The gradients of the loss with respect to the three inputs of affine_forward.

    dout: (N, M), the gradient with respect to y; cache: (x, w, b). Returns (dx, dw, db), each with the shape of its
    input.
    """
    raise NotImplementedError("affine_backward")


def relu_forward(x):
    """y = max(x, 0), number by number.

    x: any shape. Returns (y, cache): y has x's shape, the cache is x. x itself is not changed.
    """
    raise NotImplementedError("relu_forward")


def relu_backward(dout, cache):
    """The gradient with respect to x of relu_forward. At x = 0 it is taken as 0.

    dout: the shape of x; cache: x. Returns dx, of that shape. dout itself is not changed.
    """
    raise NotImplementedError("relu_backward")


def affine_relu_forward(x, w, b):
    """y = max(x w + b, 0): the two layers above, one after the other.

    Shapes as in affine_forward. Returns (y, cache): the cache is (affine's cache, relu's cache).
    """
    raise NotImplementedError("affine_relu_forward")


def affine_relu_backward(dout, cache):
    """The gradients (dx, dw, db) of affine_relu_forward.

    dout: (N, M); cache: (affine's cache, relu's cache).
    """
    raise NotImplementedError("affine_relu_backward")


def softmax_loss_forward(scores, y):
    """L = mean over the N samples of -log p[n, y_n], where p = softmax(scores), row by row.

    scores: (N, C), any finite size: 1000 must not overflow; y: (N,), whole numbers from 0 to C - 1, the right classes.
    Returns (loss, cache): loss is one number, the cache is (p, y) with p: (N, C).
    """
    raise NotImplementedError("softmax_loss_forward")


def softmax_loss_backward(dout, cache):
    """The gradient with respect to the scores of softmax_loss_forward.

    dout: one number, the gradient with respect to the loss (1 if nothing comes behind it); cache: (p, y). Returns
    dscores: (N, C).
    """
    raise NotImplementedError("softmax_loss_backward")
