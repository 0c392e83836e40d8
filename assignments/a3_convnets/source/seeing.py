"""To look into a trained network: which pixels an answer hangs on, what fools it, what it takes for a class.

The network itself stays as it is. Its gradient is asked for the image: what would have to change there? Batches of
images are (N, C, H, W). Where a function needs the network it is given as a function.
"""

import numpy as np


def class_dscores(y, classes):
    """The gradient of Σ_n s[n, y_n] with respect to the scores s (N, classes), from which the way back begins.

    y: (N,), a class for each image. Returns (N, classes). It is the score before the softmax that is asked about.
    """
    # BEGIN SOLUTION
    dscores = np.zeros((len(y), classes))
    dscores[np.arange(len(y)), y] = 1
    return dscores
    # END SOLUTION


def saliency(dx):
    """How much each pixel matters: the largest absolute gradient of its channels.

    dx: (N, C, H, W), the gradient of a score with respect to the images. Returns (N, H, W).
    """
    # BEGIN SOLUTION
    return np.abs(dx).max(axis=1)
    # END SOLUTION


def guided_relu_backward(dout, y):
    """The backward of guided backpropagation: what is negative does not pass a relu on the way there, nor back.

    A number of dout is handed on where the unit was on (y > 0) and where it is itself positive; elsewhere it becomes 0.
    dout: any shape, the gradient with respect to the relu's output; y: that output, the cache of npdl's relu_forward.
    Returns dx, of that shape.
    """
    # BEGIN SOLUTION
    return dout * (y > 0) * (dout > 0)
    # END SOLUTION


def occlusion_map(image, score, size, stride, value):
    """How far the score falls when a square of the image is covered, for each place of the square.

    image: (C, H, W); score: a function, images (N, C, H, W) -> (N,), cheapest when it is called with all at once. The
    square covers the rows i · stride ... i · stride + size - 1 and the columns j · stride ... j · stride + size - 1 of
    all channels with the number value; only places where it lies inside the image count. Returns (rows, columns):
    score of the image as it is, minus score with the square at place (i, j).
    """
    # BEGIN SOLUTION
    _, height, width = image.shape
    tops = range(0, height - size + 1, stride)
    lefts = range(0, width - size + 1, stride)
    covered = []
    for top in tops:
        for left in lefts:
            copy = image.copy()
            copy[:, top : top + size, left : left + size] = value
            covered.append(copy)
    whole, *others = score(np.stack([image, *covered]))
    return whole - np.reshape(others, (len(tops), len(lefts)))
    # END SOLUTION


def fooling_step(x, dx, lr):
    """One step uphill of length lr:  x_n + lr · dx_n / ||dx_n||,  for each image on its own.

    x: (N, C, H, W), the images; dx: the gradient of the wanted score, of the same shape, for no image all zero;
    ||dx_n||: the square root of the sum of its C · H · W squares. Returns the new images; x stays as it is.
    """
    # BEGIN SOLUTION
    norm = np.sqrt((dx**2).sum(axis=(1, 2, 3), keepdims=True))
    return x + lr * dx / norm
    # END SOLUTION


def make_fooling_image(x, target, scores, gradient, lr, most):
    """Change an image, as little as steps of length lr allow, until the network takes it for another class.

    x: (1, C, H, W); target: the wanted class. scores: a function, images (N, C, H, W) -> (N, classes); gradient: a
    function (images, dscores) -> dx, the way back from the scores to the images. Before each step the network is asked:
    as soon as target has the highest score, it is done; after `most` steps in any case. Each step is a fooling_step
    along the gradient of the score of target. Returns (x, steps): the changed image, and how many steps it took.
    """
    # BEGIN SOLUTION
    for step in range(most):
        s = scores(x)
        if s[0].argmax() == target:
            return x, step
        x = fooling_step(x, gradient(x, class_dscores(np.array([target]), s.shape[1])), lr)
    return x, most
    # END SOLUTION


def class_step(x, dx, lr, l2):
    """One step uphill of length lr of  s - l2 · Σ x²,  for each image: what drives the score, but not too far from 0.

    x: (N, C, H, W); dx: the gradient of the score s, of the same shape. The direction is the gradient of the whole
    objective; it is scaled to length lr, as in fooling_step. Returns the new images.
    """
    # BEGIN SOLUTION
    return fooling_step(x, dx - 2 * l2 * x, lr)
    # END SOLUTION


def jitter(x, down, right):
    """The images moved by `down` rows and `right` columns; what leaves on one side comes in on the other.

    x: (N, C, H, W); down, right: whole numbers, also negative ones. Pixel (i, j) comes to (i + down, j + right),
    counted modulo H and W. Returns the new images.
    """
    # BEGIN SOLUTION
    return np.roll(x, (down, right), axis=(2, 3))
    # END SOLUTION


def class_image(x, gradient, shifts, lr, l2):
    """From noise to a picture of what the network takes for a class.

    x: (1, C, H, W), the start; gradient: a function, images -> the gradient of the class's score with respect to them.
    shifts: (steps, 2) whole numbers, (down, right) for each step. One step: move the image by its shift, take a
    class_step there, move the image back. Returns the image after the last step.
    """
    # BEGIN SOLUTION
    for down, right in shifts:
        x = jitter(x, down, right)
        x = class_step(x, gradient(x), lr, l2)
        x = jitter(x, -down, -right)
    return x
    # END SOLUTION
