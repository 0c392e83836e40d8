"""A convolutional network of three layers, a residual block, and a picture of the filters.

The pairs of npdl.ops are given here; what they do inside is the subject of convolution.py. Each forward returns
(out, cache), each backward takes (dout, cache):

    conv2d_forward(x, w, b, pad=p)              conv2d_backward(dout, cache) -> (dx, dw, db)
    max_pool2d_forward(x, size=2)               max_pool2d_backward(dout, cache) -> dx
    affine_forward(x, w, b)                     affine_backward(dout, cache) -> (dx, dw, db); x may be (N, C, H, W)
    relu_forward(x)                             relu_backward(dout, cache) -> dx
    softmax_cross_entropy_forward(scores, y)    softmax_cross_entropy_backward(1.0, cache) -> (dscores, None)
"""

import numpy as np

from npdl.ops import (
    affine_backward,
    affine_forward,
    conv2d_backward,
    conv2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
    relu_backward,
    relu_forward,
    softmax_cross_entropy_backward,
    softmax_cross_entropy_forward,
)


def init_convnet(shape, filters, size, hidden, classes, scale, rng):
    """The parameters of conv - relu - 2x2 max pool - affine - relu - affine before training.

    shape: (C, H, W) of one image, H and W even; the convolution has `filters` kernels of size x size (odd) and keeps
    H and W; `hidden` units, `classes` scores. All weights are normal with mean 0 and standard deviation scale, drawn
    from the generator rng; biases are 0. Returns {"w1": (filters, C, size, size), "b1": (filters,), "w2": (D, hidden),
    "b2": (hidden,), "w3": (hidden, classes), "b3": (classes,)}, where D counts the numbers behind the pooling.
    """
    raise NotImplementedError("init_convnet")


def convnet_scores(params, x):
    """The scores of conv - relu - 2x2 max pool - affine - relu - affine, and what the way back needs.

    params: as init_convnet makes them; the convolution has stride 1 and is padded so that H and W stay.
    x: (N, C, H, W). Returns (scores, caches): scores: (N, classes); caches: a list of the six caches in the order of
    the layers.
    """
    raise NotImplementedError("convnet_scores")


def convnet_loss(params, x, y, reg=0.0):
    """L = mean softmax cross-entropy + reg/2 · (the sum of w² over w1, w2 and w3; biases are left free).

    params, x: as for convnet_scores; y: (N,), the right classes. Returns (loss, grads): a number, and a dict with
    params' keys; each gradient has the shape of its parameter.
    """
    raise NotImplementedError("convnet_loss")


def overfit_convnet(params, x, y, lr, momentum, steps):
    """Gradient descent with momentum on one small batch, reg = 0: a right network learns it by heart.

    In each step, for each parameter:  v <- momentum · v - lr · dw,  then  w <- w + v;  v begins at 0.
    params: the start; the dict and its arrays stay as they are. x: (N, C, H, W); y: (N,). Returns (params, losses): the
    parameters after the last step, and a list of `steps` numbers, the loss before each step.
    """
    raise NotImplementedError("overfit_convnet")


def residual_block_forward(x, w1, b1, w2, b2):
    """y = relu(x + conv(relu(conv(x, w1, b1)), w2, b2)): a block that only has to learn what is to be added to x.

    x: (N, C, H, W); w1, w2: (C, C, k, k) with k odd; b1, b2: (C,); both convolutions have stride 1 and are padded so
    that H and W stay. Returns (y, cache): y has x's shape; the cache is the tuple of the caches of conv, relu, conv,
    relu, in this order.
    """
    raise NotImplementedError("residual_block_forward")


def residual_block_backward(dout, cache):
    """The gradients of the loss with respect to the five inputs of residual_block_forward.

    dout: (N, C, H, W), the gradient with respect to y; cache: (conv1, relu1, conv2, relu2), the caches of the four
    given pairs. Returns (dx, dw1, db1, dw2, db2), each with the shape of its input.
    """
    raise NotImplementedError("residual_block_backward")


def filter_grid(w, columns, pad):
    """All filters of a first layer in one picture, row by row, each stretched to its own full contrast.

    w: (F, C, k, k). Each filter is moved and scaled as a whole, all its channels alike, so that its smallest number
    becomes 0 and its largest 1. columns: filters in a row; pad: width in pixels of the lines around and between them.
    With R = ceil(F / columns) the picture is (R · (k + pad) + pad, columns · (k + pad) + pad, C): the channels come
    last, as imshow wants them. Lines, and places that are left over at the end, are 1.
    """
    raise NotImplementedError("filter_grid")
