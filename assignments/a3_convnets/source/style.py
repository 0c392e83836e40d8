"""Style transfer: what is in one picture, in the manner of another. Gatys, Ecker and Bethge 2016.

Every loss is a pair in one: it returns (loss, gradient). Features are what a layer of a trained network says about an
image, (N, C, H, W). Sums are plain sums over all numbers; where something is divided, the docstring says by what.
"""

import numpy as np


def content_loss(current, target, weight):
    """L = weight · Σ (current - target)²: a sum, with no ½ and no mean.

    current, target: features (N, C, H, W). Returns (loss, dcurrent): a number, and its gradient with respect to
    current.
    """
    # BEGIN SOLUTION
    difference = current - target
    return weight * (difference**2).sum(), 2 * weight * difference
    # END SOLUTION


def gram_matrix(features):
    """G[n, c, d] = (1 / (C · H · W)) Σ_ij F[n, c, i, j] · F[n, d, i, j]: which channels are strong together.

    features: F, (N, C, H, W). Returns (N, C, C).
    """
    # BEGIN SOLUTION
    N, C, H, W = features.shape
    rows = features.reshape(N, C, H * W)
    return rows @ rows.transpose(0, 2, 1) / (C * H * W)
    # END SOLUTION


def gram_backward(dgram, features):
    """The gradient of the loss with respect to the features of gram_matrix.

    dgram: (N, C, C), the gradient with respect to G; it need not be symmetric. features: (N, C, H, W). Returns
    dfeatures, of their shape.
    """
    # BEGIN SOLUTION
    N, C, H, W = features.shape
    rows = features.reshape(N, C, H * W)
    drows = (dgram + dgram.transpose(0, 2, 1)) @ rows / (C * H * W)
    return drows.reshape(features.shape)
    # END SOLUTION


def style_loss(features, targets, weights):
    """L = Σ_l weights[l] · Σ (G_l - targets[l])², G_l the Gram matrix of features[l]; no ½ and no mean.

    features: a list of arrays (N, C_l, H_l, W_l), one for each layer l; targets: a list of Gram matrices (N, C_l, C_l);
    weights: a list of numbers. Returns (loss, dfeatures): a number, and a list with the gradient of each layer's
    features.
    """
    # BEGIN SOLUTION
    loss, dfeatures = 0.0, []
    for layer, target, weight in zip(features, targets, weights):
        difference = gram_matrix(layer) - target
        loss = loss + weight * (difference**2).sum()
        dfeatures.append(gram_backward(2 * weight * difference, layer))
    return loss, dfeatures
    # END SOLUTION


def tv_loss(image, weight):
    """L = weight · (Σ (x[i+1, j] - x[i, j])² + Σ (x[i, j+1] - x[i, j])²), over all images, channels and pairs.

    The total variation, with squares: neighbouring pixels should be alike. image: x, (N, C, H, W). Returns
    (loss, dimage).
    """
    # BEGIN SOLUTION
    down = image[:, :, 1:] - image[:, :, :-1]
    right = image[..., 1:] - image[..., :-1]
    dimage = np.zeros_like(image)
    dimage[:, :, 1:] += 2 * weight * down
    dimage[:, :, :-1] -= 2 * weight * down
    dimage[..., 1:] += 2 * weight * right
    dimage[..., :-1] -= 2 * weight * right
    return weight * ((down**2).sum() + (right**2).sum()), dimage
    # END SOLUTION


def transfer_loss(image, features, backward, content, styles, weights):
    """The whole objective of style transfer, and its gradient with respect to the image.

    image: (1, C, H, W). features: a function, image -> a list of the features of L layers; backward: a function
    (image, list of L gradients) -> dimage, the way back through the network. content: the features that the last layer
    should have. styles: a list of L Gram matrices. weights: {"content": a number, "style": a list of L numbers,
    "tv": a number}. Returns (loss, dimage), the sum of content_loss (of the last layer), style_loss (of all layers) and
    tv_loss (of the image).
    """
    # BEGIN SOLUTION
    layers = features(image)
    c, dlast = content_loss(layers[-1], content, weights["content"])
    s, dlayers = style_loss(layers, styles, weights["style"])
    t, dimage = tv_loss(image, weights["tv"])
    return c + s + t, dimage + backward(image, [*dlayers[:-1], dlayers[-1] + dlast])
    # END SOLUTION


def style_step(image, state, dimage, lr):
    """One step of Adam downhill, and back into the range of pictures.

    m <- 0.9 m + 0.1 d;  v <- 0.999 v + 0.001 d²;  x <- x - lr · (m / (1 - 0.9^t)) / (sqrt(v / (1 - 0.999^t)) + 1e-8);
    then every pixel below 0 becomes 0, every one above 1 becomes 1. image: x, (N, C, H, W); dimage: d; state:
    (m, v, t), of which t counts the steps done before: it is raised first. Returns (image, state), both new.
    """
    # BEGIN SOLUTION
    m, v, t = state
    t = t + 1
    m = 0.9 * m + 0.1 * dimage
    v = 0.999 * v + 0.001 * dimage**2
    step = lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return np.clip(image - step, 0, 1), (m, v, t)
    # END SOLUTION
