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


def torch_twins(mine, theirs, arrays, run=None, tolerance=1e-10, **options):
    """Assert that PyTorch's module, given my state dict and I his, has my outputs and gradients in float64.

    arrays: the inputs, of which all gradients are compared; run(theirs, *tensors): his output; options: of my forward.
    """
    import torch

    theirs.load_state_dict({name: torch.tensor(array) for name, array in mine.state_dict().items()})
    mine.load_state_dict({name: tensor.numpy() for name, tensor in theirs.state_dict().items()})
    leaves = [Tensor(a, requires_grad=True) for a in arrays]
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    mine.zero_grad()
    theirs.zero_grad()
    out = mine(*leaves, **options)
    expected = theirs(*tensors) if run is None else run(theirs, *tensors)
    dout = np.random.default_rng(7).standard_normal(out.shape)
    out.backward(dout)
    expected.backward(torch.tensor(dout))
    pairs = [(out.data, expected.detach()), *((a.grad, b.grad) for a, b in zip(leaves, tensors, strict=True))]
    found = dict(mine.named_parameters())
    pairs += [(found[name].grad, parameter.grad) for name, parameter in theirs.named_parameters()]
    for got, wanted in pairs:
        wanted = wanted.numpy()
        np.testing.assert_allclose(got, wanted, rtol=0, atol=tolerance * max(1, np.sqrt(np.mean(wanted**2))))
