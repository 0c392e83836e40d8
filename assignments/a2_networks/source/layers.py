"""The layers of a fully connected network: each is a pair, forward and backward, with a cache between them."""

import numpy as np


def affine_forward(x, w, b):
    """y = x w + b, for each sample.

    x: (N, d1, ..., dk), taken as rows of D = d1 ... dk numbers; w: (D, M); b: (M,). Returns (y, cache): y is (N, M),
    the cache is (x, w, b) as they came.
    """
    # BEGIN SOLUTION
    y = x.reshape(len(x), -1) @ w + b
    return y, (x, w, b)
    # END SOLUTION


def affine_backward(dout, cache):
    """The gradients of the loss with respect to the three inputs of affine_forward.

    dout: (N, M), the gradient with respect to y; cache: (x, w, b). Returns (dx, dw, db), each with the shape of its
    input.
    """
    # BEGIN SOLUTION
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db
    # END SOLUTION


def relu_forward(x):
    """y = max(x, 0), number by number.

    x: any shape. Returns (y, cache): y has x's shape, the cache is x. x itself is not changed.
    """
    # BEGIN SOLUTION
    return np.maximum(x, 0), x
    # END SOLUTION


def relu_backward(dout, cache):
    """The gradient with respect to x of relu_forward. At x = 0 it is taken as 0.

    dout: the shape of x; cache: x. Returns dx, of that shape. dout itself is not changed.
    """
    # BEGIN SOLUTION
    x = cache
    return dout * (x > 0)
    # END SOLUTION


def affine_relu_forward(x, w, b):
    """y = max(x w + b, 0): the two layers above, one after the other.

    Shapes as in affine_forward. Returns (y, cache): the cache is (affine's cache, relu's cache).
    """
    # BEGIN SOLUTION
    a, affine_cache = affine_forward(x, w, b)
    y, relu_cache = relu_forward(a)
    return y, (affine_cache, relu_cache)
    # END SOLUTION


def affine_relu_backward(dout, cache):
    """The gradients (dx, dw, db) of affine_relu_forward.

    dout: (N, M); cache: (affine's cache, relu's cache).
    """
    # BEGIN SOLUTION
    affine_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    return affine_backward(da, affine_cache)
    # END SOLUTION


def softmax_loss_forward(scores, y):
    """L = mean over the N samples of -log p[n, y_n], where p = softmax(scores), row by row.

    scores: (N, C), any finite size: 1000 must not overflow; y: (N,), whole numbers from 0 to C - 1, the right classes.
    Returns (loss, cache): loss is one number, the cache is (p, y) with p: (N, C).
    """
    # BEGIN SOLUTION
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(len(y)), y].mean()
    return loss, (np.exp(log_p), y)
    # END SOLUTION


def softmax_loss_backward(dout, cache):
    """The gradient with respect to the scores of softmax_loss_forward.

    dout: one number, the gradient with respect to the loss (1 if nothing comes behind it); cache: (p, y). Returns
    dscores: (N, C).
    """
    # BEGIN SOLUTION
    p, y = cache
    dscores = p.copy()
    dscores[np.arange(len(y)), y] -= 1
    return dout * dscores / len(y)
    # END SOLUTION
