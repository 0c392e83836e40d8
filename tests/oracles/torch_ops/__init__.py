"""Every op of the registry, said in PyTorch: the same arguments and options, tensors in, tensor out.

What PyTorch lacks (asymmetric padding) is put together from what it has. Dropout gets its mask from the generator that
npdl gets it from, so that both drop the same numbers.
"""

import numpy as np
import torch

from npdl import op
from tests.oracles.torch_ops import (
    activation,
    attention,
    comparison,
    contrastive,
    conv,
    divergence,
    elementwise,
    gates,
    graph,
    linear,
    lookup,
    loss,
    norm,
    penalty,
    pool,
    recurrent,
    reduction,
    regression,
    resample,
    shape,
    state_space,
    stochastic,
    warp,
)

torch.set_num_threads(1)

FAMILIES = (
    activation,
    attention,
    comparison,
    contrastive,
    conv,
    divergence,
    elementwise,
    gates,
    graph,
    linear,
    lookup,
    loss,
    norm,
    penalty,
    pool,
    recurrent,
    reduction,
    regression,
    resample,
    shape,
    state_space,
    stochastic,
    warp,
)
TORCH = {name: function for family in FAMILIES for name, function in family.TORCH.items()}


def run(name, args, options, dout=None):
    """(output, dout, gradients) of PyTorch in float64, as NumPy arrays; dout by default Gaussian, the same every time.

    output and dout are tuples for an op that gives several arrays. gradients has None for an argument that has none:
    numbers, labels, running statistics.
    """
    constant = op.registry[name].constant
    held = {i for i, argument in enumerate(op.registry[name].arguments) if argument in constant}
    tensors = [_tensor(a, requires_grad=i not in held) for i, a in enumerate(args)]
    out = TORCH[name](*tensors, **options)
    several = type(out) is tuple
    outs = out if several else (out,)
    if dout is None:
        rng = np.random.default_rng(1)
        douts = tuple(np.asarray(rng.standard_normal(tuple(o.shape))) for o in outs)
        dout = douts if several else douts[0]
    wanted = [i for i, t in enumerate(tensors) if torch.is_tensor(t) and t.requires_grad]
    given = [torch.from_numpy(d) for d in (dout if several else (dout,))]
    found = torch.autograd.grad(outs, [tensors[i] for i in wanted], given)
    gradients = [None] * len(args)
    for i, gradient in zip(wanted, found, strict=True):
        gradients[i] = gradient.numpy()
    values = tuple(o.detach().numpy() for o in outs)
    return values if several else values[0], dout, gradients


def _tensor(a, requires_grad):
    if not isinstance(a, np.ndarray):
        return a
    floating = a.dtype.kind == "f"
    return torch.tensor(a.astype(np.float64) if floating else a, requires_grad=floating and requires_grad)
