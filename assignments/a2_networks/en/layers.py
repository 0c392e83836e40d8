"""The layers of a fully connected network: each is a pair, forward and backward, with a cache between them."""



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
