"""npdl.ops.elementwise in PyTorch."""

import torch

TORCH = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "neg": torch.neg,
    "exp": torch.exp,
    "log": torch.log,
    "power": lambda x, *, exponent: torch.pow(x, exponent),
    "sqrt": torch.sqrt,
    "abs": torch.abs,
}
