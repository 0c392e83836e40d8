"""What the tests of modules and networks share: the numerical gradient of a whole network."""

import numpy as np

from gradcheck import numerical_gradient
from npdl import Tensor, no_grad


def worst_gradient_error(loss, tensors):
    """The largest difference between the tape's gradients of loss() and numerical ones.

    loss: a function without arguments that runs the network and gives a Tensor of one number. tensors: the leaves
    (parameters, inputs) by name. The difference is in units of the root mean square of each tensor's gradient, or of a
    hundredth of the largest of them: the gradient of a bias before a batch norm is zero and has no size of its own.
    """
    for tensor in tensors.values():
        tensor.grad = None
    loss().backward()
    gradients = {name: tensor.grad.copy() for name, tensor in tensors.items()}
    floor = 1e-2 * max(np.sqrt(np.mean(g * g)) for g in gradients.values())
    errors = {}
    for name, tensor in tensors.items():

        def value_at(array, tensor=tensor):
            tensor.data = array
            with no_grad():
                return loss().data

        before = tensor.data
        numeric = numerical_gradient(value_at, before)
        tensor.data = before
        size = np.sqrt(np.mean(gradients[name] ** 2))
        errors[name] = np.abs(gradients[name] - numeric).max() / max(size, floor)
    return max(errors.values())


def scalar(out):
    """A number that depends on every entry of a Tensor, each in another way."""
    weights = np.random.default_rng(5).standard_normal(out.shape)
    return (out * Tensor(weights)).sum()
