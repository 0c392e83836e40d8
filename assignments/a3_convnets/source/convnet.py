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
    # BEGIN SOLUTION
    channels, height, width = shape
    features = filters * (height // 2) * (width // 2)
    return {
        "w1": scale * rng.standard_normal((filters, channels, size, size)),
        "b1": np.zeros(filters),
        "w2": scale * rng.standard_normal((features, hidden)),
        "b2": np.zeros(hidden),
        "w3": scale * rng.standard_normal((hidden, classes)),
        "b3": np.zeros(classes),
    }
    # END SOLUTION


def convnet_scores(params, x):
    """The scores of conv - relu - 2x2 max pool - affine - relu - affine, and what the way back needs.

    params: as init_convnet makes them; the convolution has stride 1 and is padded so that H and W stay.
    x: (N, C, H, W). Returns (scores, caches): scores: (N, classes); caches: a list of the six caches in the order of
    the layers.
    """
    # BEGIN SOLUTION
    pad = params["w1"].shape[2] // 2
    h, conv = conv2d_forward(x, params["w1"], params["b1"], pad=pad)  # (N, F, H, W)
    h, relu1 = relu_forward(h)
    h, pool = max_pool2d_forward(h, size=2)  # (N, F, H / 2, W / 2)
    h, affine1 = affine_forward(h, params["w2"], params["b2"])  # (N, hidden)
    h, relu2 = relu_forward(h)
    scores, affine2 = affine_forward(h, params["w3"], params["b3"])
    return scores, [conv, relu1, pool, affine1, relu2, affine2]
    # END SOLUTION


def convnet_loss(params, x, y, reg=0.0):
    """L = mean softmax cross-entropy + reg/2 · (the sum of w² over w1, w2 and w3; biases are left free).

    params, x: as for convnet_scores; y: (N,), the right classes. Returns (loss, grads): a number, and a dict with
    params' keys; each gradient has the shape of its parameter.
    """
    # BEGIN SOLUTION
    scores, (conv, relu1, pool, affine1, relu2, affine2) = convnet_scores(params, x)
    loss, cache = softmax_cross_entropy_forward(scores, y)
    dout, _ = softmax_cross_entropy_backward(1.0, cache)
    grads = {}
    dout, grads["w3"], grads["b3"] = affine_backward(dout, affine2)
    dout = relu_backward(dout, relu2)
    dout, grads["w2"], grads["b2"] = affine_backward(dout, affine1)
    dout = max_pool2d_backward(dout, pool)
    dout = relu_backward(dout, relu1)
    _, grads["w1"], grads["b1"] = conv2d_backward(dout, conv)
    for name in ("w1", "w2", "w3"):
        loss = loss + reg / 2 * (params[name] ** 2).sum()
        grads[name] = grads[name] + reg * params[name]
    return loss, grads
    # END SOLUTION


def overfit_convnet(params, x, y, lr, momentum, steps):
    """Gradient descent with momentum on one small batch, reg = 0: a right network learns it by heart.

    In each step, for each parameter:  v <- momentum · v - lr · dw,  then  w <- w + v;  v begins at 0.
    params: the start; the dict and its arrays stay as they are. x: (N, C, H, W); y: (N,). Returns (params, losses): the
    parameters after the last step, and a list of `steps` numbers, the loss before each step.
    """
    # BEGIN SOLUTION
    velocity, losses = {name: np.zeros_like(w) for name, w in params.items()}, []
    for _ in range(steps):
        loss, grads = convnet_loss(params, x, y)
        velocity = {name: momentum * v - lr * grads[name] for name, v in velocity.items()}
        params = {name: w + velocity[name] for name, w in params.items()}
        losses.append(loss)
    return params, losses
    # END SOLUTION


def residual_block_forward(x, w1, b1, w2, b2):
    """y = relu(x + conv(relu(conv(x, w1, b1)), w2, b2)): a block that only has to learn what is to be added to x.

    x: (N, C, H, W); w1, w2: (C, C, k, k) with k odd; b1, b2: (C,); both convolutions have stride 1 and are padded so
    that H and W stay. Returns (y, cache): y has x's shape; the cache is the tuple of the caches of conv, relu, conv,
    relu, in this order.
    """
    # BEGIN SOLUTION
    h, conv1 = conv2d_forward(x, w1, b1, pad=w1.shape[2] // 2)
    h, relu1 = relu_forward(h)
    h, conv2 = conv2d_forward(h, w2, b2, pad=w2.shape[2] // 2)
    y, relu2 = relu_forward(x + h)
    return y, (conv1, relu1, conv2, relu2)
    # END SOLUTION


def residual_block_backward(dout, cache):
    """The gradients of the loss with respect to the five inputs of residual_block_forward.

    dout: (N, C, H, W), the gradient with respect to y; cache: (conv1, relu1, conv2, relu2), the caches of the four
    given pairs. Returns (dx, dw1, db1, dw2, db2), each with the shape of its input.
    """
    # BEGIN SOLUTION
    conv1, relu1, conv2, relu2 = cache
    dsum = relu_backward(dout, relu2)
    dh, dw2, db2 = conv2d_backward(dsum, conv2)
    dh = relu_backward(dh, relu1)
    dx, dw1, db1 = conv2d_backward(dh, conv1)
    return dx + dsum, dw1, db1, dw2, db2
    # END SOLUTION


def filter_grid(w, columns, pad):
    """All filters of a first layer in one picture, row by row, each stretched to its own full contrast.

    w: (F, C, k, k). Each filter is moved and scaled as a whole, all its channels alike, so that its smallest number
    becomes 0 and its largest 1. columns: filters in a row; pad: width in pixels of the lines around and between them.
    With R = ceil(F / columns) the picture is (R · (k + pad) + pad, columns · (k + pad) + pad, C): the channels come
    last, as imshow wants them. Lines, and places that are left over at the end, are 1.
    """
    # BEGIN SOLUTION
    count, channels, k, _ = w.shape
    rows = -(-count // columns)
    picture = np.ones((rows * (k + pad) + pad, columns * (k + pad) + pad, channels))
    for i in range(count):
        top, left = pad + i // columns * (k + pad), pad + i % columns * (k + pad)
        unit = (w[i] - w[i].min()) / (w[i].max() - w[i].min())
        picture[top : top + k, left : left + k] = unit.transpose(1, 2, 0)
    return picture
    # END SOLUTION
